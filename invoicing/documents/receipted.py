"""« Facture acquittée »: the copy of a paid invoice that says when it was paid, and how.

The sealed document stays as it is: this is another file, made from its snapshot and its payments.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cae.core import pdf
from invoicing.documents.faces import face_of
from invoicing.models import Invoice
from invoicing.queries import money_on, settlement_of
from invoicing.rules.numbers import fingerprint


def receipted_snapshot(invoice: Invoice) -> dict[str, Any] | None:
    """Return what the copy says, as plain JSON; None of an invoice that is not paid in full.

    What credit notes alone settled was never paid.
    """
    settlement = settlement_of(invoice)
    if settlement is None or settlement.remaining or not settlement.paid:
        return None
    payments = money_on(invoice)
    return {
        "invoice": invoice.fingerprint,
        "paid_on": max(payment.received_on for payment, _ in payments).isoformat(),
        "credited": str(settlement.credited),
        "payments": [
            {
                "on": payment.received_on.isoformat(),
                "means": payment.get_means_display(),
                "reference": payment.reference,
                "amount": str(amount),
            }
            for payment, amount in payments
        ],
    }


def receipted_pdf(invoice: Invoice, receipted: dict[str, Any]) -> bytes:
    """Return the copy: the same bytes each time for the same payments."""
    assert invoice.snapshot is not None
    return pdf.render(
        "sale.html",
        {
            "face": face_of(invoice.snapshot),
            "made_on": receipted["paid_on"],
            "receipted": {
                "on": date.fromisoformat(receipted["paid_on"]),
                "credited": Decimal(receipted["credited"]),
                "payments": [
                    {
                        **one,
                        "on": date.fromisoformat(one["on"]),
                        "amount": Decimal(one["amount"]),
                    }
                    for one in receipted["payments"]
                ],
            },
        },
        identifier=f"receipted:{fingerprint(receipted, previous='')}",
    )
