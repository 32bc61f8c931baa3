"""The terms of every pay: what holds, what held, and setting others from a month on."""

from __future__ import annotations

from dataclasses import asdict, replace

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import form_page, page_of
from cae.core.periods import Month, of_french_month
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from payroll import actions, queries
from payroll.enums import Hours
from payroll.forms import TermsForm
from payroll.rules.terms import worked_years


@requires(Right.CONFIGURE, Right.VALIDATE_PAYROLL)
@require_safe
def terms(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show the terms in force this month, those to come and those before."""
    month = Month.of(clock.today())
    in_force = queries.terms_in_force(month)
    return render(
        request,
        "payroll/terms.html",
        {
            "crumbs": _crumbs(request, ("Réglages de la paie", "")),
            "month": month,
            "terms": in_force,
            "page": page_of(request, queries.dated_terms(), per_page=24),
            "readings": [
                (hours, worked_years(replace(in_force, hours=hours), year=month.year))
                for hours in (Hours.MONTHLY, Hours.YEARLY)
            ],
        },
    )


@requires(Right.CONFIGURE, Right.VALIDATE_PAYROLL)
@require_http_methods(["GET", "POST"])
def set_terms(request: PlaceRequest, slug: str) -> HttpResponse:
    """Set the terms from a month on, starting from those in force."""
    month = Month.of(clock.today())
    last = queries.last_validated_month()
    start = last.next() if last is not None and month <= last else month
    initial = {**asdict(queries.terms_in_force(start)), "valid_from": str(start)}
    form = TermsForm(request.POST or None, initial=initial)
    back = reverse("payroll:terms", args=[slug])

    def kept() -> str:
        written = actions.set_terms(
            form.terms,
            valid_from=form.cleaned_data["valid_from"],
            note=form.cleaned_data["note"],
            by=request.membership,
        )
        toast(request, f"Réglages en vigueur à partir {of_french_month(written.valid_from)}.")
        return back

    return form_page(
        request,
        form,
        kept,
        title="Changer les réglages de la paie",
        intro=request.cooperative.name,
        verb="Mettre en vigueur",
        back=back,
        crumbs=_crumbs(request, ("Réglages de la paie", back), ("Changer", "")),
    )


def _crumbs(request: PlaceRequest, *rest: tuple[str, str]) -> list[tuple[str, str]]:
    """Return the way back: to the runs, or to the settings for who does not run the payroll."""
    slug = request.cooperative.slug
    if has_right(request.membership, Right.RUN_PAYROLL):
        return [("Paie", reverse("payroll:runs", args=[slug])), *rest]
    return [("Réglages", reverse("onboarding:settings", args=[slug])), *rest]
