"""The customers of activities, and what they were billed and owe."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from cae.core.money import ZERO
from cae.core.search import Sought, matching
from invoicing.enums import InvoiceKind, InvoiceStatus
from invoicing.models import Customer, Invoice, Settlement


def customers_of(
    activity_ids: tuple[int, ...] | None, *, archived: bool = False
) -> QuerySet[Customer]:
    """Return the customers in use of these activities, by name; of all when None."""
    rows = Customer.objects.filter(archived_at__isnull=not archived)
    return rows if activity_ids is None else rows.filter(activity_id__in=activity_ids)


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """In EUR: what a customer was billed without VAT, credit notes off, and still owes."""

    billed: Decimal
    owed: Decimal
    late: Decimal


def customer_figures(customer_ids: list[int], *, on: date) -> dict[int, CustomerFigures]:
    """Return the figures of several customers, by id, in two queries."""
    billed: dict[int, Decimal] = {}
    sums = (
        Invoice.objects.filter(customer_id__in=customer_ids, status=InvoiceStatus.ISSUED)
        .values_list("customer_id", "kind")
        .annotate(total=Sum(F("net") - F("prepaid_net")))
        .order_by()
    )
    for pk, kind, total in sums:
        billed[pk] = billed.get(pk, ZERO) + (-total if kind == InvoiceKind.CREDIT_NOTE else total)
    owed: dict[int, Decimal] = {}
    late: dict[int, Decimal] = {}
    due = Settlement.objects.filter(remaining__gt=0, invoice__customer_id__in=customer_ids)
    for pk, due_on, remaining in due.values_list("invoice__customer_id", "due_on", "remaining"):
        owed[pk] = owed.get(pk, ZERO) + remaining
        if due_on < on:
            late[pk] = late.get(pk, ZERO) + remaining
    return {
        pk: CustomerFigures(billed.get(pk, ZERO), owed.get(pk, ZERO), late.get(pk, ZERO))
        for pk in customer_ids
    }


def found_customers(
    wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[Customer]:
    """Return customers in use by name; of these activities, of all when None."""
    return list(matching(customers_of(activity_ids), wanted, "search")[:most])
