"""The files of issued invoices, and what their judge said."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, InvoiceFile, InvoiceVerdict


def invoice_file(invoice: Invoice) -> InvoiceFile | None:
    """Return the file of an invoice that counts, once a worker has made it."""
    files = InvoiceFile.objects.filter(invoice=invoice).select_related("document")
    return files.order_by("-rank").first()


def verdict_of(invoice: Invoice) -> InvoiceVerdict | None:
    """Return what was last said of the file of an invoice, None while it waits to be judged.

    A file made again is not judged yet, whatever was said of the one before.
    """
    return (
        InvoiceVerdict.objects.filter(invoice=invoice, file=_latest_file(invoice))
        .order_by("-id")
        .first()
    )


def refused_invoices(activity_ids: tuple[int, ...] | None = None) -> list[Invoice]:
    """Return the invoices that may not be sent, the oldest first: none that a credit note ends.

    :param activity_ids: of these activities; of the whole cooperative when None.
    """
    refused = InvoiceVerdict.objects.filter(is_valid=False)
    if activity_ids is not None:
        refused = refused.filter(activity_id__in=activity_ids)
    later = InvoiceVerdict.objects.filter(invoice=OuterRef("invoice"), pk__gt=OuterRef("pk"))
    ids = list(refused.filter(~Exists(later)).values_list("invoice_id", flat=True))
    if not ids:
        return []
    ended = Invoice.objects.filter(corrects__in=ids, status=InvoiceStatus.ISSUED)
    return list(
        Invoice.objects.filter(pk__in=ids)
        .exclude(pk__in=list(ended.values_list("corrects_id", flat=True)))
        .defer("snapshot")
        .order_by("chain_rank")
    )


def _latest_file(invoice: Invoice):
    return InvoiceFile.objects.filter(invoice=invoice).order_by("-rank").values("pk")[:1]
