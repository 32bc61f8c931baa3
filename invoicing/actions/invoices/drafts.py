"""Drafts of invoices: written, corrected, copied, thrown away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.content import InvoiceContent, for_customer, invoice_content
from invoicing.actions.discards import keep_discarded
from invoicing.actions.drafting import (
    add_up,
    copy_circumstances,
    copy_customer,
    copy_mentions,
    payment_days_for,
    rows_of,
    searchable,
)
from invoicing.actions.inputs import Seen, forget_input, take_turn
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceKind, InvoiceStatus, OccurrenceOutcome
from invoicing.models import Customer, DiscardedDraft, Invoice, InvoiceLine, InvoiceVat
from invoicing.rules.einvoicing import objections
from invoicing.rules.retentions import retained

#: The VAT of each invoice of a quote is rounded on its own: what is beyond is no rounding.
MOST_ROUNDED = Decimal("0.50")


@transaction.atomic
def create_invoice(activity: Activity, *, content: InvoiceContent, by: Membership) -> Invoice:
    """Write a draft; it has no number until it is issued.

    :raises ActionRefused: `no_line`, `bad_line`, `unknown_vat`, `total_too_large`,
        `negative_total`, `payment_too_late`, `bad_dates`, `bad_place`.
    """
    invoice = Invoice(activity=activity, created_by=by)
    write(invoice, content)
    audit.record("invoice.created", invoice, by=by, after={"gross": invoice.gross})
    return invoice


@transaction.atomic
def change_invoice(
    invoice: Invoice, *, content: InvoiceContent, seen: Seen | None = None, by: Membership
) -> Invoice:
    """Rewrite a draft; its lines are replaced.

    :param seen: what the page that writes knew of it; None writes whatever happened meanwhile.
    :raises ActionRefused: `not_a_draft`, `changed_elsewhere`, or as `create_invoice`.
    """
    invoice = draft_of(invoice)
    take_turn(invoice, seen)
    forget_input(invoice)
    before = invoice.gross
    if follows_plan(invoice):
        raise ActionRefused(
            "Les lignes de cette facture viennent du plan de facturation du devis. Supprimez ce "
            "brouillon, puis refaites-le depuis le devis.",
            code="follows_plan",
        )
    if invoice.corrects_id and content.customer.pk != invoice.customer_id:
        raise ActionRefused(
            "Ce qui corrige une facture est au nom du même client. Pour en changer, faites un "
            "avoir, puis une nouvelle facture.",
            code="other_customer",
        )
    write(invoice, content)
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
def discard_invoice(invoice: Invoice, *, by: Membership) -> DiscardedDraft:
    """Delete a draft; return what puts it back for a day.

    An issued invoice is never deleted: it is corrected by a credit note.

    :raises ActionRefused: `not_a_draft`.
    """
    invoice = draft_of(invoice)
    children = [
        *invoice.lines.all(),
        *invoice.vat_rows.all(),
        *invoice.deductions.all(),
        *invoice.inputs.all(),
        *invoice.filings.all(),
        *invoice.occurrences.all(),
    ]
    discarded = keep_discarded(invoice, children, by=by)
    forget_input(invoice)
    audit.record("invoice.discarded", invoice, by=by, before={"subject": invoice.subject})
    invoice.filings.all().delete()
    invoice.deductions.all().delete()
    invoice.vat_rows.all().delete()
    invoice.lines.all().delete()
    # Its date stays in the history of its recurrence: it is not made again.
    invoice.occurrences.update(outcome=OccurrenceOutcome.DISCARDED, invoice=None)
    invoice.delete()
    return discarded


@transaction.atomic
def duplicate_invoice(
    invoice: Invoice, *, customer: Customer | None = None, by: Membership
) -> Invoice:
    """Copy an invoice, whatever its state, into a new draft.

    :param customer: somebody else to bill the same to.
    :raises ActionRefused: `other_activity`, or as `create_invoice`.
    """
    content = invoice_content(invoice)
    copied = replace(
        content,
        lines=[replace(line, quote_line_id=None, progress=None) for line in content.lines],
        order_reference="",
        supplied_from=None,
        supplied_on=None,
    )
    return create_invoice(invoice.activity, content=for_customer(copied, customer), by=by)


@transaction.atomic
def change_details(invoice: Invoice, *, content: InvoiceContent, by: Membership) -> Invoice:
    """Rewrite what a draft says beside its lines: those may come from the plan of its quote.

    :param content: its customer, its lines and their discount stay as they are.
    :raises ActionRefused: `not_a_draft`, `subject_missing`, `payment_too_late`, `bad_dates`,
        `bad_place`.
    """
    invoice = draft_of(invoice)
    _write_details(invoice, content)
    invoice.search = searchable(invoice)
    invoice.save()
    audit.record("invoice.changed", invoice, by=by, after={"subject": invoice.subject})
    return invoice


def follows_plan(invoice: Invoice) -> bool:
    """Tell whether the lines of an invoice come from the plan of its quote: they stay so."""
    return invoice.kind == InvoiceKind.DEPOSIT or (
        invoice.lines.filter(progress__isnull=False).exists()
        and invoice.kind != InvoiceKind.CREDIT_NOTE
    )


def write(invoice: Invoice, content: InvoiceContent, *, rounded_to: Decimal | None = None) -> None:
    """Write on a draft who it is for, what it sells and what that adds up to.

    :param rounded_to: EUR with VAT that it must come to, deposits not off: the cents that the
        rounding of its VAT leaves are its rounding.
    :raises ActionRefused: as `create_invoice`; `deposits_too_large`.
    """
    copy_customer(invoice, content.customer)
    _write_details(invoice, content)
    found, choices = add_up(invoice, content.lines, entry=content.entry, discount=content.discount)
    if rounded_to is not None and abs(rounded_to - invoice.gross) <= MOST_ROUNDED:
        invoice.rounding = rounded_to - invoice.gross
    if invoice.gross < 0 or invoice.net < 0:
        raise ActionRefused(
            "Le total est négatif. Pour rendre de l’argent sur une facture, créez un avoir "
            "depuis sa page.",
            code="negative_total",
        )
    if invoice.due < 0:
        raise ActionRefused(
            f"Les acomptes à déduire ({euros(invoice.prepaid)}) dépassent cette facture "
            f"({euros(invoice.gross)}). Annulez d’abord une partie d’un acompte par un avoir.",
            code="deposits_too_large",
        )
    if invoice.kind != InvoiceKind.CREDIT_NOTE:
        worth = invoice.gross + invoice.rounding
        kept = retained(worth, rate=invoice.retention_rate)
        invoice.retention = min(kept, invoice.due)
    copy_mentions(invoice, content.mentions, content.lines)
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


def _write_details(invoice: Invoice, content: InvoiceContent) -> None:
    invoice.subject = " ".join(content.subject.split())[:160]
    invoice.payment_days = payment_days_for(content.customer, content.payment_days)
    invoice.supplied_from = content.supplied_from
    invoice.supplied_on = content.supplied_on
    invoice.notes = content.notes.strip()
    copy_circumstances(invoice, content)
    check_period(invoice, on=invoice.supplied_on)
    if not invoice.subject:
        raise ActionRefused("Donnez un objet à cette facture.", code="subject_missing")
    if invoice.payment_days > 60:
        raise ActionRefused(
            "La loi limite le délai de paiement à 60 jours (C. com. L441-10).",
            code="payment_too_late",
        )


def draft_of(invoice: Invoice) -> Invoice:
    """Lock an invoice that may still be changed.

    :raises ActionRefused: `already_issued`, `not_a_draft`.
    """
    invoice = locked(invoice)
    refuse_if_issued(invoice)
    if invoice.status != InvoiceStatus.DRAFT:
        raise ActionRefused(
            "Cette facture est soumise à l’équipe d’appui. Reprenez-la pour la corriger.",
            code="not_a_draft",
        )
    return invoice


def refuse_if_issued(invoice: Invoice) -> None:
    """Refuse what is done to an invoice that has a number.

    :raises ActionRefused: `already_issued`.
    """
    if invoice.status == InvoiceStatus.ISSUED:
        is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
        kind = "Cet avoir est déjà émis" if is_credit else "Cette facture est déjà émise"
        raise ActionRefused(
            f"{kind} sous le numéro {invoice.number}. Pour corriger, créez un avoir.",
            code="already_issued",
        )


def check_file(snapshot: dict[str, Any]) -> None:
    """Refuse what the checks of its electronic file would refuse.

    :raises ActionRefused: the code of an objection (`rules/einvoicing.py`).
    """
    for objection in objections(snapshot):
        raise ActionRefused(objection.message, code=objection.code)


def check_period(invoice: Invoice, *, on: date | None) -> None:
    """Refuse a service that ends, `on` that day, before it begins.

    :raises ActionRefused: `bad_dates`.

    Source: EN 16931-1, BR-29.
    """
    if invoice.supplied_from and on and on < invoice.supplied_from:
        raise ActionRefused(
            "La prestation se termine avant d’avoir commencé. Corrigez l’une des deux dates.",
            code="bad_dates",
        )


def check_address(invoice: Invoice) -> None:
    """Refuse a customer without the address the law asks for.

    :raises ActionRefused: `address_missing`.

    Source: CGI ann. II art. 242 nonies A, I, 1°.
    """
    if not (invoice.customer_town and invoice.customer_postcode):
        raise ActionRefused(
            f"L’adresse de {invoice.customer_name} est incomplète\u00a0: la loi demande au moins "
            "le code postal et la ville. Complétez sa fiche.",
            code="address_missing",
        )
