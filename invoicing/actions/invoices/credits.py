"""Credit notes: what corrects an issued invoice, whole or part."""

from __future__ import annotations

from django.db import transaction

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.drafting import discount_of, sold_lines
from invoicing.actions.invoices.drafts import write
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceKind, InvoiceStatus
from invoicing.models import Allocation, Invoice
from invoicing.queries import already_cashed, parts_still_due, settlement_of, vat_waits
from invoicing.rules.receipts import cashed_so_far, newly_cashed


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
    write(
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


def check_credit(credit: Invoice, invoice: Invoice) -> None:
    """Refuse a credit note that gives back more than its invoice asked for.

    :raises ActionRefused: `credit_too_large`.
    """
    settlement = settlement_of(invoice, lock=True)
    assert settlement is not None
    if settlement.credited + credit.due > settlement.gross:
        raise ActionRefused(
            "Cet avoir dépasse ce qui reste de la facture qu’il corrige. Réduisez ses lignes.",
            code="credit_too_large",
        )


def change_what_was_cashed(credit: Invoice, invoice: Invoice, *, by: Membership) -> None:
    """Post what a credit note that comes after money changes: VAT that is due no more."""
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
