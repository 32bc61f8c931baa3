"""What receipts settled of each VAT rate of an invoice, and what is left of each."""

from __future__ import annotations

from decimal import Decimal

from cae.core.money import ZERO, split
from invoicing.enums import PaymentMeans, VatCategory
from invoicing.models import Allocation, Invoice, RateShare, Settlement
from invoicing.queries.invoices import parts_still_due
from invoicing.rules.receipts import (
    Cashed,
    Received,
    cashed_by_rate,
    cashed_so_far,
    gross_by_rate,
    left_by_rate,
    settled_by_rate,
)
from invoicing.rules.totals import Vat

Shares = dict[Vat, Decimal]


def cashed_with(invoice: Invoice, paid: Decimal, *, more: Received | None = None) -> Cashed:
    """Return what `paid` EUR mean, all that came so far together.

    :param more: the last of it, which is not written yet.
    """
    parts = parts_still_due(invoice)
    said = _said_on(invoice)
    if not said and not (more and more.shares):
        return cashed_so_far(paid, parts)
    receipts = _receipts(invoice, said)
    if more is not None:
        receipts.append(more)
    return cashed_by_rate(paid, parts, settled_by_rate(receipts, gross_by_rate(parts)))


def left_of_rates(settlement: Settlement) -> Shares:
    """Return what is left to pay of each VAT rate, the highest first; empty for a single one."""
    invoice = settlement.invoice
    left = left_by_rate(
        _receipts(invoice, _said_on(invoice)),
        gross_by_rate(parts_still_due(invoice)),
        remaining=settlement.remaining or ZERO,
    )
    return dict(sorted(left.items(), key=lambda each: each[0].rate, reverse=True))


def shares_taken_back(payment_id: int, invoice: Invoice, amount: Decimal) -> Shares:
    """Return what `amount` EUR, negative, take back of what was said of a payment."""
    kept: Shares = {}
    rows = RateShare.objects.filter(allocation__payment=payment_id, invoice=invoice)
    for category, rate, share in rows.values_list("category", "rate", "amount"):
        vat = Vat(VatCategory(category), rate)
        kept[vat] = kept.get(vat, ZERO) + share
    if not sum(kept.values(), ZERO):
        return {}
    shares = zip(kept, split(amount, list(kept.values())), strict=True)
    return {vat: share for vat, share in shares if share}


def settled_rates(invoice: Invoice) -> Shares | None:
    """Return what receipts settled of each rate, to the cent; None where nothing was said."""
    said = _said_on(invoice)
    if not said:
        return None
    receipts = _receipts(invoice, said)
    settled = settled_by_rate(receipts, gross_by_rate(parts_still_due(invoice)))
    weights = [Decimal(part.numerator) / Decimal(part.denominator) for part in settled.values()]
    paid = sum((receipt.amount for receipt in receipts), ZERO)
    return dict(zip(settled, split(paid, weights), strict=True)) if any(weights) else None


def shares_of_payment(payment_id: int) -> list[RateShare]:
    """Return what was said of a payment, the highest rate first."""
    return list(RateShare.objects.filter(allocation__payment=payment_id))


def _said_on(invoice: Invoice) -> dict[int, Shares]:
    said: dict[int, Shares] = {}
    rows = RateShare.objects.filter(invoice=invoice).values_list(
        "allocation_id", "category", "rate", "amount"
    )
    for allocation, category, rate, amount in rows:
        said.setdefault(allocation, {})[Vat(VatCategory(category), rate)] = amount
    return said


def _receipts(invoice: Invoice, said: dict[int, Shares]) -> list[Received]:
    """Return the money received on an invoice, in order; a small difference is none."""
    rows = Allocation.objects.filter(invoice=invoice, payment__isnull=False).exclude(
        payment__means=PaymentMeans.GAP
    )
    return [
        Received(amount, said.get(pk, {}))
        for pk, amount in rows.order_by("id").values_list("pk", "amount")
    ]
