"""The pages of money received: who, what is refused, constant queries; and the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions, queries
from invoicing.models import BankDeposit, Payment
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, line, make_shop
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
        stranger.pay(stranger.invoice(), "1200")
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def staff(shop):
    return signed_in(shop.accountant)


def url(path: str) -> str:
    return f"/c/ateliers/encaissements/{path}"


def advance(shop, amount="10", means="cheque"):
    return actions.receive_payment(
        shop.customer, amount=D(amount), received_on=JUNE_3, means=means, parts={},
        by=shop.accountant,
    )  # fmt: skip


PAYMENT = {"amount": "1300", "received_on": "2026-06-03", "means": "transfer", "reference": "VIR"}


def test_the_lists_cost_the_same_for_three_rows(shop, staff):
    for path in ("journal/", "remises/", f"clients/{shop.customer.pk}/"):
        staff.get(url(path))
        costs = []
        for count in (1, 2):
            with tenant(shop.cooperative):
                for _ in range(count):
                    advance(shop)
                    shop.invoice()
            with CaptureQueriesContext(connection) as asked:
                assert staff.get(url(path)).status_code == 200
            costs.append(len(asked))
        assert costs[0] == costs[1], path


def test_empty_pages_say_what_to_do(shop, staff):
    for path, said in (
        ("journal/", "Rien n’est encore encaissé"),
        ("journal/?q=zzz", "Aucun encaissement trouvé"),
        ("remises/", "Rien n’attend la banque"),
    ):
        assert said in staff.get(url(path)).content.decode()


def test_one_payment_is_written_for_two_invoices_then_seen(shop, staff):
    with tenant(shop.cooperative):
        first, second = shop.invoice(line(price="1000")), shop.invoice(line(price="50"))
    page = url(f"clients/{shop.customer.pk}/")
    assert first.number in staff.get(page).content.decode()

    answer = staff.post(page, PAYMENT | {"spread": "oldest"}, follow=True)

    shown = answer.content.decode()
    assert first.number in shown and second.number in shown
    with tenant(shop.cooperative):
        assert queries.customer_credit(shop.customer) == D("40.00")
    assert "40,00" in staff.get(page).content.decode()


def test_parts_are_typed_and_refused_with_a_sentence(shop, staff):
    with tenant(shop.cooperative):
        invoice = shop.invoice(line(price="1000"))
    page = url(f"clients/{shop.customer.pk}/")

    answer = staff.post(page, PAYMENT | {"spread": "chosen", f"part_{invoice.pk}": "1250"})
    assert answer.status_code == 422
    assert "Il ne reste que" in answer.content.decode()
    answer = staff.post(page, PAYMENT | {"spread": "chosen", f"part_{invoice.pk}": "200"})
    assert answer.status_code == 302
    with tenant(shop.cooperative):
        assert queries.settlement_of(invoice).remaining == D("1000.00")


def test_a_surplus_is_kept_from_the_page_of_an_invoice(shop, staff):
    with tenant(shop.cooperative):
        invoice = shop.invoice(line(price="1000"))
    page = url(f"{invoice.pk}/")
    assert staff.post(page, PAYMENT).status_code == 422

    assert staff.post(page, PAYMENT | {"keeps_surplus": "on"}).status_code == 302

    with tenant(shop.cooperative):
        assert queries.customer_credit(shop.customer) == D("100.00")
    shown = staff.get(f"/c/ateliers/clients/{shop.customer.pk}/").content.decode()
    assert "En crédit" in shown


def test_credit_is_used_given_back_and_reversed(shop, staff):
    with tenant(shop.cooperative):
        advance(shop, "500", means="transfer")
        shop.invoice(line(price="100"))
    here = f"clients/{shop.customer.pk}/"
    assert staff.get(url(f"{here}rendre/")).status_code == 200

    staff.post(url(f"{here}imputer/"))
    refused = staff.post(url(f"{here}imputer/"), follow=True)
    given = {"amount": "80", "given_on": "2026-06-04", "means": "transfer", "reason": "Trop payé"}
    assert staff.post(url(f"{here}rendre/"), given | {"amount": "900"}).status_code == 422
    assert staff.post(url(f"{here}rendre/"), given).status_code == 302

    assert "ne doit rien" in refused.content.decode()
    with tenant(shop.cooperative):
        assert queries.customer_credit(shop.customer) == D("300.00")
        refund = Payment.objects.get(amount__lt=0)
    page = url(f"journal/{refund.pk}/contre-passer/")
    assert staff.get(page).status_code == 200
    assert staff.post(page, {"on": "2026-06-04", "reason": ""}).status_code == 422
    assert staff.post(page, {"on": "2026-06-04", "reason": "Pas viré"}).status_code == 302
    with tenant(shop.cooperative):
        assert queries.customer_credit(shop.customer) == D("380.00")


def test_cheques_are_put_in_a_deposit_which_is_closed(shop, staff):
    with tenant(shop.cooperative):
        first, second = advance(shop), advance(shop)

    staff.post(url("remises/remplir/"), {"means": "cheque", "pk": [first.pk, second.pk]})
    with tenant(shop.cooperative):
        deposit = BankDeposit.objects.get()
    here = url(f"remises/{deposit.pk}/")
    assert staff.get(f"{here}pdf/").status_code == 404
    staff.post(f"{here}retirer/{second.pk}/")
    assert "20,00" not in staff.get(here).content.decode()
    staff.post(f"{here}fermer/", {"on": clock.today().isoformat()})

    assert "RB-2026-0001" in staff.get(here).content.decode()
    assert "se prépare" in staff.get(f"{here}pdf/").content.decode()
    assert staff.get(f"{here}pdf/etat/").status_code == 204
    said = staff.post(f"{here}fermer/", {"on": clock.today().isoformat()}, follow=True)
    assert "est fermée" in said.content.decode()


def test_the_others_find_nothing(shop, cooperatives):
    with tenant(shop.cooperative):
        payment = advance(shop)
        deposit = actions.fill_deposit("cheque", [payment], by=shop.accountant)
    strangers = [shop.seller, make_membership(cooperatives[1], "accountant", "x@autre.example")]
    for stranger in strangers:
        browser = signed_in(stranger)
        for path in (f"journal/{payment.pk}/", f"remises/{deposit.pk}/", "journal/", "remises/"):
            assert browser.get(url(path)).status_code == 404


def test_the_api_does_the_same(shop):
    key = Key(shop.accountant)
    with tenant(shop.cooperative):
        invoice = shop.invoice(line(price="1000"))
    body = {
        "customer": shop.customer.pk,
        "amount": "1300.00",
        "received_on": "2026-06-03",
        "means": "cheque",
    }

    made = key.post("/api/v1/payments/", body, format="json", HTTP_IDEMPOTENCY_KEY="1").json()
    again = key.post("/api/v1/payments/", body, format="json", HTTP_IDEMPOTENCY_KEY="1").json()

    assert made == again
    assert [(a["invoice"], a["amount"]) for a in made["allocations"]] == [(invoice.pk, "1200.00")]
    customer = {"customer": shop.customer.pk}
    refused = key.post("/api/v1/payments/use-credit/", customer, format="json")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing_due")
    given = key.post(
        "/api/v1/payments/give-back/",
        customer
        | {"amount": "100", "given_on": "2026-06-04", "means": "transfer", "reason": "Surplus"},
        format="json",
    ).json()
    assert given["amount"] == "-100.00"
    back = key.post(
        f"/api/v1/payments/{given['id']}/reverse/",
        {"on": "2026-06-04", "reason": "Pas viré"},
        format="json",
    ).json()
    assert back["reverses"] == given["id"]
    deposit = key.post(
        "/api/v1/bank-deposits/", {"means": "cheque", "payments": [made["id"]]}, format="json"
    ).json()
    assert deposit["payments"] == [made["id"]]
    closed = key.post(
        f"/api/v1/bank-deposits/{deposit['id']}/close/", {"on": "2026-06-04"}, format="json"
    ).json()
    assert (closed["number"], closed["total"]) == ("RB-2026-0001", "1300.00")
    assert Key(shop.seller, shop.activity).get("/api/v1/payments/").status_code == 404
