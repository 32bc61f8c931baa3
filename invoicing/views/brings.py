"""What a quote or an invoice brings to its people: asked of the roof, pay is above this floor."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.module_loading import import_string

from cae.core.money import ZERO, to_cents
from cae.core.requests import PlaceRequest
from entrepreneurs.models import Activity
from invoicing.enums import InvoiceKind, InvoiceStatus, QuoteStatus
from invoicing.models import Invoice, Quote
from invoicing.queries import InvoiceRow
from invoicing.queries.contribution_rates import own_rate_of


@dataclass(frozen=True, slots=True)
class Sold:
    """A document as far as money goes: EUR still to be cashed, negative for a credit note."""

    activity: Activity
    kind: str  # quote, invoice or credit_note
    net: Decimal
    vat: Decimal
    gross: Decimal
    on: date
    cashed: Decimal = ZERO
    """What has already been paid of it, with VAT: not counted any more."""
    unpaid: Decimal = Decimal(1)
    """The fraction still to be cashed."""
    own_rate: Decimal | None = None
    """The rate of contribution of the document, where it has its own."""
    posting_key: str = ""
    """Of the contribution an issued invoice may have been taken."""


def sold(
    activity: Activity,
    kind: str,
    face: Mapping[str, Any],
    *,
    on: date,
    own_rate: Decimal | None = None,
) -> Sold:
    """Return a document that is not issued yet, from its face."""
    sign = -1 if kind == InvoiceKind.CREDIT_NOTE else 1
    amounts = {name: sign * face[name] for name in ("net", "vat", "gross")}
    return Sold(activity, kind, **amounts, on=on, own_rate=own_rate)


def sold_quote(quote: Quote, face: Mapping[str, Any], *, on: date) -> Sold | None:
    """Return a quote that may still become an invoice, None where there is nothing to await."""
    awaited = (QuoteStatus.DRAFT, QuoteStatus.SENT, QuoteStatus.ACCEPTED)
    if quote.status not in awaited or quote.invoices.exists():
        return None
    return sold(quote.activity, "quote", face, on=on, own_rate=quote.own_rate)


def sold_invoice(row: InvoiceRow, face: Mapping[str, Any], *, on: date) -> Sold | None:
    """Return what an invoice has yet to bring, None once it is paid, cancelled, or a credit note
    that is issued."""
    invoice: Invoice = row.invoice
    if invoice.status != InvoiceStatus.ISSUED:
        rate, _ = own_rate_of(invoice)
        return sold(invoice.activity, invoice.kind, face, on=on, own_rate=rate)
    settlement = row.settlement
    if settlement is None or settlement.remaining <= 0 or not invoice.gross:
        return None
    unpaid = settlement.remaining / invoice.gross
    net = to_cents(invoice.net * unpaid)
    return Sold(
        activity=invoice.activity,
        kind=invoice.kind,
        net=net,
        vat=settlement.remaining - net,
        gross=settlement.remaining,
        on=on,
        cashed=invoice.gross - settlement.remaining,
        unpaid=unpaid,
        own_rate=invoice.own_rate,
        posting_key=f"invoice:{invoice.pk}:issued:contribution",
    )


def brings(request: PlaceRequest, sale: Sold | None) -> Any:
    """Return what the card of a document shows (`cae.home.brings`), None where it shows nothing."""
    if sale is None or not sale.net:
        return None
    return import_string("cae.home.brings.brings")(request, sale)


def brings_title(request: PlaceRequest, kind: str) -> str:
    """Return the name of the card, for the author of a document or for staff."""
    noun, verb = {
        "quote": ("ce devis", "apporte"),
        InvoiceKind.CREDIT_NOTE: ("cet avoir", "retire"),
    }.get(kind, ("cette facture", "apporte"))
    return f"Ce que {noun}{' vous' if request.membership.role.own_only else ''} {verb}"
