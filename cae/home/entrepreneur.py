"""An entrepreneur's first page: what is there, where it goes, what to do, what comes next."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from accounting import queries as ledger
from cae.core import clock
from cae.core.charts import BarChart, Group, Segment, Series, Tone
from cae.core.money import euros
from cae.core.periods import (
    Month,
    french_date,
    french_month,
    months_ending,
    short_month,
)
from cae.core.requests import PlaceRequest
from cae.home.simulator import simulator_of
from entrepreneurs import queries as people
from entrepreneurs.models import Activity, Entrepreneur


def entrepreneur_home(request: PlaceRequest) -> HttpResponse:
    today = clock.today()
    person = people.person_of(request.membership)
    assert person is not None, "the tenant middleware found this person"
    activities = people.activities_of(person, on=today)
    activity = chosen(activities, request.GET.get("activite"))
    context = {
        "person": person,
        "today": today,
        "activities": activities,
        "activity": activity,
        "path": path_steps(person, on=today),
    }
    if activity is not None:
        context |= money_of(activity, on=today)
        context |= simulator_of(person, activity, None, on=today)
    return render(request, "home/entrepreneur.html", context)


def chosen(activities: list[Activity], wanted: str | None) -> Activity | None:
    """Return the activity asked for if it is one of these, else the first."""
    return next((a for a in activities if str(a.pk) == wanted), next(iter(activities), None))


def money_of(activity: Activity, *, on: date) -> dict[str, object]:
    """Return what the ledger says of one activity: today, this month and over twelve months."""
    months = months_ending(Month.of(on), 12)
    balance = ledger.available_by_month(activity.analytic_id, months)
    turnover = ledger.turnover_by_month(activity.analytic_id, months)
    month = ledger.distribution(activity.analytic_id, Month.of(on))
    return {
        "available": ledger.available(activity.analytic_id, on),
        "balance": list(balance.values()),
        "balance_title": (
            f"Solde sur 12 mois, de {euros(balance[months[0]], cents=False)} "
            f"à {euros(balance[months[-1]], cents=False)}"
        ),
        "months": (short_month(months[0]), short_month(months[-1])),
        "month": month,
        "month_name": french_month(Month.of(on)).split()[0],
        "segments": [
            Segment("Salaire net", month.salary, Tone.NET),
            Segment("Cotisations sociales", month.social, Tone.SOCIAL),
            Segment("Contribution coopérative", month.contribution, Tone.COOPERATIVE),
            Segment("Frais", month.expenses, Tone.EXPENSES),
            Segment("Réserve", month.reserve, Tone.RESERVE),
        ],
        "turnover": turnover_chart(turnover),
        "cashed_over_year": sum(t.cashed for t in turnover),
        "invoiced_over_year": sum(t.invoiced for t in turnover),
    }


def turnover_chart(turnover: list[ledger.Turnover]) -> BarChart:
    return BarChart(
        title="Chiffre d’affaires facturé et encaissé sur 12 mois",
        series=(Series("Facturé", Tone.INVOICED), Series("Encaissé", Tone.NET)),
        groups=[
            Group(short_month(t.month), (t.invoiced, t.cashed), french_month(t.month))
            for t in turnover
        ],
    )


def path_steps(person: Entrepreneur, *, on: date) -> list[dict[str, str]]:
    """Return the path as the component draws it."""
    return [
        {"label": stretch.label, "note": _when(stretch), "state": stretch.state}
        for stretch in people.path_of(person, on=on)
    ]


def _when(stretch: people.Stretch) -> str:
    if stretch.due_on is not None:
        return f"au plus tard le {french_date(stretch.due_on)}"
    if stretch.starts_on is None:
        return ""
    if stretch.state == "current" or stretch.ends_on is None:
        return f"depuis le {french_date(stretch.starts_on)}"
    first, last = short_month(Month.of(stretch.starts_on)), short_month(Month.of(stretch.ends_on))
    return f"{first} {stretch.starts_on.year} – {last} {stretch.ends_on.year}"
