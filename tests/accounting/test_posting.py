from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from accounting import queries
from accounting.actions import (
    close_period,
    open_analytic,
    open_ledger,
    post_all,
    reconcile,
    reverse,
    unmatch,
)
from accounting.chart import ACCOUNTS, JOURNALS, needs_analytic
from accounting.models import Account, AnalyticAccount, Entry, EntryLine, Journal
from accounting.rules import DraftEntry
from cae.core.models import AuditEvent
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from tests.accounting.conftest import credit, debit

pytestmark = pytest.mark.django_db
D = Decimal
NOV_2, NOV_30, DEC_3 = date(2026, 11, 2), date(2026, 11, 30), date(2026, 12, 3)


def sale(amount=10, analytic="X1"):
    return debit("411", amount, analytic=analytic), credit("706", amount, analytic=analytic)


def receipt(amount=10):
    return (
        debit("512", amount, analytic="X1"),
        credit("411", amount, analytic="X1", net=D(amount)),
    )


def test_the_books_open_whole_and_once(books):
    open_ledger(label="Encore")

    assert Account.objects.count() == len(ACCOUNTS)
    assert Journal.objects.count() == len(JOURNALS)
    assert AnalyticAccount.objects.filter(kind="cooperative").count() == 1
    assert Account.objects.get(number="411").needs_analytic
    assert not Account.objects.get(number="1013").needs_analytic
    assert [j.code for j in Journal.objects.filter(internal=True)] == ["IN"]


@pytest.mark.parametrize(
    ("number", "needed"),
    [
        *((number, True) for number in ("411", "181", "706", "6041", "512")),
        *((number, False) for number in ("1013", "2183", "370")),
    ],
)
def test_money_always_says_whose_it_is(number, needed):
    assert needs_analytic(number) is needed


def test_an_analytic_code_is_taken_once(books):
    with pytest.raises(ActionRefused) as refusal:
        open_analytic("X1", label="Autre")

    assert refusal.value.code == "code_taken"


def test_numbers_go_up_by_journal_and_fiscal_year(books, cooperative):
    cooperative.fiscal_year_start = 9
    cooperative.save()

    entries = [
        books.post("VT", date(2026, 8, 31), *sale()),
        books.post("VT", date(2026, 9, 1), *sale()),
        books.post("OD", date(2026, 9, 1), *sale()),
        books.post("VT", date(2027, 8, 31), *sale()),
    ]

    assert [(e.journal.code, e.year, e.number) for e in entries] == [
        ("VT", 2025, 1),
        ("VT", 2026, 1),
        ("OD", 2026, 1),
        ("VT", 2026, 2),
    ]


def test_a_rollback_gives_the_number_back(books):
    class Failed(Exception):
        pass

    with pytest.raises(Failed), transaction.atomic():
        books.post("VT", NOV_2, *sale())
        raise Failed

    assert books.post("VT", NOV_2, *sale()).number == 1


def test_posting_twice_writes_once(books):
    first = books.post("VT", NOV_2, *sale(), posting_key="invoice:1:issued")
    again = books.post("VT", NOV_2, *sale(), posting_key="invoice:1:issued")

    assert again == first
    assert Entry.objects.count() == 1
    assert books.post("VT", NOV_2, *sale()).number == 2


def drafts(*amounts, first=1):
    return [
        DraftEntry(
            journal="VT",
            date=NOV_2,
            piece=f"P{i}",
            label="Vente",
            posting_key=f"many:{i}",
            analytic="X1",
            lines=sale(amount),
        )
        for i, amount in enumerate(amounts, first)
    ]


def test_many_entries_are_written_as_each_would_be(books, django_assert_max_num_queries):
    (alone,) = post_all(drafts(10), by=None)
    with django_assert_max_num_queries(20):
        entries = post_all(drafts(10, 20, 30), by=None)

    assert [entry.number for entry in entries] == [1, 2, 3]
    assert entries[0] == alone
    assert [
        (line.entry.piece, line.rank, line.debit) for line in EntryLine.objects.filter(debit__gt=0)
    ] == [("P1", 1, D(10)), ("P2", 1, D(20)), ("P3", 1, D(30))]
    assert queries.balance_of("706") == -60


