"""A few cents settled without money: what they write, what they never are, what is refused."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounting import actions as ledger
from accounting.actions.checks import check_now
from accounting.enums import ContributionBasis
from accounting.models import Entry
from accounting.queries import turnover_by_month as turnover
from accounting.rules import Contribution
from cae.core import clock
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.management import house
from cae.onboarding.settings import update_settings
from invoicing import actions, queries
from invoicing.actions.closings import close_days
from invoicing.documents.receipted import receipted_snapshot
from invoicing.enums import Nature
from invoicing.models import Allocation, Payment
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, balances, line, make_shop, refused
from tests.invoicing.test_retentions import works
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

JUNE_10 = JUNE_3 + timedelta(days=7)


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        owes(stranger, "0.50")
    with tenant(cooperatives[0]):
        return make_shop(
            cooperatives[0], rule=Contribution.flat(D("0.10"), basis=ContributionBasis.CASHED)
        )


@pytest.fixture
def inside(shop):
    with tenant(shop.cooperative):
        yield shop


def owes(shop, left, *lines, on=JUNE_3):
    """An invoice of which only `left` is still owed."""
    invoice = shop.invoice(*(lines or (line(price="100"),)), on=on)
    shop.pay(invoice, queries.settlement_of(invoice).remaining - D(left), on=on)
    return invoice


def solve(shop, invoice, on=JUNE_10):
    return actions.write_off_invoice(invoice, on=on, by=shop.accountant)


def faults():
    return [
        *house.wrong_settlements(),
        *house.wrong_payments(),
        *house.broken_chains(),
        *house.unbalanced_entries(),
    ]


def test_what_is_left_of_an_invoice_is_lost_without_turnover_nor_vat(inside):
    invoice = owes(inside, "0.60")
    before = balances(inside.activity.analytic)

    gap = solve(inside, invoice)

    after = balances(inside.activity.analytic)
    changed = {
        account: after.get(account, D("0")) - before.get(account, D("0"))
        for account in before.keys() | after.keys()
        if after.get(account) != before.get(account)
    }
    # 0,10 of VAT waited for this money: nobody owes it any more.
    assert changed == {"411": D("-0.60"), "44574": D("0.10"), "658": D("0.50")}
    assert "44574" not in after and "411" not in after
    assert (gap.account, gap.kind) == ("658", "Écart soldé")
    assert Entry.objects.get(posting_key=f"payment:{gap.pk}:{invoice.pk}").journal.code == "OD"
    settlement = queries.settlement_of(invoice)
    assert (settlement.remaining, settlement.paid) == (D("0.00"), D("120.00"))
    assert queries.with_settlements([invoice], on=JUNE_10)[0].state == "paid"
    assert queries.late_invoices(inside.activity.pk, on=date(2027, 1, 1)) == []
    assert turnover(None, [Month(2026, 6)])[0].cashed == D("99.50")
    assert faults() == []


@pytest.mark.parametrize(
    "sold",
    [
        {"nature": Nature.GOODS},
        {"vat": "training"},
    ],
    ids=["goods: VAT was due at delivery", "no VAT at all"],
)
def test_a_loss_is_whole_where_no_vat_waits(inside, sold):
    invoice = owes(inside, "0.60", line(price="100", **sold))
    before = balances(inside.activity.analytic)

    solve(inside, invoice)

    after = balances(inside.activity.analytic)
    assert {
        account: after.get(account, D("0")) - before.get(account, D("0"))
        for account in before.keys() | after.keys()
        if after.get(account) != before.get(account)
    } == {"411": D("-0.60"), "658": D("0.60")}


def test_it_is_undone_by_its_opposite_and_done_again(inside):
    invoice = owes(inside, "0.60")
    before = balances(inside.activity.analytic)
    gap = solve(inside, invoice)

    actions.reverse_payment(gap, on=JUNE_10, reason="Il a payé", by=inside.accountant)

    assert balances(inside.activity.analytic) == before
    assert queries.settlement_of(invoice).remaining == D("0.60")
    inside.pay(invoice, "0.10", on=JUNE_10)
    solve(inside, invoice)
    after = balances(inside.activity.analytic)
    assert after["658"] == D("0.42")
    assert "44574" not in after and "411" not in after
    assert faults() == []


def test_money_taken_back_then_paid_again_makes_the_same_vat_due(inside):
    invoice = inside.invoice(line(price="100"), line(price="33.33"))
    assert invoice.gross == D("160.00")
    inside.pay(invoice, "100")
    second = inside.pay(invoice, "59.45")
    solve(inside, invoice)
    settled = balances(inside.activity.analytic)

    actions.reverse_payment(second, on=JUNE_10, reason="Erreur", by=inside.accountant)
    inside.pay(invoice, "59.45", on=JUNE_10)

    assert balances(inside.activity.analytic) == settled
    assert "44574" not in settled
    assert faults() == []


def test_a_credit_note_takes_it_back_first(inside):
    invoice = owes(inside, "0.60")
    solve(inside, invoice)

    credit = actions.credit_invoice(invoice, reason="Geste", by=inside.seller)
    actions.issue_invoice(credit, on=JUNE_10, by=inside.accountant)

    # Only what came may go back: not the 0,60 that never did.
    assert queries.customer_credit(inside.customer) == D("119.40")
    assert queries.gaps_on(invoice) == []
    assert "658" not in balances(inside.activity.analytic)
    assert faults() == []


def test_a_credit_of_a_few_cents_is_kept_and_given_back_to_the_customer(inside):
    actions.receive_payment(
        inside.customer, amount=D("0.40"), received_on=JUNE_3, means="transfer", parts={},
        by=inside.accountant,
    )  # fmt: skip

    kept = actions.write_off_credit(inside.customer, on=JUNE_10, by=inside.accountant)

    assert (kept.amount, kept.account) == (D("-0.40"), "758")
    assert balances(inside.activity.analytic) == {"512": D("0.40"), "758": D("-0.40")}
    assert Entry.objects.get(posting_key=f"payment:{kept.pk}:credit").journal.code == "OD"
    assert queries.customer_credit(inside.customer) == 0
    with refused("no_credit"):
        actions.write_off_credit(inside.customer, on=JUNE_10, by=inside.accountant)
    actions.reverse_payment(kept, on=JUNE_10, reason="Il le demande", by=inside.accountant)
    assert queries.customer_credit(inside.customer) == D("0.40")
    assert faults() == []


def test_it_is_no_money_received(inside):
    today = clock.today()
    invoice = owes(inside, "0.60", on=today)
    solve(inside, invoice, on=today)

    (day,) = (c for c in close_days(before=today + timedelta(days=1)) if c.span == "day")

    assert (day.payment_count, day.received, day.received_total) == (1, D("119.40"), D("119.40"))
    assert (day.written_off_count, day.written_off) == (1, D("0.60"))
    assert day.written_off_total == D("0.60")
    assert list(queries.broken_closings()) == []
    assert receipted_snapshot(invoice)["payments"][-1]["means"] == "Petite différence"


def test_what_is_refused(inside):
    invoice, paid, draft = owes(inside, "5.01"), owes(inside, "0"), inside.draft()

    for found, on, code in (
        (invoice, JUNE_10, "gap_too_large"),
        (paid, JUNE_10, "already_paid"),
        (draft, JUNE_10, "not_issued"),
        (invoice, date(2030, 1, 1), "received_later"),
    ):
        with refused(code):
            solve(inside, found, on=on)
    inside.pay(invoice, "0.01")
    with refused("written_off_before"):
        solve(inside, invoice, on=JUNE_3 - timedelta(days=1))
    solve(inside, invoice)
    actions.receive_payment(
        inside.customer, amount=D("9"), received_on=JUNE_3, means="transfer", parts={},
        by=inside.accountant,
    )  # fmt: skip
    with refused("gap_too_large"):
        actions.write_off_credit(inside.customer, on=JUNE_10, by=inside.accountant)
    assert Payment.objects.filter(means="gap").count() == 1


def test_a_cancelled_invoice_and_a_closed_month_are_refused(inside):
    cancelled, invoice = inside.invoice(), owes(inside, "0.60")
    credit = actions.credit_invoice(cancelled, reason="Erreur", by=inside.seller)
    actions.issue_invoice(credit, on=JUNE_3, by=inside.accountant)
    with refused("already_paid"):
        solve(inside, cancelled)
    ledger.close_period(Month(2026, 6), on=date(2026, 7, 1), by=inside.accountant)

    with refused("closed_period"), transaction.atomic():
        solve(inside, invoice)

    assert queries.settlement_of(invoice).remaining == D("0.60")


def test_several_do_not_go_beyond_the_ceiling_together(inside):
    invoice = inside.invoice(line(price="100"))
    small = inside.pay(invoice, "3")
    inside.pay(invoice, "113")
    solve(inside, invoice)
    actions.reverse_payment(small, on=JUNE_10, reason="Erreur", by=inside.accountant)

    with refused("gap_too_large"):
        solve(inside, invoice)


def test_a_retention_that_runs_is_no_small_difference(inside):
    invoice = works(inside)
    inside.pay(invoice, queries.settlement_of(invoice).remaining - D("0.60"))

    with refused("retention_runs"):
        solve(inside, invoice)


def test_the_cooperative_sets_the_ceiling(inside):
    invoice = owes(inside, "0.60")
    for most in ("0", "0.59"):
        update_settings(inside.cooperative, write_off_ceiling=D(most), by=inside.accountant)
        with refused("gap_too_large"):
            solve(inside, invoice)
    update_settings(inside.cooperative, write_off_ceiling=D("0.60"), by=inside.accountant)
    solve(inside, invoice)


# What PostgreSQL itself refuses.

_PAYMENT = (
    "INSERT INTO invoicing_payment (tenant_id, activity_id, customer_id, amount, account,"
    " received_on, means, reference, reason, chain_rank, fingerprint, recorded_by_id,"
    " recorded_at) SELECT tenant_id, activity_id, customer_id, {amount}, '{account}',"
    " received_on, '{means}', '', 'X', 999, fingerprint, recorded_by_id, now()"
    " FROM invoicing_payment WHERE id = {payment}"
)
_ALLOCATION = (
    "INSERT INTO invoicing_allocation (tenant_id, activity_id, payment_id, invoice_id, amount,"
    " net, vat_due, vat_waived) SELECT tenant_id, activity_id, id, {invoice}, {amount}, {net}, 0,"
    " {waived} FROM invoicing_payment WHERE id = {payment}"
)


@pytest.mark.parametrize(
    ("sql", "values", "constraint"),
    [
        (_PAYMENT, ("gap", "5.01", "658"), "invoicing_payment_gap_ceiling"),
        (_PAYMENT, ("gap", "-5.01", "758"), "invoicing_payment_gap_ceiling"),
        (_PAYMENT, ("gap", "1", "512"), "invoicing_payment_gap_account"),
        (_PAYMENT, ("gap", "-1", "658"), "invoicing_payment_gap_account"),
        (_PAYMENT, ("transfer", "1", "658"), "invoicing_payment_gap_account"),
        (_PAYMENT, ("gap", "1", "658"), "invoicing_payment_gap_whole"),
        (_ALLOCATION, ("money", "0", "0.10"), "invoicing_allocation_gap"),
        (_ALLOCATION, ("gap", "0.50", "0"), "invoicing_allocation_gap"),
        (_ALLOCATION, ("gap", "0", "-0.10"), "invoicing_allocation_gap"),
        (_ALLOCATION, ("gap", "0", "0.61"), "invoicing_allocation_gap"),
    ],
)
def test_the_database_refuses(inside, sql, values, constraint):
    invoice = owes(inside, "1.20")
    other = owes(inside, "0.60")
    money, gap = Payment.objects.earliest("id"), solve(inside, other)
    words = (
        {"means": values[0], "amount": values[1], "account": values[2], "payment": money.pk}
        if sql is _PAYMENT
        else {
            "payment": gap.pk if values[0] == "gap" else money.pk,
            "net": values[1],
            "waived": values[2],
            "amount": "0.60",
            "invoice": invoice.pk,
        }
    )

    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql.format_map(words))
        check_now("invoicing.Payment:settles_whole")

    assert error.value.__cause__.diag.constraint_name == constraint


# The pages and the API.


def test_one_click_from_the_pages(shop):
    with tenant(shop.cooperative):
        invoice, large = owes(shop, "0.60"), owes(shop, "50")
    staff = signed_in(shop.accountant)
    here = "/c/ateliers/encaissements"
    said = "Solder les 0,60\u00a0€"
    assert said in staff.get(f"{here}/{invoice.pk}/").content.decode()
    assert said in staff.get(f"/c/ateliers/ventes/factures/{invoice.pk}/").content.decode()
    assert "Solder les" not in staff.get(f"{here}/{large.pk}/").content.decode()

    staff.post(f"{here}/{invoice.pk}/solder/")
    refusal = staff.post(f"{here}/{large.pk}/solder/", follow=True).content.decode()

    assert "c’est plus que les 5,00" in refusal
    with tenant(shop.cooperative):
        gap = Payment.objects.get(means="gap")
    shown = staff.get(f"{here}/journal/{gap.pk}/").content.decode()
    assert "Écart soldé" in shown and "Contre-passer" in shown and "En crédit" not in shown
    assert "Écart" in staff.get(f"{here}/journal/").content.decode()
    account = f"{here}/clients/{shop.customer.pk}/"
    with tenant(shop.cooperative):
        actions.receive_payment(
            shop.customer, amount=D("0.20"), received_on=JUNE_3, means="transfer", parts={},
            by=shop.accountant,
        )  # fmt: skip
    assert "Solder au 758" in staff.get(account).content.decode()
    staff.post(f"{account}solder/")
    with tenant(shop.cooperative):
        assert queries.customer_credit(shop.customer) == 0


def test_nobody_says_that_money_came_by_a_difference(shop):
    with tenant(shop.cooperative):
        invoice = owes(shop, "0.60")
    body = {"amount": "0.60", "received_on": "2026-06-10", "means": "gap"}

    answer = signed_in(shop.accountant).post(f"/c/ateliers/encaissements/{invoice.pk}/", body)

    assert answer.status_code == 422
    refused_ = Key(shop.accountant).post(
        "/api/v1/payments/", body | {"customer": shop.customer.pk}, format="json"
    )
    assert refused_.status_code == 400


def test_the_others_find_nothing(shop, cooperatives):
    with tenant(shop.cooperative):
        invoice = owes(shop, "0.60")
    strangers = [shop.seller, make_membership(cooperatives[1], "accountant", "x@autre.example")]
    for stranger in strangers:
        for path in (f"{invoice.pk}", f"clients/{shop.customer.pk}"):
            answer = signed_in(stranger).post(f"/c/ateliers/encaissements/{path}/solder/")
            assert answer.status_code == 404
    assert (
        Key(shop.seller, shop.activity)
        .post(
            "/api/v1/payments/write-off/",
            {"invoice": invoice.pk, "on": "2026-06-10"},
            format="json",
        )
        .status_code
        == 404
    )
    with tenant(shop.cooperative):
        assert not Allocation.objects.filter(payment__means="gap").exists()


def test_the_api_does_the_same(shop):
    key = Key(shop.accountant)
    with tenant(shop.cooperative):
        invoice = owes(shop, "0.60")
    url, body = "/api/v1/payments/write-off/", {"invoice": invoice.pk, "on": "2026-06-10"}

    made = key.post(url, body, format="json", HTTP_IDEMPOTENCY_KEY="1").json()

    assert (made["amount"], made["account"], made["means"]) == ("0.60", "658", "gap")
    assert made["allocations"][0]["vat_waived"] == "0.10"
    again = key.post(url, body, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "already_paid")
    for wrong in ({"on": "2026-06-10"}, body | {"customer": shop.customer.pk}):
        assert key.post(url, wrong, format="json").status_code == 400
    none = key.post(url, {"customer": shop.customer.pk, "on": "2026-06-10"}, format="json")
    assert none.json()["code"] == "no_credit"
