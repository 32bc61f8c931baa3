"""Money received, whole, part, too much, too early, by mistake; and what goes to the bank."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounting.actions.checks import check_now
from accounting.enums import ContributionBasis
from accounting.queries import turnover_by_month as turnover
from accounting.rules import Contribution
from cae.core.enums import VatBasis
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.management import house
from invoicing import actions, queries
from invoicing.models import Allocation, BankDeposit, DepositedItem, Payment
from invoicing.rules.allocation import oldest_first
from tests.invoicing.makers import JUNE_3, D, balances, line, make_customer, make_shop, refused

JUNE_10 = JUNE_3 + timedelta(days=7)


def receive(shop, amount, *, parts=None, on=JUNE_3, means="transfer"):
    return actions.receive_payment(
        shop.customer, amount=D(amount), received_on=on, means=means, parts=parts,
        by=shop.accountant,
    )  # fmt: skip


def remaining(invoice):
    return queries.settlement_of(invoice).remaining


def faults():
    """What a night would find wrong in payments, settlements and chains."""
    return [
        *house.wrong_settlements(),
        *house.wrong_payments(),
        *house.broken_chains(),
        *house.unbalanced_entries(),
    ]


# Which debt first.


def test_the_oldest_debt_is_settled_first():
    dues = [D("100.00"), D("80.00"), D("50.00")]

    assert oldest_first(D("150.00"), dues) == [D("100.00"), D("50.00"), D("0.00")]
    assert oldest_first(D("500.00"), dues) == dues
    assert oldest_first(D("10.00"), []) == []


# More than one invoice.


def test_one_payment_settles_several_invoices_the_oldest_first(shop):
    late = shop.invoice(line(price="100"), payment_days=0)
    later = shop.invoice(line(price="200"), payment_days=30)

    payment = receive(shop, "200")

    assert (remaining(late), remaining(later)) == (D("0.00"), D("160.00"))
    assert [amount for _, amount in queries.settled_by(payment)] == [D("120.00"), D("80.00")]
    assert queries.customer_credit(shop.customer) == 0
    assert balances(shop.activity.analytic)["512"] == D("200.00")
    assert faults() == []


def test_the_parts_may_be_chosen(shop):
    first, second = shop.invoice(line(price="100")), shop.invoice(line(price="200"))

    receive(shop, "200", parts={second.pk: D("150")})

    assert (remaining(first), remaining(second)) == (D("120.00"), D("90.00"))
    assert queries.customer_credit(shop.customer) == D("50.00")
    assert faults() == []


def test_what_cannot_be_settled_is_refused(shop):
    invoice = shop.invoice(line(price="100"))
    stranger = make_customer(shop.activity, shop.seller, name="Autre", siret="", siren="")
    other = shop.invoice(line(price="100"), customer=stranger)
    draft = shop.draft()

    for parts, code in (
        ({invoice.pk: D("121")}, "too_much"),
        ({invoice.pk: D("0")}, "bad_amount"),
        ({other.pk: D("10")}, "other_customer"),
        ({draft.pk: D("10")}, "not_issued"),
        ({987654321: D("10")}, "other_customer"),
    ):
        with refused(code):
            receive(shop, "500", parts=parts)
    with refused("parts_too_large"):
        receive(shop, "50", parts={invoice.pk: D("60")})
    with refused("bad_amount"):
        receive(shop, "-5")
    with refused("received_later"):
        receive(shop, "5", on=date(2030, 1, 1))
    with refused("paid_before_issue"):
        receive(shop, "5", on=JUNE_3 - timedelta(days=1))
    assert not Payment.objects.exists()


# Too much, too early.


def test_a_surplus_is_kept_when_asked_and_used_later(shop):
    invoice = shop.invoice(line(price="1000"))
    with refused("too_much"):
        shop.pay(invoice, "1300")

    payment = actions.record_payment(
        invoice, amount=D("1300"), received_on=JUNE_3, means="transfer", keeps_surplus=True,
        by=shop.accountant,
    )  # fmt: skip

    assert queries.left_of(payment) == queries.customer_credit(shop.customer) == D("100.00")
    assert balances(shop.activity.analytic)["4191"] == D("-100.00")
    with refused("nothing_due"):
        actions.use_credit(shop.customer, on=JUNE_10, by=shop.accountant)
    later = shop.invoice(line(price="50"))
    used = actions.use_credit(shop.customer, on=JUNE_10, by=shop.accountant)
    assert (used, remaining(later)) == (D("60.00"), D("0.00"))
    assert queries.customer_credit(shop.customer) == D("40.00")
    found = balances(shop.activity.analytic)
    assert (found["4191"], found["512"]) == (D("-40.00"), D("1300.00"))
    assert "411" not in found and "44574" not in found
    assert faults() == []


def test_an_advance_owes_no_vat_until_it_meets_an_invoice(cooperative, inside):
    shop = make_shop(cooperative, rule=Contribution.flat(D("0.10"), basis=ContributionBasis.CASHED))
    receive(shop, "600", parts={})

    assert balances(shop.activity.analytic) == {"4191": D("-600.00"), "512": D("600.00")}
    assert turnover(None, [Month(2026, 6)])[0].cashed == 0
    invoice = shop.invoice(line(price="1000"), on=JUNE_10)
    actions.use_credit(shop.customer, on=JUNE_10, by=shop.accountant)

    assert remaining(invoice) == D("600.00")
    found = balances(shop.activity.analytic)
    assert (found["44571"], found["44574"]) == (D("-100.00"), D("-100.00"))
    assert found["6041"] == D("50.00")
    assert turnover(None, [Month(2026, 6)])[0].cashed == D("500.00")
    assert faults() == []


def test_vat_already_due_does_not_fall_due_again(cooperative, inside):
    cooperative.vat_basis = VatBasis.ACCRUAL
    cooperative.save()
    shop = make_shop(cooperative)
    receive(shop, "600", parts={})
    shop.invoice(line(price="1000"))

    actions.use_credit(shop.customer, on=JUNE_10, by=shop.accountant)

    assert balances(shop.activity.analytic)["44571"] == D("-200.00")


def test_credit_is_refused_beyond_what_there_is(shop):
    with refused("no_credit"):
        actions.use_credit(shop.customer, on=JUNE_10, by=shop.accountant)
    invoice = shop.invoice()
    receive(shop, "100", parts={})
    with refused("credit_too_small"):
        actions.use_credit(
            shop.customer, parts={invoice.pk: D("100.01")}, on=JUNE_10, by=shop.accountant
        )
    assert queries.customer_credit(shop.customer) == D("100.00")


# Given back.


def give(shop, amount, **values):
    return actions.give_back(
        shop.customer,
        **{
            "amount": D(amount),
            "given_on": JUNE_10,
            "means": "transfer",
            "reason": "Payé deux fois",
            "by": shop.accountant,
            **values,
        },
    )


def test_a_surplus_is_given_back_from_the_oldest_money(shop):
    first = receive(shop, "100", parts={})
    second = receive(shop, "100", parts={}, on=JUNE_10)

    refund = give(shop, "150")

    assert (refund.amount, refund.kind) == (D("-150.00"), "Remboursement")
    assert (queries.left_of(first), queries.left_of(second)) == (0, D("50.00"))
    assert balances(shop.activity.analytic) == {"4191": D("-50.00"), "512": D("50.00")}
    with refused("credit_too_small"):
        give(shop, "50.01")
    with refused("reason_missing"):
        give(shop, "1", reason=" ")
    with refused("bad_amount"):
        give(shop, "0")
    assert faults() == []


def test_a_credit_note_on_a_paid_invoice_gives_money_back(shop, seller, staff):
    invoice = shop.invoice(line("A", price="1000"), line("B", price="500"))
    shop.pay(invoice, "1800")
    credit = actions.credit_invoice(invoice, reason="B n’a pas été fait", by=seller)
    actions.change_invoice(
        credit, content=shop.invoice_content(line("B", price="500"), subject="Avoir"), by=seller
    )
    actions.issue_invoice(credit, on=JUNE_10, by=staff)
    assert queries.customer_credit(shop.customer) == D("600.00")

    give(shop, "600")

    assert remaining(invoice) == 0
    assert queries.customer_credit(shop.customer) == 0
    found = balances(shop.activity.analytic)
    assert (found["512"], found["44571"], found["706"]) == (
        D("1200.00"), D("-200.00"), D("-1000.00"),
    )  # fmt: skip
    assert {"411", "4191", "44574"} & set(found) == set()
    assert faults() == []


def test_a_credit_note_on_a_paid_invoice_pays_the_next_one(shop, seller, staff):
    invoice = shop.invoice(line(price="1000"))
    shop.pay(invoice, "1200")
    credit = actions.credit_invoice(invoice, reason="Annulée", by=seller)
    actions.issue_invoice(credit, on=JUNE_10, by=staff)
    next_one = shop.invoice(line(price="900"), on=JUNE_10)

    actions.use_credit(shop.customer, on=JUNE_10, by=staff)

    assert remaining(next_one) == 0
    assert queries.customer_credit(shop.customer) == D("120.00")
    assert faults() == []


@pytest.mark.parametrize("then", ["kept", "given back", "used", "reversed"])
@pytest.mark.parametrize("paid", ["1800", "900"])
def test_a_credit_note_after_its_money_lowers_the_cashed_turnover(shop, paid, then):
    """To the cent, and once: what becomes of the credit it leaves changes nothing more."""
    invoice = shop.invoice(line("A", price="1000"), line("B", price="500"))
    payment = shop.pay(invoice, paid)
    credit = actions.credit_invoice(invoice, reason="Rien n’a été fait", by=shop.seller)
    actions.issue_invoice(credit, on=JUNE_10, by=shop.accountant)

    if then == "given back":
        give(shop, paid)
    elif then == "used":
        shop.invoice(line(price="2000"), on=JUNE_10)
        actions.use_credit(shop.customer, on=JUNE_10, by=shop.accountant)
    elif then == "reversed":
        actions.reverse_payment(payment, on=JUNE_10, reason="Impayé", by=shop.accountant)

    (june,) = turnover(shop.activity.analytic, [Month(2026, 6)])
    again = D(paid) / D("1.2") if then == "used" else D("0.00")
    assert june.cashed == again
    assert sum(each.net for each in Allocation.objects.all()) == again
    assert faults() == []


def test_a_cent_given_back_on_three_rates_is_posted_whole(shop):
    """The rounding of three rates moves two cents of turnover, on a line of one cent."""
    prices = {"20": "32.76", "10": "13.20", "5-5": "7.53"}
    invoice = shop.invoice(*(line(vat, price=price, vat=vat) for vat, price in prices.items()))
    shop.pay(invoice, "32.39")
    credit = actions.credit_invoice(invoice, reason="Un centime", by=shop.seller)
    actions.change_invoice(
        credit, content=shop.invoice_content(line(price="0.01", vat="10")), by=shop.seller
    )

    actions.issue_invoice(credit, on=JUNE_10, by=shop.accountant)
    shop.pay(invoice, remaining(invoice), on=JUNE_10)

    (june,) = turnover(shop.activity.analytic, [Month(2026, 6)])
    assert june.cashed == june.invoiced == D("53.48")
    assert faults() == []


# Mistakes.


def test_a_mistaken_payment_is_reversed_by_its_opposite(shop):
    invoice = shop.invoice(line(price="1000"))
    payment = receive(shop, "1300")
    before = shop.invoice(line(price="10"))

    opposite = actions.reverse_payment(
        payment, on=JUNE_10, reason="Mauvais client", by=shop.accountant
    )

    assert (opposite.amount, opposite.kind) == (D("-1300.00"), "Contre-passation")
    assert (remaining(invoice), remaining(before)) == (D("1200.00"), D("12.00"))
    assert queries.customer_credit(shop.customer) == 0
    found = balances(shop.activity.analytic)
    assert {"512", "4191", "44571"} & set(found) == set()
    assert found["44574"] == D("-202.00")
    assert turnover(None, [Month(2026, 6)])[0].cashed == 0
    assert faults() == []
    with refused("already_reversed"):
        actions.reverse_payment(payment, on=JUNE_10, reason="Encore", by=shop.accountant)
    with refused("is_a_reversal"):
        actions.reverse_payment(opposite, on=JUNE_10, reason="Encore", by=shop.accountant)


def test_a_refund_written_by_mistake_is_reversed_too(shop):
    payment = receive(shop, "300", parts={})
    refund = give(shop, "200")
    with refused("already_given_back"):
        actions.reverse_payment(payment, on=JUNE_10, reason="Erreur", by=shop.accountant)

    actions.reverse_payment(refund, on=JUNE_10, reason="Pas viré", by=shop.accountant)

    assert queries.left_of(payment) == queries.customer_credit(shop.customer) == D("300.00")
    assert faults() == []
    actions.reverse_payment(payment, on=JUNE_10, reason="Erreur", by=shop.accountant)
    assert queries.customer_credit(shop.customer) == 0
    assert balances(shop.activity.analytic) == {}
    assert faults() == []


def test_a_reversal_says_why_and_comes_after(shop):
    payment = receive(shop, "300", parts={}, on=JUNE_10)
    with refused("reason_missing"):
        actions.reverse_payment(payment, on=JUNE_10, reason="", by=shop.accountant)
    with refused("reversed_before"):
        actions.reverse_payment(payment, on=JUNE_3, reason="Erreur", by=shop.accountant)


# To the bank.


def test_cheques_wait_until_the_bank_has_them(shop):
    invoice = shop.invoice(line(price="1000"))
    cheque = receive(shop, "1200", means="cheque")
    assert remaining(invoice) == 0
    assert balances(shop.activity.analytic)["5112"] == D("1200.00")
    assert queries.waiting_by_means() == {"cheque": (1, D("1200.00"))}

    deposit = actions.fill_deposit("cheque", [cheque], by=shop.accountant)
    assert list(queries.waiting_for_deposit()) == []
    with refused("in_open_deposit"):
        actions.reverse_payment(cheque, on=JUNE_10, reason="Impayé", by=shop.accountant)
    deposit = actions.close_deposit(deposit, on=JUNE_10, by=shop.accountant)

    assert (deposit.number, deposit.total, deposit.item_count) == ("RB-2026-0001", 1200, 1)
    found = balances(shop.activity.analytic)
    assert found["512"] == D("1200.00") and "5112" not in found
    for act in (
        lambda: actions.close_deposit(deposit, on=JUNE_10, by=shop.accountant),
        lambda: actions.take_out(deposit, cheque, by=shop.accountant),
    ):
        with refused("deposit_closed"):
            act()
    actions.reverse_payment(cheque, on=JUNE_10, reason="Impayé", by=shop.accountant)
    assert "512" not in balances(shop.activity.analytic)
    assert faults() == []


def test_cash_goes_through_the_till(shop):
    cash = receive(shop, "50", parts={}, means="cash")
    assert balances(shop.activity.analytic)["530"] == D("50.00")
    cheque = receive(shop, "60", parts={}, means="cheque")

    with refused("not_waiting"):
        actions.fill_deposit("cheque", [cheque, cash], by=shop.accountant)
    with refused("not_deposited"):
        actions.fill_deposit("transfer", [cash], by=shop.accountant)
    with refused("nothing_chosen"):
        actions.fill_deposit("cash", [], by=shop.accountant)
    deposit = actions.fill_deposit("cash", [cash], by=shop.accountant)
    with refused("before_receipt"):
        actions.close_deposit(deposit, on=JUNE_3 - timedelta(days=1), by=shop.accountant)
    actions.take_out(deposit, cash, by=shop.accountant)
    with refused("not_in_deposit"):
        actions.take_out(deposit, cash, by=shop.accountant)
    with refused("empty_deposit"):
        actions.close_deposit(deposit, on=JUNE_10, by=shop.accountant)


def test_the_slip_is_made_once_the_same_each_time(shop):
    cheque = receive(shop, "1200", parts={}, means="cheque")
    deposit = actions.fill_deposit("cheque", [cheque], by=shop.accountant)
    assert actions.ask_for_deposit_slip(deposit) is None
    deposit = actions.close_deposit(deposit, on=JUNE_10, by=shop.accountant)
    from invoicing.actions.files import store_deposit_slip
    from invoicing.documents.pdfs import deposit_slip_pdf

    made = store_deposit_slip(deposit)

    assert store_deposit_slip(deposit) == made == actions.ask_for_deposit_slip(deposit)
    held = queries.held_in(deposit)
    assert deposit_slip_pdf(deposit, held) == deposit_slip_pdf(deposit, held)


# What PostgreSQL itself refuses.

_ALLOCATION = (
    "INSERT INTO invoicing_allocation (tenant_id, activity_id, payment_id, invoice_id, refund_id,"
    " amount, net, vat_due) VALUES ({tenant}, {activity}, {payment}, {invoice}, {refund},"
    " {amount}, 0, 0)"
)
_PAYMENT = (
    "INSERT INTO invoicing_payment (tenant_id, activity_id, customer_id, customer_name, amount,"
    " account, reverses_id, reason, received_on, means, reference, chain_rank, fingerprint,"
    " recorded_by_id, recorded_at) SELECT tenant_id, activity_id, customer_id, customer_name,"
    " {amount}, account, {reverses}, 'X', received_on, '{means}', '', 99, fingerprint,"
    " recorded_by_id, recorded_at FROM invoicing_payment WHERE id = {payment}"
)


def _allocation(**values):
    return _ALLOCATION.format_map(_Names({"refund": "NULL", **values}))


class _Names(dict):
    def __missing__(self, name):
        return "{" + name + "}"


TAMPERINGS = {
    "more than what is due": (_allocation(amount="800"), "invoicing_allocation_due"),
    "more than was received": (_allocation(amount="900.01"), "invoicing_allocation_payment"),
    "less than nothing": (_allocation(amount="-100.01"), "invoicing_settlement_paid"),
    "of another customer": (
        _allocation(amount="10", invoice="{other}"),
        "invoicing_allocation_customer",
    ),
    "money out of a refund": (
        _allocation(amount="10", payment="{given}"),
        "invoicing_allocation_payment",
    ),
    "a refund beyond its amount": (
        _allocation(amount="10", invoice="NULL", refund="{given}"),
        "invoicing_allocation_refund",
    ),
    "a refund that is a receipt": (
        _allocation(amount="10", invoice="NULL", refund="{payment}"),
        "invoicing_allocation_refund",
    ),
    "neither invoice nor refund": (
        _allocation(amount="10", invoice="NULL"),
        "invoicing_allocation_amount",
    ),
    "money given back from nowhere": (
        _PAYMENT.format_map(_Names(amount="-5", reverses="NULL", means="transfer")),
        "invoicing_payment_received",
    ),
    "a reversal of another amount": (
        _PAYMENT.format_map(_Names(amount="-5", reverses="{payment}", means="transfer")),
        "invoicing_payment_opposite",
    ),
    "a reversal by other means": (
        _PAYMENT.format_map(_Names(amount="-1000", reverses="{payment}", means="cash")),
        "invoicing_payment_opposite",
    ),
    "money given back without a reason": (
        _PAYMENT.format_map(_Names(amount="-5", reverses="NULL", means="transfer")).replace(
            "'X'", "''"
        ),
        "invoicing_payment_reason",
    ),
    "a transfer in a deposit": (
        "INSERT INTO invoicing_depositeditem (tenant_id, deposit_id, payment_id)"
        " VALUES ({tenant}, {open}, {payment})",
        "invoicing_depositeditem_waits",
    ),
    "a cheque more in a closed deposit": (
        "INSERT INTO invoicing_depositeditem (tenant_id, deposit_id, payment_id)"
        " VALUES ({tenant}, {closed}, {waiting})",
        "invoicing_bankdeposit_closed",
    ),
    "a cheque out of a closed deposit": (
        "DELETE FROM invoicing_depositeditem WHERE deposit_id = {closed}",
        "invoicing_bankdeposit_closed",
    ),
    "a cheque moved to another deposit": (
        "UPDATE invoicing_depositeditem SET deposit_id = {closed} WHERE deposit_id = {open}",
        None,
    ),
    "a closed deposit opened again": (
        "UPDATE invoicing_bankdeposit SET closed_at = NULL WHERE id = {closed}",
        "invoicing_bankdeposit_closed",
    ),
    "a closed deposit made larger": (
        "UPDATE invoicing_bankdeposit SET total = total + 1 WHERE id = {closed}",
        "invoicing_bankdeposit_closed",
    ),
    "a closed deposit deleted": (
        "DELETE FROM invoicing_bankdeposit WHERE id = {closed}",
        "invoicing_bankdeposit_closed",
    ),
    "a deposit closed on another total": (
        "UPDATE invoicing_bankdeposit SET number = 'RB-2026-0099', banked_on = '2026-06-10',"
        " total = 1, item_count = 1, closed_by_id = opened_by_id, closed_at = now()"
        " WHERE id = {open}",
        "invoicing_bankdeposit_total",
    ),
}


@pytest.mark.parametrize("what", TAMPERINGS)
def test_the_database_refuses(shop, what):
    sql, constraint = TAMPERINGS[what]
    invoice = shop.invoice(line(price="1000"))
    payment = receive(shop, "1000", parts={invoice.pk: D("100")})  # 900 left, 1100 due
    given = give(shop, "0.01") if "refund" in what else None
    stranger = make_customer(shop.activity, shop.seller, name="Autre", siret="", siren="")
    other = shop.invoice(line(price="100"), customer=stranger)
    banked, held, waiting = (receive(shop, "10", parts={}, means="cheque") for _ in range(3))
    closed = actions.close_deposit(
        actions.fill_deposit("cheque", [banked], by=shop.accountant), on=JUNE_10,
        by=shop.accountant,
    )  # fmt: skip
    still_open = actions.fill_deposit("cheque", [held], by=shop.accountant)
    if "due" in what:  # 740 are, once 360 are credited
        credit = actions.credit_invoice(invoice, reason="Moins", by=shop.seller)
        actions.change_invoice(
            credit, content=shop.invoice_content(line(price="300"), subject="Avoir"), by=shop.seller
        )
        actions.issue_invoice(credit, on=JUNE_10, by=shop.accountant)
    statement = sql.format_map(
        {
            "tenant": shop.cooperative.pk, "activity": shop.activity.pk, "payment": payment.pk,
            "invoice": invoice.pk, "other": other.pk, "given": given.pk if given else 0,
            "open": still_open.pk, "closed": closed.pk, "waiting": waiting.pk,
        }
    ).format_map(
        {
            "payment": payment.pk, "other": other.pk, "given": given.pk if given else 0,
        }
    )  # fmt: skip

    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
        check_now("invoicing.Payment:gives_back_received")

    if constraint:
        assert error.value.__cause__.diag.constraint_name == constraint


def test_a_neighbour_reads_no_deposit(shop):
    cheque = receive(shop, "10", parts={}, means="cheque")
    actions.fill_deposit("cheque", [cheque], by=shop.accountant)
    from entrepreneurs.queries import own_ids

    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.seller)):
        assert Payment.objects.count() == 1
        assert not BankDeposit.objects.exists()
        assert not DepositedItem.objects.exists()
        assert Allocation.objects.count() == 0
