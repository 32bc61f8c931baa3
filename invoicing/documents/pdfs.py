"""The readable face of quotes, invoices and credit notes, made from their snapshot alone.

That of an invoice carries its other face, for machines: together they are a Factur-X.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from textwrap import wrap
from typing import Any

from cae.core import pdf
from cae.core.pdf import EmbeddedFile
from invoicing.documents.faces import face_of
from invoicing.documents.facturx.cii import FILE_NAME, invoice_xml
from invoicing.documents.facturx.xmp import DESCRIPTIONS
from invoicing.enums import AgreementMeans, QuoteStatus
from invoicing.models import BankDeposit, Invoice, Payment, Quote, QuoteVersion
from invoicing.queries import evidence_of
from invoicing.rules.numbers import fingerprint


def invoice_pdf(invoice: Invoice) -> bytes:
    """Return the Factur-X of an issued invoice or credit note: the same bytes each time."""
    assert invoice.snapshot is not None and invoice.issued_on is not None
    return facturx(
        invoice.snapshot, made_on=invoice.issued_on, identifier=f"invoice:{invoice.fingerprint}"
    )


def facturx(snapshot: dict[str, Any], *, made_on: date, identifier: str) -> bytes:
    """Return a snapshot as a PDF that carries its XML."""
    machine = EmbeddedFile(
        name=FILE_NAME,
        content=invoice_xml(snapshot),
        description="Factur-X EN 16931",
        made_on=made_on,
    )
    return pdf.render(
        "sale.html",
        {"face": face_of(snapshot), "made_on": made_on.isoformat()},
        identifier=identifier,
        files=[machine],
        metadata=DESCRIPTIONS,
    )


def quote_pdf(quote: Quote) -> bytes:
    """Return the PDF of a sent quote; once accepted it bears who agreed, to what, and the proof."""
    assert quote.snapshot is not None and quote.sent_at is not None
    sealed = fingerprint(quote.snapshot, previous="")
    made_on = quote.sent_at.date().isoformat()
    evidence = evidence_of(quote) if quote.status == QuoteStatus.ACCEPTED else None
    if evidence is None:
        return _quote(quote.snapshot, made_on=made_on, identifier=f"quote:{sealed}")
    return _quote(
        quote.snapshot,
        made_on=made_on,
        identifier=f"quote:{sealed}:{evidence.agreed_at.isoformat()}",
        signed={
            "name": quote.signed_name,
            "role": quote.signed_role,
            "at": evidence.agreed_at,
            "fingerprint": sealed,
            "online": evidence.means == AgreementMeans.CODE,
            "evidence": evidence,
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
            "iban": " ".join(wrap(deposit.iban, 4)),
            "made_on": deposit.banked_on.isoformat(),
        },
        identifier=f"deposit:{deposit.tenant_id}:{deposit.number}",
    )


def version_pdf(version: QuoteVersion) -> bytes:
    """Return the PDF of a quote as one version was sent: the same bytes each time."""
    return _quote(
        version.snapshot,
        made_on=version.sent_at.date().isoformat(),
        identifier=f"quote:{version.fingerprint}",
    )


def _quote(snapshot: dict[str, Any], *, made_on: str, identifier: str, **context: Any) -> bytes:
    return pdf.render(
        "sale.html",
        {"face": face_of(snapshot), "made_on": made_on, **context},
        identifier=identifier,
    )


def file_name(snapshot: dict[str, Any]) -> str:
    """Return the name a person finds in their downloads: `Facture FA-2026-0001.pdf`."""
    return f"{snapshot['title']} {snapshot['number']}.pdf"
