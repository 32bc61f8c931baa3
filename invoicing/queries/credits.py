"""What customers paid beyond what was due, and where each payment went."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce

from cae.core.money import ZERO
from invoicing.models import Allocation, BankDeposit, Customer, Invoice, Payment, Settlement


def open_settlements(customer: Customer) -> QuerySet[Settlement]:
    """Return what a customer still owes, invoice by invoice, the earliest due first."""
    return _of(customer).filter(remaining__gt=0)


def overpaid_settlements(customer: Customer) -> QuerySet[Settlement]:
    """Return the invoices whose credit notes came after their money."""
    return _of(customer).filter(remaining__lt=0)


def unused_payments(customer: Customer) -> list[tuple[Payment, Decimal]]:
    """Return the payments of a customer that settle nothing yet, and how much is left of each.

    The oldest first.
    """
    used = Coalesce(Sum("allocations__amount"), ZERO)
    rows = (
        Payment.objects.filter(customer=customer, amount__gt=0)
        .annotate(used=used)
        .filter(amount__gt=F("used"))
        .order_by("received_on", "id")
    )
    return [(payment, payment.amount - payment.used) for payment in rows]


def customer_credit(customer: Customer) -> Decimal:
    """Return what a customer paid beyond what was due, in EUR: what may be used or given back."""
    return customer_credits([customer.pk])[customer.pk]


def customer_credits(customer_ids: Iterable[int]) -> dict[int, Decimal]:
    """Return the credit of several customers by id, in three queries."""
    found = dict.fromkeys(customer_ids, ZERO)
    received = Payment.objects.filter(customer__in=found).values_list("customer_id")
    for pk, amount in received.annotate(Sum("amount")).order_by():
        found[pk] += amount
    settled = Allocation.objects.filter(payment__customer__in=found, refund=None)
    for pk, amount in (
        settled.values_list("payment__customer_id").annotate(Sum("amount")).order_by()
    ):
        found[pk] -= amount
    overpaid = Settlement.objects.filter(invoice__customer__in=found, remaining__lt=0)
    for pk, amount in overpaid.values_list("invoice__customer_id", "remaining"):
        found[pk] -= amount
    return found


def settled_by(payment: Payment) -> list[tuple[Invoice, Decimal]]:
    """Return the invoices a payment settles, and with how much."""
    rows = Allocation.objects.filter(payment=payment, invoice__isnull=False)
    amounts = _not_nil(rows, "invoice_id")
    invoices = Invoice.objects.filter(pk__in=amounts).order_by("due_on", "id")
    return [(invoice, amounts[invoice.pk]) for invoice in invoices]


def money_on(invoice: Invoice) -> list[tuple[Payment, Decimal]]:
    """Return the payments that settle an invoice, and with how much, the oldest first."""
    amounts = _not_nil(Allocation.objects.filter(invoice=invoice), "payment_id")
    payments = Payment.objects.filter(pk__in=amounts).order_by("received_on", "id")
    return [(payment, amounts[payment.pk]) for payment in payments]


def returned_from(payment: Payment) -> list[tuple[Payment, Decimal]]:
    """Return what gave a payment back, and how much of it; reversals among them."""
    amounts = _not_nil(Allocation.objects.filter(payment=payment), "refund_id")
    refunds = Payment.objects.filter(pk__in=amounts).order_by("received_on", "id")
    return [(refund, amounts[refund.pk]) for refund in refunds]


def sources_of(refund: Payment) -> list[tuple[Payment, Decimal]]:
    """Return the payments a refund gives back, and how much of each."""
    amounts = _not_nil(Allocation.objects.filter(refund=refund), "payment_id")
    payments = Payment.objects.filter(pk__in=amounts).order_by("received_on", "id")
    return [(payment, amounts[payment.pk]) for payment in payments]


def deposit_of(payment: Payment) -> BankDeposit | None:
    """Return the deposit a cheque or cash is in, if any."""
    return BankDeposit.objects.filter(items__payment=payment).first()


def left_of(payment: Payment) -> Decimal:
    """Return what of a payment settles nothing yet and was not given back."""
    if payment.amount < 0:
        return ZERO
    used = Allocation.objects.filter(payment=payment).aggregate(total=Sum("amount"))["total"]
    return payment.amount - (used or ZERO)


def _of(customer: Customer) -> QuerySet[Settlement]:
    return (
        Settlement.objects.filter(invoice__customer=customer)
        .select_related("invoice")
        .order_by("due_on", "invoice_id")
    )


def _not_nil(rows: QuerySet[Allocation], by: str) -> dict[int, Decimal]:
    sums = rows.exclude(**{by: None}).values_list(by).annotate(total=Sum("amount")).order_by()
    return {pk: amount for pk, amount in sums if amount}
