"""The pages of internal orders: each side opens what is its own, and acts through them."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cae.core.models import AuditEvent
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.models import InternalOrder
from tests.invoicing.makers import D, line, make_seller, make_shop
from tests.invoicing.test_internal_orders import draft, ordered
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
ROOT = "/c/ateliers/ventes/internes/"
FORM = {
    "subject": "Relecture du catalogue",
    "notes": "Avant la fin du mois",
    "lignes-TOTAL_FORMS": "1",
    "lignes-INITIAL_FORMS": "0",
    "lignes-0-label": "Relecture",
    "lignes-0-quantity": "2",
    "lignes-0-unit": "DAY",
    "lignes-0-unit_price": "150,50",
    "lignes-0-description": "",
    "lignes-0-ORDER": "1",
}


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        actions.propose_internal_order(draft(stranger), by=stranger.seller)
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@planted
def buyer(shop):
    with tenant(shop.cooperative):
        found = make_seller(
            shop.cooperative, first_name="Bilal", last_name="Ozan", name="Atelier Sureau"
        )
        found.pay(found.invoice(line(price="1000")), "1200")
        return found


@planted
def order(shop, buyer):
    with tenant(shop.cooperative):
        return actions.propose_internal_order(draft(shop, buyer), by=shop.seller)


def now(order) -> InternalOrder:
    with tenant(order.tenant_id):
        return InternalOrder.objects.get(pk=order.pk)


def test_an_order_is_written_proposed_and_accepted_by_two_people(shop, buyer):
    seller, other = signed_in(shop.seller), signed_in(buyer.seller)
    page = seller.get(f"{ROOT}nouvelle/")
    nonce = re.search(r'name="nonce" value="([^"]+)"', page.content.decode()).group(1)
    typed = {**FORM, "buyer": str(buyer.activity.pk), "nonce": nonce}

    written = [seller.post(f"{ROOT}nouvelle/", typed) for _ in range(2)]

    assert [r.status_code for r in written] == [302, 302]
    assert written[0].url == written[1].url, "sent twice, written once"
    here = written[0].url
    assert other.get(here).status_code == 404, "a draft is its author’s"
    assert seller.post(f"{here}proposer/").status_code == 302
    shown = other.get(here)
    assert "Disponible ensuite" in shown.content.decode()
    assert other.post(f"{here}accepter/").status_code == 302
    with tenant(shop.cooperative):
        found = InternalOrder.objects.get()
    assert (found.number, found.total, found.notes) == (
        "INT-2026-0001",
        D("301.00"),
        "Avant la fin du mois",
    )


def test_what_a_buyer_did_is_told_to_the_seller_without_their_address(shop, buyer, order):
    signed_in(buyer.seller).post(f"{ROOT}{order.pk}/accepter/")

    page = signed_in(shop.seller).get(f"{ROOT}{order.pk}/").content.decode()

    assert "Commande interne acceptée" in page and "Atelier Sureau" in page
    assert buyer.seller.user.email not in page
    with tenant(shop.cooperative):
        trace = AuditEvent.objects.get(action="internal_order.accepted")
    assert (trace.actor, trace.membership) == ("Atelier Sureau", buyer.seller)


def test_the_total_lives_while_one_types_and_a_line_is_added_without_script(shop, buyer):
    seller = signed_in(shop.seller)
    typed = {**FORM, "buyer": "cooperative"}

    live = seller.post(f"{ROOT}nouvelle/", typed, headers={"HX-Request": "true"})
    longer = seller.post(f"{ROOT}nouvelle/", {**typed, "add_line": "lignes"})

    assert "301,00" in live.content.decode()
    assert 'name="lignes-1-label"' in longer.content.decode()
    with tenant(shop.cooperative):
        assert not InternalOrder.objects.exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"buyer": ""}, "obligatoire"),
        ({"buyer": "987654321"}, "choix"),
        ({"lignes-0-unit_price": "-3"}, "Prix"),
        ({"lignes-TOTAL_FORMS": "0"}, "aucune ligne"),
    ],
)
def test_what_cannot_be_written_says_why(shop, buyer, change, said):
    answer = signed_in(shop.seller).post(
        f"{ROOT}nouvelle/", {**FORM, "buyer": "cooperative", **change}
    )
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_draft_is_corrected_and_deleted(shop, buyer):
    seller = signed_in(shop.seller)
    with tenant(shop.cooperative):
        found = draft(shop, buyer)
    here = f"{ROOT}{found.pk}/"

    assert "Relecture du catalogue" in seller.get(f"{here}modifier/").content.decode()
    changed = {**FORM, "buyer": "cooperative", "lignes-INITIAL_FORMS": "1"}
    assert seller.post(f"{here}modifier/", changed).status_code == 302
    assert (now(found).buyer_id, now(found).total) == (None, D("301.00"))
    assert seller.post(f"{here}supprimer/").status_code == 302
    assert seller.get(here).status_code == 404


def test_each_answer_asks_its_reason(shop, buyer, order):
    other, seller = signed_in(buyer.seller), signed_in(shop.seller)
    here = f"{ROOT}{order.pk}/"

    assert other.post(f"{here}refuser/", {"reason": " "}).status_code == 422
    assert other.post(f"{here}refuser/", {"reason": "Trop cher"}).status_code == 302
    assert "Trop cher" in seller.get(here).content.decode()
    assert seller.post(f"{here}reprendre/").status_code == 302
    assert other.get(here).status_code == 404
    assert seller.post(f"{here}proposer/").status_code == 302
    assert other.post(f"{here}accepter/").status_code == 302
    assert other.post(f"{here}annuler/", {"reason": "Non"}).status_code == 404
    assert seller.post(f"{here}annuler/", {"reason": ""}).status_code == 422
    assert seller.post(f"{here}annuler/", {"reason": "Abandon"}).status_code == 302
    assert now(order).status == "cancelled"


def test_the_buyer_does_not_write_nor_the_seller_answer(shop, buyer, order):
    other, seller = signed_in(buyer.seller), signed_in(shop.seller)
    for verb in ("proposer", "reprendre", "supprimer"):
        assert other.post(f"{ROOT}{order.pk}/{verb}/").status_code == 404
    assert other.get(f"{ROOT}{order.pk}/modifier/").status_code == 404
    for verb in ("accepter", "refuser"):
        assert seller.post(f"{ROOT}{order.pk}/{verb}/", {"reason": "x"}).status_code == 404


def test_a_neighbour_and_another_cooperative_find_nothing(shop, buyer, order, cooperatives):
    with tenant(shop.cooperative):
        third = make_seller(shop.cooperative, first_name="Nora", last_name="Petit", name="Tiers")
    stranger = make_membership(cooperatives[1], "accountant", "autre@x.example")
    for who, path in (
        (third.seller, f"{ROOT}{order.pk}/"),
        (third.seller, f"{ROOT}{order.pk}/accepter/"),
        (stranger, f"/c/autre/ventes/internes/{order.pk}/"),
    ):
        client = signed_in(who)
        answer = client.post(path) if "accepter" in path else client.get(path)
        assert answer.status_code == 404
    assert "Relecture" not in signed_in(third.seller).get(ROOT).content.decode()


def test_short_of_money_the_page_says_who_may(shop, buyer):
    with tenant(shop.cooperative):
        found = actions.propose_internal_order(
            draft(shop, buyer, ordered(price="5000")), by=shop.seller
        )
    here = f"{ROOT}{found.pk}/"
    other, staff = signed_in(buyer.seller), signed_in(shop.accountant)

    assert "Seule l’équipe d’appui peut passer outre" in other.get(here).content.decode()
    assert "accepter/" not in other.get(here).content.decode()
    refused = other.post(f"{here}accepter/", follow=True)
    assert "de disponible à Atelier Sureau" in refused.content.decode()
    assert "en dessous de zéro" in staff.get(here).content.decode()
    assert staff.post(f"{here}accepter/").status_code == 302
    assert now(found).status == "accepted"


@pytest.mark.parametrize(
    ("box", "seen"), [("", 3), ("to_answer", 1), ("received", 1), ("sent", 2), ("x", 3)]
)
def test_the_list_sorts_what_one_sold_and_what_one_was_asked(shop, buyer, order, box, seen):
    with tenant(shop.cooperative):
        draft(buyer, shop, by=buyer.seller)
        draft(buyer, None, by=buyer.seller)
    page = signed_in(buyer.seller).get(ROOT, {"boite": box})
    assert page.context["page"].paginator.count == seen


@pytest.mark.parametrize("who", ["seller", "accountant"])
def test_the_list_costs_the_same_for_one_and_three(shop, buyer, order, who):
    client = signed_in(getattr(shop, who))
    client.get(ROOT)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(ROOT).status_code == 200
        counts.append(len(queries))
        with tenant(shop.cooperative):
            for _ in range(2):
                actions.propose_internal_order(draft(shop, buyer), by=shop.seller)
    assert counts[0] == counts[1]


def test_the_home_of_the_buyer_says_what_waits(shop, buyer, order):
    assert "Une commande interne attend votre réponse" in (
        signed_in(buyer.seller).get("/c/ateliers/").content.decode()
    )


def test_the_staff_answer_for_the_cooperative_in_their_inbox(shop, buyer, order):
    with tenant(shop.cooperative):
        first, second = (
            actions.propose_internal_order(
                draft(shop, None, subject="Animation d’un atelier"), by=shop.seller
            )
            for _ in range(2)
        )
    staff = signed_in(shop.accountant)

    page = staff.get("/c/ateliers/a-valider/", {"type": "commande"}).content.decode()
    assert page.count("Commande interne · Animation") >= 2
    assert "Relecture du catalogue" not in page, "that one is another activity’s to answer"
    staff.post("/c/ateliers/a-valider/accepter/", {"pk": f"commande-{first.pk}"})
    staff.post(
        "/c/ateliers/a-valider/refuser/", {"pk": f"commande-{second.pk}", "reason": "Déjà payé"}
    )
    assert (now(first).number, now(second).refusal_reason) == ("INT-2026-0001", "Déjà payé")


def test_an_adviser_without_that_right_does_not_answer(shop, buyer, order):
    manager = make_membership(shop.cooperative, "co_manager")
    client: Client = signed_in(manager)
    assert client.get(f"{ROOT}{order.pk}/").status_code == 200
    assert client.post(f"{ROOT}{order.pk}/accepter/").status_code == 404


def test_both_sides_are_led_from_the_movement_to_the_order(shop, buyer, order):
    with tenant(shop.cooperative):
        actions.accept_internal_order(order, on=order.proposed_at.date(), by=buyer.seller)
        from accounting.models import Entry

        entry = Entry.objects.get(posting_key=f"internal_order:{order.pk}:accepted")
    for side in (shop, buyer):
        page = signed_in(side.seller).get(f"/c/ateliers/tresorerie/mouvements/{entry.pk}/")
        assert page.context["document_url"] == f"{ROOT}{order.pk}/"
        assert (
            "Commandes internes"
            in signed_in(side.seller).get("/c/ateliers/tresorerie/").content.decode()
        )


def test_switched_off_the_tab_and_the_new_page_are_gone(shop, buyer, order):
    admin = signed_in(make_membership(shop.cooperative, "administrator"))
    seller = signed_in(shop.seller)
    assert "/ventes/internes/" in seller.get("/c/ateliers/ventes/factures/").content.decode()

    admin.post("/c/ateliers/reglages/echanges/", {"nonce": "x"})

    assert "/ventes/internes/" not in seller.get("/c/ateliers/ventes/factures/").content.decode()
    assert seller.get(f"{ROOT}nouvelle/").status_code == 404
    assert "désactivées" in seller.get(ROOT).content.decode()
