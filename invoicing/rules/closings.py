"""Which periods are to be closed, in what order."""

from collections.abc import Iterator
from datetime import date, timedelta

from cae.core.periods import Month, fiscal_year_of
from invoicing.enums import ClosedSpan

Span = tuple[ClosedSpan, date, date]


def spans_to_close(first: date, last: date, *, year_start: int = 1) -> Iterator[Span]:
    """Yield the days from `first` to `last`, each month and year right after its last day.

    A month or a fiscal year that begins before `first` is whole all the same: what came before
    is in its earlier days.

    :param year_start: first month of the fiscal year.
    """
    day = first
    while day <= last:
        yield ClosedSpan.DAY, day, day
        month = Month.of(day)
        if day == month.last_day:
            yield ClosedSpan.MONTH, month.first_day, day
        year_first, year_last = fiscal_year_of(day, year_start)
        if day == year_last:
            yield ClosedSpan.YEAR, year_first, day
        day += timedelta(days=1)
