"""The vector of the ledger, piece by piece: its result is 750, found in two ways."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounting import queries
from accounting.actions import levy_contribution, set_contribution_rule
from accounting.enums import ContributionBasis
from accounting.models import Entry, EntryLine
from accounting.rules import Available, Contribution, Distribution, credit, debit
from cae.core.periods import Month
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
D = Decimal
NOVEMBER = Month(2026, 11)
START, END = date(2026, 1, 1), date(2026, 12, 31)


def on(day: int) -> date:
    return date(2026, 11, day)


def x1(side, account, amount, **about):
    return side(account, D(amount), analytic="X1", **about)


@planted
def vector(books):
    set_contribution_rule(
        Contribution.flat(D("0.10")), label="Taux voté", valid_from=START, by=None
    )
    books.post("VT", on(2), x1(debit, "411", 3600), x1(credit, "706", 3000),
               x1(credit, "44574", 600), label="Facture")  # fmt: skip
    levy(books, 3000, on(2), "invoice")
    books.post("BQ", on(9), x1(debit, "512", 3600), x1(credit, "411", 3600, net=D(3000)),
               x1(debit, "44574", 600), x1(credit, "44571", 600), label="Règlement")  # fmt: skip
    books.post("ND", on(12), x1(debit, "606", 100), x1(debit, "44566", 20),
               x1(debit, "6251", 60), x1(credit, "425", 180), label="Dépenses")  # fmt: skip
    levy(books, -100, on(12), "expenses")
    books.post("BQ", on(13), x1(debit, "425", 180), x1(credit, "512", 180))
    books.post("AC", on(16), x1(debit, "604", 500), x1(debit, "44566", 100),
               x1(credit, "401", 450), x1(credit, "425", 150))  # fmt: skip
    books.post("BQ", on(20), x1(debit, "401", 450), x1(credit, "512", 450))
    books.post("BQ", on(20), x1(debit, "425", 150), x1(credit, "512", 150))
    books.post("PA", on(27), x1(debit, "6411", 1000), x1(debit, "6451", 300),
               x1(credit, "421", 760), x1(credit, "431", 520), x1(credit, "4421", 20))  # fmt: skip
    books.post("BQ", on(27), x1(debit, "421", 760), x1(credit, "512", 760))
    return books


def levy(books, basis, day, key):
    return levy_contribution(
        books.x1,
        moment=ContributionBasis.INVOICED,
        basis=D(basis),
        on=day,
        piece=key,
        posting_key=f"contribution:{key}",
        by=None,
    )


def result_of(analytic) -> Decimal:
    return -queries.balance_of("7", analytic=analytic) - queries.balance_of("6", analytic=analytic)


def test_the_result_of_the_activity_and_of_the_cooperative(vector):
    assert result_of(vector.x1) == D("750.00")
    assert result_of(vector.own) == D("290.00")


def test_the_check_by_the_balance_sheet(vector):
    available = queries.available(vector.x1)

    assert available == Available(
        bank=D(2060),
        vat_due=D(480),
        wages=D(0),
        social=D(520),
        withholding=D(20),
        suppliers=D(0),
        refunds=D(0),
        link=D(290),
        customers=D(0),
    )
    assert available.total == result_of(vector.x1) == D(750)


def test_the_link_and_the_contribution_are_nil_over_the_cooperative(vector):
    assert queries.balance_of("181") == 0
    assert queries.balance_of("6041") == 0
    assert queries.balance_of("6041", analytic=vector.x1) == D(290)
    assert queries.contribution_by_month([NOVEMBER]) == {NOVEMBER: D(290)}


def test_each_analytic_account_has_a_whole_balance_sheet(vector):
    for analytic in (vector.x1, vector.own):
        rows = queries.trial_balance(START, END, analytic=analytic)

        assert sum(row.closing for row in rows) == 0


def test_the_general_ledger_never_sees_the_contribution(vector):
    rows = {row.number: row for row in queries.trial_balance(START, END)}

    assert "181" not in rows
    assert "6041" not in rows
    assert sum(row.debit for row in rows.values()) == sum(row.credit for row in rows.values())
    assert (rows["411"].debit, rows["411"].credit, rows["411"].closing) == (3600, 3600, 0)
    assert rows["512"].closing == D(2060)


def test_the_statement_ends_at_what_is_available(vector):
    statement = queries.statement(vector.x1, start=START, end=END)

    assert [(move.date.day, move.journal, move.amount) for move in statement.movements] == [
        (2, "IN", D(-300)),
        (9, "BQ", D(3000)),
        (12, "ND", D(-160)),
        (12, "IN", D(10)),
        (16, "AC", D(-500)),
        (27, "PA", D(-1300)),
    ]
    assert statement.opening == 0
    assert statement.closing == queries.available(vector.x1).total == D(750)


def test_a_statement_can_start_in_the_middle(vector):
    late = queries.statement(vector.x1, start=on(13), end=on(20))

    assert (late.opening, late.closing) == (D(2550), D(2050))
    assert late.opening == queries.available(vector.x1, on(12)).total
    assert queries.statement(vector.x1, end=on(1)).closing == 0


def test_the_band_of_the_month_adds_up_to_what_was_cashed(vector):
    band = queries.distribution(vector.x1, NOVEMBER)

    assert band == Distribution(
        cashed=D(3000),
        salary=D(780),
        withheld=D(20),
        social=D(520),
        contribution=D(290),
        expenses=D(660),
    )
    assert band.reserve == D(750)


def test_turnover_and_available_money_by_month(vector):
    months = [NOVEMBER.previous(), NOVEMBER, NOVEMBER.next()]

    assert [(t.invoiced, t.cashed) for t in queries.turnover_by_month(vector.x1, months)] == [
        (0, 0),
        (3000, 3000),
        (0, 0),
    ]
    assert queries.turnover_by_month(None, months) == queries.turnover_by_month(vector.x1, months)
    assert list(queries.available_by_month(vector.x1, months).values()) == [0, 750, 750]
    assert list(queries.available_by_month(vector.x1, months[2:]).values()) == [750]


def test_nothing_of_it_shows_in_another_cooperative(vector, other_cooperative):
    from cae.core.tenancy import tenant

    with tenant(other_cooperative):
        assert not Entry.objects.exists()
        assert not EntryLine.objects.exists()
        assert queries.trial_balance(START, END) == []
        assert queries.available(vector.x1) == Available()


def test_every_question_is_one_or_two_queries(vector, django_assert_max_num_queries):
    months = [NOVEMBER.plus(-i) for i in range(11, -1, -1)]
    for question in (
        lambda: queries.available(vector.x1),
        lambda: queries.available_by_analytic([vector.x1, vector.x2]),
        lambda: queries.available_by_month(vector.x1, months),
        lambda: queries.turnover_by_month(None, months),
        lambda: queries.distribution(vector.x1, NOVEMBER),
        lambda: queries.trial_balance(START, END),
    ):
        with django_assert_max_num_queries(2):
            question()
    with django_assert_max_num_queries(3):
        queries.statement(vector.x1, start=on(9))
