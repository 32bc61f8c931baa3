"""Insurance of the building trades: what covers each activity, certificates put on file."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock, documents
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.tenancy import as_cooperative
from cae.core.toasts import toast
from entrepreneurs import actions, permissions
from entrepreneurs.forms import InsuranceForm
from entrepreneurs.models import Activity
from entrepreneurs.queries.insurances import building_activities, covered, insurances

#: Word, tone and icon of what covers an activity.
PILLS = {
    "covered": ("Assurée", "ok", "check"),
    "soon": ("Finit bientôt", "warning", "clock"),
    "missing": ("Non couverte", "danger", "circle-alert"),
}


@requires(Right.SELL, Right.MANAGE_PEOPLE, Right.VALIDATE_INVOICE)
@require_safe
def insurance_list(request: PlaceRequest, slug: str) -> HttpResponse:
    """What covers each building activity: all of them for staff, one's own for others."""
    ids = permissions.insured_activity_ids(request.membership)
    today = clock.today()
    may_manage = has_right(request.membership, Right.MANAGE_PEOPLE)
    open_ones = Activity.objects.filter(closed_on=None).order_by("name", "id")
    return render(
        request,
        "entrepreneurs/insurances.html",
        {
            "rows": [
                (
                    found,
                    PILLS[found.state],
                    permissions.may_insure(request.membership, found.activity),
                )
                for found in covered(building_activities(ids), on=today)
            ],
            "insurances": list(insurances(ids)[:100]),
            "others": open_ones.filter(is_building=False) if may_manage else [],
            "may_manage": may_manage,
            "today": today,
        },
    )


@require_http_methods(["GET", "POST"])
@requires(Right.SELL, Right.MANAGE_PEOPLE)
def new_insurance(request: PlaceRequest, slug: str) -> HttpResponse:
    """Put a certificate on file, for an activity (`?enseigne=`) or for the cooperative."""
    activity = _asked_activity(request)
    form = InsuranceForm(request.POST or None, request.FILES or None)
    back = _list_url(request)

    def keep() -> str:
        upload = form.cleaned_data["certificate"]
        actions.add_insurance(
            activity,
            form.policy,
            content=documents.received(upload),
            name=upload.name,
            by=request.membership,
        )
        toast(request, "Attestation déposée.")
        return back

    return form_page(
        request,
        form,
        keep,
        template="entrepreneurs/insurance.html",
        title="Déposer une attestation d’assurance",
        intro=activity.name if activity else "Toutes les enseignes de la coopérative",
        verb="Déposer",
        back=back,
        crumbs=[("Assurances", back), ("Déposer", "")],
        activity=activity,
    )


@requires(Right.SELL, Right.MANAGE_PEOPLE, Right.VALIDATE_INVOICE)
@require_safe
def insurance_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over a certificate; that of the cooperative is everybody's."""
    insurance = permissions.fetch_insurance(request.membership, pk)
    with as_cooperative():
        return documents.attachment(insurance.certificate)


@requires(Right.SELL, Right.MANAGE_PEOPLE)
@require_POST
def withdraw_insurance(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    insurance = permissions.fetch_insurance(
        request.membership, pk, may=permissions.may_withdraw_insurance
    )
    actions.withdraw_insurance(insurance, by=request.membership)
    toast(request, "Attestation retirée.")
    return redirect(_list_url(request))


@requires(Right.MANAGE_PEOPLE)
@require_POST
def set_building(request: PlaceRequest, slug: str) -> HttpResponse:
    """Say that an activity is of the building trades, or is no more."""
    asked = request.POST.get("enseigne", "")
    if not asked.isdecimal() or len(asked) > 18:
        raise Http404
    activity = permissions.fetch_activity(request.membership, int(asked))
    is_building = "oui" in request.POST
    actions.set_building(activity, is_building, by=request.membership)
    toast(request, "Métier du bâtiment." if is_building else "Retirée des métiers du bâtiment.")
    return redirect(_list_url(request))


def _asked_activity(request: PlaceRequest) -> Activity | None:
    asked = request.GET.get("enseigne", "")
    if asked:
        if not asked.isdecimal() or len(asked) > 18:
            raise Http404
        return permissions.fetch_activity(
            request.membership, int(asked), may=permissions.may_insure
        )
    if not has_right(request.membership, Right.MANAGE_PEOPLE):
        raise Http404
    return None


def _list_url(request: PlaceRequest) -> str:
    return reverse("entrepreneurs:insurances", args=[request.cooperative.slug])
