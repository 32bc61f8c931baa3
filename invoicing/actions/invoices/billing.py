"""Invoices written from an accepted quote."""

from __future__ import annotations

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.drafting import billed_lines, discount_of
from invoicing.actions.invoices.drafts import write
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceKind, QuoteStatus
from invoicing.models import Invoice, Quote


@transaction.atomic
def invoice_from_quote(quote: Quote, *, by: Membership) -> Invoice:
    """Write the draft invoice of an accepted quote, line for line.

    :raises ActionRefused: `quote_not_accepted`, `already_invoiced`.
    """
    quote = locked(quote)
    if quote.status != QuoteStatus.ACCEPTED:
        raise ActionRefused(
            "Ce devis n’est pas encore accepté\u00a0: il se facture après l’accord du client.",
            code="quote_not_accepted",
        )
    earlier = Invoice.objects.filter(quote=quote).exclude(kind=InvoiceKind.CREDIT_NOTE).first()
    if earlier is not None:
        raise ActionRefused(
            f"Ce devis est déjà facturé\u00a0: {earlier.number or 'un brouillon existe'}.",
            code="already_invoiced",
        )
    invoice = Invoice(activity=quote.activity, created_by=by, quote=quote)
    write(
        invoice,
        customer=quote.customer,
        subject=quote.subject,
        lines=billed_lines(quote),
        entry=quote.entry,
        discount=discount_of(quote),
        payment_days=quote.payment_days,
        notes="",
    )
    audit.record("invoice.created", invoice, by=by, after={"quote": quote.number})
    return invoice
