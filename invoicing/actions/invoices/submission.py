"""An invoice between its author and the support staff, then on its way to the customer."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.workflow import ActionRefused, check_move
from invoicing.actions.inputs import refuse_unread
from invoicing.actions.invoices.drafts import check_address, check_file, refuse_if_issued
from invoicing.actions.locking import locked
from invoicing.actions.sendings import Letter, post_letter, usual_letter
from invoicing.documents.snapshots import invoice_snapshot
from invoicing.enums import InvoiceStatus
from invoicing.models import DocumentMail, Invoice
from invoicing.queries import invoice_file, verdict_of
from invoicing.rules.faults import plain_faults
from invoicing.rules.moves import INVOICE_MOVES


@transaction.atomic
def submit_invoice(invoice: Invoice, *, by: Membership) -> Invoice:
    """Ask the support staff to issue a draft.

    :raises ActionRefused: `illegal_move`; `unread_input`; `address_missing`; `bad_dates`; an
        objection of `rules/einvoicing.py`.
    """
    invoice = locked(invoice)
    check_move(INVOICE_MOVES, invoice.status, InvoiceStatus.SUBMITTED)
    refuse_unread(invoice)
    check_address(invoice)
    check_file(
        invoice_snapshot(
            invoice,
            list(invoice.lines.select_related("vat_choice")),
            on=timezone.localdate(),
        )
    )
    invoice.status = InvoiceStatus.SUBMITTED
    invoice.submitted_by = by
    invoice.submitted_at = timezone.now()
    invoice.refusal_reason = ""
    invoice.save()
    audit.record("invoice.submitted", invoice, by=by, after={"gross": invoice.gross})
    return invoice


@transaction.atomic
def withdraw_invoice(invoice: Invoice, *, by: Membership) -> Invoice:
    """Take a submitted invoice back to correct it, before anyone issues it.

    :raises ActionRefused: `already_issued`, `illegal_move`.
    """
    return _back_todraft_of(invoice, action="invoice.withdrawn", reason="", by=by)


@transaction.atomic
def refuse_invoice(invoice: Invoice, *, reason: str, by: Membership) -> Invoice:
    """Send a submitted invoice back to its author, who reads why on the page and by mail.

    :raises ActionRefused: `reason_missing`, `already_issued`, `illegal_move`.
    """
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites ce qu’il faut corriger\u00a0: l’entrepreneur·e le lira.", code="reason_missing"
        )
    invoice = _back_todraft_of(invoice, action="invoice.refused", reason=reason, by=by)
    trace = audit.trail(invoice).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_invoice_refused",
        key=f"invoice-refused:{invoice.pk}:{trace.pk}",
        invoice_id=invoice.pk,
    )
    return invoice


@transaction.atomic
def send_invoice(invoice: Invoice, *, by: Membership, letter: Letter | None = None) -> DocumentMail:
    """Mail an issued invoice, with its PDF.

    A file not judged yet is judged before it leaves.

    :param letter: what is mailed, and to whom; the usual words to the customer's address unless
        said.
    :raises ActionRefused: `not_issued`; `file_refused`; `email_missing`; `pdf_not_ready`, a worker
        is making it; or as `check_letter`.
    """
    if invoice.status != InvoiceStatus.ISSUED:
        raise ActionRefused("Une facture s’envoie une fois émise.", code="not_issued")
    verdict = verdict_of(invoice)
    if verdict is not None and not verdict.is_valid:
        why = plain_faults(verdict.faults)[0]
        raise ActionRefused(
            f"{invoice.number} ne peut pas être envoyée\u00a0: sa version électronique est refusée "
            f"par les contrôles. {why} Faites refaire le fichier une fois la cause corrigée, ou "
            "annulez-la par un avoir et émettez-la à nouveau.",
            code="file_refused",
        )
    letter = letter or usual_letter(invoice)
    if not letter.to:
        raise ActionRefused(
            f"{invoice.customer_name} n’a pas d’adresse électronique. Ajoutez-la à sa fiche.",
            code="email_missing",
        )
    if invoice_file(invoice) is None:
        raise ActionRefused(
            "Le PDF se prépare\u00a0: envoyez ce document dans quelques secondes.",
            code="pdf_not_ready",
        )
    mail = post_letter(invoice, letter, by=by)
    audit.record("invoice.sent", invoice, by=by, after={"to": ", ".join(letter.to)})
    return mail


def _back_todraft_of(invoice: Invoice, *, action: str, reason: str, by: Membership) -> Invoice:
    invoice = locked(invoice)
    refuse_if_issued(invoice)
    check_move(INVOICE_MOVES, invoice.status, InvoiceStatus.DRAFT)
    invoice.status = InvoiceStatus.DRAFT
    invoice.submitted_by = None
    invoice.submitted_at = None
    invoice.refusal_reason = reason
    invoice.save()
    audit.record(action, invoice, by=by, after={"reason": reason} if reason else None)
    return invoice
