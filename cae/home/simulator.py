"""« Et si j’encaissais… » : the real engine, on the server, at each stroke."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.forms import MoneyField, PercentField, RangedNumber
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs import queries as people
from entrepreneurs.models import Activity, Entrepreneur
from payroll.queries.simulator import Hypotheses, Simulation, simulate, usual_hypotheses


class SimulatorForm(forms.Form):
    turnover = MoneyField(
        label="Chiffre d’affaires encaissé par mois",
        min_value=Decimal(0),
        widget=RangedNumber(lowest=0, highest=10_000, step=50, affix="€ HT"),
    )
    expenses = MoneyField(label="Frais par mois", min_value=Decimal(0))
    reserve_rate = PercentField(
        label="Part gardée en réserve", min_value=Decimal(0), max_value=Decimal(1)
    )


def simulator_of(
    person: Entrepreneur, activity: Activity, given: QueryDict | None, *, on: date
) -> dict[str, object]:
    """Return the form and what it gives: a usual month of this activity until one types."""
    usual = usual_hypotheses(activity, on=on)
    start = {
        "turnover": usual.turnover,
        "expenses": usual.expenses,
        "reserve_rate": usual.reserve_rate,
    }
    form = SimulatorForm(given or None, initial=start)
    found: Simulation | None = None
    refused = ""
    if not form.is_bound or form.is_valid():
        asked = Hypotheses(**form.cleaned_data) if form.is_bound else usual
        try:
            found = simulate(person, activity, asked, on=on)
        except ActionRefused as refusal:
            refused = refusal.message
    return {
        "simulator": form,
        "simulation": found,
        "simulation_refused": refused,
        "activity": activity,
    }


@requires(Right.SEE_OWN)
@require_safe
def simulation(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer what the card of the home shows for the figures typed; a whole page without script."""
    today = clock.today()
    person = people.person_of(request.membership)
    activities = people.activities_of(person, on=today) if person else []
    activity = next((a for a in activities if a.pk == pk), None)
    if person is None or activity is None:
        raise Http404
    context = simulator_of(person, activity, request.GET, on=today)
    if request.htmx:
        return render(request, "home/_simulation.html", context)
    return render(request, "home/simulation.html", context)
