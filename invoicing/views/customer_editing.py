"""Creating and correcting a customer."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from cae.core import replay
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import actions, permissions, queries
from invoicing.enums import CustomerKind
from invoicing.forms.customers import CustomerForm, field_of
from invoicing.models import Customer
from invoicing.permissions import fetch_customer
from invoicing.views.company_lookup import company_lookup
from invoicing.views.frame import chosen_activity, done, place


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_customer(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, activities = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    context: dict[str, Any] = {
        "title": "Nouveau client",
        "activity": activity,
        "activities": activities,
        "nonce": request.POST.get(replay.FIELD) or replay.new_nonce(),
        "crumbs": [("Clients", place(request, "customers")), ("Nouveau client", "")],
        "back_url": place(request, "customers"),
    }
    if _only_adapts(request):
        return _adapted(request, context)
    posted = request.POST if request.method == "POST" else None
    context["lookup"] = lookup = company_lookup(request)
    found = lookup.initial if lookup else {}
    initial = {"kind": request.GET.get("type", "company"), **found}
    form = CustomerForm(posted, cards=True, initial=initial)

    def create() -> str:
        details = form.details
        customer = actions.create_customer(
            activity,
            name=details.pop("name"),
            by=request.membership,
            unless_known=not form.is_another,
            **details,
        )
        toast(request, "Client créé.")
        return place(request, "customer", customer.pk)

    if posted is not None and form.is_valid():
        try:
            with transaction.atomic():
                return replay.once(request, create)
        except ActionRefused as refusal:
            if refusal.code == "maybe_known":
                form.known = True
                context["known"] = queries.lookalikes(Customer(activity=activity, **form.details))
            form.add_error(field_of(refusal), refusal.message)
    return _page(request, form, context)


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    context: dict[str, Any] = {
        "title": customer.name,
        "activity": customer.activity,
        "customer": customer,
        "crumbs": [
            ("Clients", place(request, "customers")),
            (customer.name, place(request, "customer", pk)),
            ("Modifier", ""),
        ],
        "back_url": place(request, "customer", pk),
    }
    if _only_adapts(request):
        return _adapted(request, context)
    posted = request.POST if request.method == "POST" else None
    context["lookup"] = lookup = company_lookup(request)
    found = lookup.initial if lookup else {}
    initial = CustomerForm.initial_of(customer) | found
    form = CustomerForm(posted, cards=True, initial=initial)
    if posted is not None and form.is_valid():
        try:
            actions.change_customer(customer, by=request.membership, **form.details)
        except ActionRefused as refusal:
            form.add_error(field_of(refusal), refusal.message)
        else:
            return done(
                request,
                lambda: None,
                said="Fiche enregistrée. Les documents déjà émis ne changent pas.",
                to=place(request, "customer", pk),
            )
    return _page(request, form, context)


def _only_adapts(request: PlaceRequest) -> bool:
    """Whether the form was sent for the fields of another kind, not to be kept."""
    return request.method == "POST" and (bool(request.htmx) or request.POST.get("do") == "refresh")


def _adapted(request: PlaceRequest, context: dict[str, Any]) -> HttpResponse:
    """Answer with the fields of the kind chosen, what was typed kept and nothing judged yet."""
    typed = {name: request.POST.get(name, "") for name in CustomerForm.base_fields}
    if typed["kind"] not in CustomerKind.values:
        typed["kind"] = CustomerKind.COMPANY.value
    form = CustomerForm(initial=typed, cards=True)
    if request.htmx:
        return render(request, "invoicing/_customer_card.html", {"form": form})
    return _page(request, form, context)


def _page(request: PlaceRequest, form: CustomerForm, context: dict[str, Any]) -> HttpResponse:
    return render(
        request,
        "invoicing/customer_form.html",
        {**context, "form": form},
        status=422 if form.errors else 200,
    )
