"""Customers: the list, the record, and what they owe."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock, replay
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import actions, permissions, queries
from invoicing.enums import QuoteStatus
from invoicing.forms.sales import CustomerForm
from invoicing.models import Customer, Invoice, Quote
from invoicing.permissions import fetch_customer
from invoicing.views.editor import field_of
from invoicing.views.frame import (
    INVOICE_PILLS,
    QUOTE_PILLS,
    chosen_activity,
    done,
    history,
    page_of,
    place,
)

LATEST = 20


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def customers(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    text = request.GET.get("q", "").strip()
    shows_archived = request.GET.get("etat") == "archives"
    everyone = queries.customers_of(ids, archived=shows_archived)
    page = page_of(request, queries.searched(everyone, text).prefetch_related("activity"))
    figures = queries.customer_figures([customer.pk for customer in page], on=clock.today())
    return render(
        request,
        "invoicing/customers.html",
        {
            "page": page,
            "rows": [{"customer": c, "figures": figures[c.pk]} for c in page],
            "q": text,
            "chips": [
                {
                    "label": label,
                    "count": None,
                    "url": place(request, "customers", etat=state, q=text),
                    "active": shows_archived == bool(state),
                }
                for label, state in (("Clients", ""), ("Archivés", "archives"))
            ],
            "is_staff": ids is None,
            "may_sell": has_right(request.membership, Right.SELL),
            "is_empty": not page.object_list and not text and not shows_archived,
        },
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_customer(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, activities = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    form = CustomerForm(request.POST or None)

    def create() -> str:
        details = form.details
        customer = actions.create_customer(
            activity, name=details.pop("name"), by=request.membership, **details
        )
        toast(request, "Client créé.")
        return place(request, "customer", customer.pk)

    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                return replay.once(request, create)
        except ActionRefused as refusal:
            form.add_error(field_of(refusal), refusal.message)
    return render(
        request,
        "invoicing/customer_form.html",
        {
            "form": form,
            "title": "Nouveau client",
            "activity": activity,
            "activities": activities,
            "nonce": request.POST.get(replay.FIELD) or replay.new_nonce(),
            "crumbs": [("Clients", place(request, "customers")), ("Nouveau client", "")],
            "back_url": place(request, "customers"),
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    form = CustomerForm(request.POST or None, initial=CustomerForm.initial_of(customer))
    if request.method == "POST" and form.is_valid():
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
    return render(
        request,
        "invoicing/customer_form.html",
        {
            "form": form,
            "title": customer.name,
            "activity": customer.activity,
            "customer": customer,
            "crumbs": [
                ("Clients", place(request, "customers")),
                (customer.name, place(request, "customer", pk)),
                ("Modifier", ""),
            ],
            "back_url": place(request, "customer", pk),
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    today = clock.today()
    customer = fetch_customer(request.membership, pk)
    latest = list(queries.sales_of(Invoice, None).filter(customer=customer)[:LATEST])
    quotes = queries.sales_of(Quote, None).filter(customer=customer)[:LATEST]
    return render(
        request,
        "invoicing/customer.html",
        {
            "customer": customer,
            "figures": queries.customer_figures([pk], on=today)[pk],
            "credit": queries.customer_credit(customer),
            "may_pay": permissions.may_record_payment(request.membership, customer),
            "invoices": [
                {"row": row, "invoice": row.invoice, "pill": INVOICE_PILLS[row.state]}
                for row in queries.with_settlements(latest, on=today)
            ],
            "quotes": [{"quote": q, "pill": QUOTE_PILLS[QuoteStatus(q.status)]} for q in quotes],
            "may_write": permissions.may_write(request.membership, customer),
            "trail": history(request, customer),
            "crumbs": [("Clients", place(request, "customers")), (customer.name, "")],
        },
    )


@requires(Right.SELL)
@require_POST
def archive_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    actions.archive_customer(customer, by=request.membership)
    toast(request, "Client archivé.", undo=place(request, "customer_restore", pk))
    return redirect(place(request, "customers"))


@requires(Right.SELL)
@require_POST
def restore_customer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer: Customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.restore_customer(customer, by=request.membership),
        said="Client remis dans la liste.",
        to=place(request, "customer", pk),
    )
