"""Dated legal values of pay, each with its text.

They live in one TOML file per year beside this module; `docs/add-a-rate-year.md` says how to
add one. A row holds from its `starts_on` until the next row of the same name, or its `ends_on`.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from cae.core.periods import french_month
from cae.core.workflow import ActionRefused

_PERCENTAGES = ("employer", "employee", "share")


@dataclass(frozen=True, slots=True)
class Rate:
    """One row: what the law says under one name, from one day on, for one size of employer.

    `employer`, `employee` and `numbers["share"]` are fractions; `brackets` are pairs
    (amount from which, included; rate as a fraction), lowest first.
    """

    name: str
    label: str
    starts_on: date
    ends_on: date | None
    source: str
    employer: Decimal
    employee: Decimal
    numbers: Mapping[str, Decimal]
    brackets: tuple[tuple[Decimal, Decimal], ...] = ()
    formula: str = ""
    note: str = ""
    headcount_from: int = 0
    headcount_below: int | None = None

    @property
    def value(self) -> Decimal:
        return self.numbers["value"]

    def holds(self, on: date, headcount: int) -> bool:
        return (
            self.starts_on <= on
            and (self.ends_on is None or on <= self.ends_on)
            and self.headcount_from <= headcount
            and (self.headcount_below is None or headcount < self.headcount_below)
        )


def find(name: str, *, on: date, headcount: int = 0) -> Rate | None:
    """Return the row of `name` in force, or None where the law asks for nothing."""
    return next((rate for rate in rows()[name] if rate.holds(on, headcount)), None)


def get(name: str, *, on: date, headcount: int = 0) -> Rate:
    """Return the row of `name` in force.

    :raises ActionRefused: code `unknown_rate`, no row is known on that day.
    """
    rate = find(name, on=on, headcount=headcount)
    if rate is None:
        raise ActionRefused(
            f"La valeur légale «\u00a0{rows()[name][0].label}\u00a0» n’est pas connue pour"
            f" {french_month(on)}. La paie de ce mois ne peut pas être calculée\u00a0:"
            " prévenez la personne qui administre la plateforme.",
            code="unknown_rate",
        )
    return rate


@cache
def rows() -> Mapping[str, tuple[Rate, ...]]:
    """Return every row by name, oldest first."""
    return read(Path(__file__).parent)


def read(folder: Path) -> Mapping[str, tuple[Rate, ...]]:
    """Return the rows of every TOML file of a folder, by name, oldest first."""
    by_name: dict[str, list[Rate]] = {}
    for path in sorted(folder.glob("*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        for name, written in tables.items():
            by_name.setdefault(name, []).extend(_rate(name, row) for row in written)
    return {name: _in_time_order(rates) for name, rates in by_name.items()}


def _in_time_order(rates: list[Rate]) -> tuple[Rate, ...]:
    """Sort the rows of one name; a row ends the day before the next one of its size begins."""
    rates = sorted(rates, key=lambda rate: (rate.starts_on, rate.headcount_from))
    return tuple(
        replace(rate, ends_on=_earliest(rate.ends_on, _eve_of_next(rate, rates[i + 1 :])))
        for i, rate in enumerate(rates)
    )


def _eve_of_next(rate: Rate, later: list[Rate]) -> date | None:
    for other in later:
        if other.starts_on > rate.starts_on and other.headcount_from == rate.headcount_from:
            return other.starts_on - timedelta(days=1)
    return None


def _earliest(*days: date | None) -> date | None:
    return min((day for day in days if day is not None), default=None)


def _rate(name: str, row: dict[str, Any]) -> Rate:
    number = {
        key: Decimal(value).scaleb(-2) if key in _PERCENTAGES else Decimal(value)
        for key, value in row.items()
        if isinstance(value, int | Decimal) and not key.startswith("headcount_")
    }
    return Rate(
        name=name,
        label=row["label"],
        starts_on=row["starts_on"],
        ends_on=row.get("ends_on"),
        source=row["source"],
        employer=number.pop("employer", Decimal(0)),
        employee=number.pop("employee", Decimal(0)),
        numbers=number,
        brackets=tuple(
            (Decimal(start), Decimal(percentage).scaleb(-2))
            for start, percentage in row.get("brackets", ())
        ),
        formula=row.get("formula", ""),
        note=row.get("note", ""),
        headcount_from=row.get("headcount_from", 0),
        headcount_below=row.get("headcount_below"),
    )
