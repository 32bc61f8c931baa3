"""What a kind of expense gives back: seen, changed by who may, refused with a reason, traced."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core.models import AuditEvent
from cae.core.tenancy import tenant
from invoicing.actions.expense_types import change_expense_type
from invoicing.models import ExpenseType
from invoicing.queries import expense_accounts
from tests.invoicing.makers import make_shop, refused
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
D = Decimal


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
        with tenant(cooperative):
            made = make_shop(cooperative)
        if cooperative == cooperatives[0]:
            first = made
    return first


def typed(**changes: object) -> dict[str, object]:
    return {
        "label": "Carburant",
        "account": "6061",
        "deductible_share": "80",
        "reimbursed_share": "100",
        "hint": "",
        "is_offered": "on",
        **changes,
    }


def of(shop, code: str) -> ExpenseType:
    with tenant(shop.cooperative):
        return shop.type(code)


def change(kind: ExpenseType, by, **changes: object) -> ExpenseType:
    values = {
        "label": kind.label,
        "account": kind.account,
        "deductible_share": kind.deductible_share,
        "reimbursed_share": kind.reimbursed_share,
        "hint": kind.hint,
        "is_offered": kind.is_offered,
        **changes,
    }
    return change_expense_type(kind, by=by, **values)


@pytest.mark.parametrize("code", ["accountant", "administrator"])
def test_a_share_is_changed_traced_and_holds_for_what_comes(shop, code):
    who = make_membership(shop.cooperative, code, f"{code}.bis@ateliers.example")
    kind = of(shop, "fuel")
    page = f"/c/ateliers/depenses/types/{kind.pk}/"
    with tenant(shop.cooperative):
        before = shop.spend("fuel", paid="120", vat="20")
    client = signed_in(who)
    assert "80" in client.get(page).content.decode()

    response = client.post(page, typed(deductible_share="100", account="6063"))

    assert response["Location"] == "/c/ateliers/depenses/types/"
    assert "100" in client.get(response["Location"]).content.decode()
    with tenant(shop.cooperative):
        kind.refresh_from_db()
        assert (kind.deductible_share, kind.account) == (D(1), "6063")
        after = shop.spend("fuel", paid="120", vat="20")
        before.refresh_from_db()
        assert (before.vat, after.vat) == (D(16), D(20))
        trace = AuditEvent.objects.get(action="expense_type.changed")
        assert trace.membership == who
        assert trace.before["deductible_share"] == "0.8000"
        assert trace.after["deductible_share"] == "1.0000"
    said = client.get(page).content.decode()
    assert "Type de dépense changé" in said
    assert "Part de TVA déduite" in said


def test_the_list_shows_account_share_and_state(shop):
    page = signed_in(shop.accountant).get("/c/ateliers/depenses/types/").content.decode()

    for said in ("Carburant d’un véhicule loué", "6061", "80\xa0%", "barème", "Proposé"):
        assert said in page


def test_nothing_changed_leaves_no_trace(shop):
    with tenant(shop.cooperative):
        change(shop.type("fuel"), shop.accountant)

        assert not AuditEvent.objects.filter(action="expense_type.changed").exists()


@pytest.mark.parametrize(
    ("code", "changes", "refusal"),
    [
        ("fuel", {"label": "  "}, "label_missing"),
        ("fuel", {"account": "512"}, "unknown_account"),
        ("fuel", {"account": "6041"}, "unknown_account"),
        ("fuel", {"account": "6411"}, "unknown_account"),
        ("fuel", {"account": "69999"}, "unknown_account"),
        ("fuel", {"deductible_share": D("1.01")}, "bad_share"),
        ("fuel", {"deductible_share": D("-0.1")}, "bad_share"),
        ("fuel", {"reimbursed_share": D(0)}, "bad_share"),
        ("fuel", {"reimbursed_share": D("1.5")}, "bad_share"),
        ("mileage", {"deductible_share": D("0.5")}, "journey_without_vat"),
        ("mileage", {"reimbursed_share": D("0.5")}, "journey_without_vat"),
    ],
)
def test_what_makes_no_sense_is_refused(shop, code, changes, refusal):
    with tenant(shop.cooperative):
        kind = shop.type(code)
        with refused(refusal):
            change(kind, shop.accountant, **changes)
        kind.refresh_from_db()
        assert not AuditEvent.objects.filter(action="expense_type.changed").exists()


@pytest.mark.parametrize(
    "changes",
    [{"deductible_share": "120"}, {"account": "512"}, {"label": ""}, {"reimbursed_share": "0"}],
)
def test_the_page_says_what_is_refused_and_writes_nothing(shop, changes):
    kind = of(shop, "fuel")
    client = signed_in(shop.accountant)

    response = client.post(f"/c/ateliers/depenses/types/{kind.pk}/", typed(**changes))

    assert response.status_code == 422
    assert response.context["form"].errors
    with tenant(shop.cooperative):
        kind.refresh_from_db()
        assert (kind.label, kind.deductible_share) == ("Carburant d’un véhicule loué", D("0.8"))


def test_a_type_that_is_withdrawn_is_no_longer_offered(shop):
    kind = of(shop, "other")
    signed_in(shop.accountant).post(
        f"/c/ateliers/depenses/types/{kind.pk}/", typed(label="Autre", account="628", is_offered="")
    )

    page = signed_in(shop.seller).get("/c/ateliers/depenses/nouvelle/").content.decode()

    assert "Autre" not in page.split("Type de dépense")[1].split("</select>")[0]


def test_who_may_not_finds_nothing(shop, cooperatives):
    kind = of(shop, "fuel")
    page, listing = f"/c/ateliers/depenses/types/{kind.pk}/", "/c/ateliers/depenses/types/"
    stranger = make_membership(cooperatives[1], "administrator")
    reader = make_membership(shop.cooperative, "payroll_officer")
    adviser = make_membership(shop.cooperative, "adviser")

    for who in (shop.seller, stranger, adviser):
        assert signed_in(who).get(listing).status_code == 404
    for who in (shop.seller, stranger, adviser, reader):
        assert signed_in(who).get(page).status_code == 404
        assert signed_in(who).post(page, typed(deductible_share="0")).status_code == 404
    assert "Changer" not in signed_in(reader).get(listing).content.decode().split("<main")[1]
    assert of(shop, "fuel").deductible_share == D("0.8")


def test_another_cooperative_s_type_is_not_there(shop, cooperatives):
    with tenant(cooperatives[1]):
        other = ExpenseType.objects.get(code="fuel")

    page = f"/c/ateliers/depenses/types/{other.pk}/"
    assert signed_in(shop.accountant).get(page).status_code == 404


def test_every_seeded_account_is_one_of_the_list(shop):
    with tenant(shop.cooperative):
        known = dict(expense_accounts())
        accounts = set(ExpenseType.objects.values_list("account", flat=True))

    assert accounts - set(known) == set()


def test_more_types_ask_no_more_queries(shop):
    client = signed_in(shop.accountant)
    client.get("/c/ateliers/depenses/types/")
    with tenant(shop.cooperative):
        ExpenseType.objects.exclude(code__in=["fuel"]).delete()
    with CaptureQueriesContext(connection) as one:
        client.get("/c/ateliers/depenses/types/")
    with tenant(shop.cooperative):
        for rank in range(3):
            ExpenseType.objects.create(code=f"t{rank}", label="Plus", account="6061")
    with CaptureQueriesContext(connection) as many:
        client.get("/c/ateliers/depenses/types/")

    assert len(many) == len(one)
