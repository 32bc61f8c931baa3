"""The readable face of quotes, invoices and credit notes, made from their snapshot alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cae.core import pdf
from invoicing.documents.faces import face_of
from invoicing.models import BankDeposit, Invoice, Payment, Quote
from invoicing.rules.numbers import fingerprint


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return the PDF of an issued invoice or credit note: the same bytes each time."""
    assert invoice.snapshot is not None and invoice.issued_on is not None
    return _sale(
        invoice.snapshot,
        made_on=invoice.issued_on.isoformat(),
        identifier=f"invoice:{invoice.fingerprint}",
    )


def quote_pdf(quote: Quote) -> bytes:
    """Return the PDF of a sent quote; once accepted it bears who agreed, and to what."""
    assert quote.snapshot is not None and quote.sent_at is not None
    sealed = fingerprint(quote.snapshot, previous="")
    made_on = quote.sent_at.date().isoformat()
    if not quote.signed_name or quote.answered_at is None:
        return _sale(quote.snapshot, made_on=made_on, identifier=f"quote:{sealed}")
    return _sale(
        quote.snapshot,
        made_on=made_on,
        identifier=f"quote:{sealed}:{quote.answered_at.isoformat()}",
        signed={
            "name": quote.signed_name,
            "role": quote.signed_role,
            "at": quote.answered_at,
            "fingerprint": sealed,
        },
    )


def deposit_slip_pdf(deposit: BankDeposit, payments: Sequence[Payment]) -> bytes:
    """Return the slip of a closed deposit: the same bytes each time."""
    assert deposit.banked_on is not None
    return pdf.render(
        "deposit.html",
        {
            "deposit": deposit,
            "cooperative": deposit.tenant,
            "payments": payments,
            "made_on": deposit.banked_on.isoformat(),
        },
        identifier=f"deposit:{deposit.tenant_id}:{deposit.number}",
    )


def _sale(snapshot: dict[str, Any], *, made_on: str, identifier: str, **context: Any) -> bytes:
    return pdf.render(
        "sale.html",
        {"face": face_of(snapshot), "made_on": made_on, **context},
        identifier=identifier,
    )


def file_name(snapshot: dict[str, Any]) -> str:
    """Return the name a person finds in their downloads: `Facture FA-2026-0001.pdf`."""
    return f"{snapshot['title']} {snapshot['number']}.pdf"
