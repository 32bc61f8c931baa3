"""What is sold by an activity with accounts of its own: the books say the same, elsewhere."""

from __future__ import annotations

from datetime import date

import pytest

from accounting import actions as ledger
from accounting import queries as books
from accounting.models import EntryLine
from cae.core.periods import Month
from cae.management.house import (
    analytic_gaps,
    unbalanced_entries,
    wrong_invoices,
    wrong_payments,
    wrong_retentions,
    wrong_settlements,
    wrong_sheets,
)
from invoicing import actions, queries
from invoicing.models import Customer
from tests.invoicing.makers import JUNE_3, D, Shop, balances, line, make_customer, make_seller
from tests.invoicing.test_billing import accepted
from tests.invoicing.test_expenses import submitted
from tests.invoicing.test_internal_orders import ordered
from tests.invoicing.test_retentions import release, works

pytestmark = pytest.mark.django_db
JUNE_10, JULY_4 = date(2026, 6, 10), date(2026, 7, 4)
OWN = {
    "customers": "4112", "services": "70601", "goods": "70701", "expenses": "4251",
    "bank": "51201", "internal": "60421",
}  # fmt: skip


@pytest.fixture
def own(shop) -> Shop:
    for number in OWN.values():
        ledger.open_account(number, label=f"Compte {number}", by=shop.accountant)
    choose(shop, **OWN)
    return shop


def choose(shop: Shop, analytic=None, *, party_prefix: str = "", **accounts: str) -> None:
    ledger.choose_accounts(
        analytic or shop.activity.analytic,
        accounts=accounts,
        party_prefix=party_prefix,
        by=shop.accountant,
    )


def books_are_right() -> bool:
    checks = (
        unbalanced_entries, analytic_gaps, wrong_invoices, wrong_settlements, wrong_retentions,
        wrong_payments, wrong_sheets,
    )  # fmt: skip
    assert [fault for check in checks for fault in check()] == []
    return True


def test_a_sale_is_posted_on_them_and_reads_the_same(shop):
    usual = make_seller(shop.cooperative, first_name="Ana", last_name="Lo", name="Témoin")
    for number in OWN.values():
        ledger.open_account(number, label=f"Compte {number}", by=shop.accountant)
    choose(shop, **OWN)
    for each in (shop, usual):
        invoice = each.invoice(line(price="1000"), line(price="100", nature="goods"))
        each.pay(invoice, "660")

    assert balances(shop.activity.analytic) == {
        "181": D("-110.00"), "4112": D("660.00"), "44571": D("-120.00"), "44574": D("-100.00"),
        "51201": D("660.00"), "6041": D("110.00"), "70601": D("-1000.00"),
        "70701": D("-100.00"),
    }  # fmt: skip
    mine, theirs = shop.activity.analytic, usual.activity.analytic
    assert books.available(mine) == books.available(theirs)
    june = Month(2026, 6)
    assert books.turnover_by_month(mine, [june]) == books.turnover_by_month(theirs, [june])
    assert books.distribution(mine, june) == books.distribution(theirs, june)
    assert len(books.open_items("411", analytic=mine)) == len(
        books.open_items("411", analytic=theirs)
    )
    assert [line.amount for line in books.statement(mine).movements] == [
        line.amount for line in books.statement(theirs).movements
    ]
    assert queries.owed((shop.activity.pk,), on=JULY_4) == queries.owed(
        (usual.activity.pk,), on=JULY_4
    )
    assert books_are_right()


def test_what_is_posted_is_settled_where_it_is(own):
    """The accounts change between an invoice and all that comes after it."""
    paid, credited, wrong = own.invoice(), own.invoice(), own.invoice()
    choose(own)  # back to the usual ones

    own.pay(paid, "1200")
    credit = actions.credit_invoice(credited, reason="Annulée", by=own.seller)
    actions.issue_invoice(credit, on=JUNE_10, by=own.accountant)
    draft = actions.replace_invoice(wrong, reason="Prix faux", by=own.seller)
    actions.issue_invoice(draft, on=JUNE_10, by=own.accountant)

    found = balances(own.activity.analytic)
    assert (found["411"], found["706"], found["512"]) == (D("1200.00"), D("-1000.00"), D("1200"))
    assert found["70601"] == D("-1000.00") and "4112" not in found
    assert books_are_right()


