"""The people at a customer's, and what the books call it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from cae.core import replay
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import actions, permissions
from invoicing.forms.contacts import ContactForm, PartyAccountForm
from invoicing.models import Customer, CustomerContact
from invoicing.permissions import fetch_customer
from invoicing.views.frame import done, place

_FIELDS = {
    "name_missing": "name",
    "bad_address": "email",
    "email_missing": "email",
    "email_twice": "email",
}


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_contact(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    form = ContactForm(request.POST or None)

    def create() -> str:
        actions.add_contact(customer, by=request.membership, **form.cleaned_data)
        toast(request, "Contact ajouté.")
        return place(request, "customer", pk)

    if request.method == "POST" and form.is_valid():
        try:
            return replay.once(request, create)
        except ActionRefused as refusal:
            form.add_error(_FIELDS.get(refusal.code), refusal.message)
    nonce = request.POST.get(replay.FIELD) or replay.new_nonce()
    return _page(request, customer, form, title="Nouveau contact", nonce=nonce)


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_contact(request: PlaceRequest, slug: str, pk: int, contact_pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    contact = _contact(customer, contact_pk)
    form = ContactForm(request.POST or None, initial=ContactForm.initial_of(contact))
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_contact(contact, by=request.membership, **form.cleaned_data)
        except ActionRefused as refusal:
            form.add_error(_FIELDS.get(refusal.code), refusal.message)
        else:
            toast(request, "Contact enregistré.")
            return redirect(place(request, "customer", pk))
    return _page(request, customer, form, title=contact.name, contact=contact)


@requires(Right.SELL)
@require_POST
def remove_contact(request: PlaceRequest, slug: str, pk: int, contact_pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_write)
    contact = _contact(customer, contact_pk)
    return done(
        request,
        lambda: actions.remove_contact(contact, by=request.membership),
        said="Contact retiré.",
        to=place(request, "customer", pk),
    )


@requires(Right.SEE_ACCOUNTS)
@require_http_methods(["GET", "POST"])
def party_account(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """What the books call a customer."""
    customer = fetch_customer(request.membership, pk, may=permissions.may_set_account)
    form = PartyAccountForm(request.POST or None, initial={"account": customer.party_account})
    if request.method == "POST" and form.is_valid():
        account = form.cleaned_data["account"]
        try:
            actions.set_party_account(customer, account=account, by=request.membership)
        except ActionRefused as refusal:
            form.add_error("account", refusal.message)
        else:
            toast(request, "Compte tiers enregistré.")
            return redirect(place(request, "customer", pk))
    return render(
        request,
        "invoicing/customer_account.html",
        {"customer": customer, "form": form, "crumbs": _crumbs(request, customer, "Compte tiers")},
        status=422 if form.errors else 200,
    )


def _contact(customer: Customer, pk: int) -> CustomerContact:
    contact = customer.contacts.filter(pk=pk).first()
    if contact is None:
        raise Http404
    return contact


def _crumbs(request: PlaceRequest, customer: Customer, title: str) -> list[tuple[str, str]]:
    return [
        ("Clients", place(request, "customers")),
        (customer.name, place(request, "customer", customer.pk)),
        (title, ""),
    ]


def _page(
    request: PlaceRequest, customer: Customer, form: ContactForm, *, title: str, **context: Any
) -> HttpResponse:
    return render(
        request,
        "invoicing/contact.html",
        {
            "customer": customer,
            "form": form,
            "title": title,
            "crumbs": _crumbs(request, customer, title),
            **context,
        },
        status=422 if form.errors else 200,
    )
