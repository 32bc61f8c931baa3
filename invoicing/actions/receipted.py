"""The copies of paid invoices that say so: made by a worker, once for what they say."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from cae.core import documents, outbox
from cae.core.enums import DocumentKind
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.documents.receipted import receipted_pdf, receipted_snapshot
from invoicing.models import Invoice, ReceiptedFile
from invoicing.rules.numbers import fingerprint


@transaction.atomic
def ask_for_receipted(invoice: Invoice) -> ReceiptedFile | None:
    """Return the copy of a paid invoice; have a worker make it where there is none.

    :raises ActionRefused: `not_paid`.
    """
    sealed = fingerprint(_said(invoice), previous="")
    made = _made(invoice, sealed)
    if made is None:
        outbox.enqueue(
            "invoicing.tasks.produce_receipted",
            key=f"receipted:{invoice.pk}:{sealed}",
            invoice_id=invoice.pk,
        )
    return made


@transaction.atomic
def store_receipted(invoice: Invoice) -> ReceiptedFile | None:
    """Make and keep the copy, once; nothing if it is paid no more. Called by a worker."""
    invoice = locked(invoice)
    said = receipted_snapshot(invoice)
    if said is None:
        return None
    sealed = fingerprint(said, previous="")
    made = _made(invoice, sealed)
    if made is not None:
        return made
    document = documents.keep(
        receipted_pdf(invoice, said),
        kind=DocumentKind.RECEIPTED,
        name=f"Facture acquittée {invoice.number}.pdf",
        mime="application/pdf",
        activity_id=invoice.activity_id,
    )
    return ReceiptedFile.objects.create(
        activity_id=invoice.activity_id, invoice=invoice, fingerprint=sealed, document=document
    )


def _said(invoice: Invoice) -> dict[str, Any]:
    said = receipted_snapshot(invoice)
    if said is None:
        raise ActionRefused(
            "Une facture est acquittée une fois réglée en entier. Enregistrez d’abord ce qui "
            "manque.",
            code="not_paid",
        )
    return said


def _made(invoice: Invoice, sealed: str) -> ReceiptedFile | None:
    rows = ReceiptedFile.objects.filter(invoice=invoice, fingerprint=sealed)
    return rows.select_related("document").first()
