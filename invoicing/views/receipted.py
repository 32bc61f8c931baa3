"""« Facture acquittée »: the copy of a paid invoice, handed over once a worker made it."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cae.core import documents
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing.actions.receipted import ask_for_receipted
from invoicing.permissions import fetch_invoice, may_read_paid
from invoicing.views.frame import place


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def receipted_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the copy, or say that it is being made."""
    invoice = fetch_invoice(request.membership, pk, may=may_read_paid)
    made = ask_for_receipted(invoice)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"Facture acquittée {invoice.number}",
            "pdf_url": place(request, "receipted_pdf", pk),
            "poll_url": place(request, "receipted_pdf_state", pk),
            "back_url": place(request, "invoice", pk),
        },
    )


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def receipted_pdf_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer 204 while the copy is being made, then the fragment that offers it."""
    invoice = fetch_invoice(request.membership, pk, may=may_read_paid)
    if ask_for_receipted(invoice) is None:
        return HttpResponse(status=204)
    return render(
        request, "invoicing/_pdf_ready.html", {"pdf_url": place(request, "receipted_pdf", pk)}
    )
