"""Cheques and cash that wait to be taken to the bank, and the deposits that took them."""

from __future__ import annotations

from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Sum

from cae.core.money import ZERO
from invoicing.enums import PaymentMeans
from invoicing.models import BankDeposit, DepositedItem, DepositSlip, Payment


def waiting_for_deposit(means: PaymentMeans | str | None = None) -> QuerySet[Payment]:
    """Return the cheques and cash in no deposit yet, the oldest first; of one kind if said."""
    rows = Payment.objects.filter(
        ~Exists(DepositedItem.objects.filter(payment=OuterRef("pk"))),
        ~Exists(Payment.objects.filter(reverses=OuterRef("pk"))),
        amount__gt=0,
        account__in=("5112", "530"),
        reverses=None,
    ).order_by("received_on", "id")
    return rows.filter(means=means) if means else rows


def waiting_by_means() -> dict[str, tuple[int, Decimal]]:
    """Return how many payments wait for a deposit and their total in EUR, by means."""
    found: dict[str, tuple[int, Decimal]] = {}
    for means, amount in waiting_for_deposit().values_list("means", "amount"):
        count, total = found.get(means, (0, ZERO))
        found[means] = (count + 1, total + amount)
    return found


def held_in(deposit: BankDeposit) -> list[Payment]:
    """Return what a deposit holds, in the order it was put in, with each activity."""
    items = DepositedItem.objects.filter(deposit=deposit).prefetch_related("payment__activity")
    return [item.payment for item in items]


def held_total(deposit: BankDeposit) -> Decimal:
    """Return what an open deposit comes to so far, in EUR."""
    rows = DepositedItem.objects.filter(deposit=deposit)
    return rows.aggregate(total=Sum("payment__amount"))["total"] or ZERO


def deposit_slip(deposit: BankDeposit) -> DepositSlip | None:
    """Return the PDF slip of a deposit, once a worker has made it."""
    return DepositSlip.objects.filter(deposit=deposit).select_related("document").first()
