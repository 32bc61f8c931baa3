"""Settings of services à la personne: what is declared, its limits, who does what."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing import actions, queries
from invoicing.forms.personal_services import ActivityServicesForm, DeclarationForm, ServiceKindForm
from invoicing.models import PersonalServiceKind
from invoicing.queries.personal_services import (
    service_declaration,
    service_kinds,
    services_by_activity,
    services_of,
)
from invoicing.views.frame import place

_DECLARED = tuple(DeclarationForm.base_fields)


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def services(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show what the cooperative declared, and write it."""
    declaration = service_declaration()
    form = DeclarationForm(
        request.POST or None,
        initial={name: getattr(declaration, name) for name in _DECLARED}
        if declaration
        else {"number": f"SAP{request.cooperative.siren}"},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    actions.declare_services(
                        **form.cleaned_data, on=clock.today(), by=request.membership
                    )
            except ActionRefused as refusal:
                form.add_error(None, refusal.message)
            else:
                toast(request, "Déclaration enregistrée.")
                return redirect(place(request, "services"))
    kinds = sorted(service_kinds() if declaration else [], key=lambda kind: not kind.is_offered)
    return render(
        request,
        "invoicing/services/settings.html",
        {
            "form": form,
            "declaration": declaration,
            "kinds": kinds,
            "offered_count": sum(kind.is_offered for kind in kinds),
            "activities": services_by_activity() if declaration else [],
            "crumbs": [("Réglages", ""), ("Services à la personne", "")],
        },
        status=status,
    )


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def service_kind(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Change whether a kind of service is covered, and its limits."""
    kind = PersonalServiceKind.objects.filter(pk=pk).first()
    if kind is None:
        raise Http404
    rates = [rate.rate for rate in queries.offered_vat_rates() if rate.rate]
    form = ServiceKindForm(
        request.POST or None,
        rates=[*rates, *kind.vat_rates],
        initial={
            "is_offered": kind.is_offered,
            "vat_rates": [f"{rate.normalize():f}" for rate in kind.vat_rates],
            "yearly_cap": kind.yearly_cap,
            "longest_minutes": kind.longest_minutes,
        },
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    actions.set_service_kind(kind, **form.values, by=request.membership)
            except ActionRefused as refusal:
                form.add_error(None, refusal.message)
            else:
                toast(request, f"«\u00a0{kind.label}\u00a0» enregistré.")
                return redirect(place(request, "services"))
    return render(
        request,
        "invoicing/services/kind.html",
        {
            "form": form,
            "kind": kind,
            "title": kind.label,
            "intro": kind.source,
            "verb": "Enregistrer",
            "back": place(request, "services"),
            "crumbs": [
                ("Services à la personne", place(request, "services")),
                (kind.label, ""),
            ],
        },
        status=status,
    )


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def activity_services(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Choose the services an activity does."""
    activity = Activity.objects.filter(pk=pk).first()
    if activity is None:
        raise Http404
    form = ActivityServicesForm(
        request.POST or None,
        kinds=[kind for kind in service_kinds() if kind.is_offered],
        initial={"services": [kind.code for kind in services_of(activity.pk)]},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            with transaction.atomic():
                actions.set_activity_services(activity, form.chosen, by=request.membership)
            toast(request, f"Services de {activity.name} enregistrés.")
            return redirect(place(request, "services"))
    return render(
        request,
        "invoicing/services/activity.html",
        {
            "form": form,
            "activity": activity,
            "title": activity.name,
            "intro": "Services à la personne",
            "verb": "Enregistrer",
            "back": place(request, "services"),
            "crumbs": [
                ("Services à la personne", place(request, "services")),
                (activity.name, ""),
            ],
        },
        status=status,
    )
