"""What quotes and invoices have in common while they may still change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from cae.core.words import folded
from invoicing.enums import VatCategory
from invoicing.models import Customer, Invoice, InvoiceLine, Quote, QuoteLine, VatRate
from invoicing.rules.lines import SoldLine, totals_of
from invoicing.rules.totals import Totals, Vat

_COPIED = ("street", "complement", "postcode", "town", "country", "siren", "siret", "vat_number")


def copy_customer(document: Quote | Invoice, customer: Customer) -> None:
    """Write on the document who it is for, as they are now."""
    document.customer = customer
    document.customer_kind = customer.kind
    document.customer_name = customer.name
    document.customer_contact = customer.contact
    for name in _COPIED:
        setattr(document, f"customer_{name}", getattr(customer, name))


def vat_choices() -> dict[str, VatRate]:
    """Return every VAT choice of the cooperative by code, withdrawn ones included."""
    return {choice.code: choice for choice in VatRate.objects.all()}


def add_up(
    document: Quote | Invoice, lines: Sequence[SoldLine]
) -> tuple[Totals, dict[str, VatRate]]:
    """Write the totals of these lines on the document; return them with the VAT choices."""
    choices = vat_choices()
    totals = totals_of(
        lines, vats={code: Vat(VatCategory(c.category), c.rate) for code, c in choices.items()}
    )
    document.net, document.vat, document.gross = totals.net, totals.tax, totals.gross
    document.search = searchable(document)
    return totals, choices


def searchable(document: Quote | Invoice) -> str:
    """Return what the search of a list reads."""
    return folded(document.number or "", document.customer_name, document.subject)[:400]


def line_values(
    line: SoldLine, *, position: int, net: Decimal, choice: VatRate
) -> dict[str, object]:
    """Return the columns of a line, its VAT frozen beside the choice."""
    return {
        "position": position,
        "label": line.label.strip()[:160],
        "description": line.description.strip(),
        "nature": line.nature,
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": line.unit_price,
        "vat_choice": choice,
        "vat_category": choice.category,
        "vat_rate": choice.rate,
        "net": net,
    }


def sold_lines(document: Quote | Invoice, *, sign: int = 1) -> list[SoldLine]:
    """Return the lines of a document as typed ones, to copy them."""
    lines: Iterable[QuoteLine | InvoiceLine] = document.lines.select_related("vat_choice")
    return [
        SoldLine(
            label=line.label,
            description=line.description,
            nature=line.nature,
            quantity=line.quantity * sign,
            unit=line.unit,
            unit_price=line.unit_price,
            vat=line.vat_choice.code,
        )
        for line in lines
    ]