def test_many_entries_are_all_written_or_none(books):
    one, two = drafts(10, 20)
    wrong = replace(two, lines=(debit("411", 20, analytic="X1"), credit("706", 5, analytic="X1")))

    with pytest.raises(ActionRefused) as refusal:
        post_all([one, wrong], by=None)

    assert refusal.value.code == "unbalanced"
    assert Entry.objects.count() == 0


def test_posting_again_after_the_month_is_closed_gives_the_same_entry(books):
    first = books.post("VT", NOV_2, *sale(), posting_key="invoice:1:issued")
    close_period(Month(2026, 11), on=DEC_3, by=None)

    assert books.post("VT", NOV_2, *sale(), posting_key="invoice:1:issued") == first


def test_a_line_without_label_takes_that_of_the_entry(books):
    entry = books.post("VT", NOV_2, *sale(), label="Facture 12", piece="FA-12")

    assert set(entry.lines.values_list("label", "piece")) == {("Facture 12", "FA-12")}


def test_what_belongs_to_no_activity_is_the_cooperatives(books):
    entry = books.post("OD", NOV_2, debit("2183", 900), credit("1013", 900), analytic="")

    assert {line.analytic for line in entry.lines.all()} == {books.own}
    assert entry.analytic is None


@pytest.mark.parametrize(
    ("lines", "about", "code"),
    [
        ((debit("411", 10), credit("706", 10, analytic="X1")), {}, "analytic_missing"),
        (
            (debit("999", 1, analytic="X1"), credit("706", 1, analytic="X1")),
            {},
            "unknown_account",
        ),
        (sale(analytic="X9"), {}, "unknown_analytic"),
        (sale(), {"analytic": "X9"}, "unknown_analytic"),
        (sale(), {"journal": "ZZ"}, "unknown_journal"),
        ((debit("411", 10, analytic="X1"), credit("706", 9, analytic="X1")), {}, "unbalanced"),
        ((debit("411", 10, analytic="X1"), credit("706", 10, analytic="X2")), {}, "unbalanced"),
        ((), {}, "empty_entry"),
    ],
)
def test_a_draft_that_cannot_be_posted_writes_nothing(books, lines, about, code):
    about = dict(about)
    with pytest.raises(ActionRefused) as refusal:
        books.post(about.pop("journal", "VT"), NOV_2, *lines, **about)

    assert refusal.value.code == code
    assert not Entry.objects.exists()


def test_a_receipt_must_say_its_part_without_vat(books):
    with pytest.raises(AssertionError, match="without VAT"):
        books.post("BQ", NOV_2, debit("512", 10, analytic="X1"), credit("411", 10, analytic="X1"))


def test_a_closed_month_refuses_with_a_sentence(books):
    close_period(Month(2026, 11), on=DEC_3, by=None)

    with pytest.raises(ActionRefused) as refusal:
        books.post("VT", NOV_30, *sale())

    assert refusal.value.code == "closed_period"
    assert "novembre 2026" in refusal.value.message
    assert books.post("VT", DEC_3, *sale()).number == 1


@pytest.mark.parametrize(
    ("month", "on", "code"),
    [
        (Month(2026, 11), NOV_30, "month_not_over"),
        (Month(2026, 10), DEC_3, "already_closed"),
        (Month(2026, 9), DEC_3, "already_closed"),
    ],
)
def test_months_close_once_and_when_they_are_over(books, month, on, code):
    close_period(Month(2026, 10), on=DEC_3, by=None)

    with pytest.raises(ActionRefused) as refusal:
        close_period(month, on=on, by=None)

    assert refusal.value.code == code
    assert queries.last_closed_month() == Month(2026, 10)
    assert AuditEvent.objects.filter(action="period.closed").count() == 1


