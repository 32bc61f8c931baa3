"""What waits for the support staff."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet, Value

from cae.core.prepared import Prepared
from invoicing.queries.expenses import submitted_sheets
from invoicing.queries.internal_orders import orders_to_the_cooperative
from invoicing.queries.invoices import submitted_invoices
from invoicing.queries.quotes import submitted_quotes


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents wait for someone, and since when the oldest does."""

    invoices: int
    sheets: int
    orders: int
    quotes: int

    @property
    def total(self) -> int:
        return self.invoices + self.sheets + self.orders + self.quotes


def waiting(*, invoices: bool = True, sheets: bool = True) -> Waiting:
    """Count what waits, of the kinds a person may validate, at least one: in one query."""
    counts = dict(_waiting(invoices=invoices, sheets=sheets))
    return Waiting(*(counts.get(kind, 0) for kind in ("invoices", "sheets", "orders", "quotes")))


@Prepared
def _waiting(*, invoices: bool, sheets: bool) -> QuerySet:
    kinds: dict[str, QuerySet] = {}
    if invoices:
        kinds |= {
            "invoices": submitted_invoices(),
            "orders": orders_to_the_cooperative(),
            "quotes": submitted_quotes(),
        }
    if sheets:
        kinds["sheets"] = submitted_sheets()
    first, *others = (
        rows.order_by().values_list(Value(kind)).annotate(n=Count("*"))
        for kind, rows in kinds.items()
    )
    return first.union(*others, all=True)
