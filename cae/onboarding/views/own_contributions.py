"""The contribution of one activity: the common rule, or its own from a day to another."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounting.actions import follow_common_rule
from accounting.enums import AnalyticKind
from accounting.models import AnalyticAccount
from accounting.permissions import fetch_analytic
from accounting.queries import contribution_rule, own_contribution_rules
from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.periods import french_date
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.onboarding.forms import (
    CommonRuleForm,
    first_of_next_month,
)
from cae.onboarding.views.settings import new_rule_page, preview


@requires(Right.CONFIGURE)
@require_safe
def own_contribution(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Show the rule an activity is under, where it comes from, and what was said before."""
    analytic = _activity(pk)
    today = clock.today()
    rule = contribution_rule(analytic, on=today)
    versions = own_contribution_rules(analytic)
    begun = [version for version in versions if version.valid_from <= today]
    return render(
        request,
        "onboarding/own_contribution.html",
        {
            "analytic": analytic,
            "crumbs": [("Réglages", _url(request, "settings")), (analytic.label, "")],
            "rule": rule,
            "brackets": rule.terms.brackets if rule else [],
            "taken": preview(rule.terms) if rule else [],
            "versions": versions,
            "current": begun[0] if begun else None,
            "today": today,
            "may_follow": any(not version.follows_common for version in versions[:1]),
        },
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def new_own_contribution(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Put a rule of one activity in force from a day on; it starts from the one it is under."""
    analytic = _activity(pk)
    return new_rule_page(
        request,
        contribution_rule(analytic, on=clock.today()),
        analytic=analytic,
        title=f"Nouvelle règle de {analytic.label}",
        intro="Pour cette enseigne seule, à la place de la règle commune",
        back=_url(request, "own_contribution", pk),
        crumbs=[*_crumbs(request, analytic), ("Nouvelle règle", "")],
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def follow_common(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Have an activity go back to the rule of all, from a day on."""
    analytic = _activity(pk)
    start = {"valid_from": first_of_next_month(clock.today())}
    form = CommonRuleForm(request.POST or None, initial=start)
    back = _url(request, "own_contribution", pk)

    def follow() -> str:
        day = form.cleaned_data["valid_from"]
        follow_common_rule(analytic, valid_from=day, by=request.membership)
        toast(request, f"{analytic.label} suit la règle commune à partir du {french_date(day)}.")
        return back

    return form_page(
        request,
        form,
        follow,
        template="onboarding/common_contribution.html",
        title="Revenir à la règle commune",
        intro=analytic.label,
        verb="Suivre la règle commune",
        back=back,
        crumbs=[*_crumbs(request, analytic), ("Règle commune", "")],
    )


def _activity(pk: int) -> AnalyticAccount:
    analytic = fetch_analytic(pk)
    if analytic.kind != AnalyticKind.ACTIVITY:
        raise Http404  # nothing is taken of the cooperative itself
    return analytic


def _crumbs(request: PlaceRequest, analytic: AnalyticAccount) -> list[tuple[str, str]]:
    here = _url(request, "own_contribution", analytic.pk)
    return [("Réglages", _url(request, "settings")), (analytic.label, here)]


def _url(request: PlaceRequest, name: str, *args: int) -> str:
    return reverse(f"onboarding:{name}", args=[request.cooperative.slug, *args])
