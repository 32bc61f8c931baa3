"""The co-managers' first page: the cooperative at a glance, each figure from the ledger."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render

from accounting import queries as ledger
from cae.core import clock
from cae.core.charts import BarChart, Group, Series, Tone
from cae.core.periods import Month, french_month, months_ending, short_month
from cae.core.requests import PlaceRequest
from cae.home.entrepreneur import turnover_chart
from cae.home.nights import last_night
from entrepreneurs import queries as people


def steering(request: PlaceRequest) -> HttpResponse:
    today = clock.today()
    months = months_ending(Month.of(today), 12)
    turnover = ledger.turnover_by_month(None, months)
    contribution = ledger.contribution_by_month(months)
    situations = people.situation_counts()
    return render(
        request,
        "home/steering.html",
        {
            "today": today,
            "person_name": people.display_name(request.membership),
            "turnover": turnover_chart(turnover),
            "cashed_over_year": sum(t.cashed for t in turnover),
            "invoiced_over_year": sum(t.invoiced for t in turnover),
            "treasury": ledger.balance_of("512"),
            "treasury_a_month_ago": ledger.balance_of("512", on=today - timedelta(days=30)),
            "contribution": BarChart(
                title="Contribution prélevée chaque mois",
                series=(Series("Contribution", Tone.COOPERATIVE),),
                groups=[
                    Group(short_month(m), (amount,), french_month(m))
                    for m, amount in contribution.items()
                ],
            ),
            "contribution_over_year": sum(contribution.values()),
            "situations": [(s.label, count) for s, count in situations.items() if count],
            "headcount": sum(situations.values()),
            "deadlines": people.deadlines(on=today)[:8],
            "night": last_night(request),
        },
    )
