"""The cooperative's own: its fiscal years, its months, its analytic account."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncMonth

from accounting.enums import AnalyticKind
from accounting.models import AnalyticAccount, ClosedPeriod, Entry
from cae.core.models import Cooperative
from cae.core.periods import Month, fiscal_year_of, months_between
from cae.core.prepared import Given, Prepared, aggregated
from cae.core.tenancy import current_tenant_id


def fiscal_year(on: date) -> tuple[date, date]:
    """Return the first and last day of the fiscal year of the cooperative that holds a day."""
    ((start,),) = _start_of_years(pk=current_tenant_id())
    return fiscal_year_of(on, start)


@Prepared
def _start_of_years(*, pk: Given) -> QuerySet:
    return Cooperative.objects.filter(pk=pk).values_list("fiscal_year_start")


def last_closed_month() -> Month | None:
    """Return the last closed month: nothing is posted in it nor before."""
    day = ClosedPeriod.objects.order_by("-month").values_list("month", flat=True).first()
    return Month.of(day) if day else None


def cooperative_analytic() -> AnalyticAccount:
    """Return the analytic account of the cooperative itself."""
    (own,) = _own_analytic()
    return own


@Prepared
def _own_analytic() -> QuerySet[AnalyticAccount]:
    return AnalyticAccount.objects.filter(kind=AnalyticKind.COOPERATIVE)


def analytics_by_code() -> list[AnalyticAccount]:
    """Return the analytic accounts, that of the cooperative first."""
    return sorted(
        AnalyticAccount.objects.all(), key=lambda a: (a.kind != AnalyticKind.COOPERATIVE, a.code)
    )


@dataclass(frozen=True, slots=True)
class BookMonth:
    """A month of the books: how many entries it has, and what closed it if anything did."""

    month: Month
    entries: int
    closed: ClosedPeriod | None
    may_close: bool

    @property
    def closed_with(self) -> Month | None:
        """The later month whose closing closed this one too."""
        if self.closed is None or Month.of(self.closed.month) == self.month:
            return None
        return Month.of(self.closed.month)


def book_months(*, on: date) -> list[BookMonth]:
    """Return every month from the first entry to that of a day, the latest first."""
    first = _first_day()
    if first is None:
        return []
    counted = {
        Month.of(month): count
        for month, count in Entry.objects.order_by()
        .values_list(TruncMonth("date"))
        .annotate(Count("id"))
    }
    closings = list(ClosedPeriod.objects.select_related("closed_by__user").order_by("month"))
    months = []
    for month in reversed(months_between(Month.of(first), Month.of(on))):
        by = next((c for c in closings if c.month >= month.first_day), None)
        may_close = by is None and month.last_day < on
        months.append(BookMonth(month, counted.get(month, 0), by, may_close))
    return months


def fiscal_years(*, start_month: int, on: date) -> list[tuple[date, date]]:
    """Return the fiscal years from that of the first entry to that of a day, the latest first."""
    day = _first_day() or on
    years = []
    while True:
        years.append(fiscal_year_of(min(day, on), start_month))
        last = years[-1][1]
        if last >= on:
            return years[::-1]
        day = Month.of(last).next().first_day


def _first_day() -> date | None:
    ((day,),) = _first_entry()
    return day


@Prepared
def _first_entry() -> QuerySet:
    return aggregated(Entry.objects.all(), first=Min("date"))