def test_deposits_of_a_quote_come_back_to_the_product_of_the_invoice(own):
    """A credit note of the balance gives its deposit back from the account it was sold on."""
    quote = accepted(own, line(price="1000"))
    deposit = actions.bill_deposit(quote, share=D("0.30"), by=own.seller)
    deposit = actions.issue_invoice(deposit, on=JUNE_3, by=own.accountant)
    own.pay(deposit, deposit.due)
    final = actions.issue_invoice(
        actions.bill_rest(quote, by=own.seller), on=JUNE_3, by=own.accountant
    )
    assert balances(own.activity.analytic)["70601"] == D("-1000.00")
    choose(own)
    credit = actions.credit_invoice(final, reason="Annulée", by=own.seller)
    actions.issue_invoice(credit, on=JUNE_10, by=own.accountant)

    found = balances(own.activity.analytic)
    assert {"70601", "706", "4112", "411"} & set(found) == set()
    assert books_are_right()


def test_a_retention_comes_back_where_its_invoice_is(own):
    invoice = works(own)
    choose(own)
    retention = invoice.retentions.get()
    release(own, retention, cause="agreed")

    found = balances(own.activity.analytic)
    assert found["4112"] == D("1200.00") and "4117" not in found
    assert books_are_right()


def test_cheques_go_to_the_bank_of_the_cooperative(own):
    choose(own, books.cooperative_analytic(), bank="51201")
    own.invoice()
    cheque = actions.receive_payment(
        own.customer, amount=D("1200"), received_on=JUNE_3, means="cheque", by=own.accountant
    )
    deposit = actions.fill_deposit("cheque", [cheque], by=own.accountant)
    deposit = actions.close_deposit(deposit, on=JUNE_10, by=own.accountant)
    assert (deposit.account, balances(own.activity.analytic)["51201"]) == ("51201", D("1200.00"))

    choose(own, books.cooperative_analytic())
    actions.reverse_payment(cheque, on=JUNE_10, reason="Impayé", by=own.accountant)

    assert {"51201", "512", "5112"} & set(balances(own.activity.analytic)) == set()
    assert books_are_right()


def test_money_given_back_leaves_the_bank_of_the_activity(own):
    actions.receive_payment(
        own.customer, amount=D("600"), received_on=JUNE_3, means="transfer", by=own.accountant
    )
    actions.give_back(
        own.customer, amount=D("600"), given_on=JUNE_10, means="transfer",
        reason="Commande annulée", by=own.accountant,
    )  # fmt: skip

    assert balances(own.activity.analytic) == {}
    assert books_are_right()


def test_an_expense_sheet_is_given_back_where_it_was_approved(own):
    sheet = actions.approve_sheet(submitted(own), on=JUNE_3, by=own.accountant)
    assert balances(own.activity.analytic)["4251"] == D("-120.00")
    choose(own, bank="51201")

    actions.refund_sheet(sheet, on=JUNE_10, by=own.accountant)

    found = balances(own.activity.analytic)
    assert found["51201"] == D("-120.00") and {"425", "4251"} & set(found) == set()
    assert books_are_right()


def test_an_internal_order_is_on_the_account_of_who_sells(own):
    buyer = make_seller(own.cooperative, first_name="Bilal", last_name="Ozan", name="Sureau")
    buyer.pay(buyer.invoice(line(price="1000")), "1200")
    order = actions.create_internal_order(
        own.activity, buyer_id=buyer.activity.pk, subject="Relecture", lines=[ordered()],
        on=JUNE_3, by=own.seller,
    )  # fmt: skip
    order = actions.propose_internal_order(order, by=own.seller)
    order = actions.accept_internal_order(order, on=JUNE_10, by=buyer.seller)

    assert balances(own.activity.analytic) == {"1812": D("300.00"), "60421": D("-300.00")}
    assert balances(buyer.activity.analytic)["60421"] == D("300.00")
    june = Month(2026, 6)
    assert books.distribution(own.activity.analytic, june).exchanged == D("300.00")
    actions.cancel_internal_order(order, reason="Erreur", on=JUNE_10, by=own.accountant)
    assert balances(own.activity.analytic) == {}
    assert books_are_right()


def test_a_customer_is_named_in_the_books_the_first_time(own):
    twin = make_customer(own.activity, own.seller, name="Éditions du Lac", siret="", siren="")
    choose(own, party_prefix="411")
    own.invoice()
    actions.receive_payment(
        twin, amount=D("60"), received_on=JUNE_3, means="transfer", by=own.accountant
    )
    choose(own, party_prefix="C")
    own.invoice()

    accounts = Customer.objects.filter(pk__in=[own.customer.pk, twin.pk]).order_by("pk")
    assert list(accounts.values_list("party_account", flat=True)) == ["411EDITIO", "411EDITIO2"]
    posted = EntryLine.objects.exclude(party_account="").order_by("id")
    assert list(posted.values_list("party_account", flat=True)) == [
        "411EDITIO", "411EDITIO2", "411EDITIO",
    ]  # fmt: skip