def test_a_reversal_cancels_and_leaves_a_trace(books):
    entry = books.post("BQ", NOV_2, *receipt(), label="Règlement")

    opposite = reverse(entry, on=DEC_3, by=None)

    assert (opposite.reverses, opposite.date, opposite.number) == (entry, DEC_3, 2)
    assert opposite.label == "Contre-passation\u00a0: Règlement"
    assert queries.balance_of("411") == queries.balance_of("512") == 0
    assert queries.turnover_by_month(books.x1, [Month(2026, 12)])[0].cashed == -10
    assert AuditEvent.objects.get(action="entry.reversed").target_id == entry.pk


def test_an_entry_is_reversed_once_and_a_reversal_never(books):
    entry = books.post("VT", NOV_2, *sale())
    opposite = reverse(entry, on=DEC_3, by=None)

    for one in (entry, opposite):
        with pytest.raises(ActionRefused) as refusal:
            reverse(one, on=DEC_3, by=None)
        assert refusal.value.code == "already_reversed"
    assert Entry.objects.count() == 2


def test_lines_that_cancel_out_are_matched_and_leave_the_open_items(books):
    books.post("VT", NOV_2, *sale(12))
    books.post("VT", NOV_2, *sale(30))
    books.post("BQ", DEC_3, *receipt(12))
    first, second, paid = queries.open_items("411")

    code = reconcile([first, paid], on=DEC_3, by=None)

    assert code == "A"
    assert list(queries.open_items("411")) == [second]
    assert set(EntryLine.objects.filter(match_code="A").values_list("pk", "matched_on")) == {
        (first.pk, DEC_3),
        (paid.pk, DEC_3),
    }
    assert unmatch(first.account, "A", by=None) == 2
    assert queries.open_items("411").count() == 3


def test_open_items_come_earliest_due_first(books):
    late = debit("411", 1, analytic="X1", due_on=date(2026, 12, 31))
    soon = debit("411", 2, analytic="X1", due_on=date(2026, 11, 5))
    books.post("VT", NOV_2, late, credit("706", 1, analytic="X1"))
    books.post("VT", NOV_2, soon, credit("706", 2, analytic="X1"))

    assert [line.debit for line in queries.open_items("411", analytic=books.x1)] == [2, 1]


def test_what_does_not_cancel_out_is_not_matched(books):
    books.post("VT", NOV_2, *sale(12))
    books.post("BQ", DEC_3, *receipt(5))
    books.post("BQ", DEC_3, *receipt(12))
    sold, part, paid = EntryLine.objects.filter(account__number="411").order_by("id")
    bank = EntryLine.objects.filter(account__number="512", debit=12).get()

    for lines, code in (([sold, part], "unmatched_sum"), ([paid, bank], "not_one_account")):
        with pytest.raises(ActionRefused) as refusal:
            reconcile(lines, on=DEC_3, by=None)
        assert refusal.value.code == code
    reconcile([sold, paid], on=DEC_3, by=None)
    with pytest.raises(ActionRefused) as refusal:
        reconcile([sold, paid], on=DEC_3, by=None)
    assert refusal.value.code == "already_matched"


def test_posting_costs_few_queries(books, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        books.post("VT", NOV_2, *sale())


def test_an_account_statement_runs(books):
    books.post("VT", NOV_2, *sale(12))
    books.post("BQ", DEC_3, *receipt(5))

    statement = queries.account_statement("411")

    assert [(m.amount, m.balance) for m in statement.movements] == [(12, 12), (-5, 7)]
    assert queries.account_statement("411", start=DEC_3).opening == 12


def test_money_not_there_yet_is_expected(books):
    books.post("VT", NOV_2, *sale(12))

    available = queries.available(books.x1)

    assert (available.total, available.customers, available.expected) == (0, 12, 12)


def test_wages_not_transferred_yet_are_not_available(books):
    books.post("BQ", NOV_2, debit("512", 100, analytic="X1"), credit("706", 100, analytic="X1"))
    books.post("PA", NOV_30, debit("6411", 60, analytic="X1"), credit("421", 60, analytic="X1"))

    assert queries.available(books.x1).total == 40
    assert queries.available(books.x1, NOV_2).total == 100
