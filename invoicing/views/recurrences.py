"""Recurring invoices: their list, one of them, and what one decides of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.periods import french_date
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import display_name
from invoicing import permissions
from invoicing.actions import recurrences as acts
from invoicing.actions.content import dated_content, recurrence_content
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import invoice_snapshot
from invoicing.enums import InvoiceKind, InvoiceStatus, OccurrenceOutcome, RecurrenceStatus
from invoicing.forms.recurrences import ResumeForm
from invoicing.models import Invoice, InvoiceLine, Occurrence, Quote, Recurrence
from invoicing.permissions import fetch_invoice, fetch_quote, fetch_recurrence
from invoicing.previews import previewed
from invoicing.queries import searched
from invoicing.queries.recurrences import (
    coming_of,
    occurrences_of,
    recurrence_counts,
    recurrences_of,
)
from invoicing.views.frame import chosen_activity, done, history, page_of, place
from invoicing.views.recurrence_editor import Coming, RecurrenceEditor, shown_dates

_STATUS = RecurrenceStatus
PILLS = {
    _STATUS.ACTIVE: ("En cours", "ok", "refresh-cw"),
    _STATUS.PAUSED: ("En pause", "", "clock"),
    _STATUS.STOPPED: ("Arrêtée", "danger", "circle-alert"),
    _STATUS.ENDED: ("Terminée", "", "check"),
}
_LABELS = {
    "": "Toutes",
    _STATUS.ACTIVE: "En cours",
    _STATUS.STOPPED: "Arrêtées",
    _STATUS.PAUSED: "En pause",
    _STATUS.ENDED: "Terminées",
}
_OUTCOMES = {
    OccurrenceOutcome.SKIPPED: ("Sautée", "", ""),
    OccurrenceOutcome.DISCARDED: ("Brouillon supprimé", "", "trash-2"),
}
_MADE = {
    InvoiceStatus.DRAFT: ("À relire", "warning", "pencil"),
    InvoiceStatus.SUBMITTED: ("À valider", "info", "clock"),
    InvoiceStatus.ISSUED: ("Émise", "ok", "check"),
}


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def recurrences(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    state, text = request.GET.get("etat", ""), request.GET.get("q", "").strip()
    if state not in _LABELS:
        state = ""
    rows = recurrences_of(ids)
    if state:
        rows = rows.filter(status=state)
    page = page_of(request, searched(rows, text, amount="gross"))
    counts = recurrence_counts(ids)
    return render(
        request,
        "invoicing/recurrences/list.html",
        {
            "page": page,
            "rows": [{"recurrence": each, "pill": PILLS[_STATUS(each.status)]} for each in page],
            "q": text,
            "state": state,
            "chips": [
                {
                    "label": label,
                    "count": counts[key or "all"],
                    "url": place(request, "recurrences", etat=key, q=text),
                    "active": key == state,
                }
                for key, label in _LABELS.items()
            ],
            "may_sell": has_right(request.membership, Right.SELL),
            "is_empty": not counts["all"],
        },
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_recurrence(request: PlaceRequest, slug: str) -> HttpResponse:
    """Write one, alone or from an invoice (`?facture=`) or a quote (`?devis=`)."""
    activity, activities = chosen_activity(request)
    source = _asked_source(request)
    if source is not None:
        activity, activities = source.activity, []
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    return RecurrenceEditor(request, "invoice", activity, activities, source=source).answer()


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_recurrence(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_recurrence(request.membership, pk, may=permissions.may_write)
    if found.status == _STATUS.ENDED:
        return redirect(place(request, "recurrence", pk))
    return RecurrenceEditor(request, "invoice", found.activity, recurrence=found).answer()


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def recurrence(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_recurrence(request.membership, pk)
    today = clock.today()
    days = coming_of(found)
    coming = shown_dates(acts.terms_of(found), days, subject=found.subject)
    missed = [day for day in days if day < today] if found.status != _STATUS.ACTIVE else []
    face, refusal = _face(found, coming, on=today)
    return render(
        request,
        "invoicing/recurrences/recurrence.html",
        {
            "recurrence": found,
            "pill": PILLS[_STATUS(found.status)],
            "coming": coming,
            "missed": missed,
            "resume_form": ResumeForm(),
            "face": face,
            "refusal": refusal,
            "rows": [_row(each) for each in occurrences_of(found)],
            "responsible": display_name(found.responsible),
            "may_write": permissions.may_write(request.membership, found),
            "trail": history(request, found),
            "crumbs": [("Factures récurrentes", place(request, "recurrences")), (str(found), "")],
        },
    )


@requires(Right.SELL)
@require_POST
def pause(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_recurrence(request.membership, pk, may=permissions.may_write)
    return _done(
        request,
        found,
        lambda: acts.pause_recurrence(found, by=request.membership),
        said="En pause\u00a0: rien ne se fait jusqu’à la reprise.",
    )


@requires(Right.SELL)
@require_POST
def resume(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_recurrence(request.membership, pk, may=permissions.may_write)
    return _done(
        request,
        found,
        lambda: acts.resume_recurrence(
            found,
            bill_missed="bill_missed" in request.POST,
            on=clock.today(),
            by=request.membership,
        ),
        said="Reprise.",
    )


@requires(Right.SELL)
@require_POST
def skip(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_recurrence(request.membership, pk, may=permissions.may_write)
    try:
        day = date.fromisoformat(request.POST.get("date", ""))
    except ValueError as error:
        raise Http404 from error
    return _done(
        request,
        found,
        lambda: acts.skip_date(found, day, on=clock.today(), by=request.membership),
        said=f"Celle du {french_date(day)} est sautée.",
    )


@requires(Right.SELL)
@require_POST
def end(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_recurrence(request.membership, pk, may=permissions.may_write)
    return _done(
        request,
        found,
        lambda: acts.end_recurrence(found, by=request.membership),
        said="Terminée\u00a0: plus rien ne se fera.",
    )


def _done(request: PlaceRequest, found: Recurrence, act: Any, *, said: str) -> HttpResponse:
    return done(request, act, said=said, to=place(request, "recurrence", found.pk))


def _asked_source(request: PlaceRequest) -> Quote | Invoice | None:
    """Return what a new one is made from: a credit note or a part of a quote comes back no more."""
    for name, fetch in (("facture", fetch_invoice), ("devis", fetch_quote)):
        asked = request.GET.get(name, "")
        if asked.isascii() and asked.isdigit() and len(asked) <= 18:
            found: Quote | Invoice = fetch(
                request.membership, int(asked), may=permissions.may_write
            )
            if isinstance(found, Invoice) and found.kind == InvoiceKind.CREDIT_NOTE:
                raise Http404
            return found
    return None


def _face(
    found: Recurrence, coming: list[Coming], *, on: date
) -> tuple[dict[str, Any] | None, str]:
    """Return the invoice of the next date as it would be today, and why it cannot be."""
    content = dated_content(found, coming[0].period) if coming else recurrence_content(found)
    invoice = Invoice(
        activity=found.activity,
        created_by=found.responsible,
        payment_days=found.payment_days,
        subject=content.subject,
        notes=content.notes,
        order_reference=found.order_reference,
        mentions=[{"id": each.pk, "text": each.text} for each in content.mentions or ()],
    )
    try:
        rows = previewed(
            invoice,
            InvoiceLine,
            content.lines,
            found.customer,
            entry=content.entry,
            discount=content.discount,
        )
    except ActionRefused as refusal:
        return None, refusal.message
    return face_of(invoice_snapshot(invoice, rows, on=on)), ""


def _row(occurrence: Occurrence) -> dict[str, Any]:
    invoice = occurrence.invoice
    if invoice is None:
        pill = _OUTCOMES[OccurrenceOutcome(occurrence.outcome)]
    else:
        pill = _MADE[InvoiceStatus(invoice.status)]
    return {"occurrence": occurrence, "invoice": invoice, "pill": pill}
