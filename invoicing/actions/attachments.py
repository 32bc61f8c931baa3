"""Files put beside an issued document: its order, its signed delivery note, a letter."""

from __future__ import annotations

from django.db import transaction

from cae.core import audit, documents
from cae.core.enums import DocumentKind
from cae.core.models import Membership, StoredDocument
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, InvoiceAttachment

MOST_FILES = 20


@transaction.atomic
def attach_file(
    invoice: Invoice, *, content: bytes, name: str, by: Membership
) -> InvoiceAttachment:
    """Put a PDF or a photo beside an issued invoice or credit note, which does not change.

    :raises ActionRefused: `not_issued`, `too_many`, `already_attached`; as `keep_upload`.
    """
    invoice = locked(invoice)
    if invoice.status != InvoiceStatus.ISSUED:
        raise ActionRefused(
            "Une pièce se joint à une facture émise. Émettez celle-ci, puis joignez-la.",
            code="not_issued",
        )
    attached = invoice.attachments.select_related("document")
    if len(attached) >= MOST_FILES:
        raise ActionRefused(
            f"Une facture a {MOST_FILES} pièces jointes au plus. Retirez-en une, ou rangez les "
            "autres dans son dossier.",
            code="too_many",
        )
    kept = documents.keep_upload(
        content, kind=DocumentKind.ATTACHMENT, name=name, activity_id=invoice.activity_id, by=by
    )
    for each in attached:
        if each.document.sha256 == kept.sha256:
            raise ActionRefused(
                f"Ce fichier est déjà joint\u00a0: «\u00a0{each.document.name}\u00a0». Rien n’est "
                "à faire.",
                code="already_attached",
            )
    added = InvoiceAttachment.objects.create(
        activity_id=invoice.activity_id, invoice=invoice, document=kept, added_by=by
    )
    audit.record("invoice.file_added", invoice, by=by, after={"name": kept.name})
    return added


@transaction.atomic
def take_file(attachment: InvoiceAttachment, *, by: Membership) -> StoredDocument:
    """Return a file that is beside a document; who took it is kept."""
    document = attachment.document
    audit.record("invoice.file_taken", attachment.invoice, by=by, after={"name": document.name})
    return document


@transaction.atomic
def remove_attachment(attachment: InvoiceAttachment, *, by: Membership) -> None:
    """Take a file away, and forget its bytes; that it was there, and who took it away, stays."""
    invoice, document = locked(attachment.invoice), attachment.document
    audit.record("invoice.file_removed", invoice, by=by, before={"name": document.name})
    attachment.delete()
    with as_cooperative():
        documents.forget_file(document)
