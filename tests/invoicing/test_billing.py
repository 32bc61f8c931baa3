"""From an accepted quote to its invoices: deposits, situations, what is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from accounting.enums import ContributionBasis
from accounting.rules import Contribution
from cae.core.money import to_cents
from cae.management.house import wrong_invoices, wrong_settlements
from invoicing import actions, queries
from invoicing.enums import InvoiceKind
from invoicing.models import Deduction, Invoice
from invoicing.rules.lines import Discount
from tests.invoicing.makers import JUNE_3, D, Shop, balances, line, make_shop, refused

pytestmark = pytest.mark.django_db

LINES = (
    line("Maçonnerie", "3", "333.33", section="Gros œuvre"),
    line("Isolation", "7.5", "41.99", vat="10"),
    line("Poêle", "1", "1249.95", vat="20", nature="goods"),
)


def accepted(shop: Shop, *lines, **values):
    quote = actions.send_quote(
        shop.quote(*(lines or LINES), **values), on=JUNE_3, by=shop.seller, with_mail=False
    )
    return actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3, by=shop.seller)


def issued(shop: Shop, draft: Invoice) -> Invoice:
    return actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)


def paid(shop: Shop, invoice: Invoice) -> Invoice:
    settlement = queries.settlement_of(invoice)
    assert settlement is not None
    if settlement.remaining:
        shop.pay(invoice, settlement.remaining)
    return invoice


def through(shop: Shop, draft: Invoice) -> Invoice:
    return paid(shop, issued(shop, draft))


def books_are_right() -> bool:
    return not [*wrong_invoices(), *wrong_settlements(), *queries.series_gaps()]


def test_a_list_counts_a_deposit_once(shop):
    quote = accepted(shop)
    through(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    issued(shop, actions.bill_rest(quote, by=shop.seller))

    totals = queries.totals_of_list(queries.InvoiceFilter().rows(None, on=JUNE_3))

    assert (totals.count, totals.net, totals.vat, totals.gross) == (
        2,
        quote.net,
        quote.vat,
        quote.gross,
    )


# Deposits.


def test_a_deposit_is_cut_by_rate_and_nature_and_waits_on_4191(shop):
    quote = accepted(shop)

    deposit = issued(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))

    assert (deposit.kind, deposit.snapshot["type_code"]) == (InvoiceKind.DEPOSIT, "386")
    assert deposit.net == D("769.46")  # 30 % of 2 564.86, rounded once
    assert [(row.label, row.nature, row.net) for row in deposit.lines.all()] == [
        ("Acompte de 30\u00a0% sur le devis DE-2026-0001", "services", D("300.00")),
        ("Acompte de 30\u00a0% sur le devis DE-2026-0001", "services", D("94.48")),
        ("Acompte de 30\u00a0% sur le devis DE-2026-0001", "goods", D("374.98")),
    ]
    found = balances(shop.activity.analytic)
    assert found["4191"] == -deposit.net
    assert found["44574"] == -deposit.vat  # goods too: the VAT of a deposit waits for its money
    assert {"706", "707", "44571"} & set(found) == set()
    assert books_are_right()


@pytest.mark.parametrize("basis", list(ContributionBasis))
@pytest.mark.parametrize("share", ["0.30", "0.3333", "1"])
def test_deposit_and_final_leave_the_books_as_one_invoice_does(cooperative, inside, basis, share):
    rule = Contribution.flat(D("0.10"), basis=basis)
    shop = make_shop(cooperative, rule=rule)
    quote = accepted(shop, discount=Discount(rate=D("0.05")))
    through(shop, actions.invoice_from_quote(quote, by=shop.seller))
    alone = balances(shop.activity.analytic)
    again = accepted(shop, discount=Discount(rate=D("0.05")))

    through(shop, actions.bill_deposit(again, share=D(share), by=shop.seller))
    final = through(shop, actions.bill_rest(again, by=shop.seller))

    assert final.kind == InvoiceKind.FINAL
    assert final.snapshot["process"] == "M4"
    found = balances(shop.activity.analytic)
    # The contribution is the rule on the cumulated basis: it is taken once, to the cent.
    assert found.pop("6041") == -found.pop("181") == to_cents(2 * quote.net * D("0.10"))
    assert found == {n: 2 * a for n, a in alone.items() if n not in ("6041", "181")}
    assert queries.billing_plan(again).remaining == 0
    assert books_are_right()


def test_a_final_invoice_names_the_deposits_it_takes_off(shop):
    quote = accepted(shop)
    deposits = [
        through(shop, actions.bill_deposit(quote, share=D("0.20"), by=shop.seller)),
        through(shop, actions.bill_deposit(quote, net=D("100.00"), by=shop.seller)),
    ]

    final = issued(shop, actions.bill_rest(quote, by=shop.seller))

    assert (final.net, final.gross) == (quote.net, quote.gross)
    assert final.prepaid == sum(d.gross for d in deposits)
    assert [d["number"] for d in final.snapshot["deposits"]] == ["FA-2026-0001", "FA-2026-0002"]
    settlement = queries.settlement_of(final)
    assert settlement is not None and settlement.gross == final.gross - final.prepaid
    with refused("quote_closed"):
        actions.bill_deposit(quote, share=D("0.1"), by=shop.seller)


def test_an_unpaid_deposit_is_not_taken_off(shop):
    quote = accepted(shop)
    deposit = issued(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    final = actions.bill_rest(quote, by=shop.seller)

    with refused("deposit_unpaid"):
        issued(shop, final)

    paid(shop, deposit)
    assert issued(shop, final).prepaid == deposit.gross


def test_a_credited_deposit_is_free_of_the_final_invoice(shop):
    quote = accepted(shop)
    deposit = issued(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    credit = issued(shop, actions.credit_invoice(deposit, reason="Annulé", by=shop.seller))

    final = issued(shop, actions.bill_rest(quote, by=shop.seller))

    assert credit.snapshot["type_code"] == "503"
    assert (final.kind, final.prepaid, final.gross) == (InvoiceKind.INVOICE, 0, quote.gross)
    assert "4191" not in balances(shop.activity.analytic)
    assert books_are_right()


def test_a_deposit_credited_in_part_is_taken_off_for_what_is_left(shop):
    quote = accepted(shop, line(price="1000"))
    deposit = issued(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    issued(shop, actions.credit_invoice(deposit, reason="Geste", amount=D("120"), by=shop.seller))
    paid(shop, deposit)

    final = through(shop, actions.bill_rest(quote, by=shop.seller))

    assert (final.prepaid, final.prepaid_net, final.due) == (D("240"), D("200"), D("960"))
    found = balances(shop.activity.analytic)
    assert (found["706"], found["44571"], found["512"]) == (D("-1000"), D("-200"), D("1200"))
    assert {"4191", "411", "44574"} & set(found) == set()


def test_a_deposit_that_changed_since_the_draft_is_refused_with_the_way_out(shop):
    quote = accepted(shop)
    deposit = issued(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    final = actions.bill_rest(quote, by=shop.seller)
    issued(shop, actions.credit_invoice(deposit, reason="Geste", amount=D("10"), by=shop.seller))
    paid(shop, deposit)

    with refused("deposit_changed"):
        issued(shop, final)


def test_a_deducted_deposit_is_not_credited_until_the_final_invoice_is(shop):
    quote = accepted(shop)
    deposit = through(shop, actions.bill_deposit(quote, share=D("0.30"), by=shop.seller))
    early = actions.credit_invoice(deposit, reason="Annulé", by=shop.seller)
    final = issued(shop, actions.bill_rest(quote, by=shop.seller))

    with refused("deposit_deducted"):
        issued(shop, early)
    with refused("deposit_deducted"):
        actions.credit_invoice(deposit, reason="Annulé", by=shop.seller)

    left = issued(shop, actions.credit_invoice(final, reason="Annulé", by=shop.seller))
    assert left.due == final.due
    issued(shop, early)
    found = balances(shop.activity.analytic)
    # Only the money of the deposit is there, owed back to the customer.
    assert (found["512"], found["411"]) == (deposit.gross, -deposit.gross)
    assert "4191" not in found
    assert all(abs(found.get(number, D(0))) <= D("0.02") for number in ("706", "707", "44574"))
    assert books_are_right()


def test_deposits_larger_than_what_is_left_are_refused_with_the_way_out(shop):
    quote = accepted(shop, line(price="1000"))
    through(shop, actions.bill_deposit(quote, share=D("0.80"), by=shop.seller))
    final = actions.bill_rest(quote, by=shop.seller)

    with refused("deposits_too_large"):
        actions.change_invoice(
            final, content=shop.invoice_content(line(price="700"), subject="Solde"), by=shop.seller
        )

    with refused("beyond_quote"):
        actions.discard_invoice(final, by=shop.seller)
        actions.bill_deposit(quote, share=D("0.21"), by=shop.seller)


# What is refused.


def test_a_quote_is_billed_once_it_is_accepted_and_one_draft_at_a_time(shop):
    draft = shop.quote()
    for bill in (
        lambda: actions.bill_deposit(draft, share=D("0.3"), by=shop.seller),
        lambda: actions.bill_progress(draft, progress=D("0.3"), by=shop.seller),
        lambda: actions.bill_rest(draft, by=shop.seller),
    ):
        with refused("quote_not_accepted"):
            bill()
    quote = accepted(shop)
    for amount in ({"share": D(0)}, {"net": D("-5")}, {}):
        with refused("bad_amount"):
            actions.bill_deposit(quote, by=shop.seller, **amount)
    deposit = actions.bill_deposit(quote, share=D("0.3"), by=shop.seller)
    with refused("draft_exists"):
        actions.bill_deposit(quote, share=D("0.3"), by=shop.seller)
    with refused("already_invoiced"):
        actions.invoice_from_quote(quote, by=shop.seller)
    with refused("follows_plan"):
        actions.change_invoice(
            deposit, content=shop.invoice_content(line(), subject="X"), by=shop.seller
        )
    said = replace(
        actions.invoice_content(deposit),
        subject="Acompte mairie",
        payment_days=15,
        order_reference="BC-12",
    )
    renamed = actions.change_details(deposit, content=said, by=shop.seller)
    assert (renamed.subject, renamed.payment_days) == ("Acompte mairie", 15)
    with refused("payment_too_late"):
        actions.change_details(deposit, content=replace(said, payment_days=61), by=shop.seller)


# Situations.


@pytest.mark.parametrize("steps", [("0.30", "0.65"), ("0.3333", "0.6667"), ("0.01",)])
@pytest.mark.parametrize("discount", [Discount(), Discount(amount=D("77.77"))])
def test_situations_add_up_to_the_quote_and_to_its_books(cooperative, inside, steps, discount):
    shop = make_shop(cooperative)
    through(shop, actions.invoice_from_quote(accepted(shop, discount=discount), by=shop.seller))
    alone = balances(shop.activity.analytic)
    quote = accepted(shop, discount=discount)

    for step in steps:
        each = through(shop, actions.bill_progress(quote, progress=D(step), by=shop.seller))
        assert each.kind == InvoiceKind.PROGRESS
    last = through(shop, actions.bill_rest(quote, by=shop.seller))

    assert last.kind == InvoiceKind.FINAL
    invoices = Invoice.objects.filter(quote=quote)
    assert sum(i.net for i in invoices) == quote.net
    assert sum(i.due for i in invoices) == quote.gross
    plan = queries.billing_plan(quote)
    assert (plan.remaining, plan.remaining_net, plan.is_closed) == (0, 0, True)
    found = balances(shop.activity.analytic)
    for account in ("706", "707", "512"):
        assert found[account] == 2 * alone[account]
    assert found["6041"] == to_cents(2 * quote.net * D("0.10"))
    # VAT is rounded once per invoice and rate (BR-CO-17): the total stays, by a rounding.
    cents = found.get("658", D(0)) + found.get("758", D(0))
    assert found["44571"] + cents == 2 * alone["44571"]
    assert abs(cents) <= D("0.05")
    assert books_are_right()


def test_a_situation_says_how_far_each_line_is(shop):
    quote = accepted(shop)
    first, second, _ = queries.billing_plan(quote).lines
    issued(
        shop,
        actions.bill_progress(
            quote, progress={first.line.pk: D("0.4"), second.line.pk: D("0.1")}, by=shop.seller
        ),
    )

    again = actions.bill_progress(quote, progress={first.line.pk: D("0.75")}, by=shop.seller)

    assert again.subject == "Situation n° 2, Album jeunesse"
    (row,) = again.lines.all()
    assert (row.label, row.section, row.net) == ("Maçonnerie", "Gros œuvre", D("349.99"))
    assert row.description == (
        "Avancement 75\u00a0%, dont 40\u00a0% déjà facturés, sur 999,99\u00a0€ HT"
    )
    assert (row.quote_line_id, row.progress) == (first.line.pk, D("0.75"))


def test_progress_never_goes_back_nor_beyond_the_whole(shop):
    quote = accepted(shop)
    first = queries.billing_plan(quote).lines[0].line.pk
    issued(shop, actions.bill_progress(quote, progress={first: D("0.4")}, by=shop.seller))

    for wrong in (D("0.3"), D("1.01"), D("-0.1")):
        with refused("bad_progress"):
            actions.bill_progress(quote, progress={first: wrong}, by=shop.seller)
    for wrong_for_all in (D(0), D("1.5")):
        with refused("bad_progress"):
            actions.bill_progress(quote, progress=wrong_for_all, by=shop.seller)
    with refused("nothing_to_bill"):
        actions.bill_progress(quote, progress={first: D("0.4")}, by=shop.seller)
    # Of every line: the one that is further stays where it is.
    rest = actions.bill_progress(quote, progress=D("0.2"), by=shop.seller)
    assert [row.label for row in rest.lines.all()] == ["Isolation", "Poêle"]


def test_a_cancelled_situation_is_billed_again_by_the_next(shop):
    quote = accepted(shop, line(price="1000"))
    first = issued(shop, actions.bill_progress(quote, progress=D("0.1"), by=shop.seller))
    issued(shop, actions.bill_progress(quote, progress=D("0.4"), by=shop.seller))
    issued(shop, actions.credit_invoice(first, reason="Erreur", by=shop.seller))

    last = issued(shop, actions.bill_rest(quote, by=shop.seller))

    assert last.net == D("700.00")
    assert queries.billing_plan(quote).remaining == 0


def test_deposits_come_off_the_last_situation_or_the_one_that_is_chosen(shop):
    quote = accepted(shop, line(price="1000"))
    through(shop, actions.bill_deposit(quote, share=D("0.2"), by=shop.seller))
    with refused("deposits_too_large"):
        actions.bill_progress(quote, progress=D("0.1"), with_deposits=True, by=shop.seller)
    through(shop, actions.bill_progress(quote, progress=D("0.5"), by=shop.seller))

    last = through(shop, actions.bill_rest(quote, by=shop.seller))

    assert (last.net, last.prepaid, last.due) == (D("500.00"), D("240.00"), D("360.00"))
    assert balances(shop.activity.analytic)["512"] == quote.gross
    assert books_are_right()


def test_a_duplicate_bills_nothing_of_the_quote(shop):
    quote = accepted(shop)
    first = issued(shop, actions.bill_progress(quote, progress=D("0.1"), by=shop.seller))

    copy = actions.duplicate_invoice(first, by=shop.seller)

    assert (copy.kind, copy.quote) == (InvoiceKind.INVOICE, None)
    assert {row.progress for row in copy.lines.all()} == {None}


# Credit notes for part.


def test_a_credit_note_by_amount_is_cut_by_rate_and_comes_to_it(shop):
    invoice = shop.invoice(*LINES)

    credit = issued(
        shop, actions.credit_invoice(invoice, reason="Geste", amount=D("99.99"), by=shop.seller)
    )

    assert credit.due == D("99.99")
    assert {row.rate for row in credit.vat_rows.all()} == {D("0.2000"), D("0.1000")}
    settlement = queries.settlement_of(invoice)
    assert settlement is not None and settlement.remaining == invoice.gross - D("99.99")
    rest = issued(shop, actions.credit_invoice(invoice, reason="Tout", by=shop.seller))
    assert rest.due == invoice.gross - D("99.99")
    assert "411" not in balances(shop.activity.analytic)
    assert books_are_right()


def test_a_credit_note_by_quantities_bears_the_discounts(shop):
    invoice = shop.invoice(
        line("Stage", "4", "100", discount_rate=D("0.10")),
        line("Livret", "10", "5"),
        discount=Discount(rate=D("0.10")),
    )

    credit = issued(
        shop,
        actions.credit_invoice(invoice, reason="Un absent", quantities={1: D(1)}, by=shop.seller),
    )

    # 100 less 10 %, less 10 % of the document: 81.
    assert (credit.net, credit.gross) == (D("81.00"), D("97.20"))
    with refused("credit_too_large"):
        actions.credit_invoice(invoice, reason="X", quantities={1: D(5)}, by=shop.seller)
    with refused("credit_too_large"):
        actions.credit_invoice(invoice, reason="X", amount=D("9999"), by=shop.seller)
    with refused("bad_amount"):
        actions.credit_invoice(invoice, reason="X", amount=D("0"), by=shop.seller)


def test_the_whole_of_a_discounted_invoice_is_credited_to_the_cent(shop):
    invoice = shop.invoice(*LINES, discount=Discount(amount=D("123.45")))

    credit = issued(shop, actions.credit_invoice(invoice, reason="Annulée", by=shop.seller))

    assert (credit.net, credit.gross) == (invoice.net, invoice.gross)
    assert balances(shop.activity.analytic) == {}


# What PostgreSQL itself refuses.


def _ready(shop: Shop, draft: Invoice) -> str:
    """The statement that issues a draft as the application would, past its actions."""
    last = Invoice.objects.order_by("-chain_rank").exclude(chain_rank=None).first()
    rank = (last.chain_rank if last else 0) + 1
    return (
        "UPDATE invoicing_invoice SET status = 'issued', number = 'FA-2026-9', series = 'X', "
        "issued_on = '2026-06-03', due_on = '2026-07-03', issued_at = now(), snapshot = '{}', "
        f"chain_rank = {rank}, fingerprint = repeat('0', 64) WHERE id = {draft.pk}"
    )


def _forced(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_database_leaves_no_gap_in_the_chain(shop):
    """The lists of a whole cooperative count what is issued by the last rank."""
    shop.invoice(*LINES)
    draft = shop.draft(*LINES)
    ready = _ready(shop, draft)

    with pytest.raises(DatabaseError, match="no invoice has rank 2"):
        _forced(ready.replace("chain_rank = 2", "chain_rank = 3"))

    _forced(ready)


def test_the_database_numbers_by_date(shop):
    first = shop.invoice(*LINES)
    before = first.issued_on - timedelta(days=1)
    ready = _ready(shop, shop.draft(*LINES)).replace("'X'", f"'{first.series}'")

    with pytest.raises(DatabaseError, match="already goes beyond"):
        _forced(ready.replace("2026-06-03", str(before)))


def test_a_deposit_is_not_taken_off_twice(shop):
    quote = accepted(shop)
    deposit = through(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    issued(shop, actions.bill_rest(quote, by=shop.seller))
    other = shop.draft(*LINES)
    Deduction.objects.create(
        activity=shop.activity, invoice=other, deposit=deposit, net=deposit.net, gross=deposit.gross
    )
    Invoice.objects.filter(pk=other.pk).update(prepaid=deposit.gross, prepaid_net=deposit.net)

    with pytest.raises(DatabaseError, match="free deposit"):
        _forced(_ready(shop, other))


@pytest.mark.parametrize(
    ("pay", "off"), [("0", "0"), ("100", "0"), ("all", "0.01")], ids=["unpaid", "part", "less"]
)
def test_the_database_takes_off_a_paid_deposit_alone_and_all_of_it(shop, pay, off):
    quote = accepted(shop)
    deposit = issued(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    if pay != "0":
        shop.pay(deposit, deposit.gross if pay == "all" else Decimal(pay))
    final = actions.bill_rest(quote, by=shop.seller)
    if D(off):
        Deduction.objects.filter(invoice=final).update(gross=deposit.gross - D(off))
        Invoice.objects.filter(pk=final.pk).update(prepaid=deposit.gross - D(off))

    with pytest.raises(DatabaseError, match="free deposit"):
        _forced(_ready(shop, final))


def test_the_database_credits_no_deposit_that_is_deducted(shop):
    quote = accepted(shop)
    deposit = through(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    credit = actions.credit_invoice(deposit, reason="Annulé", by=shop.seller)
    issued(shop, actions.bill_rest(quote, by=shop.seller))

    with pytest.raises(DatabaseError, match="is deducted by another invoice"):
        _forced(_ready(shop, credit))


def test_the_database_bills_no_progress_twice(shop):
    quote = accepted(shop)
    draft = actions.bill_progress(quote, progress=D("0.4"), by=shop.seller)
    Invoice.objects.filter(pk=draft.pk).update(quote=None)  # out of the sight of the plan
    again = actions.bill_progress(quote, progress=D("0.4"), by=shop.seller)
    issued(shop, again)

    with pytest.raises(DatabaseError, match="bills again"):
        _forced(_ready(shop, draft))


# Corrective invoices.


def test_a_corrective_invoice_takes_the_place_of_the_one_it_replaces(shop):
    wrong = shop.invoice(line(price="1000"))
    draft = actions.replace_invoice(wrong, reason="Prix faux", by=shop.seller)
    actions.change_invoice(
        draft, content=shop.invoice_content(line(price="800"), subject="Album"), by=shop.seller
    )

    right = paid(shop, issued(shop, draft))

    assert (right.kind, right.number) == (InvoiceKind.CORRECTIVE, "FA-2026-0002")
    assert right.snapshot["type_code"] == "384"
    assert right.snapshot["corrects"] == {"number": wrong.number, "dated_on": "2026-06-03"}
    settlement = queries.settlement_of(wrong)
    assert settlement is not None and settlement.remaining == 0
    assert balances(shop.activity.analytic) == {
        "181": D("-80.00"), "44571": D("-160.00"), "512": D("960.00"), "6041": D("80.00"),
        "706": D("-800.00"),
    }  # fmt: skip
    assert books_are_right()
    with refused("not_replaceable"):
        actions.replace_invoice(wrong, reason="Encore", by=shop.seller)


def test_a_corrective_invoice_keeps_the_deposits_of_the_one_it_replaces(shop):
    quote = accepted(shop)
    through(shop, actions.bill_deposit(quote, share=D("0.3"), by=shop.seller))
    final = issued(shop, actions.bill_rest(quote, by=shop.seller))

    draft = actions.replace_invoice(final, reason="Objet faux", by=shop.seller)
    right = through(shop, draft)

    assert (right.prepaid, right.due) == (final.prepaid, final.due)
    assert "4191" not in balances(shop.activity.analytic)
    plan = queries.billing_plan(quote)
    assert (plan.remaining, plan.is_closed) == (0, True)
    assert books_are_right()


def test_only_an_issued_invoice_nobody_paid_is_replaced(shop):
    draft = shop.draft()
    with refused("not_issued"):
        actions.replace_invoice(draft, reason="X", by=shop.seller)
    invoice = issued(shop, draft)
    with refused("reason_missing"):
        actions.replace_invoice(invoice, reason=" ", by=shop.seller)
    early = actions.replace_invoice(invoice, reason="X", by=shop.seller)
    shop.pay(invoice, "1")
    with refused("not_replaceable"):
        actions.replace_invoice(invoice, reason="X", by=shop.seller)
    with refused("not_replaceable"):
        issued(shop, early)
    deposit = issued(shop, actions.bill_deposit(accepted(shop), share=D("0.3"), by=shop.seller))
    with refused("follows_plan"):
        actions.replace_invoice(deposit, reason="X", by=shop.seller)


def test_the_database_replaces_nothing_that_is_paid(shop):
    invoice = shop.invoice()
    draft = actions.replace_invoice(invoice, reason="X", by=shop.seller)
    shop.pay(invoice, "1")

    with pytest.raises(DatabaseError, match="it is not replaced"):
        _forced(_ready(shop, draft))
