"""The electronic invoices, as `check_house` computes them again each night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.utils import timezone

from cae.core.documents import content_of
from cae.core.models import OutboxMessage, StoredDocument
from invoicing.documents.facturx.reading import Said, said_by
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, InvoiceFile, InvoiceVerdict

#: What a worker has to make and to judge a file, whatever stopped it meanwhile.
_PATIENCE = timedelta(days=1)
_CHUNK = 500


def wrong_files() -> Iterator[str]:
    """Each file asked for is there after a day, judged, and its XML says the invoice's totals."""
    before = timezone.now() - _PATIENCE
    files = dict(InvoiceFile.objects.order_by("rank").values_list("invoice_id", "pk"))
    documents = dict(InvoiceFile.objects.values_list("pk", "document_id"))
    judged = set(InvoiceVerdict.objects.values_list("file_id", flat=True))
    asked = set(_asked_for(before=before))
    late = set(
        StoredDocument.objects.filter(pk__in=documents.values(), created_at__lt=before).values_list(
            "pk", flat=True
        )
    )
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED).defer("snapshot")
    for invoice in issued.order_by("chain_rank").iterator(chunk_size=_CHUNK):
        made = files.get(invoice.pk)
        if made is None:
            if invoice.pk in asked:
                yield f"facture {invoice.number} : son fichier n’est pas fait"
            continue
        if made not in judged and documents[made] in late:
            yield f"facture {invoice.number} : son fichier n’est pas contrôlé"
        yield from _disagreement(invoice, StoredDocument.objects.get(pk=documents[made]))


def _asked_for(*, before: object) -> Iterator[int]:
    rows = OutboxMessage.objects.filter(
        task="invoicing.tasks.produce_invoice_pdf", created_at__lt=before
    )
    for arguments in rows.values_list("arguments", flat=True).iterator(chunk_size=_CHUNK):
        yield arguments["invoice_id"]


def _disagreement(invoice: Invoice, document: StoredDocument) -> Iterator[str]:
    expected = Said(
        number=invoice.number or "",
        net=invoice.net,
        vat=invoice.vat,
        gross=invoice.gross,
        due=invoice.due,
    )
    try:
        if said_by(content_of(document)) != expected:
            yield f"facture {invoice.number} : son fichier ne dit pas les mêmes totaux"
    except (OSError, AssertionError, ValueError):
        yield f"facture {invoice.number} : son fichier ne porte pas ses données"
