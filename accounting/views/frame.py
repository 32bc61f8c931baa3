"""What the pages of the books share: their tabs, the period and the activity they show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from accounting import queries
from accounting.forms import BooksForm
from accounting.models import AnalyticAccount
from cae.core import audit, clock
from cae.core.periods import Month
from cae.core.requests import PlaceRequest

_TABS = {
    "books": "Balance",
    "journal": "Journaux",
    "dues": "À payer",
    "contributions": "Contributions",
    "closings": "Clôtures",
    "own_accounts": "Comptes propres",
}


def tabs(request: PlaceRequest, current: str) -> list[dict[str, Any]]:
    """Return the pages of the books as chips."""
    return [
        {
            "label": label,
            "count": None,
            "url": url(request, name),
            "active": name == current,
        }
        for name, label in _TABS.items()
    ]


def url(request: PlaceRequest, name: str, *args: object) -> str:
    return reverse(f"accounting:{name}", args=[request.cooperative.slug, *args])


def note_export(request: PlaceRequest, what: str) -> None:
    """Leave a trace of who took a table of the books away."""
    audit.record("books.exported", request.cooperative, by=request.membership, after={"what": what})


@dataclass(frozen=True, slots=True)
class Asked:
    """A period, and one activity or the whole cooperative."""

    form: BooksForm
    start: date
    end: date
    analytic: AnalyticAccount | None
    #: Keeps both in the addresses of a page: `?du=2026-01&au=2026-12`.
    query: str


def asked_of(request: PlaceRequest) -> Asked:
    """Return what the address asks for, else the current fiscal year of the cooperative."""
    form = BooksForm(
        request.GET,
        analytics=queries.analytics_by_code(),
        year=queries.fiscal_year(clock.today()),
    )
    start, end = form.span
    return Asked(form, start, end, form.analytic, _query(start, end, form.analytic))


def years(request: PlaceRequest, asked: Asked) -> list[dict[str, Any]]:
    """Return the fiscal years as chips; they keep the activity."""
    return [
        {
            "label": f"Exercice {year_name(start, end)}",
            "count": None,
            "url": _query(start, end, asked.analytic),
            "active": (start, end) == (asked.start, asked.end),
        }
        for start, end in queries.fiscal_years(
            start_month=request.cooperative.fiscal_year_start, on=clock.today()
        )
    ]


def year_name(start: date, end: date) -> str:
    """Return `2026`, or `2025-2026` for a fiscal year astride two."""
    return str(end.year) if start.year == end.year else f"{start.year}-{end.year}"


def _query(start: date, end: date, analytic: AnalyticAccount | None) -> str:
    asked = {"du": str(Month.of(start)), "au": str(Month.of(end))}
    if analytic is not None:
        asked["enseigne"] = str(analytic.pk)
    return f"?{urlencode(asked)}"
