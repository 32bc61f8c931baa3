"""Corrective invoices (384): one that takes the place of another, which nobody has paid yet."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.content import invoice_content
from invoicing.actions.invoices.drafts import follows_plan, write
from invoicing.actions.levies import levy_with
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceKind, InvoiceStatus
from invoicing.models import Deduction, Invoice, Settlement
from invoicing.queries import accounts_now, deducted_parts, parts_of, settlement_of, vat_waits


@transaction.atomic
def replace_invoice(invoice: Invoice, *, reason: str, by: Membership) -> Invoice:
    """Write the draft of the corrective invoice that will replace an issued one, line for line.

    Once issued it settles the one it replaces, whose entry it reverses.

    :raises ActionRefused: `reason_missing`, `not_issued`, `follows_plan`, `not_replaceable`.
    """
    invoice = locked(invoice)
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites pourquoi\u00a0: c’est imprimé sur la facture rectificative.",
            code="reason_missing",
        )
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise ActionRefused("Seule une facture émise se remplace.", code="not_issued")
    if follows_plan(invoice):
        raise ActionRefused(
            "Un acompte ou une situation se corrige par un avoir, puis se refait depuis le plan "
            "de facturation du devis.",
            code="follows_plan",
        )
    check_replaced(invoice)
    draft = Invoice(
        activity=invoice.activity,
        kind=InvoiceKind.CORRECTIVE,
        corrects=invoice,
        quote=invoice.quote,
        prepaid=invoice.prepaid,
        prepaid_net=invoice.prepaid_net,
        retention_rate=invoice.retention_rate,
        created_by=by,
    )
    notes = f"Remplace la facture {invoice.number}\u00a0: {reason}"
    write(draft, replace(invoice_content(invoice), notes=notes))
    Deduction.objects.bulk_create(
        Deduction(
            activity_id=draft.activity_id,
            invoice=draft,
            deposit=deduction.deposit,
            net=deduction.net,
            gross=deduction.gross,
        )
        for deduction in invoice.deductions.select_related("deposit")
    )
    audit.record("invoice.created", draft, by=by, after={"replaces": invoice.number})
    return draft


def check_replaced(invoice: Invoice) -> Settlement:
    """Refuse to replace an invoice that is paid, credited, or of which nothing is owed.

    Return what it is owed, held.

    :raises ActionRefused: `not_replaceable`.
    """
    settlement = settlement_of(invoice, lock=True)
    assert settlement is not None
    if settlement.paid or settlement.credited or not settlement.gross:
        raise ActionRefused(
            f"La facture {invoice.number} est déjà réglée, annulée ou remplacée, même en partie. "
            "Corrigez-la par un avoir.",
            code="not_replaceable",
        )
    return settlement


def reverse_replaced(draft: Invoice, invoice: Invoice, *, held: Decimal, by: Membership) -> None:
    """Post the opposite of an invoice that is replaced, and give its contribution back.

    :param held: what its customer still kept of it, on 4117.
    """
    assert draft.issued_on is not None and draft.number is not None
    analytic = draft.activity.analytic
    entry = posting.replaced_entry(
        draft,
        invoice,
        parts_of(invoice),
        accounts=accounts_now(invoice),
        deposits=deducted_parts(invoice),
        held=held,
        analytic=analytic.code,
        vat_waits=vat_waits(invoice),
    )
    ledger.post(entry, by=by)
    levy_with(
        entry,
        analytic,
        moment=ContributionBasis.INVOICED,
        basis=invoice.prepaid_net - invoice.net,
        of=invoice,
        by=by,
    )
