"""A document as it would be, from what is being typed: nothing is written."""

from __future__ import annotations

from collections.abc import Sequence

from invoicing.actions.drafting import Row, add_up, copy_customer, rows_of
from invoicing.enums import Entry
from invoicing.models import Customer, Invoice, Quote
from invoicing.rules.lines import NO_DISCOUNT, Discount, SoldLine


def previewed(
    document: Quote | Invoice,
    line_model: type[Row],
    lines: Sequence[SoldLine],
    customer: Customer,
    *,
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
) -> list[Row]:
    """Fill an unsaved document with its customer and totals; return its unsaved lines.

    :raises ActionRefused: as saving it would.
    """
    copy_customer(document, customer)
    found, choices = add_up(document, lines, entry=entry, discount=discount)
    return rows_of(line_model, found, choices)
