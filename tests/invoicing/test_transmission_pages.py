"""The pages of deposits: set, listed, taken, answered; told on the page of the invoice."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import transmissions as acts
from invoicing.models import DepositAccount, Transmission
from tests.invoicing.makers import JUNE_3, make_shop
from tests.invoicing.test_transmissions import NOV_23, by_hand
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        shop = make_shop(cooperatives[0])
        by_hand(shop)
        return shop


def waits(shop, count: int = 1) -> list[int]:
    """Issue invoices whose file is taken for valid, and return their deposits."""
    with tenant(shop.cooperative):
        made = []
        for _ in range(count):
            invoice = shop.invoice()
            made.append(acts.open_transmission(invoice, actions.store_invoice_pdf(invoice)).pk)
        return made


def place(shop, path: str) -> str:
    return f"/c/{shop.cooperative.slug}/{path}"


def text(answer) -> str:
    return answer.content.decode()


def test_the_deposit_is_set_and_its_first_day_asked_for(shop):
    with tenant(shop.cooperative):
        browser = signed_in(make_membership(shop.cooperative, "administrator"))
    here = place(shop, "reglages/depot-des-factures/")
    chorus = {"target": "chorus", "chorus-route": "manual", "chorus-needs_service": "on"}

    refused = browser.post(here, chorus)
    kept = browser.post(here, {**chorus, "chorus-since": "2026-01-01"})

    assert (refused.status_code, kept.status_code) == (422, 302)
    assert "Dites depuis quelle date" in text(refused)
    assert "2026-01-01" in text(browser.get(here))
    with tenant(shop.cooperative):
        account = DepositAccount.objects.get(target="chorus")
    assert (account.route, account.needs_service, account.needs_commitment) == (
        "manual", True, False,
    )  # fmt: skip


def test_a_list_costs_the_same_for_one_and_for_three(shop):
    browser, here = signed_in(shop.accountant), place(shop, "ventes/depots/")
    assert "Aucun dépôt" in text(browser.get(here))
    counts = []
    for more in (1, 2):
        waits(shop, more)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert "FA-2026-0001" in text(browser.get(here))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_the_files_are_taken_and_the_deposits_noted(shop):
    first, second = waits(shop, 2)
    browser, here = signed_in(shop.accountant), place(shop, "ventes/depots/")
    assert "2 factures à déposer" in text(browser.get(place(shop, "")))

    with zipfile.ZipFile(io.BytesIO(browser.get(f"{here}a-deposer.zip").content)) as archive:
        assert len(archive.namelist()) == 5
    bad = browser.post(f"{here}deposees/", {"pk": [first], "on": "hier"})
    browser.post(f"{here}deposees/", {"pk": [first], "on": str(NOV_23)})

    assert bad.status_code == 422
    with tenant(shop.cooperative):
        assert list(Transmission.objects.order_by("id").values_list("pk", "status")) == [
            (first, "200"), (second, "waiting"),
        ]  # fmt: skip
    assert "FA-2026-0001" not in text(browser.get(f"{here}?q=0002&etat=toutes"))


def test_an_answer_is_read_by_the_seller_on_the_invoice(shop):
    (pk,) = waits(shop)
    browser, here = signed_in(shop.accountant), place(shop, f"ventes/depots/{pk}/")
    browser.post(f"{here}reponse/", {"code": "200", "on": str(NOV_23)})
    refused = browser.post(f"{here}reponse/", {"code": "210", "on": str(NOV_23)})
    browser.post(f"{here}reponse/", {"code": "210", "on": str(NOV_23), "reason": "CMD_ERR"})

    assert refused.status_code == 422
    assert "Choisissez le motif" in text(refused)
    assert "annulez-la par un avoir" in text(browser.get(here))
    assert "1 facture refusée ou en litige" in text(browser.get(place(shop, "")))
    with tenant(shop.cooperative):
        invoice_id = Transmission.objects.get().invoice_id
    said = text(signed_in(shop.seller).get(place(shop, f"ventes/factures/{invoice_id}/")))
    assert "Refusée (210)" in said
    assert "Numéro de commande absent ou erroné" in said
    assert "Suivre le dépôt" not in said


def test_one_is_set_aside_then_deposited_again_and_told_paid(shop):
    (pk,) = waits(shop)
    browser, here = signed_in(shop.accountant), place(shop, f"ventes/depots/{pk}/")
    browser.post(f"{here}mettre-de-cote/", {"note": "Déjà déposée."})
    assert "Préparer un autre dépôt" in text(browser.get(here))
    browser.post(f"{here}recommencer/")
    with tenant(shop.cooperative):
        again = Transmission.objects.get(rank=2)
        acts.mark_deposited([again.pk], on=NOV_23, today=NOV_23, by=shop.accountant)
        shop.pay(again.invoice, "1200")
    here = place(shop, f"ventes/depots/{again.pk}/")
    assert "1\u00a0200,00\u00a0€ TTC ont été reçus" in text(browser.get(here))

    browser.post(f"{here}encaissement/")

    assert "Encaissée (212)" in text(browser.get(here))


def test_an_api_is_set_without_showing_its_secret_and_a_stop_is_said(shop):
    browser, here = signed_in(shop.accountant), place(shop, "reglages/depot-des-factures/")
    body = {
        "target": "platform", "platform-route": "api", "platform-since": "2026-06-01",
        "platform-url": "https://pa.example/api", "platform-login": "cae",
    }  # fmt: skip
    assert "Une API demande son adresse" in text(browser.post(here, body))
    browser.post(here, {**body, "platform-secret": "champ-de-ble"})
    assert "champ-de-ble" not in text(browser.get(here))
    (pk,) = waits(shop)
    with tenant(shop.cooperative):
        Transmission.objects.update(failure="La plateforme refuse l’envoi (422).", next_at=None)
    there = place(shop, f"ventes/depots/{pk}/")
    assert "Envoyer maintenant" in text(browser.get(there))

    browser.post(f"{there}relancer/")

    with tenant(shop.cooperative):
        found = Transmission.objects.get()
    assert (found.failure, found.next_at is not None) == ("", True)


@pytest.mark.parametrize("who", ["seller", "stranger"])
def test_a_seller_and_another_cooperative_do_not_follow_deposits(shop, cooperatives, who):
    (pk,) = waits(shop)
    if who == "stranger":
        with tenant(cooperatives[1]):
            membership = make_membership(cooperatives[1], "accountant")
        slug = cooperatives[1].slug
    else:
        membership, slug = shop.seller, shop.cooperative.slug
    browser = signed_in(membership)

    assert browser.get(f"/c/{slug}/ventes/depots/{pk}/").status_code == 404
    for path in ("reponse", "encaissement", "mettre-de-cote", "recommencer", "relancer"):
        assert browser.post(f"/c/{slug}/ventes/depots/{pk}/{path}/").status_code == 404


def test_who_wrote_an_answer_is_said_by_name(shop):
    (pk,) = waits(shop)
    with tenant(shop.cooperative):
        acts.mark_deposited([pk], on=JUNE_3, today=JUNE_3, by=shop.seller)

    shown = text(signed_in(shop.accountant).get(place(shop, f"ventes/depots/{pk}/")))

    assert shop.person.full_name in shown
    assert shop.seller.user.email not in shown
