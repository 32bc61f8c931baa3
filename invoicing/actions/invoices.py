"""Invoices and credit notes: written, submitted, issued; then corrected by an opposite one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.models import Activity
from invoicing import posting
from invoicing.actions.drafting import (
    add_up,
    billed_lines,
    copy_customer,
    discount_of,
    rows_of,
    searchable,
    sold_lines,
)
from invoicing.actions.locking import locked
from invoicing.actions.quotes import payment_days_for
from invoicing.documents.snapshots import invoice_snapshot
from invoicing.enums import Entry, InvoiceKind, InvoiceStatus, QuoteStatus
from invoicing.models import Allocation, Customer, Invoice, InvoiceLine, InvoiceVat, Quote
from invoicing.queries import (
    already_cashed,
    deducted_parts,
    last_issued_on,
    parts_of,
    parts_still_due,
    settlement_of,
    vat_waits,
)
from invoicing.rules.lines import NO_DISCOUNT, Discount, SoldLine
from invoicing.rules.moves import INVOICE_MOVES
from invoicing.rules.numbers import INVOICE_PREFIX, document_number, fingerprint
from invoicing.rules.receipts import cashed_so_far, newly_cashed

CHAIN = "chaîne des factures"


@transaction.atomic
def create_invoice(
    activity: Activity,
    *,
    customer: Customer,
    subject: str,
    lines: Sequence[SoldLine],
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
    payment_days: int | None = None,
    order_reference: str = "",
    supplied_on: date | None = None,
    notes: str = "",
    by: Membership,
) -> Invoice:
    """Write a draft; it has no number until it is issued.

    :raises ActionRefused: `no_line`, `bad_line`, `unknown_vat`, `total_too_large`,
        `negative_total`, `payment_too_late`.
    """
    invoice = Invoice(activity=activity, created_by=by)
    _write(
        invoice,
        customer=customer,
        subject=subject,
        lines=lines,
        entry=entry,
        discount=discount,
        payment_days=payment_days,
        order_reference=order_reference,
        supplied_on=supplied_on,
        notes=notes,
    )
    audit.record("invoice.created", invoice, by=by, after={"gross": invoice.gross})
    return invoice


@transaction.atomic
def change_invoice(
    invoice: Invoice,
    *,
    customer: Customer,
    subject: str,
    lines: Sequence[SoldLine],
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
    payment_days: int | None = None,
    order_reference: str = "",
    supplied_on: date | None = None,
    notes: str = "",
    by: Membership,
) -> Invoice:
    """Rewrite a draft; its lines are replaced.

    :raises ActionRefused: `not_a_draft`, or as `create_invoice`.
    """
    invoice = _draft(invoice)
    before = invoice.gross
    if invoice.kind == InvoiceKind.CREDIT_NOTE and customer.pk != invoice.customer_id:
        raise ActionRefused(
            "Un avoir est au nom du client de la facture qu’il corrige.", code="other_customer"
        )
    _write(
        invoice,
        customer=customer,
        subject=subject,
        lines=lines,
        entry=entry,
        discount=discount,
        payment_days=payment_days,
        order_reference=order_reference,
        supplied_on=supplied_on,
        notes=notes,
    )
    if before != invoice.gross:
        audit.record(
            "invoice.changed",
            invoice,
            by=by,
            before={"gross": before},
            after={"gross": invoice.gross},
        )
    return invoice


@transaction.atomic
def discard_invoice(invoice: Invoice, *, by: Membership) -> None:
    """Delete a draft. An issued invoice is never deleted: it is corrected by a credit note.

    :raises ActionRefused: `not_a_draft`.
    """
    invoice = _draft(invoice)
    audit.record("invoice.discarded", invoice, by=by, before={"subject": invoice.subject})
    invoice.vat_rows.all().delete()
    invoice.lines.all().delete()
    invoice.delete()


@transaction.atomic
def duplicate_invoice(invoice: Invoice, *, by: Membership) -> Invoice:
    """Copy an invoice, whatever its state, into a new draft."""
    return create_invoice(
        invoice.activity,
        customer=invoice.customer,
        subject=invoice.subject,
        lines=sold_lines(invoice),
        entry=invoice.entry,
        discount=discount_of(invoice),
        payment_days=invoice.payment_days,
        notes=invoice.notes,
        by=by,
    )


@transaction.atomic
def invoice_from_quote(quote: Quote, *, by: Membership) -> Invoice:
    """Write the draft invoice of an accepted quote, line for line.

    :raises ActionRefused: `quote_not_accepted`, `already_invoiced`.
    """
    quote = locked(quote)
    if quote.status != QuoteStatus.ACCEPTED:
        raise ActionRefused(
            "Ce devis n’est pas encore accepté\u00a0: il se facture après l’accord du client.",
            code="quote_not_accepted",
        )
    earlier = Invoice.objects.filter(quote=quote).exclude(kind=InvoiceKind.CREDIT_NOTE).first()
    if earlier is not None:
        raise ActionRefused(
            f"Ce devis est déjà facturé\u00a0: {earlier.number or 'un brouillon existe'}.",
            code="already_invoiced",
        )
    invoice = Invoice(activity=quote.activity, created_by=by, quote=quote)
    _write(
        invoice,
        customer=quote.customer,
        subject=quote.subject,
        lines=billed_lines(quote),
        entry=quote.entry,
        discount=discount_of(quote),
        payment_days=quote.payment_days,
        notes="",
    )
    audit.record("invoice.created", invoice, by=by, after={"quote": quote.number})
    return invoice


@transaction.atomic
def submit_invoice(invoice: Invoice, *, by: Membership) -> Invoice:
    """Ask the support staff to issue a draft.

    :raises ActionRefused: `illegal_move`.
    """
    invoice = locked(invoice)
    check_move(INVOICE_MOVES, invoice.status, InvoiceStatus.SUBMITTED)
    _check_address(invoice)
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
    return _back_to_draft(invoice, action="invoice.withdrawn", reason="", by=by)


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
    invoice = _back_to_draft(invoice, action="invoice.refused", reason=reason, by=by)
    trace = audit.trail(invoice).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_invoice_refused",
        key=f"invoice-refused:{invoice.pk}:{trace.pk}",
        invoice_id=invoice.pk,
    )
    return invoice


@transaction.atomic
def issue_invoice(invoice: Invoice, *, on: date, by: Membership, with_pdf: bool = True) -> Invoice:
    """Number, freeze, chain and post a draft or a submitted invoice; its PDF follows.

    Locks the document, then its series, then the chain: always in that order.

    :param with_pdf: False leaves the PDF to whoever asks for it first.
    :raises ActionRefused: `already_issued`; `illegal_move`; `not_chronological`, the series
        already goes beyond `on`; `address_missing`; `credit_too_large`; `period_closed`, from
        the ledger.
    """
    invoice = locked(invoice)
    _refuse_if_issued(invoice)
    check_move(INVOICE_MOVES, invoice.status, InvoiceStatus.ISSUED)
    copy_customer(invoice, invoice.customer)
    _check_address(invoice)
    lines = list(invoice.lines.select_related("vat_choice"))
    if invoice.gross == 0:
        raise ActionRefused(
            "Cette facture est à zéro. Vérifiez les quantités et les prix.", code="nothing_due"
        )
    kind = InvoiceKind(invoice.kind)
    with as_cooperative():
        if invoice.corrects is not None:
            _check_credit(invoice, invoice.corrects)
        prefix = INVOICE_PREFIX[kind]
        invoice.status = InvoiceStatus.ISSUED
        invoice.issued_on = on
        invoice.due_on = on + timedelta(days=invoice.payment_days)
        invoice.supplied_on = invoice.supplied_on or on
        invoice.issued_at = timezone.now()
        invoice.issued_by = by
        invoice.refusal_reason = ""
        invoice.series = f"{prefix}-{on.year}"
        # Last: the series, then the chain, are held until commit.
        rank = next_number(invoice.series, year=on.year)
        _check_chronology(invoice.series, on=on)
        invoice.number = document_number(prefix, year=on.year, rank=rank)
        invoice.search = searchable(invoice)
        invoice.snapshot = invoice_snapshot(invoice, lines, on=on)
        _seal(invoice)
        invoice.save()
        _post(invoice, by=by)
    audit.record(
        "invoice.issued",
        invoice,
        by=by,
        after={"number": invoice.number, "gross": invoice.gross},
    )
    if with_pdf:
        outbox.enqueue(
            "invoicing.tasks.produce_invoice_pdf",
            key=f"invoice-pdf:{invoice.pk}",
            invoice_id=invoice.pk,
        )
    return invoice


@transaction.atomic
def send_invoice(invoice: Invoice, *, by: Membership) -> Invoice:
    """Mail an issued invoice to its customer, with its PDF.

    :raises ActionRefused: `not_issued`, `email_missing`.
    """
    if invoice.status != InvoiceStatus.ISSUED:
        raise ActionRefused("Une facture s’envoie une fois émise.", code="not_issued")
    if not invoice.customer.email:
        raise ActionRefused(
            f"{invoice.customer_name} n’a pas d’adresse électronique. Ajoutez-la à sa fiche.",
            code="email_missing",
        )
    audit.record("invoice.sent", invoice, by=by, after={"to": invoice.customer.email})
    trace = audit.trail(invoice).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_invoice",
        key=f"invoice-mail:{invoice.pk}:{trace.pk}",
        invoice_id=invoice.pk,
    )
    return invoice


@transaction.atomic
def credit_invoice(invoice: Invoice, *, reason: str, by: Membership) -> Invoice:
    """Write the draft of a credit note for the whole of an issued invoice.

    Its lines may then be reduced: a credit note may be partial. It is issued as an invoice is.

    :raises ActionRefused: `not_issued`, `reason_missing`, `already_credited`.
    """
    invoice = locked(invoice)
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites pourquoi\u00a0: c’est imprimé sur l’avoir.", code="reason_missing"
        )
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise ActionRefused("Seule une facture émise se corrige par un avoir.", code="not_issued")
    settlement = settlement_of(invoice)
    if settlement is not None and settlement.credited >= settlement.gross:
        raise ActionRefused(
            f"La facture {invoice.number} est déjà entièrement annulée par un avoir.",
            code="already_credited",
        )
    credit = Invoice(
        activity=invoice.activity,
        kind=InvoiceKind.CREDIT_NOTE,
        corrects=invoice,
        quote=invoice.quote,
        created_by=by,
    )
    _write(
        credit,
        customer=invoice.customer,
        subject=f"Avoir sur {invoice.number}"[:160],
        lines=sold_lines(invoice),
        entry=invoice.entry,
        discount=discount_of(invoice),
        payment_days=0,
        supplied_on=invoice.supplied_on,
        order_reference=invoice.order_reference,
        notes=reason,
    )
    audit.record("invoice.created", credit, by=by, after={"corrects": invoice.number})
    return credit


def _write(
    invoice: Invoice,
    *,
    customer: Customer,
    subject: str,
    lines: Sequence[SoldLine],
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
    payment_days: int | None = None,
    order_reference: str = "",
    supplied_on: date | None = None,
    notes: str = "",
) -> None:
    copy_customer(invoice, customer)
    invoice.subject = " ".join(subject.split())[:160]
    invoice.payment_days = payment_days_for(customer, payment_days)
    invoice.order_reference = order_reference.strip()
    invoice.supplied_on = supplied_on
    invoice.notes = notes.strip()
    if not invoice.subject:
        raise ActionRefused("Donnez un objet à cette facture.", code="subject_missing")
    if invoice.payment_days > 60:
        raise ActionRefused(
            "La loi limite le délai de paiement à 60 jours (C. com. L441-10).",
            code="payment_too_late",
        )
    found, choices = add_up(invoice, lines, entry=entry, discount=discount)
    if invoice.gross < 0 or invoice.net < 0:
        raise ActionRefused(
            "Le total est négatif. Pour rendre de l’argent sur une facture, créez un avoir "
            "depuis sa page.",
            code="negative_total",
        )
    if invoice.pk:
        invoice.vat_rows.all().delete()
        invoice.lines.all().delete()
    invoice.save()
    billed = rows_of(InvoiceLine, found, choices)
    for line in billed:
        line.activity_id, line.invoice = invoice.activity_id, invoice
    InvoiceLine.objects.bulk_create(billed)
    rows = sorted(found.totals.vat, key=lambda row: (-row.vat.rate, row.vat.category))
    InvoiceVat.objects.bulk_create(
        InvoiceVat(
            activity_id=invoice.activity_id,
            invoice=invoice,
            position=rank,
            category=row.vat.category,
            rate=row.vat.rate,
            discount=found.discounts.get(row.vat, ZERO),
            basis=row.basis,
            tax=row.tax,
        )
        for rank, row in enumerate(rows, start=1)
    )


def _back_to_draft(invoice: Invoice, *, action: str, reason: str, by: Membership) -> Invoice:
    invoice = locked(invoice)
    _refuse_if_issued(invoice)
    check_move(INVOICE_MOVES, invoice.status, InvoiceStatus.DRAFT)
    invoice.status = InvoiceStatus.DRAFT
    invoice.submitted_by = None
    invoice.submitted_at = None
    invoice.refusal_reason = reason
    invoice.save()
    audit.record(action, invoice, by=by, after={"reason": reason} if reason else None)
    return invoice


def _draft(invoice: Invoice) -> Invoice:
    invoice = locked(invoice)
    _refuse_if_issued(invoice)
    if invoice.status != InvoiceStatus.DRAFT:
        raise ActionRefused(
            "Cette facture est soumise à l’équipe d’appui. Reprenez-la pour la corriger.",
            code="not_a_draft",
        )
    return invoice


def _refuse_if_issued(invoice: Invoice) -> None:
    if invoice.status == InvoiceStatus.ISSUED:
        kind = "Cet avoir est déjà émis" if invoice.corrects_id else "Cette facture est déjà émise"
        raise ActionRefused(
            f"{kind} sous le numéro {invoice.number}. Pour corriger, créez un avoir.",
            code="already_issued",
        )


def _check_address(invoice: Invoice) -> None:
    """Source: CGI ann. II art. 242 nonies A, I, 1°: the address of the customer."""
    if not (invoice.customer_town and invoice.customer_postcode):
        raise ActionRefused(
            f"L’adresse de {invoice.customer_name} est incomplète\u00a0: la loi demande au moins "
            "le code postal et la ville. Complétez sa fiche.",
            code="address_missing",
        )


def _check_credit(credit: Invoice, invoice: Invoice) -> None:
    settlement = settlement_of(invoice, lock=True)
    assert settlement is not None
    if settlement.credited + credit.due > settlement.gross:
        raise ActionRefused(
            "Cet avoir dépasse ce qui reste de la facture qu’il corrige. Réduisez ses lignes.",
            code="credit_too_large",
        )


def _check_chronology(series: str, *, on: date) -> None:
    last = last_issued_on(series)
    if last is not None and on < last:
        raise ActionRefused(
            f"Une facture est déjà émise le {french_date(last)}\u00a0: les numéros suivent les "
            "dates. Émettez celle-ci à cette date ou après.",
            code="not_chronological",
        )


def _seal(invoice: Invoice) -> None:
    """Chain the invoice to the one before, of the whole cooperative."""
    assert invoice.snapshot is not None
    invoice.chain_rank = next_number(CHAIN, year=0)
    previous = (
        Invoice.objects.filter(chain_rank=invoice.chain_rank - 1)
        .values_list("fingerprint", flat=True)
        .first()
    )
    assert (previous is None) == (invoice.chain_rank == 1), "the chain of invoices is broken"
    invoice.fingerprint = fingerprint(invoice.snapshot, previous=previous or "")


def _post(invoice: Invoice, *, by: Membership) -> None:
    assert invoice.issued_on is not None and invoice.number is not None
    analytic = invoice.activity.analytic
    entry = posting.invoice_entry(
        invoice,
        parts_of(invoice),
        deposits=deducted_parts(invoice),
        analytic=analytic.code,
        vat_waits=vat_waits(invoice.corrects or invoice),
    )
    ledger.post(entry, by=by)
    sign = -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
    ledger.levy_contribution(
        analytic,
        moment=ContributionBasis.INVOICED,
        basis=sign * (invoice.net - invoice.prepaid_net),
        on=invoice.issued_on,
        piece=invoice.number,
        posting_key=f"{entry.posting_key}:contribution",
        by=by,
    )
    if invoice.corrects is not None:
        _change_what_was_cashed(invoice, invoice.corrects, by=by)


def _change_what_was_cashed(credit: Invoice, invoice: Invoice, *, by: Membership) -> None:
    """A credit note that comes after money: part of the VAT is due no more."""
    settlement = settlement_of(invoice)
    assert settlement is not None and credit.issued_on is not None
    if not settlement.paid:
        return
    change = newly_cashed(
        already_cashed(invoice), cashed_so_far(settlement.paid, parts_still_due(invoice))
    )
    if not change.net and not change.vat_due:
        return
    Allocation.objects.create(
        activity=credit.activity,
        credit_note=credit,
        invoice=invoice,
        net=change.net,
        vat_due=change.vat_due,
    )
    analytic = credit.activity.analytic
    entry = posting.vat_given_back_entry(credit, vat_due=change.vat_due, analytic=analytic.code)
    if change.vat_due and vat_waits(invoice):
        ledger.post(entry, by=by)
    ledger.levy_contribution(
        analytic,
        moment=ContributionBasis.CASHED,
        basis=change.net,
        on=credit.issued_on,
        piece=credit.number or "",
        posting_key=f"{entry.posting_key}:contribution",
        by=by,
    )
