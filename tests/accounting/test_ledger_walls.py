"""PostgreSQL refuses, whatever the code above it does: raw SQL as the role that serves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounting.actions import close_period, reconcile
from accounting.models import Account, AnalyticAccount, Entry, EntryLine
from cae.core.periods import Month
from cae.core.tenancy import OwnIds, tenant
from tests.accounting.conftest import credit, debit, open_books

NOV_2 = date(2026, 11, 2)


def sql(statement: str, *params: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.rowcount


def refused_by(error: pytest.ExceptionInfo) -> str | None:
    return error.value.__cause__.diag.constraint_name


def check_now() -> None:
    sql("SET CONSTRAINTS ALL IMMEDIATE")


def raw_entry(books, **values) -> Entry:
    return Entry.objects.create(
        journal=books.post("OD", NOV_2, *two_lines()).journal,
        **{
            "year": 2026,
            "number": 900,
            "date": NOV_2,
            "label": "À la main",
            "posting_key": "raw",
            **values,
        },
    )


def raw_line(entry: Entry, account: str, analytic: AnalyticAccount, **sides: int):

    return EntryLine.objects.create(
        entry=entry,
        rank=entry.lines.count() + 1,
        date=entry.date,
        journal=entry.journal,
        account=Account.objects.get(number=account),
        analytic=analytic,
        **sides,
    )


def two_lines(analytic="X1"):
    return debit("512", 10, analytic=analytic), credit("706", 10, analytic=analytic)


def test_an_entry_that_does_not_balance(books):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        entry = raw_entry(books)
        raw_line(entry, "512", books.x1, debit=10)
        raw_line(entry, "706", books.x1, credit=9)
        check_now()
    assert refused_by(error) == "accounting_entry_balance"


def test_an_entry_that_balances_only_over_two_activities(books):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        entry = raw_entry(books)
        raw_line(entry, "512", books.x1, debit=10)
        raw_line(entry, "706", books.x2, credit=10)
        check_now()
    assert refused_by(error) == "accounting_entry_balance"


def test_an_entry_without_lines(books):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        raw_entry(books)
        check_now()
    assert refused_by(error) == "accounting_entry_balance"


@pytest.mark.parametrize(("left", "right"), [(0, 0), (5, 5), (-5, 0), (0, -5)])
def test_a_line_that_is_not_on_one_side(books, left, right):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        raw_line(raw_entry(books), "512", books.x1, debit=left, credit=right)
    assert refused_by(error) == "accounting_entryline_one_side"


def test_a_line_without_an_analytic_account(books):
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        raw_line(raw_entry(books), "512", None, debit=10)
    assert error.value.__cause__.diag.column_name == "analytic_id"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accounting_entry SET label = 'x'",
        "UPDATE accounting_entry SET date = '2026-12-01'",
        "DELETE FROM accounting_entry",
        "DELETE FROM accounting_entryline",
        "UPDATE accounting_entryline SET label = 'x'",
        "UPDATE accounting_entryline SET debit = debit + 1 WHERE debit > 0",
        "UPDATE accounting_entryline SET net = 1",
        "UPDATE accounting_entryline SET match_code = 'A', matched_on = date, party = 'x'",
    ],
)
def test_what_is_written_stays(books, statement):
    books.post("OD", NOV_2, *two_lines())

    with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
        sql(statement)


@pytest.mark.parametrize("table", ["accounting_entry", "accounting_entryline"])
def test_the_role_that_serves_owns_nothing(books, table):
    with pytest.raises(ProgrammingError), transaction.atomic():
        sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def test_a_matching_that_does_not_cancel_out(books):
    books.post("VT", NOV_2, debit("411", 10, analytic="X1"), credit("706", 10, analytic="X1"))

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        sql("UPDATE accounting_entryline SET match_code = 'A', matched_on = date WHERE debit > 0")
        check_now()
    assert refused_by(error) == "accounting_entryline_matching"


def test_half_of_a_matching_cannot_be_undone(books):
    books.post("VT", NOV_2, debit("411", 10, analytic="X1"), credit("706", 10, analytic="X1"))
    books.post(
        "BQ",
        NOV_2,
        debit("512", 10, analytic="X1"),
        credit("411", 10, analytic="X1", net=Decimal(10)),
    )
    lines = EntryLine.objects.filter(account__number="411")
    reconcile(lines, on=NOV_2, by=None)

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        sql(
            "UPDATE accounting_entryline SET match_code = '', matched_on = NULL WHERE id = %s",
            lines.first().pk,
        )
        check_now()
    assert refused_by(error) == "accounting_entryline_matching"


def test_a_day_in_a_closed_month_or_before(books):
    close_period(Month(2026, 11), on=date(2026, 12, 3), by=None)
    journal = books.post("OD", date(2026, 12, 1), *two_lines()).journal

    for day in (date(2026, 11, 30), date(2026, 10, 1)):
        with pytest.raises(IntegrityError) as error, transaction.atomic():
            Entry.objects.create(
                journal=journal, year=2026, number=900, date=day, label="x", posting_key="raw"
            )
        assert refused_by(error) == "accounting_closed_period"


def test_a_closed_month_cannot_be_opened_again(books):
    close_period(Month(2026, 11), on=date(2026, 12, 3), by=None)

    for statement in (
        "DELETE FROM accounting_closedperiod",
        "UPDATE accounting_closedperiod SET month = '2020-01-01'",
    ):
        with pytest.raises(ProgrammingError, match="Cannot"), transaction.atomic():
            sql(statement)


def test_a_line_takes_the_heading_of_its_entry(books):
    other = books.post("VT", NOV_2, *two_lines()).journal

    with transaction.atomic():
        entry = raw_entry(books, piece="P77")
        for side, account in (("debit", "512"), ("credit", "706")):
            EntryLine.objects.create(
                entry=entry,
                rank=entry.lines.count() + 1,
                date=date(2020, 1, 1),
                journal=other,
                piece="autre",
                account=Account.objects.get(number=account),
                analytic=books.x1,
                **{side: 10},
            )
        check_now()

    heading = (entry.date, entry.journal_id, "P77")
    assert list(entry.lines.values_list("date", "journal", "piece")) == [heading, heading]


def test_no_line_is_added_to_an_entry_once_it_is_committed(transactional_db, cooperative):
    with tenant(cooperative):
        with transaction.atomic():
            books = open_books()
            entry = books.post("OD", NOV_2, *two_lines())

        with pytest.raises(IntegrityError) as error, transaction.atomic():
            raw_line(entry, "512", books.x1, debit=10)

        assert refused_by(error) == "accounting_entryline_sealed"


def test_the_balance_is_checked_at_commit_at_the_latest(transactional_db, cooperative):
    with tenant(cooperative):
        with transaction.atomic():
            books = open_books()

        with pytest.raises(IntegrityError) as error, transaction.atomic():
            raw_line(raw_entry(books), "512", books.x1, debit=10)

        assert refused_by(error) == "accounting_entry_balance"
        with transaction.atomic():
            assert not Entry.objects.exists()


# An entrepreneur reads the lines of its activity; only the cooperative writes.


@pytest.fixture
def as_x1(books, cooperative):
    books.post("BQ", NOV_2, *two_lines("X1"))
    books.post("BQ", NOV_2, *two_lines("X2"), analytic="X2")
    return tenant(cooperative, own=OwnIds(person_id=1, analytic_ids=(books.x1.pk,)))


def test_an_activity_reads_its_own_lines_only(books, as_x1):
    with as_x1:
        assert Entry.objects.count() == 1
        assert set(EntryLine.objects.values_list("analytic", flat=True)) == {books.x1.pk}


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO accounting_entryline SELECT * FROM accounting_entryline",
        "INSERT INTO accounting_entry SELECT * FROM accounting_entry",
        "UPDATE accounting_entryline SET match_code = 'A', matched_on = date",
        "INSERT INTO accounting_contributionlevy SELECT * FROM accounting_contributionlevy",
    ],
)
def test_an_activity_writes_nothing_in_the_ledger(books, as_x1, statement):
    with as_x1:
        try:
            with transaction.atomic():
                assert sql(statement) == 0
        except ProgrammingError as error:
            assert "row-level security" in str(error)


def test_posting_for_an_activity_lifts_the_wall_and_puts_it_back(books, as_x1):
    with as_x1:
        entry = books.post(
            "OD",
            NOV_2,
            *two_lines("X1"),
            debit("512", 5, analytic="X2"),
            credit("706", 5, analytic="X2"),
        )

        assert entry.lines.count() == 2
        assert not EntryLine.objects.filter(analytic=books.x2).exists()
    assert entry.lines.count() == 4
