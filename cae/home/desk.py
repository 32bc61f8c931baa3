"""The first page of the support staff and of administrators: what waits, and until when."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from cae.core import clock
from cae.core.enums import Right
from cae.core.permissions import has_right
from cae.core.requests import PlaceRequest
from entrepreneurs import queries as people


def desk(request: PlaceRequest) -> HttpResponse:
    today = clock.today()
    may_see_people = has_right(request.membership, Right.SEE_PEOPLE)
    return render(
        request,
        "home/desk.html",
        {
            "today": today,
            "person_name": people.display_name(request.membership),
            "deadlines": people.deadlines(on=today)[:8] if may_see_people else [],
        },
    )
