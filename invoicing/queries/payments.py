"""What invoices are still owed, and the money received."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from cae.core.money import ZERO
from invoicing.enums import InvoiceStatus
from invoicing.models import Allocation, Invoice, Settlement
from invoicing.queries.sales import searched
from invoicing.rules.receipts import Cashed


def settlement_of(invoice: Invoice, *, lock: bool = False) -> Settlement | None:
    """Return what an issued invoice is still owed; None for a draft or a credit note."""
    rows = Settlement.objects.filter(invoice=invoice)
    return (rows.select_for_update() if lock else rows).first()


def already_cashed(invoice: Invoice) -> Cashed:
    """Return what the receipts of an invoice were posted as."""
    sums = Allocation.objects.filter(invoice=invoice).aggregate(
        net=Sum("net"), vat_due=Sum("vat_due")
    )
    return Cashed(net=sums["net"] or ZERO, vat_due=sums["vat_due"] or ZERO)


@dataclass(frozen=True, slots=True)
class Owed:
    """What customers owe, in EUR: in all, and past its due date; and on how many invoices."""

    total: Decimal
    late: Decimal
    late_count: int


def owed(activity_ids: tuple[int, ...] | None, *, on: date) -> Owed:
    """Return what the customers of these activities owe; of the whole cooperative when None."""
    rows = Settlement.objects.filter(remaining__gt=0)
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    past = [
        (remaining, due_on < on) for remaining, due_on in rows.values_list("remaining", "due_on")
    ]
    late = [remaining for remaining, is_late in past if is_late]
    return Owed(sum((r for r, _ in past), ZERO), sum(late, ZERO), len(late))


def receivables(search: str = "") -> QuerySet[Settlement]:
    """Return what issued invoices are still owed, the earliest due date first.

    :param search: words of the number or the customer, or an amount.
    """
    rows = Settlement.objects.filter(remaining__gt=0).prefetch_related("invoice", "activity")
    if search:
        found = searched(Invoice.objects.filter(status=InvoiceStatus.ISSUED), search)
        rows = rows.filter(invoice_id__in=found.values("pk"))
    return rows.order_by("due_on", "id")


def payments_of(invoice: Invoice) -> list[Allocation]:
    """Return the money received on an invoice, with each payment, the latest first."""
    return list(
        Allocation.objects.filter(invoice=invoice, payment__isnull=False)
        .prefetch_related("payment")
        .order_by("-id")
    )


def late_invoices(activity_id: int, *, on: date) -> list[Settlement]:
    """Return what an activity is owed past its due date, the oldest first."""
    return list(
        Settlement.objects.filter(activity=activity_id, remaining__gt=0, due_on__lt=on)
        .select_related("invoice")
        .order_by("due_on", "id")
    )
