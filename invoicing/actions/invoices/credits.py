"""Credit notes: what corrects an issued invoice, whole or part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from django.db import transaction

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros, split, to_cents
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.content import InvoiceContent, invoice_content
from invoicing.actions.drafting import sold_lines
from invoicing.actions.invoices.drafts import write
from invoicing.actions.levies import levy_with
from invoicing.actions.locking import locked
from invoicing.enums import Entry, InvoiceKind, InvoiceStatus, Unit
from invoicing.models import Allocation, Invoice, Settlement
from invoicing.queries import (
    already_cashed,
    cashed_with,
    parts_still_due,
    settlement_of,
    vat_waits,
)
from invoicing.queries.billing import deducting_invoice
from invoicing.rules.lines import NO_DISCOUNT, SoldLine
from invoicing.rules.receipts import Cashed, newly_cashed
from invoicing.rules.retentions import given_up, still_held


@transaction.atomic
def credit_invoice(
    invoice: Invoice,
    *,
    reason: str,
    amount: Decimal | None = None,
    quantities: Mapping[int, Decimal] | None = None,
    by: Membership,
) -> Invoice:
    """Write the draft of a credit note: for all that is left of an issued invoice, or for part.

    Its lines may still be changed. It is issued as an invoice is.

    :param amount: EUR with VAT, cut between its VAT rates; or
    :param quantities: what is given back of each line, by its rank.
    :raises ActionRefused: `not_issued`, `reason_missing`, `already_credited`, `deposit_deducted`,
        `credit_too_large`, `bad_amount`.
    """
    invoice = locked(invoice)
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites pourquoi\u00a0: c’est imprimé sur l’avoir.", code="reason_missing"
        )
    settlement = _credited_of(invoice)
    left = settlement.gross - settlement.credited
    credit = Invoice(
        activity=invoice.activity,
        kind=InvoiceKind.CREDIT_NOTE,
        corrects=invoice,
        quote=invoice.quote,
        created_by=by,
    )
    content = replace(
        invoice_content(invoice),
        subject=f"Avoir sur {invoice.number}"[:160],
        payment_days=0,
        notes=reason,
    )
    given_back: Decimal | None = left
    if quantities:
        content = _in_lumps(content, _lines_given_back(invoice, quantities))
        given_back = None
    elif amount is not None:
        if amount <= 0:
            raise ActionRefused("Un avoir a un montant, plus grand que zéro.", code="bad_amount")
        if amount > left:
            raise ActionRefused(
                f"Il ne reste que {euros(left)} de cette facture. Rendez au plus ce montant.",
                code="credit_too_large",
            )
        content = _in_lumps(content, _amount_given_back(invoice, amount))
        given_back = amount
    elif settlement.credited or invoice.prepaid:
        content = _in_lumps(content, _amount_given_back(invoice, left))
    write(credit, content, rounded_to=given_back)
    audit.record("invoice.created", credit, by=by, after={"corrects": invoice.number})
    return credit


def _in_lumps(content: InvoiceContent, lines: list[SoldLine]) -> InvoiceContent:
    """Return a content with other lines, without VAT, from which every discount is off."""
    return replace(content, lines=lines, entry=Entry.NET, discount=NO_DISCOUNT)


def _credited_of(invoice: Invoice) -> Settlement:
    """Return what an invoice that may still be credited is owed."""
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise ActionRefused("Seule une facture émise se corrige par un avoir.", code="not_issued")
    _refuse_deducted(invoice)
    settlement = settlement_of(invoice)
    assert settlement is not None
    if settlement.credited >= settlement.gross:
        raise ActionRefused(
            f"Il ne reste rien à rendre sur la facture {invoice.number}\u00a0: elle est déjà "
            "annulée ou remplacée, ou ses acomptes l’ont soldée.",
            code="already_credited",
        )
    return settlement


def _refuse_deducted(invoice: Invoice) -> None:
    deducting = deducting_invoice(invoice)
    if deducting is not None:
        raise ActionRefused(
            f"L’acompte {invoice.number} est déduit de la facture {deducting.number}. "
            "Faites l’avoir sur celle-ci.",
            code="deposit_deducted",
        )


def _lines_given_back(invoice: Invoice, quantities: Mapping[int, Decimal]) -> list[SoldLine]:
    """Return the lines of an invoice in other quantities, their discounts in proportion."""
    rows = zip(invoice.lines.values_list("position", flat=True), sold_lines(invoice), strict=True)
    lines = []
    for position, line in rows:
        given = quantities.get(position, ZERO)
        if not given:
            continue
        if not 0 < given / line.quantity <= 1:
            raise ActionRefused(
                f"On rend au plus la quantité facturée de «\u00a0{line.label}\u00a0». Corrigez-la.",
                code="credit_too_large",
            )
        discount = to_cents(line.discount * given / line.quantity)
        lines.append(replace(line, quantity=given, discount=discount))
    return [_whole_discount_off(line, invoice) for line in lines]


def _whole_discount_off(line: SoldLine, invoice: Invoice) -> SoldLine:
    """Give a line its part of the discount on the document, which a partial credit has not."""
    before = invoice.net + invoice.discount
    if not invoice.discount or not before:
        return line
    worth = to_cents(line.quantity * line.unit_price)
    if line.discount_rate is not None:
        worth -= to_cents(worth * line.discount_rate)
    else:
        worth -= line.discount
    off = to_cents(line.quantity * line.unit_price) - worth
    return replace(
        line, discount_rate=None, discount=off + to_cents(worth * invoice.discount / before)
    )


def _amount_given_back(invoice: Invoice, amount: Decimal) -> list[SoldLine]:
    """Cut EUR with VAT between what an invoice still asks for, by rate and nature."""
    codes = {
        (nature, category, rate): code
        for nature, category, rate, code in invoice.lines.values_list(
            "nature", "vat_category", "vat_rate", "vat_choice__code"
        )
    }
    parts = [part for part in parts_still_due(invoice) if part.net + part.tax]
    shares = split(amount, [part.net + part.tax for part in parts])
    lines = []
    for part, share in zip(parts, shares, strict=True):
        net = to_cents(share / (1 + part.vat.rate))
        if net:
            lines.append(
                SoldLine(
                    label=f"Sur la facture {invoice.number}",
                    quantity=Decimal(1 if net > 0 else -1),
                    unit=Unit.LUMP_SUM,
                    unit_price=abs(net),
                    vat=codes[part.nature, part.vat.category, part.vat.rate],
                    nature=part.nature,
                )
            )
    return lines


def check_credit(credit: Invoice, invoice: Invoice) -> Decimal:
    """Refuse a credit note that gives back more than its invoice asked for.

    Write on it what it takes off the retention of that invoice; return how much of that was
    unpaid: what leaves 4117.

    :raises ActionRefused: `deposit_deducted`, `credit_too_large`.
    """
    settlement = settlement_of(invoice, lock=True)
    assert settlement is not None
    _refuse_deducted(invoice)
    if settlement.credited + credit.due > settlement.gross:
        raise ActionRefused(
            "Cet avoir dépasse ce qui reste de la facture qu’il corrige. Réduisez ses lignes.",
            code="credit_too_large",
        )
    remains = settlement.gross - settlement.credited - credit.due
    credit.retention = given_up(
        settlement.retained,
        worth=remains + invoice.prepaid,
        remains=remains,
        rate=invoice.retention_rate,
        is_all=not remains,
    )
    after = still_held(settlement.remaining - credit.due, settlement.retained - credit.retention)
    return settlement.held - after


def cashed_no_more(credit: Invoice, invoice: Invoice) -> Cashed:
    """Return what a credit note just issued changes of what the money on its invoice meant.

    Negative where it takes back turnover and VAT that were cashed; nil before any money.
    """
    settlement = settlement_of(invoice)
    assert settlement is not None
    if not settlement.paid:
        return Cashed(ZERO, ZERO)
    change = newly_cashed(already_cashed(invoice), cashed_with(invoice, settlement.paid))
    # The rounding of several rates may move a cent more than a credit note of one cent: the
    # ledger refuses that on its line, and the next event takes what is left.
    return replace(change, net=max(-credit.due, min(change.net, credit.due)))


def change_what_was_cashed(
    credit: Invoice, invoice: Invoice, change: Cashed, *, by: Membership
) -> None:
    """Post what a credit note that comes after money changes: VAT that is due no more.

    The turnover it takes back is on the customer's line of its own entry.
    """
    if not change.net and not change.vat_due:
        return
    assert credit.issued_on is not None
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
    levy_with(entry, analytic, moment=ContributionBasis.CASHED, basis=change.net, of=invoice, by=by)
