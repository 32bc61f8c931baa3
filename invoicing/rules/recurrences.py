"""Recurring invoices: their dates, the period each is for, and the blanks of their texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from cae.core.periods import Month, french_date, french_month, of_french_month
from cae.core.words import folded
from invoicing.enums import Covered, RecurrenceUnit
from invoicing.rules.lines import SoldLine

#: `day` of a rhythm that falls on the last day of each month.
LAST_DAY = 31
MOST_EVERY = 60
MOST_TIMES = 600
_BLANK = re.compile(r"\{([^{}]*)\}")
_DAY = timedelta(days=1)
_QUARTER, _HALF_YEAR, _YEAR = 3, 6, 12
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")

#: What a text may leave blank, and what is written there.
BLANKS = {
    "mois": "le mois de la période",
    "annee": "son année",
    "trimestre": "son trimestre",
    "periode": "du premier au dernier jour",
}


@dataclass(frozen=True, slots=True)
class Period:
    """The days that an invoice is for, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Every so many weeks, months or years, from a day on.

    :param day: of the month, where the unit is not the week; a shorter month gives its last day,
        and 31 is the last day of every month.
    """

    every: int
    unit: str
    day: int | None
    starts_on: date

    def __post_init__(self) -> None:
        assert 1 <= self.every <= MOST_EVERY
        assert (self.day is None) == (self.unit == RecurrenceUnit.WEEK)

    @property
    def months(self) -> int:
        """Months from one date to the next; 0 for weeks."""
        if self.unit == RecurrenceUnit.WEEK:
            return 0
        return self.every * (_YEAR if self.unit == RecurrenceUnit.YEAR else 1)

    def nth(self, rank: int) -> date:
        """Return a date by its rank, 0 the first one; before it, those the rhythm would have had.

        A day that a month does not have never moves the following dates.

        >>> [Rhythm(1, "month", 31, date(2028, 1, 31)).nth(n).day for n in range(4)]
        [31, 29, 31, 30]
        """
        if self.day is None:
            return self.starts_on + timedelta(weeks=self.every * rank)
        return _on_day(self._first_month.plus(self.months * rank), self.day)

    def rank_of(self, day: date) -> int:
        """Return the rank of one of its dates."""
        if self.day is None:
            rank = (day - self.starts_on).days // (7 * self.every)
        else:
            first, month = self._first_month, Month.of(day)
            apart = (month.year - first.year) * 12 + month.number - first.number
            rank = apart // self.months
        assert self.nth(rank) == day, f"{day} is no date of {self}"
        return rank

    def period(self, day: date, covered: str) -> Period:
        """Return what the invoice of one of its dates is for.

        Those of two dates that follow each other leave no day out, and have none in common. On
        the last day of the month a period begins the day after, and ends that very day.
        """
        rank = self.rank_of(day)
        if covered == Covered.CALENDAR:
            return self._whole(day)
        shift = _DAY if self.day == LAST_DAY else timedelta(0)
        rank -= covered == Covered.BEHIND
        return Period(self.nth(rank) + shift, self.nth(rank + 1) + shift - _DAY)

    def _whole(self, day: date) -> Period:
        """Whole months, or whole weeks from Monday, up to the one that holds the date."""
        if self.day is None:
            sunday = day + timedelta(days=6 - day.weekday())
            return Period(sunday - timedelta(weeks=self.every) + _DAY, sunday)
        last = Month.of(day)
        return Period(last.plus(1 - self.months).first_day, last.last_day)

    @property
    def _first_month(self) -> Month:
        assert self.day is not None
        month = Month.of(self.starts_on)
        return month if _on_day(month, self.day) >= self.starts_on else month.next()


def coming_dates(
    rhythm: Rhythm,
    *,
    after: date | None = None,
    ends_on: date | None = None,
    left: int | None = None,
) -> Iterator[date]:
    """Yield the dates of a rhythm after a day, the earliest first.

    :param ends_on: the last day that may have one.
    :param left: how many there may still be.
    """
    rank = 0
    while left is None or left > 0:
        try:
            day = rhythm.nth(rank)
        except (OverflowError, ValueError):  # the end of the calendar
            return
        if ends_on is not None and day > ends_on:
            return
        rank += 1
        if after is not None and day <= after:
            continue
        if left is not None:
            left -= 1
        yield day


def rhythm_words(rhythm: Rhythm) -> str:
    """Return how a rhythm is said: « Chaque trimestre, le 1er ».

    >>> rhythm_words(Rhythm(2, "week", None, date(2026, 11, 23)))
    'Toutes les 2 semaines, le lundi'
    >>> rhythm_words(Rhythm(3, "month", 31, date(2026, 12, 31)))
    'Chaque trimestre, le dernier jour du mois'
    """
    if rhythm.day is None:
        often = "Chaque semaine" if rhythm.every == 1 else f"Toutes les {rhythm.every} semaines"
        return f"{often}, le {_WEEKDAYS[rhythm.starts_on.weekday()]}"
    named = {1: "mois", _QUARTER: "trimestre", _HALF_YEAR: "semestre", _YEAR: "année"}
    if rhythm.months in named:
        often = f"Chaque {named[rhythm.months]}"
    elif rhythm.months % _YEAR == 0:
        often = f"Tous les {rhythm.months // _YEAR} ans"
    else:
        often = f"Tous les {rhythm.months} mois"
    if rhythm.day == LAST_DAY:
        if rhythm.months % _YEAR == 0:
            month = of_french_month(rhythm.nth(0)).rpartition(" ")[0]
            return f"{often}, le dernier jour {month}"
        return f"{often}, le dernier jour du mois"
    if rhythm.months % _YEAR == 0:
        return f"{often}, le {french_date(rhythm.nth(0), year=False)}"
    return f"{often}, le {'1er' if rhythm.day == 1 else rhythm.day}"


def period_words(period: Period) -> str:
    """Return a period as one writes it: « du 1er au 30 novembre 2026 »."""
    first, last = period.first, period.last
    if first == last:
        return f"du {french_date(last)}"
    if (first.year, first.month) == (last.year, last.month):
        begins = "1er" if first.day == 1 else str(first.day)
    else:
        begins = french_date(first, year=first.year != last.year)
    return f"du {begins} au {french_date(last)}"


def expanded(text: str, period: Period) -> str:
    """Return a text with its blanks filled for a period; months and years are its first day's.

    >>> expanded("Entretien, {periode}", Period(date(2026, 1, 1), date(2026, 3, 31)))
    'Entretien, du 1er janvier au 31 mars 2026'
    """
    first = period.first
    quarter = (first.month + _QUARTER - 1) // _QUARTER
    values = {
        "mois": french_month(first).split()[0],
        "annee": str(first.year),
        "trimestre": f"{'1er' if quarter == 1 else f'{quarter}e'} trimestre",
        "periode": period_words(period),
    }
    return _BLANK.sub(lambda found: values.get(_named(found[1]), found[0]), text)


def expanded_line(line: SoldLine, period: Period) -> SoldLine:
    """Return a line whose texts have their blanks filled."""
    return replace(
        line,
        section=expanded(line.section, period),
        label=expanded(line.label, period),
        description=expanded(line.description, period),
    )


def unknown_blanks(text: str) -> list[str]:
    """Return the blanks of a text that nothing fills, as they are typed."""
    return [found[0] for found in _BLANK.finditer(text) if _named(found[1]) not in BLANKS]


def _named(typed: str) -> str:
    """« Période » and « periode » are the same blank."""
    return folded(typed).strip()


def _on_day(month: Month, day: int) -> date:
    return min(month.first_day + timedelta(days=day - 1), month.last_day)
