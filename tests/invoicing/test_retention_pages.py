"""The pages of what customers keep of works: who, what is refused, constant queries; the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.models import Quote
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, make_seller, make_shop
from tests.invoicing.test_retentions import kept_of, owed, works
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        works(stranger)
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@planted
def retention(shop):
    with tenant(shop.cooperative):
        return kept_of(works(shop))


def url(path: str = "") -> str:
    return f"/c/ateliers/encaissements/retenues/{path}"


def test_the_list_costs_the_same_for_three_rows(shop):
    staff = signed_in(shop.accountant)
    staff.get(url())
    costs = []
    for count in (1, 2):
        with tenant(shop.cooperative):
            for _ in range(count):
                works(shop)
        with CaptureQueriesContext(connection) as asked:
            assert staff.get(url()).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_home_says_what_is_left_to_come_of_works_that_are_paid(shop):
    with tenant(shop.cooperative):
        invoice = works(shop)
        shop.pay(invoice, str(invoice.due - invoice.retention))

    assert "Retenue à venir" in signed_in(shop.seller).get("/c/ateliers/").content.decode()


def test_empty_pages_say_what_to_do(shop):
    staff = signed_in(shop.accountant)
    assert "Aucune retenue de garantie" in staff.get(url()).content.decode()
    with tenant(shop.cooperative):
        works(shop)
    assert "Rien ici" in staff.get(url("?etat=over")).content.decode()


def test_it_is_agreed_on_the_draft_of_a_quote(shop):
    with tenant(shop.cooperative):
        quote = shop.quote()
    seller = signed_in(shop.seller)
    page = f"/c/ateliers/ventes/devis/{quote.pk}/retenue/"

    refused = seller.post(page, {"rate": "6"})
    assert refused.status_code == 422 and "loi 71-584" in refused.content.decode()
    assert seller.post(page, {"rate": "5"}).status_code == 302
    assert "5\u00a0%" in seller.get(f"/c/ateliers/ventes/devis/{quote.pk}/").content.decode()
    with tenant(shop.cooperative):
        actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
    assert seller.post(page, {"rate": "3"}).status_code == 302  # back to the quote
    with tenant(shop.cooperative):
        assert Quote.objects.get(pk=quote.pk).retention_rate == D("0.05")


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        ("reception/", {"on": "2027-01-01"}, "pas encore venu"),
        ("opposition/", {"on": "2026-06-10", "reason": ""}, "obligatoire"),
        ("mainlevee/", {"on": "2026-06-10", "cause": "guarantee"}, "quelle banque"),
        ("mainlevee/", {"on": "2026-06-10", "cause": "term"}, "réception"),
    ],
)
def test_what_is_refused_is_said_on_the_page(shop, retention, path, data, said):
    answer = signed_in(shop.seller).post(url(f"{retention.pk}/{path}"), data)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_an_entrepreneur_follows_and_releases_their_own(shop, retention):
    seller = signed_in(shop.seller)
    at = url(f"{retention.pk}/")
    assert "Ailleurs" not in seller.get(url()).content.decode()

    seller.post(f"{at}reception/", {"on": "2026-06-10"})
    assert "10/06/2027" in seller.get(at).content.decode()
    seller.post(f"{at}opposition/", {"on": "2026-07-04", "reason": "Fuite"})
    assert "s’oppose" in seller.get(at).content.decode()
    seller.post(f"{at}mainlevee/", {"on": "2026-07-04", "cause": "agreed"})

    assert "Mainlevée du client" in seller.get(at).content.decode()
    with tenant(shop.cooperative):
        assert owed(retention.invoice)[2] == 0


def test_a_neighbour_and_who_only_reads_release_nothing(shop, retention):
    with tenant(shop.cooperative):
        adviser = make_membership(shop.cooperative, "adviser")
        yanis = make_seller(
            shop.cooperative, first_name="Yanis", last_name="Belkacem", name="Frêne"
        )
    at = url(f"{retention.pk}/")

    assert signed_in(adviser).get(at).status_code == 200
    assert signed_in(adviser).post(f"{at}mainlevee/", {}).status_code == 404
    assert signed_in(yanis.seller).get(at).status_code == 404
    assert signed_in(yanis.seller).post(f"{at}mainlevee/", {}).status_code == 404


def test_the_invoice_and_the_plan_show_it_apart(shop, retention):
    seller = signed_in(shop.seller)

    page = seller.get(f"/c/ateliers/ventes/factures/{retention.invoice_id}/").content.decode()
    plan = seller.get(f"/c/ateliers/ventes/devis/{retention.quote_id}/facturation/")

    assert "À payer maintenant" in page and "1\u00a0140,00" in page
    assert retention.number in plan.content.decode()


def test_a_program_follows_it_too(shop, retention):
    key = Key(shop.seller, shop.activity)
    at = f"/api/v1/retentions/{retention.pk}/"
    (listed,) = key.get("/api/v1/retentions/").json()["results"]
    assert (listed["held"], listed["due_on"]) == ("60.00", "2027-06-03")

    accepted = key.post(f"{at}works/", {"on": "2026-06-10"}, format="json").json()
    refused = key.post(f"{at}release/", {"on": "2026-07-04", "cause": "term"}, format="json")
    opposed = key.post(
        f"{at}opposition/", {"on": "2026-07-04", "reason": "Fuite"}, format="json"
    ).json()
    released = key.post(
        f"{at}release/", {"on": "2026-07-04", "cause": "agreed"}, format="json"
    ).json()

    assert accepted["due_on"] == "2027-06-10"
    assert (refused.status_code, refused.json()["code"]) == (409, "too_early")
    assert opposed["contest_reason"] == "Fuite"
    assert (released["held"], released["released_on"]) == ("0.00", "2026-07-04")


def test_a_program_agrees_on_it(shop):
    key = Key(shop.seller, shop.activity)
    with tenant(shop.cooperative):
        quote = shop.quote()
    at = f"/api/v1/quotes/{quote.pk}/retention/"

    assert key.post(at, {"rate": "0.06"}, format="json").json()["code"] == "retention_too_large"
    assert key.post(at, {"rate": "0.05"}, format="json").json()["retention_rate"] == "0.0500"
