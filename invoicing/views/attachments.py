"""The files beside an issued invoice or credit note."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe

from cae.core import documents
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import display_names
from invoicing import permissions
from invoicing.actions import attachments as acts
from invoicing.enums import InvoiceStatus
from invoicing.forms.after_issue import AttachmentForm
from invoicing.models import Invoice, InvoiceAttachment
from invoicing.permissions import fetch_invoice
from invoicing.views.frame import done, place


def attached(request: PlaceRequest, invoice: Invoice) -> dict[str, Any] | None:
    """Return what the page of a document says of its files; nothing before it is issued."""
    if invoice.status != InvoiceStatus.ISSUED:
        return None
    who = request.membership
    rows = list(invoice.attachments.select_related("document", "added_by__user"))
    names = display_names(row.added_by for row in rows)
    return {
        "rows": [
            {
                "file": row,
                "who": names[row.added_by_id],
                "may_remove": permissions.may_remove_attachment(who, _of(invoice, row)),
            }
            for row in rows
        ],
        "form": AttachmentForm() if permissions.may_attach(who, invoice) else None,
    }


def _of(invoice: Invoice, row: InvoiceAttachment) -> InvoiceAttachment:
    row.invoice = invoice  # each row would ask for it again
    return row


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def attach(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Put a file beside a document."""
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_attach)

    def put() -> None:
        form = AttachmentForm(request.POST, request.FILES)
        if not form.is_valid():
            raise ActionRefused("Choisissez un fichier à joindre.", code="file_missing")
        upload = form.cleaned_data["file"]
        content = documents.received(upload)
        acts.attach_file(invoice, content=content, name=upload.name, by=request.membership)

    return done(request, put, said="Pièce jointe.", to=place(request, "invoice", pk) + "#pieces")


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def file(request: PlaceRequest, slug: str, pk: int, file_pk: int) -> HttpResponseBase:
    """Hand over a file that is beside a document."""
    row = _file(fetch_invoice(request.membership, pk), file_pk)
    return documents.attachment(acts.take_file(row, by=request.membership))


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def remove(request: PlaceRequest, slug: str, pk: int, file_pk: int) -> HttpResponse:
    """Take a file away."""
    row = _file(fetch_invoice(request.membership, pk), file_pk)
    if not permissions.may_remove_attachment(request.membership, row):
        raise Http404
    return done(
        request,
        lambda: acts.remove_attachment(row, by=request.membership),
        said="Pièce retirée.",
        to=place(request, "invoice", pk) + "#pieces",
    )


def _file(invoice: Invoice, pk: int) -> InvoiceAttachment:
    row = invoice.attachments.filter(pk=pk).select_related("document", "invoice").first()
    if row is None:
        raise Http404
    return row
