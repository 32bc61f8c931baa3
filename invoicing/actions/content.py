"""What a person decides of a quote or of an invoice: one value, whoever writes it.

The editor, the API, an import, the demonstration and a copy all make one, and the actions that
write documents take nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from cae.core.money import ZERO
from cae.core.workflow import ActionRefused
from invoicing.actions.drafting import billed_lines, discount_of, sold_lines
from invoicing.enums import Entry
from invoicing.models import Customer, Invoice, Mention, Quote, Recurrence
from invoicing.rules.lines import NO_DISCOUNT, Discount, SoldLine
from invoicing.rules.recurrences import Period, expanded, expanded_line


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one works or delivers; `country` is an ISO code, France when it is not said."""

    street: str = ""
    complement: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""

    def __bool__(self) -> bool:
        return bool(self.street or self.complement or self.postcode or self.town)


NOWHERE_ELSE = Place()
PLACE = tuple(each.name for each in fields(Place))


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleContent:
    """What quotes and invoices share.

    Amounts are in EUR: with VAT where `entry` is gross and a line gives `price_with_vat`, else
    without. `payment_days` are counted from the invoice; None takes the customer's delay, else
    the cooperative's. Without a `place` it is where the customer has things delivered, if
    anywhere; without an `order_reference` (BT-13), the commitment number of a public body.
    `mentions` are those ticked; None keeps those of the document, and gives a new one those of
    its case.
    """

    customer: Customer
    subject: str
    lines: Sequence[SoldLine]
    entry: str = Entry.NET
    discount: Discount = NO_DISCOUNT
    payment_days: int | None = None
    order_reference: str = ""
    place: Place = NOWHERE_ELSE
    notes: str = ""
    mentions: Sequence[Mention] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteContent(SaleContent):
    """A quote: valid three months from `dated_on` unless said; `deposit_rate` is a fraction.

    `duration` is in words (« trois semaines »), counted from `starts_on`.
    """

    dated_on: date
    valid_until: date | None = None
    deposit_rate: Decimal = ZERO
    starts_on: date | None = None
    duration: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceContent(SaleContent):
    """An invoice; without `supplied_on` the day it is issued is the day of the service.

    What lasted several days began on `supplied_from`, and `supplied_on` is its last day.
    """

    supplied_from: date | None = None
    supplied_on: date | None = None


AnyContent = TypeVar("AnyContent", bound=SaleContent)


def quote_content(quote: Quote) -> QuoteContent:
    """Return what a quote says, to write it again; its mentions are those of its case."""
    return QuoteContent(
        **_common(quote),
        lines=sold_lines(quote),
        dated_on=quote.dated_on,
        valid_until=quote.valid_until,
        deposit_rate=quote.deposit_rate,
        place=place_of(quote),
        starts_on=quote.starts_on,
        duration=quote.duration,
        notes=quote.notes,
    )


def invoice_content(invoice: Invoice) -> InvoiceContent:
    """Return what an invoice says, to write it again; its mentions are those of its case."""
    return InvoiceContent(
        **_common(invoice),
        lines=sold_lines(invoice),
        place=place_of(invoice),
        supplied_from=invoice.supplied_from,
        supplied_on=invoice.supplied_on,
        notes=invoice.notes,
    )


def billed_content(quote: Quote) -> InvoiceContent:
    """Return the invoice of a whole accepted quote, options not chosen out."""
    return InvoiceContent(**_common(quote), lines=billed_lines(quote), place=place_of(quote))


def recurrence_content(recurrence: Recurrence) -> InvoiceContent:
    """Return what a recurrence bills, blanks included; a mention archived since is left out."""
    ticked = recurrence.mentions
    return InvoiceContent(
        **_common(recurrence),
        lines=sold_lines(recurrence),
        notes=recurrence.notes,
        mentions=None
        if ticked is None
        else list(Mention.objects.filter(pk__in=ticked, archived_at=None)),
    )


def dated_content(recurrence: Recurrence, period: Period) -> InvoiceContent:
    """Return what a recurrence bills for a period, the blanks of its texts filled."""
    content = recurrence_content(recurrence)
    return replace(
        content,
        subject=expanded(content.subject, period),
        lines=[expanded_line(line, period) for line in content.lines],
        notes=expanded(content.notes, period),
    )


def for_customer(content: AnyContent, customer: Customer | None) -> AnyContent:
    """Return a content for somebody else: their delay, their place, their order.

    :param customer: None for the same one.
    :raises ActionRefused: `other_activity`, a customer of a neighbour.
    """
    if customer is None or customer.pk == content.customer.pk:
        return content
    if customer.activity_id != content.customer.activity_id:
        raise ActionRefused(
            "Ce client est celui d’une autre activité. Créez sa fiche dans celle-ci.",
            code="other_activity",
        )
    return replace(
        content, customer=customer, payment_days=None, place=NOWHERE_ELSE, order_reference=""
    )


def place_of(document: Quote | Invoice) -> Place:
    """Return where a document says that one works or delivers."""
    return Place(**{name: getattr(document, f"delivery_{name}") for name in PLACE})


def _common(document: Quote | Invoice | Recurrence) -> dict[str, Any]:
    """Return the fields that everything sold on shares, by the names of `SaleContent`."""
    return {
        "customer": document.customer,
        "subject": document.subject,
        "entry": document.entry,
        "discount": discount_of(document),
        "payment_days": document.payment_days,
        "order_reference": document.order_reference,
    }
