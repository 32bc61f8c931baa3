"""How the cooperative numbers its invoices: a rule a year, closed once it is used."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import actions, queries
from invoicing.forms.numbering import NumberingForm
from invoicing.views.frame import place

#: Shown where each activity has its series.
_EXAMPLE_CODE = "ENSEIGNE"


@requires(Right.CONFIGURE, Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def numbering(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    years = (today.year, today.year + 1)
    wanted = request.POST.get("year") or request.GET.get("annee", "")
    year = int(wanted) if wanted.isdecimal() and int(wanted) in years else years[0]
    used = queries.first_number_of(year)
    pattern = queries.pattern_for(year)
    form = NumberingForm(request.POST or None, initial=asdict(pattern))
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    actions.set_numbering(year, form.pattern, by=request.membership)
            except ActionRefused as refusal:
                form.add_error(None, refusal.message)
            else:
                toast(request, f"Numérotation {year} enregistrée.")
                return redirect(place(request, "numbering", annee=year))
    return render(
        request,
        "invoicing/numbering.html",
        {
            "form": form,
            "year": year,
            "used": used,
            "next_numbers": queries.next_numbers(
                pattern, on=max(today, date(year, 1, 1)), code=_EXAMPLE_CODE
            ),
            "chips": [
                {
                    "label": str(each),
                    "url": place(request, "numbering", annee=each),
                    "active": each == year,
                }
                for each in years
            ],
            "crumbs": [("Réglages", ""), ("Numérotation", "")],
        },
        status=status,
    )
