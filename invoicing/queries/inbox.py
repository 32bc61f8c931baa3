"""What waits for the support staff."""

from __future__ import annotations

from dataclasses import dataclass

from invoicing.queries.expenses import submitted_sheets
from invoicing.queries.internal_orders import orders_to_the_cooperative
from invoicing.queries.invoices import submitted_invoices


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents wait for someone, and since when the oldest does."""

    invoices: int
    sheets: int
    orders: int

    @property
    def total(self) -> int:
        return self.invoices + self.sheets + self.orders


def waiting(*, invoices: bool = True, sheets: bool = True) -> Waiting:
    """Count what waits, of the kinds a person may validate."""
    return Waiting(
        submitted_invoices().count() if invoices else 0,
        submitted_sheets().count() if sheets else 0,
        orders_to_the_cooperative().count() if invoices else 0,
    )
