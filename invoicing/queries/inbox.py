"""What waits for the support staff."""

from __future__ import annotations

from dataclasses import dataclass

from invoicing.queries.expenses import submitted_sheets
from invoicing.queries.invoices import submitted_invoices


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents wait for someone, and since when the oldest does."""

    invoices: int
    sheets: int

    @property
    def total(self) -> int:
        return self.invoices + self.sheets


def waiting(*, invoices: bool = True, sheets: bool = True) -> Waiting:
    """Count what waits, of the kinds a person may validate."""
    return Waiting(
        submitted_invoices().count() if invoices else 0,
        submitted_sheets().count() if sheets else 0,
    )
