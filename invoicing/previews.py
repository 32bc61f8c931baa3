"""A document as it would be, from what is being typed: nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from invoicing.actions.drafting import add_up, copy_customer, line_values
from invoicing.models import Customer, Invoice, InvoiceLine, Quote, QuoteLine
from invoicing.rules.lines import SoldLine

Line = TypeVar("Line", QuoteLine, InvoiceLine)


def previewed(
    document: Quote | Invoice,
    line_model: type[Line],
    lines: Sequence[SoldLine],
    customer: Customer,
) -> list[Line]:
    """Fill an unsaved document with its customer and totals; return its unsaved lines.

    :raises ActionRefused: as saving it would.
    """
    copy_customer(document, customer)
    totals, choices = add_up(document, lines)
    return [
        line_model(**line_values(line, position=rank, net=net, choice=choices[line.vat]))
        for rank, (line, net) in enumerate(zip(lines, totals.line_nets, strict=True), start=1)
    ]
