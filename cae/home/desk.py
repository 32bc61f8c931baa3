"""The first page of the support staff and of administrators: what waits, and until when."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render

from cae.core import clock
from cae.core.enums import Right
from cae.core.periods import Month
from cae.core.permissions import has_right
from cae.core.requests import PlaceRequest
from cae.home.nights import last_night
from entrepreneurs import queries as people
from invoicing import queries as sales
from invoicing.models import Invoice
from invoicing.queries.transmissions import DepositWork, deposit_work
from payroll import queries as pay


def desk(request: PlaceRequest) -> HttpResponse:
    today = clock.today()
    may_see_people = has_right(request.membership, Right.SEE_PEOPLE)
    return render(
        request,
        "home/desk.html",
        {
            "today": today,
            "person_name": people.display_name(request.membership),
            "waiting": _waiting(request),
            "refused": _refused(request),
            "deposits": _deposits(request),
            "payroll": _payroll(request, on=today),
            "deadlines": people.deadlines(on=today)[:8] if may_see_people else [],
            "night": last_night(request),
        },
    )


def _waiting(request: PlaceRequest) -> sales.Waiting | None:
    """Return what this person may validate, None where it is not their work."""
    may_invoices = has_right(request.membership, Right.VALIDATE_INVOICE)
    may_sheets = has_right(request.membership, Right.VALIDATE_EXPENSE)
    if not may_invoices and not may_sheets:
        return None
    return sales.waiting(invoices=may_invoices, sheets=may_sheets)


def _refused(request: PlaceRequest) -> list[Invoice]:
    """Return the issued invoices that may not be sent, none where it is not their work."""
    may_see = has_right(request.membership, Right.VALIDATE_INVOICE)
    return sales.refused_invoices() if may_see else []


def _deposits(request: PlaceRequest) -> DepositWork | None:
    """Return what waits about deposits of invoices, None where it is not their work."""
    may_see = has_right(request.membership, Right.VALIDATE_INVOICE)
    return deposit_work() if may_see else None


def _payroll(request: PlaceRequest, *, on: date) -> dict[str, object] | None:
    """Return where the pay of the month is, None where it is not their work."""
    if not has_right(request.membership, Right.RUN_PAYROLL):
        return None
    month = Month.of(on)
    return {"month": month, "run": pay.run_of(month)}
