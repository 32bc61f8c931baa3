from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.periods import (
    Month,
    fiscal_year_of,
    french_date,
    french_month,
    french_time,
    months_between,
    months_ending,
    numeric_date,
    of_french_month,
    short_date,
    short_month,
)

NOVEMBER = Month(2026, 11)


def test_a_month_knows_its_days_and_neighbours():
    assert Month.of(date(2026, 11, 23)) == NOVEMBER
    assert str(NOVEMBER) == "2026-11"
    assert (NOVEMBER.first_day, NOVEMBER.last_day) == (date(2026, 11, 1), date(2026, 11, 30))
    assert NOVEMBER.next().next() == Month(2027, 1)
    assert Month(2026, 1).previous() == Month(2025, 12)
    assert Month(2028, 2).last_day == date(2028, 2, 29)
    assert date(2026, 11, 30) in NOVEMBER
    assert date(2025, 11, 30) not in NOVEMBER


def test_months_sort_in_time_order():
    assert sorted([Month(2027, 1), Month(2026, 12)]) == [Month(2026, 12), Month(2027, 1)]


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "2026-1", "26-11", "2026/11", "0000-05", "2026-11-01"]
)
def test_an_unreadable_month_gets_a_french_sentence(text):
    with pytest.raises(ValueError, match=r"^Ce mois n’est pas lisible\."):
        Month.parse(text)


def test_no_month_thirteen():
    with pytest.raises(ValueError, match="no month"):
        Month(2026, 13)


def test_ranges_include_both_ends():
    assert months_between(Month(2026, 12), Month(2027, 1)) == [Month(2026, 12), Month(2027, 1)]
    assert months_between(NOVEMBER, NOVEMBER) == [NOVEMBER]
    assert months_between(NOVEMBER, Month(2026, 10)) == []
    assert months_ending(NOVEMBER, 12)[0] == Month(2025, 12)
    assert months_ending(NOVEMBER, 12)[-1] == NOVEMBER


@given(st.dates(date(2, 1, 1), date(9998, 12, 31)), st.integers(1, 12))
def test_a_fiscal_year_holds_its_day_and_twelve_months(day, start_month):
    first, last = fiscal_year_of(day, start_month)

    assert first <= day <= last
    assert first.month == start_month
    assert len(months_between(Month.of(first), Month.of(last))) == 12


@given(st.dates(date(2, 1, 1)))
def test_a_month_reads_what_it_writes(day):
    month = Month.of(day)

    assert Month.parse(str(month)) == month
    assert month.next().previous() == month if month < Month(9999, 12) else True


def test_dates_are_written_in_french():
    assert french_date(date(2026, 11, 1)) == "1er novembre 2026"
    assert french_date(date(2026, 11, 23), weekday=True) == "lundi 23 novembre 2026"
    assert french_date(date(2026, 11, 27), weekday=True, year=False) == "vendredi 27 novembre"
    assert numeric_date(date(2026, 11, 3)) == "03/11/2026"
    assert short_date(date(2026, 12, 12)) == "12 déc."
    assert short_date(date(2026, 3, 1)) == "1er mars"
    assert french_month(NOVEMBER) == french_month(date(2026, 11, 5)) == "novembre 2026"
    assert short_month(NOVEMBER) == "nov."
    assert french_time(time(18, 7)) == "18\u00a0h\u00a007"
    assert french_time(datetime(2026, 1, 1, 8, 0, tzinfo=UTC)) == "8\u00a0h\u00a000"


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "de janvier 2026"), (4, "d’avril 2026"), (8, "d’août 2026"), (10, "d’octobre 2026")],
)
def test_a_month_is_said_after_its_preposition(number, said):
    assert of_french_month(Month(2026, number)) == said
