"""The Factur-X of an issued invoice: made once by a worker, then judged; made again if refused."""

from __future__ import annotations

from django.db import transaction

from cae.core import audit, documents, outbox
from cae.core.enums import DocumentKind
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.actions.transmissions import open_transmission
from invoicing.documents.facturx.verdicts import verdict_on_pdf
from invoicing.documents.pdfs import file_name, invoice_pdf
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, InvoiceFile, InvoiceVerdict
from invoicing.queries import invoice_file, verdict_of


@transaction.atomic
def ask_for_invoice_pdf(invoice: Invoice) -> InvoiceFile | None:
    """Return the PDF of an issued invoice; have a worker make it where there is none yet."""
    made = invoice_file(invoice)
    if made is None and invoice.status == InvoiceStatus.ISSUED:
        outbox.enqueue(
            "invoicing.tasks.produce_invoice_pdf",
            key=f"invoice-pdf:{invoice.pk}",
            invoice_id=invoice.pk,
        )
    return made


@transaction.atomic
def ask_for_missing_files() -> int:
    """Have workers make the files that issued invoices have not, and judge those not judged.

    Return how many were looked for; one asked for already is not asked for again.
    """
    issued = Invoice.objects.filter(status=InvoiceStatus.ISSUED)
    made = InvoiceFile.objects.values("invoice_id")
    missing = issued.exclude(pk__in=made).values_list("pk", flat=True)
    judged = InvoiceVerdict.objects.values("file_id")
    unjudged = InvoiceFile.objects.exclude(pk__in=judged).values_list("pk", "invoice_id")
    to_make = {f"invoice-pdf:{pk}": {"invoice_id": pk} for pk in missing}
    to_judge = {f"invoice-verdict:{pk}": {"invoice_id": invoice} for pk, invoice in unjudged}
    outbox.enqueue_all("invoicing.tasks.produce_invoice_pdf", to_make)
    outbox.enqueue_all("invoicing.tasks.judge_invoice", to_judge)
    return len(to_make) + len(to_judge)


@transaction.atomic
def store_invoice_pdf(invoice: Invoice) -> InvoiceFile:
    """Make and keep the PDF of an issued invoice, once, and have it judged. Called by a worker."""
    invoice = locked(invoice)
    return invoice_file(invoice) or _kept(invoice, rank=1)


@transaction.atomic
def judge_invoice(invoice: Invoice) -> InvoiceVerdict:
    """Judge the file of an issued invoice by the rules of today. Called by a worker.

    :raises JudgeFailed: nothing is known of the file; the outbox asks again.
    """
    made = store_invoice_pdf(invoice)
    verdict = verdict_on_pdf(documents.content_of(made.document))
    judged = InvoiceVerdict.objects.create(
        activity_id=made.activity_id,
        invoice=invoice,
        file=made,
        is_valid=verdict.is_valid,
        faults=[[fault.code, fault.message] for fault in verdict.faults],
        rules=verdict.rules,
    )
    if judged.is_valid:
        open_transmission(invoice, made)
    return judged


@transaction.atomic
def ask_for_another_file(invoice: Invoice, *, by: Membership) -> None:
    """Have a worker make again a file that was refused: what made it may have been mended since.

    :raises ActionRefused: `not_refused`.
    """
    invoice = locked(invoice)
    verdict = verdict_of(invoice)
    if verdict is None or verdict.is_valid:
        raise ActionRefused(
            "La facture électronique n’est pas refusée\u00a0: son fichier ne change plus.",
            code="not_refused",
        )
    audit.record("invoice.made_again", invoice, by=by)
    outbox.enqueue(
        "invoicing.tasks.make_invoice_again",
        key=f"invoice-again:{verdict.pk}",
        invoice_id=invoice.pk,
    )


@transaction.atomic
def make_invoice_again(invoice: Invoice) -> InvoiceVerdict:
    """Make again a refused file, where it differs, and judge it. Called by a worker."""
    invoice = locked(invoice)
    made, verdict = invoice_file(invoice), verdict_of(invoice)
    if made is None or verdict is None or verdict.is_valid:
        return verdict or judge_invoice(invoice)
    if invoice_pdf(invoice) != documents.content_of(made.document):
        _kept(invoice, rank=made.rank + 1)
    return judge_invoice(invoice)


def _kept(invoice: Invoice, *, rank: int) -> InvoiceFile:
    assert invoice.snapshot is not None
    document = documents.keep(
        invoice_pdf(invoice),
        kind=DocumentKind.INVOICE,
        name=file_name(invoice.snapshot),
        mime="application/pdf",
        activity_id=invoice.activity_id,
    )
    made = InvoiceFile.objects.create(
        activity_id=invoice.activity_id, invoice=invoice, rank=rank, document=document
    )
    outbox.enqueue(
        "invoicing.tasks.judge_invoice", key=f"invoice-verdict:{made.pk}", invoice_id=invoice.pk
    )
    return made
