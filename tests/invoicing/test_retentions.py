"""The retention of works: agreed, kept, released; the ledger and the database follow."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from accounting.actions import set_contribution_rule
from accounting.enums import ContributionBasis
from accounting.models import EntryLine
from accounting.rules import Contribution
from cae.management.house import (
    wrong_invoices,
    wrong_payments,
    wrong_retentions,
    wrong_settlements,
)
from invoicing import actions, queries
from invoicing.actions import credits, payments
from invoicing.actions import retentions as acts
from invoicing.actions.reminders import remind
from invoicing.models import Invoice, Quote, Retention
from tests.invoicing.makers import JUNE_3, D, Shop, balances, line, refused

pytestmark = pytest.mark.django_db

JUNE_10, JULY_4 = date(2026, 6, 10), date(2026, 7, 4)
A_YEAR_LATER = date(2027, 6, 10)


def site(shop: Shop, rate: str = "0.05", *lines, **values) -> Quote:
    """Return an accepted quote of 1 000 EUR of works at 20 %, part of which is kept."""
    quote = shop.quote(*(lines or [line("Charpente", "1", "1000")]), **values)
    acts.set_retention(quote, rate=D(rate), by=shop.seller)
    sent = actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
    return actions.accept_quote(sent, name="Marianne Lescop", on=JUNE_3, by=shop.seller)


def billed(shop: Shop, draft: Invoice, on: date = JUNE_3) -> Invoice:
    return actions.issue_invoice(draft, on=on, by=shop.accountant)


def works(shop: Shop, **values) -> Invoice:
    return billed(shop, actions.invoice_from_quote(site(shop, **values), by=shop.seller))


def kept_of(invoice: Invoice) -> Retention:
    found = queries.retention_of(invoice.pk)
    assert found is not None
    return found


def owed(invoice: Invoice) -> tuple:
    settlement = queries.settlement_of(invoice)
    assert settlement is not None
    return settlement.remaining, settlement.claimable, settlement.held


def accept(shop: Shop, retention: Retention, on: date = JUNE_10) -> None:
    acts.accept_works(retention, on=on, today=JULY_4, by=shop.seller)


def release(shop: Shop, retention: Retention, cause: str, **values) -> Retention:
    values = {"on": JULY_4, "today": JULY_4, **values}
    return acts.release_retention(retention, cause=cause, by=shop.accountant, **values)


def books_are_right() -> bool:
    found = [*wrong_invoices(), *wrong_settlements(), *wrong_retentions(), *wrong_payments()]
    assert found == []
    return True


def test_the_law_limits_it_to_5_percent(shop):
    quote = shop.quote()

    with refused("retention_too_large"):
        acts.set_retention(quote, rate=D("0.051"), by=shop.seller)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE invoicing_quote SET retention_rate = 0.06 WHERE id = %s", [quote.pk])


def test_it_is_agreed_before_the_quote_is_sent(shop):
    with refused("not_a_draft"):
        acts.set_retention(site(shop), rate=D("0.03"), by=shop.seller)


def test_a_quote_says_what_it_keeps(shop):
    quote = site(shop)

    assert any("Retenue de garantie de 5\u00a0%" in term for term in quote.snapshot["terms"])
    assert actions.duplicate_quote(quote, on=JUNE_3, by=shop.seller).retention_rate == D("0.05")


def test_part_of_an_invoice_of_works_is_owed_a_year_later(shop):
    invoice = works(shop)

    assert (invoice.retention, invoice.retention_due_on) == (D("60.00"), date(2027, 6, 3))
    assert owed(invoice) == (D("1200.00"), D("1140.00"), D("60.00"))
    assert invoice.due == D("1200.00")
    assert balances(shop.activity.analytic) == {
        "181": D("-100.00"), "411": D("1140.00"), "4117": D("60.00"), "44574": D("-200.00"),
        "6041": D("100.00"), "706": D("-1000.00"),
    }  # fmt: skip
    dates = dict(
        EntryLine.objects.filter(account__number__startswith="411").values_list(
            "account__number", "due_on"
        )
    )
    assert dates == {"411": invoice.due_on, "4117": date(2027, 6, 3)}
    assert invoice.snapshot["retention"] == {
        "amount": "60.00", "rate": "0.05", "due_on": "2027-06-03", "accepted_on": "",
    }  # fmt: skip
    assert books_are_right()


def test_a_deposit_keeps_nothing_and_the_rest_keeps_of_all_the_works(shop):
    quote = site(shop)
    deposit = billed(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    shop.pay(deposit, deposit.due)

    rest = billed(shop, actions.bill_rest(quote, by=shop.seller))

    assert (deposit.retention, rest.retention) == (0, D("60.00"))
    assert owed(rest) == (D("840.00"), D("780.00"), D("60.00"))
    assert books_are_right()


def test_each_situation_keeps_its_part(shop):
    quote = site(shop)
    first = billed(shop, actions.bill_progress(quote, progress=D("0.4"), by=shop.seller))
    accept(shop, kept_of(first))

    last = billed(shop, actions.bill_progress(quote, progress=D(1), by=shop.seller))

    assert (first.retention, last.retention) == (D("24.00"), D("36.00"))
    assert kept_of(first).due_on == last.retention_due_on == A_YEAR_LATER
    assert kept_of(last).works_accepted_on == JUNE_10


def test_nothing_is_kept_of_works_accepted_a_year_ago(shop):
    quote = site(shop)
    first = billed(shop, actions.bill_progress(quote, progress=D("0.4"), by=shop.seller))
    accept(shop, kept_of(first))

    draft = actions.bill_progress(quote, progress=D(1), by=shop.seller)
    last = actions.issue_invoice(draft, on=A_YEAR_LATER, by=shop.accountant)

    assert (last.retention, last.retention_due_on) == (0, None)


def test_money_pays_the_main_part_then_what_is_kept(shop):
    invoice = works(shop)

    shop.pay(invoice, "1140")
    assert owed(invoice) == (D("60.00"), 0, D("60.00"))
    assert "411" not in balances(shop.activity.analytic)
    (row,) = queries.with_settlements([invoice], on=date(2026, 12, 1))
    assert (row.state, row.days_late) == ("retained", 0)

    shop.pay(invoice, "60")
    assert owed(invoice) == (0, 0, 0)
    assert "4117" not in balances(shop.activity.analytic)
    assert books_are_right()


def test_one_payment_may_settle_both_and_be_reversed(shop):
    invoice = works(shop)
    payment = shop.pay(invoice, "1200")
    net = EntryLine.objects.filter(net__isnull=False).values_list("account__number", "net")
    assert sorted(net) == [("411", D("950.00")), ("4117", D("50.00"))]

    credits.reverse_payment(payment, on=JULY_4, reason="Mauvais compte", by=shop.accountant)

    assert owed(invoice) == (D("1200.00"), D("1140.00"), D("60.00"))
    assert books_are_right()


def test_a_grouped_payment_leaves_what_is_kept_for_last(shop):
    one, other = works(shop), works(shop)

    payments.receive_payment(
        shop.customer, amount=D("2300"), received_on=JUNE_3, means="transfer", by=shop.accountant
    )

    assert owed(one) == (D("40.00"), 0, D("40.00"))
    assert owed(other) == (D("60.00"), 0, D("60.00"))
    assert books_are_right()


def test_a_credit_of_the_customer_does_not_pay_what_is_kept(shop):
    invoice = works(shop)
    shop.pay(invoice, "1140")
    payments.receive_payment(
        shop.customer, amount=D("50"), received_on=JUNE_3, means="transfer", parts={},
        by=shop.accountant,
    )  # fmt: skip

    with refused("nothing_due"):
        credits.use_credit(shop.customer, on=JUNE_3, by=shop.accountant)


def test_the_contribution_follows_what_is_cashed(shop):
    set_contribution_rule(
        Contribution.flat(D("0.10"), basis=ContributionBasis.CASHED),
        label="À l’encaissement",
        valid_from=JUNE_3,
        by=None,
    )
    invoice = works(shop)

    shop.pay(invoice, "1140")
    assert balances(shop.activity.analytic)["6041"] == D("95.00")

    shop.pay(invoice, "60")
    assert balances(shop.activity.analytic)["6041"] == D("100.00")


@pytest.mark.parametrize("paid", ["0", "1140", "1200"])
def test_a_credit_note_takes_its_part_of_it(shop, paid):
    invoice = works(shop)
    if D(paid):
        shop.pay(invoice, paid)

    part = actions.credit_invoice(invoice, reason="Porte", amount=D("600"), by=shop.seller)
    assert billed(shop, part).retention == D("30.00")
    assert books_are_right()

    rest = actions.credit_invoice(invoice, reason="Annulée", by=shop.seller)
    assert billed(shop, rest).retention == D("30.00")
    assert owed(invoice)[1:] == (0, 0)
    assert books_are_right()


def test_a_corrective_invoice_keeps_its_own(shop):
    invoice = works(shop)
    draft = actions.replace_invoice(invoice, reason="Adresse", by=shop.seller)

    corrective = billed(shop, draft)

    assert owed(invoice) == (0, 0, 0)
    assert owed(corrective) == (D("1200.00"), D("1140.00"), D("60.00"))
    assert books_are_right()


def test_what_is_kept_is_never_late_before_it_is_released(shop):
    invoice = works(shop)
    shop.pay(invoice, "1140")
    december = date(2026, 12, 1)

    assert queries.owed(None, on=december).late == 0
    assert queries.owed(None, on=december).held == D("60.00")
    assert not queries.late_settlements(None, on=december)
    assert not queries.receivables()
    assert not queries.late_invoices(shop.activity.pk, on=december)
    with refused("only_retained"):
        remind(invoice, on=december, by=shop.seller)
    account = queries.customer_account(shop.customer, start=JUNE_3, end=december)
    assert (account.closing, account.late, account.held) == (D("60.00"), 0, D("60.00"))


def test_it_is_released_by_itself_a_year_after_the_works_were_accepted(shop):
    invoice = works(shop)
    shop.pay(invoice, "1140")
    accept(shop, kept_of(invoice))

    assert acts.release_retentions(on=date(2027, 6, 9)) == 0
    assert acts.release_retentions(on=A_YEAR_LATER) == 1
    assert acts.release_retentions(on=A_YEAR_LATER) == 0

    assert owed(invoice) == (D("60.00"), D("60.00"), 0)
    settlement = queries.settlement_of(invoice)
    assert settlement.due_on == A_YEAR_LATER
    assert balances(shop.activity.analytic)["411"] == D("60.00")
    late = queries.lateness_of(invoice, settlement, on=date(2027, 6, 20))
    assert (late.days, late.remaining) == (10, D("60.00"))
    assert late.late_fee == D("0.20")  # 60 x 10 days x 12.15 % / 365
    assert books_are_right()


def test_released_with_an_invoice_that_is_late_it_joins_it(shop):
    invoice = works(shop)

    release(shop, kept_of(invoice), "agreed")

    settlement = queries.settlement_of(invoice)
    assert (settlement.due_on, settlement.claimable) == (invoice.due_on, D("1200.00"))
    # 1 140 for the 30 days before, 1 200 for the 10 after, at 12.15 %.
    late = queries.lateness_of(invoice, settlement, on=date(2026, 7, 13))
    assert (late.days, late.late_fee) == (10, D("3.97"))


def test_a_bank_may_guarantee_it_instead(shop):
    invoice = works(shop)

    with refused("guarantor_missing"):
        release(shop, kept_of(invoice), "guarantee")
    found = release(
        shop, kept_of(invoice), "guarantee", guarantor="Crédit coopératif", reference="C-12"
    )

    assert (found.guarantor, found.guarantee_reference) == ("Crédit coopératif", "C-12")
    assert owed(invoice)[1] == D("1200.00")
    assert books_are_right()


def test_a_customer_who_opposes_keeps_it(shop):
    retention = kept_of(works(shop))
    accept(shop, retention)
    with refused("reason_missing"):
        acts.contest_retention(retention, on=JULY_4, reason=" ", today=JULY_4, by=shop.seller)
    with refused("contested_late"):
        acts.contest_retention(
            retention, on=date(2027, 6, 11), reason="X", today=date(2027, 7, 1), by=shop.seller
        )

    acts.contest_retention(
        retention, on=JULY_4, reason="Fuite en toiture", today=JULY_4, by=shop.seller
    )

    assert acts.release_retentions(on=A_YEAR_LATER) == 0
    with refused("contested"):
        release(shop, retention, "term", on=A_YEAR_LATER, today=A_YEAR_LATER)
    release(shop, retention, "agreed")


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("too_early", {"cause": "term"}),
        ("released_later", {"cause": "agreed", "on": date(2026, 7, 5)}),
        ("released_before", {"cause": "agreed", "on": date(2026, 6, 2)}),
    ],
)
def test_a_release_is_refused(shop, code, values):
    retention = kept_of(works(shop))
    accept(shop, retention)

    with refused(code):
        release(shop, retention, **values)


def test_it_is_released_once_and_not_for_nothing(shop):
    invoice = works(shop)
    with refused("works_not_accepted"):
        release(shop, kept_of(invoice), "term")
    with refused("accepted_later"):
        accept(shop, kept_of(invoice), on=date(2026, 7, 5))
    release(shop, kept_of(invoice), "agreed")

    with refused("already_released"):
        release(shop, kept_of(invoice), "agreed")
    with refused("already_released"):
        accept(shop, kept_of(invoice))
    paid = works(shop)
    shop.pay(paid, "1200")
    with refused("nothing_retained"):
        release(shop, kept_of(paid), "agreed")


#: {id}: an issued invoice of works, its retention running; {draft}: one that is not issued.
TAMPERINGS = {
    "deleted": "DELETE FROM invoicing_retention WHERE invoice_id = {id}",
    "amount": "UPDATE invoicing_retention SET amount = 1 WHERE invoice_id = {id}",
    "customer": "UPDATE invoicing_retention SET customer_name = 'X' WHERE invoice_id = {id}",
    "moved": "UPDATE invoicing_retention SET invoice_id = {draft} WHERE invoice_id = {id}",
    "two years": "UPDATE invoicing_retention SET works_accepted_on = '2026-06-10', "
    "due_on = '2028-06-10' WHERE invoice_id = {id}",
    "no cause": "UPDATE invoicing_retention SET released_on = '2026-07-04' WHERE invoice_id = {id}",
    "no bank": "UPDATE invoicing_retention SET released_on = '2026-07-04', "
    "release_cause = 'guarantee' WHERE invoice_id = {id}",
    "too early": "UPDATE invoicing_retention SET released_on = '2026-07-04', "
    "release_cause = 'term', works_accepted_on = '2026-06-10', due_on = '2027-06-10' "
    "WHERE invoice_id = {id}",
    "opposed without a reason": "UPDATE invoicing_retention SET contested_on = '2026-07-04' "
    "WHERE invoice_id = {id}",
    "opened by hand": "INSERT INTO invoicing_retention (tenant_id, activity_id, invoice_id, "
    "number, customer_name, amount, due_on, contest_reason, release_cause, guarantor, "
    "guarantee_reference) SELECT tenant_id, activity_id, {draft}, number, customer_name, 1, "
    "due_on, '', '', '', '' FROM invoicing_retention WHERE invoice_id = {id}",
    "settlement": "UPDATE invoicing_settlement SET retained = 0 WHERE invoice_id = {id}",
    "above the law": "UPDATE invoicing_invoice SET retention = gross * 0.06 WHERE id = {draft}",
    "rate above the law": "UPDATE invoicing_invoice SET retention_rate = 0.06 WHERE id = {draft}",
    "of a deposit": "UPDATE invoicing_invoice SET kind = 'deposit' WHERE id = {draft}",
}


def test_the_database_holds_what_was_agreed(shop):
    invoice = works(shop)
    draft = actions.invoice_from_quote(site(shop), by=shop.seller)
    held = []
    for name, statement in TAMPERINGS.items():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement.format(id=invoice.pk, draft=draft.pk))
        except DatabaseError:
            held.append(name)

    assert held == list(TAMPERINGS)


def test_once_released_it_is_frozen(shop):
    invoice = works(shop)
    release(shop, kept_of(invoice), "agreed")

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE invoicing_retention SET released_on = NULL, release_cause = '' "
            "WHERE invoice_id = %s",
            [invoice.pk],
        )
