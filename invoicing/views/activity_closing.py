"""Closing an activity, once what it leaves behind was read; taking its closing back."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs import actions
from entrepreneurs.models import Activity
from entrepreneurs.permissions import fetch_activity, may_see_money
from invoicing.forms.closing import ClosingForm, ReopeningForm
from invoicing.queries.hanging import hanging_of


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def close(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    activity = fetch_activity(request.membership, pk)
    today = clock.today()
    form = ClosingForm(request.POST or None, initial={"on": today})
    page = _page(request, activity)

    def close_it() -> str:
        actions.close_activity(activity, on=form.cleaned_data["on"], by=request.membership)
        toast(request, f"Enseigne «\u00a0{activity.name}\u00a0» fermée.")
        return page["back"]

    return form_page(
        request,
        form,
        close_it,
        template="invoicing/activity_close.html",
        title="Fermer l’enseigne",
        verb="Fermer l’enseigne",
        activity=activity,
        hanging=hanging_of(activity, on=today, money=may_see_money(request.membership)),
        **page,
    )


@require_http_methods(["GET", "POST"])
@requires(Right.MANAGE_PEOPLE)
def reopen(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    activity = fetch_activity(request.membership, pk)
    page = _page(request, activity)

    def reopen_it() -> str:
        actions.reopen_activity(activity, on=clock.today(), by=request.membership)
        toast(request, f"Enseigne «\u00a0{activity.name}\u00a0» rouverte.")
        return page["back"]

    return form_page(
        request,
        ReopeningForm(request.POST if request.method == "POST" else None),
        reopen_it,
        template="invoicing/activity_reopen.html",
        title="Rouvrir l’enseigne",
        verb="Rouvrir l’enseigne",
        activity=activity,
        **page,
    )


def _page(request: PlaceRequest, activity: Activity) -> dict[str, Any]:
    """Return where the page stands: behind the record of the first person of the activity."""
    people = reverse("entrepreneurs:people", args=[request.cooperative.slug])
    first = activity.members.order_by("valid_from", "id").select_related("entrepreneur").first()
    crumbs, back = [("Entrepreneurs", people)], people
    if first is not None:
        back = reverse(
            "entrepreneurs:person", args=[request.cooperative.slug, first.entrepreneur_id]
        )
        crumbs.append((first.entrepreneur.full_name, back))
    return {"intro": activity.name, "back": back, "crumbs": [*crumbs, (activity.name, "")]}
