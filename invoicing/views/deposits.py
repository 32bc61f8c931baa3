"""Cheques and cash taken to the bank."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from cae.core import clock, documents
from cae.core.enums import Right
from cae.core.pages import page_of
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.labels import told
from invoicing import queries
from invoicing.actions import deposits as actions
from invoicing.actions.files import ask_for_deposit_slip
from invoicing.forms.payments import CloseDepositForm
from invoicing.models import BankDeposit, Payment
from invoicing.permissions import fetch_deposit, fetch_payment
from invoicing.views.frame import done, place
from invoicing.views.receipts import tabs


@requires(Right.RECORD_PAYMENT)
@require_safe
def deposits(request: PlaceRequest, slug: str) -> HttpResponse:
    """What waits for the bank, and the deposits that took the rest there."""
    waiting = list(queries.waiting_for_deposit().prefetch_related("activity"))
    return render(
        request,
        "invoicing/payments/deposits.html",
        {
            "tabs": tabs(request, "deposits"),
            "groups": [
                {
                    "means": means,
                    "label": label,
                    "payments": [payment for payment in waiting if payment.means == means],
                }
                for means, label in (
                    ("cheque", "Chèques à remettre"),
                    ("cash", "Espèces en caisse"),
                )
                if any(payment.means == means for payment in waiting)
            ],
            "open": [
                {"deposit": deposit, "total": queries.held_total(deposit)}
                for deposit in BankDeposit.objects.filter(closed_at=None)
            ],
            "page": page_of(request, BankDeposit.objects.exclude(closed_at=None)),
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def fill(request: PlaceRequest, slug: str) -> HttpResponse:
    chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    means = request.POST.get("means", "")
    deposit = actions.fill_deposit(
        means, Payment.objects.filter(pk__in=chosen), by=request.membership
    )
    toast(request, "Ajouté à la remise.")
    return redirect(place(request, "deposit", deposit.pk))


@requires(Right.RECORD_PAYMENT)
@require_safe
def deposit(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_deposit(request.membership, pk)
    return render(
        request,
        "invoicing/payments/deposit.html",
        {
            "deposit": found,
            "payments": queries.held_in(found),
            "total": found.total if not found.is_open else queries.held_total(found),
            "form": CloseDepositForm(initial={"on": clock.today()}),
            "trail": told(found) if has_right(request.membership, Right.SEE_AUDIT) else [],
            "crumbs": [("Remises en banque", place(request, "deposits")), (str(found), "")],
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def take_out(request: PlaceRequest, slug: str, pk: int, payment_pk: int) -> HttpResponse:
    found = fetch_deposit(request.membership, pk)
    payment = fetch_payment(request.membership, payment_pk)
    return done(
        request,
        lambda: actions.take_out(found, payment, by=request.membership),
        said="Retiré de la remise.",
        to=place(request, "deposit", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def close(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_deposit(request.membership, pk)
    form = CloseDepositForm(request.POST)
    if not form.is_valid():
        raise ActionRefused(
            "Donnez le jour de la remise à la banque, et un compte encore ouvert.",
            code="day_missing",
        )
    return done(
        request,
        lambda: actions.close_deposit(found, by=request.membership, **form.cleaned_data),
        said="Fermée\u00a0: son bordereau se prépare.",
        to=place(request, "deposit", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_safe
def slip(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the slip of a closed deposit, or say that it is being made."""
    found = fetch_deposit(request.membership, pk)
    if found.is_open:
        raise Http404
    made = ask_for_deposit_slip(found)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"Remise {found.number}",
            "pdf_url": place(request, "deposit_slip", pk),
            "poll_url": place(request, "deposit_slip_state", pk),
            "back_url": place(request, "deposit", pk),
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_safe
def slip_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer 204 while the slip is being made, then the fragment that offers it."""
    found = fetch_deposit(request.membership, pk)
    if queries.deposit_slip(found) is None:
        return HttpResponse(status=204)
    return render(
        request, "invoicing/_pdf_ready.html", {"pdf_url": place(request, "deposit_slip", pk)}
    )
