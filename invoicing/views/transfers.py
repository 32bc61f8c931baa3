"""What is paid by transfer: what waits, and the batches the bank executes."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounting import actions, queries
from accounting.enums import BatchState
from accounting.models import TransferBatch
from cae.core import clock
from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs.identifiers import masked
from entrepreneurs.labels import told
from invoicing.actions import transfers as refunds
from invoicing.forms.payments import CancelBatchForm, CloseBatchForm, ExecuteBatchForm
from invoicing.permissions import fetch_transfer_batch
from invoicing.views.frame import done, page_of, place

#: text, tone, icon
BATCH_PILLS = {
    BatchState.OPEN: ("Ouvert", "info", "clock"),
    BatchState.CLOSED: ("Fermé", "info", "lock"),
    BatchState.EXECUTED: ("Exécuté", "ok", "check"),
    BatchState.CANCELLED: ("Annulé", "", "x"),
}


@requires(Right.RECORD_PAYMENT)
@require_safe
def transfers(request: PlaceRequest, slug: str) -> HttpResponse:
    """What waits for its transfer, the oldest debt first; then the batches, latest first."""
    waiting = queries.waiting_transfers()
    page = page_of(request, TransferBatch.objects.exclude(state=BatchState.OPEN))
    opened = TransferBatch.objects.filter(state=BatchState.OPEN).first()
    held = queries.transfers_of(opened) if opened else []
    return render(
        request,
        "invoicing/payments/transfers.html",
        {
            "waiting": waiting,
            "total": queries.total_of(waiting),
            "open": opened,
            "open_count": len(held),
            "open_total": queries.total_of(held),
            "page": page,
            "rows": [(batch, BATCH_PILLS[BatchState(batch.state)]) for batch in page],
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def fill(request: PlaceRequest, slug: str) -> HttpResponse:
    chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    batch = actions.fill_batch(chosen, by=request.membership)
    return redirect(place(request, "batch", batch.pk))


@requires(Right.RECORD_PAYMENT)
@require_safe
def batch(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, fetch_transfer_batch(request.membership, pk))


@requires(Right.RECORD_PAYMENT)
@require_POST
def take_out(request: PlaceRequest, slug: str, pk: int, transfer_pk: int) -> HttpResponse:
    found = fetch_transfer_batch(request.membership, pk)
    return done(
        request,
        lambda: actions.take_out_of_batch(found, transfer_pk, by=request.membership),
        said="Retiré du lot\u00a0: il attend à nouveau.",
        to=place(request, "batch", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
@recently_authenticated
def close(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_transfer_batch(request.membership, pk)
    form = CloseBatchForm(request.POST)
    if not form.is_valid():
        return _page(request, found, close_form=form)
    return done(
        request,
        lambda: refunds.close_batch(
            found, on=clock.today(), by=request.membership, **form.cleaned_data
        ),
        said="Lot fermé\u00a0: son fichier est prêt pour la banque.",
        to=place(request, "batch", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_safe
@recently_authenticated
def file(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Download the file for the bank; who took it, and when, is kept."""
    found = fetch_transfer_batch(request.membership, pk)
    try:
        name, content = actions.take_file(found, by=request.membership)
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(place(request, "batch", pk))
    response = HttpResponse(content, content_type="application/xml")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@requires(Right.RECORD_PAYMENT)
@require_POST
def execute(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_transfer_batch(request.membership, pk)
    form = ExecuteBatchForm(request.POST)
    if not form.is_valid():
        return _page(request, found, execute_form=form)
    return done(
        request,
        lambda: actions.execute_batch(
            found, on=clock.today(), by=request.membership, **form.cleaned_data
        ),
        said="Exécuté\u00a0: les notes sont remboursées, les écritures passées.",
        to=place(request, "batch", pk),
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def cancel(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_transfer_batch(request.membership, pk)
    form = CancelBatchForm(request.POST)
    if not form.is_valid():
        return _page(request, found, cancel_form=form)
    return done(
        request,
        lambda: actions.cancel_batch(found, by=request.membership, **form.cleaned_data),
        said="Lot annulé\u00a0: ses virements attendent un autre lot.",
        to=place(request, "batch", pk),
    )


def _page(request: PlaceRequest, found: TransferBatch, **forms: Form) -> HttpResponse:
    held = queries.transfers_of(found)
    today = clock.today()
    usual: dict[str, Any] = {
        "close_form": CloseBatchForm(initial={"execute_on": today}),
        "execute_form": ExecuteBatchForm(initial={"executed_on": found.execute_on and today}),
        "cancel_form": CancelBatchForm(),
    }
    return render(
        request,
        "invoicing/payments/batch.html",
        {
            **usual,
            **forms,
            "batch": found,
            "pill": BATCH_PILLS[BatchState(found.state)],
            "transfers": [(transfer, masked(transfer.iban or "")) for transfer in held],
            "total": queries.total_of(held) if found.is_open else found.total,
            "count": len(held),
            "debited": masked(found.iban),
            "may_cancel": found.is_open or found.is_closed,
            "trail": told(found) if has_right(request.membership, Right.SEE_AUDIT) else [],
            "crumbs": [("Virements", place(request, "transfers")), (str(found), "")],
        },
        status=422 if forms else 200,
    )
