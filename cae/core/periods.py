"""Months, fiscal years, and dates as the French write them."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, time
from typing import Self

from cae.core.words import folded

_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")

_MONTH_NAMES = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip
_SHORT_MONTH_NAMES = (
    "janv.", "févr.", "mars", "avr.", "mai", "juin",
    "juil.", "août", "sept.", "oct.", "nov.", "déc.",
)  # fmt: skip
#: « nov », « mai »: two letters would be too many months.
_SHORTEST_MONTH = 3
_WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A month of the calendar; months sort in time order."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= 12 and 1 <= self.year <= 9999):
            raise ValueError(f"no month {self.number} in year {self.year}")

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the month written `2026-11`.

        :raises ValueError: with a sentence in French, when it is not one.
        """
        written = _MONTH.fullmatch(text)
        if written is None or not 1 <= int(written[2]) <= 12 or int(written[1]) < 1:
            raise ValueError("Ce mois n’est pas lisible. Écrivez-le par exemple ainsi : 2026-11.")
        return cls(int(written[1]), int(written[2]))

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    def plus(self, months: int) -> Self:
        """Return the month that many months later, earlier when negative."""
        year, index = divmod(self.year * 12 + self.number - 1 + months, 12)
        return type(self)(year, index + 1)

    def next(self) -> Self:
        return self.plus(1)

    def previous(self) -> Self:
        return self.plus(-1)

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.number)

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"


def months_between(first: Month, last: Month) -> list[Month]:
    """Return every month from `first` to `last`, both included; none when `last` is before."""
    count = (last.year - first.year) * 12 + last.number - first.number + 1
    return [first.plus(i) for i in range(count)]


def months_ending(last: Month, count: int) -> list[Month]:
    """Return the `count` months up to `last` included, oldest first."""
    return months_between(last.plus(1 - count), last)


def fiscal_year_of(day: date, start_month: int = 1) -> tuple[date, date]:
    """Return the first and last day of the fiscal year that holds `day`."""
    start = Month(day.year if day.month >= start_month else day.year - 1, start_month)
    return start.first_day, start.plus(11).last_day


def french_date(day: date, *, weekday: bool = False, year: bool = True) -> str:
    """Return `1er novembre 2026`, `lundi 23 novembre 2026`, `23 novembre`."""
    words = [
        _WEEKDAYS[day.weekday()] if weekday else "",
        "1er" if day.day == 1 else str(day.day),
        _MONTH_NAMES[day.month - 1],
        str(day.year) if year else "",
    ]
    return " ".join(word for word in words if word)


def numeric_date(day: date) -> str:
    """Return `23/11/2026`."""
    return f"{day.day:02}/{day.month:02}/{day.year:04}"


def short_date(day: date) -> str:
    """Return `12 déc.`, `1er mars`."""
    return f"{'1er' if day.day == 1 else day.day} {_SHORT_MONTH_NAMES[day.month - 1]}"


def french_month(month: Month | date) -> str:
    """Return `novembre 2026`."""
    month = month if isinstance(month, Month) else Month.of(month)
    return f"{_MONTH_NAMES[month.number - 1]} {month.year}"


def of_french_month(month: Month | date) -> str:
    """Return `d’avril 2026`, `de mai 2026`."""
    name = french_month(month)
    return f"d’{name}" if name[0] in "ao" else f"de {name}"


def months_called(word: str) -> list[int]:
    """Return the months whose name begins with these letters, accents ignored: `juil` is 7."""
    letters = folded(word).rstrip(".")
    if len(letters) < _SHORTEST_MONTH:
        return []
    return [n for n, name in enumerate(_MONTH_NAMES, start=1) if folded(name).startswith(letters)]


def short_month(month: Month | date) -> str:
    """Return `nov.`, for the axis of a chart."""
    month = month if isinstance(month, Month) else Month.of(month)
    return _SHORT_MONTH_NAMES[month.number - 1]


def french_time(moment: time) -> str:
    """Return `18 h 07`, in no-break spaces; a datetime does too."""
    return f"{moment.hour}\u00a0h\u00a0{moment.minute:02}"


def duration(minutes: int) -> str:
    """Return `2 h 30`, `45 min`, in no-break spaces."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}\u00a0min"
    return f"{hours}\u00a0h\u00a0{rest:02}" if rest else f"{hours}\u00a0h"
