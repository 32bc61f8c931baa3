"""What invoices are still owed, and the money received."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum

from cae.core.money import ZERO, parse_amount
from cae.core.prepared import Among, Given, Prepared, aggregated
from invoicing.enums import InvoiceStatus, PaymentMeans
from invoicing.models import Allocation, Invoice, Payment, Settlement
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


def written_off(invoice: Invoice) -> tuple[Decimal, Decimal]:
    """Return what of an invoice was settled without money, in EUR, and the VAT given up on it."""
    sums = Allocation.objects.filter(invoice=invoice, payment__means=PaymentMeans.GAP).aggregate(
        amount=Sum("amount", default=ZERO), vat=Sum("vat_waived", default=ZERO)
    )
    return sums["amount"], sums["vat"]


def gaps_on(invoice: Invoice) -> list[Payment]:
    """Return the small differences that settle an invoice and are not cancelled."""
    return list(
        Payment.objects.filter(
            pk__in=Allocation.objects.filter(invoice=invoice).values("payment"),
            means=PaymentMeans.GAP,
        )
        .filter(~Exists(Payment.objects.filter(reverses=OuterRef("pk"))))
        .order_by("id")
    )


@dataclass(frozen=True, slots=True)
class Owed:
    """What customers owe, in EUR: in all, and past its due date; each on how many invoices.

    `held` is the part of it that they keep of works, and that nobody may ask for yet.
    """

    total: Decimal
    count: int
    late: Decimal
    late_count: int
    held: Decimal = ZERO


def owed(activity_ids: tuple[int, ...] | None, *, on: date) -> Owed:
    """Return what the customers of these activities owe; of the whole cooperative when None."""
    ids = None if activity_ids is None else list(activity_ids)
    ((total, count, late, late_count, held),) = _owed(activity_ids=ids, on=on)
    return Owed(total, count, late, late_count, held)


@Prepared
def _owed(*, activity_ids: Given | None, on: Given) -> QuerySet:
    rows = Settlement.objects.filter(remaining__gt=0)
    if activity_ids is not None:
        rows = rows.filter(Among(F("activity_id"), activity_ids))
    late = Q(due_on__lt=on, claimable__gt=0)
    return aggregated(
        rows,
        total=Sum("remaining", default=ZERO),
        count=Count("*"),
        late=Sum("claimable", filter=late, default=ZERO),
        late_count=Count("due_on", filter=late),
        all_held=Sum("held", default=ZERO),
    )


def receivables(search: str = "") -> QuerySet[Settlement]:
    """Return what issued invoices are asked for, the earliest due date first.

    What is kept of works is apart: `queries.retentions`.

    :param search: words of the number or the customer, or an amount.
    """
    rows = Settlement.objects.filter(remaining__gt=0, claimable__gt=0)
    rows = rows.prefetch_related("invoice", "activity")
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
        Settlement.objects.filter(
            activity=activity_id, remaining__gt=0, claimable__gt=0, due_on__lt=on
        )
        .select_related("invoice")
        .order_by("due_on", "id")
    )


def payments_journal(search: str = "") -> QuerySet[Payment]:
    """Return every payment of the cooperative, the last written first.

    :param search: words of the customer, of who paid or of the reference, or an amount.
    """
    rows = Payment.objects.prefetch_related("activity").order_by("-chain_rank")
    if not search:
        return rows
    wanted = Q(customer_name__icontains=search) | Q(reference__icontains=search)
    wanted |= Q(issuer__icontains=search)
    with suppress(ValueError):
        amount = parse_amount(search)
        wanted |= Q(amount__in=(amount, -amount))
    return rows.filter(wanted)


def reversed_among(payment_ids: Iterable[int]) -> set[int]:
    """Return which of these payments were reversed."""
    rows = Payment.objects.filter(reverses__in=list(payment_ids))
    return {pk for pk in rows.values_list("reverses_id", flat=True) if pk}
