"""The dates of recurring invoices, the period each is for, and what their texts say."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.periods import Month
from invoicing.enums import Covered
from invoicing.rules.recurrences import (
    LAST_DAY,
    Period,
    Rhythm,
    coming_dates,
    expanded,
    period_words,
    rhythm_words,
    unknown_blanks,
)

days = st.dates(date(2020, 1, 1), date(2060, 12, 31))
rhythms = st.one_of(
    st.builds(Rhythm, st.integers(1, 60), st.just("week"), st.none(), days),
    st.builds(
        Rhythm,
        st.integers(1, 60),
        st.sampled_from(["month", "year"]),
        st.integers(1, LAST_DAY),
        days,
    ),
)


def first(rhythm: Rhythm, count: int, **bounds) -> list[date]:
    return list(islice(coming_dates(rhythm, **bounds), count))


# Dates


@pytest.mark.parametrize(
    ("rhythm", "dates"),
    [
        # The last day of February, and of a leap year.
        (Rhythm(1, "month", 31, date(2027, 1, 31)), ["2027-01-31", "2027-02-28", "2027-03-31"]),
        (Rhythm(1, "month", 31, date(2028, 1, 31)), ["2028-01-31", "2028-02-29", "2028-03-31"]),
        (Rhythm(1, "month", 30, date(2027, 1, 30)), ["2027-01-30", "2027-02-28", "2027-03-30"]),
        # 31 is the last day wherever one begins.
        (Rhythm(1, "month", 31, date(2026, 11, 23)), ["2026-11-30", "2026-12-31", "2027-01-31"]),
        # 29 February, each year.
        (Rhythm(1, "year", 29, date(2028, 2, 29)), ["2028-02-29", "2029-02-28", "2030-02-28"]),
        (Rhythm(4, "year", 29, date(2028, 2, 29)), ["2028-02-29", "2032-02-29", "2036-02-29"]),
        # A day of the month that is over begins in the next one.
        (Rhythm(3, "month", 5, date(2026, 11, 23)), ["2026-12-05", "2027-03-05", "2027-06-05"]),
        (Rhythm(2, "week", None, date(2026, 12, 21)), ["2026-12-21", "2027-01-04", "2027-01-18"]),
    ],
)
def test_the_dates_of_a_rhythm(rhythm, dates):
    assert first(rhythm, 3) == [date.fromisoformat(day) for day in dates]


@given(rhythms)
def test_dates_grow_begin_on_the_first_day_and_keep_their_rank(rhythm):
    dates = first(rhythm, 8)

    assert dates == sorted(set(dates))
    assert dates[0] >= rhythm.starts_on
    assert [rhythm.rank_of(day) for day in dates] == list(range(8))


@given(rhythms)
def test_no_month_is_left_out_and_none_has_two(rhythm):
    if rhythm.day is None:
        return
    months = [Month.of(day) for day in first(rhythm, 8)]

    assert months == [months[0].plus(rhythm.months * rank) for rank in range(8)]


@given(rhythms, days, st.integers(0, 10), days)
def test_coming_dates_are_those_after_a_day_until_an_end(rhythm, after, left, end):
    found = list(coming_dates(rhythm, after=after, left=left, ends_on=end))

    assert len(found) <= left
    assert all(after < day <= end for day in found)
    assert found == first(rhythm, left, after=after, ends_on=end)


def test_dates_stop_with_the_calendar():
    assert len(list(coming_dates(Rhythm(1, "year", 1, date(9990, 1, 1))))) == 10


# Periods


@pytest.mark.parametrize(
    ("rhythm", "covered", "said"),
    [
        (Rhythm(3, "month", 1, date(2027, 1, 1)), "ahead", "du 1er janvier au 31 mars 2027"),
        (
            Rhythm(3, "month", 1, date(2027, 1, 1)),
            "behind",
            "du 1er octobre au 31 décembre 2026",
        ),
        (Rhythm(1, "month", 31, date(2028, 2, 1)), "behind", "du 1er au 29 février 2028"),
        (Rhythm(1, "month", 31, date(2028, 2, 1)), "ahead", "du 1er au 31 mars 2028"),
        (Rhythm(1, "year", 15, date(2027, 3, 15)), "ahead", "du 15 mars 2027 au 14 mars 2028"),
        (Rhythm(1, "month", 25, date(2026, 11, 25)), "calendar", "du 1er au 30 novembre 2026"),
        (Rhythm(3, "month", 31, date(2027, 3, 31)), "calendar", "du 1er janvier au 31 mars 2027"),
        (Rhythm(1, "week", None, date(2026, 11, 25)), "calendar", "du 23 au 29 novembre 2026"),
        (
            Rhythm(1, "week", None, date(2026, 11, 30)),
            "ahead",
            "du 30 novembre au 6 décembre 2026",
        ),
    ],
)
def test_what_the_first_invoice_is_for(rhythm, covered, said):
    (day,) = first(rhythm, 1)

    assert period_words(rhythm.period(day, covered)) == said


@given(rhythms, st.sampled_from(Covered.values))
def test_periods_follow_each_other_without_a_gap(rhythm, covered):
    periods = [rhythm.period(day, covered) for day in first(rhythm, 6)]

    for one, following in pairwise(periods):
        assert one.first <= one.last
        assert following.first == one.last + timedelta(days=1)


def test_one_day_is_said_alone():
    assert period_words(Period(date(2026, 5, 1), date(2026, 5, 1))) == "du 1er mai 2026"


# Words


@pytest.mark.parametrize(
    ("rhythm", "said"),
    [
        (Rhythm(1, "month", 1, date(2027, 1, 1)), "Chaque mois, le 1er"),
        (Rhythm(1, "month", 31, date(2027, 1, 1)), "Chaque mois, le dernier jour du mois"),
        (Rhythm(2, "month", 5, date(2027, 1, 1)), "Tous les 2 mois, le 5"),
        (Rhythm(6, "month", 5, date(2027, 1, 1)), "Chaque semestre, le 5"),
        (Rhythm(12, "month", 5, date(2027, 1, 1)), "Chaque année, le 5 janvier"),
        (Rhythm(2, "year", 1, date(2027, 3, 1)), "Tous les 2 ans, le 1er mars"),
        (Rhythm(1, "year", 31, date(2027, 4, 1)), "Chaque année, le dernier jour d’avril"),
        (Rhythm(1, "week", None, date(2026, 11, 27)), "Chaque semaine, le vendredi"),
    ],
)
def test_how_a_rhythm_is_said(rhythm, said):
    assert rhythm_words(rhythm) == said


def test_blanks_are_filled_with_or_without_accents_and_case():
    quarter = Period(date(2026, 10, 1), date(2026, 12, 31))

    assert (
        expanded("{Mois} {année}, {trimestre}, {PÉRIODE}, {autre}", quarter)
        == "octobre 2026, 4e trimestre, du 1er octobre au 31 décembre 2026, {autre}"
    )
    assert expanded("{trimestre}", Period(date(2027, 2, 1), date(2027, 2, 28))) == "1er trimestre"


def test_blanks_that_nothing_fills():
    assert unknown_blanks("Suivi de {moi} {annee}, {} et { mois }") == ["{moi}", "{}"]
