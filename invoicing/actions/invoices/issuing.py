"""The moment an invoice is issued: numbered, frozen, chained, posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from accounting.queries import accounts_of
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.actions import check_insured, check_open
from invoicing import posting
from invoicing.actions.certificates import follow_money
from invoicing.actions.chaining import next_link
from invoicing.actions.contribution_rates import keep_rate
from invoicing.actions.drafting import copy_customer, searchable
from invoicing.actions.inputs import refuse_unread
from invoicing.actions.invoices.corrections import check_replaced, reverse_replaced
from invoicing.actions.invoices.credits import (
    cashed_no_more,
    change_what_was_cashed,
    check_credit,
)
from invoicing.actions.invoices.drafts import (
    check_address,
    check_file,
    check_period,
    refuse_if_issued,
)
from invoicing.actions.levies import levy_with
from invoicing.actions.locking import locked
from invoicing.actions.party_accounts import name_in_books
from invoicing.actions.personal_services import check_services
from invoicing.actions.retentions import date_retention
from invoicing.actions.write_offs import take_back_gaps
from invoicing.documents.snapshots import invoice_snapshot
from invoicing.enums import InvoiceKind, InvoiceStatus
from invoicing.models import Invoice
from invoicing.queries import (
    accounts_now,
    deducted_parts,
    last_issued_on,
    parts_of,
    settlement_of,
    vat_waits,
    written_on,
)
from invoicing.queries.numbering import pattern_for
from invoicing.rules.moves import INVOICE_MOVES
from invoicing.rules.numbers import fingerprint, number_of, series_of

CHAIN = "chaîne des factures"


@transaction.atomic
def issue_invoice(invoice: Invoice, *, on: date, by: Membership) -> Invoice:
    """Number, freeze, chain and post a draft or a submitted invoice; its PDF follows.

    Locks the document, then its series, then the chain: always in that order.

    :raises ActionRefused: `already_issued`; `illegal_move`; `not_chronological`, the series
        already goes beyond `on`; `unread_input`; `address_missing`; `activity_closed`;
        `not_insured`; `bad_dates`; `credit_too_large`; those of `check_services`; an
        objection of `rules/einvoicing.py`; `closed_period`, from the ledger.
    """
    invoice = locked(invoice)
    refuse_if_issued(invoice)
    check_move(INVOICE_MOVES, invoice.status, InvoiceStatus.ISSUED)
    refuse_unread(invoice)
    copy_customer(invoice, invoice.customer)
    check_address(invoice)
    if invoice.kind != InvoiceKind.CREDIT_NOTE:
        check_open(invoice.activity, on=on)
        check_insured(invoice.activity, on=on)
    check_period(invoice, on=invoice.supplied_on or on)
    lines = list(invoice.lines.select_related("vat_choice"))
    if invoice.gross == 0:
        raise ActionRefused(
            "Cette facture est à zéro. Vérifiez les quantités et les prix.", code="nothing_due"
        )
    kind = InvoiceKind(invoice.kind)
    check_services(invoice, lines, on=on)
    with as_cooperative():
        _choose_accounts(invoice, by=by)
        keep_rate(invoice)
        kept = _kept(invoice, on=on, by=by)
        _check_deposits(invoice)
        pattern, code = pattern_for(on.year), invoice.activity.analytic.code
        invoice.status = InvoiceStatus.ISSUED
        invoice.issued_on = on
        invoice.due_on = on + timedelta(days=invoice.payment_days)
        invoice.supplied_on = invoice.supplied_on or on
        invoice.issued_at = timezone.now()
        invoice.issued_by = by
        invoice.refusal_reason = ""
        invoice.series = series_of(pattern, kind, on=on, code=code)
        # Last: the series, then the chain, are held until commit.
        rank = next_number(
            invoice.series, year=pattern.counter_year(on), start=pattern.start_of(kind)
        )
        _check_chronology(invoice.series, on=on)
        invoice.number = number_of(pattern, kind, on=on, code=code, rank=rank)
        invoice.search = searchable(invoice)
        invoice.snapshot = invoice_snapshot(invoice, lines, on=on)
        check_file(invoice.snapshot)
        _seal(invoice)
        invoice.save()
        _post(invoice, kept=kept, by=by)
    audit.record(
        "invoice.issued",
        invoice,
        by=by,
        after={"number": invoice.number, "gross": invoice.gross},
    )
    outbox.enqueue(
        "invoicing.tasks.produce_invoice_pdf",
        key=f"invoice-pdf:{invoice.pk}",
        invoice_id=invoice.pk,
    )
    if invoice.occurrences.filter(is_sent=True).exists():
        outbox.enqueue(
            "invoicing.tasks.send_recurring_invoice",
            key=f"recurring-mail:{invoice.pk}",
            invoice_id=invoice.pk,
        )
    return invoice


def _choose_accounts(invoice: Invoice, *, by: Membership) -> None:
    """Say where it is posted: what corrects another goes where that one is."""
    accounts = accounts_of(invoice.activity.analytic)
    name_in_books(invoice.customer, accounts.party_prefix, by=by)
    if invoice.kind == InvoiceKind.CREDIT_NOTE and invoice.corrects is not None:
        accounts = accounts_now(invoice.corrects)
    invoice.customers_account = accounts.customers
    invoice.services_account = accounts.services
    invoice.goods_account = accounts.goods


@dataclass(frozen=True, slots=True)
class _Kept:
    """What customers keep of works, on 4117: of this document, of the one it replaces. EUR."""

    own: Decimal
    replaced: Decimal = ZERO


def _kept(invoice: Invoice, *, on: date, by: Membership) -> _Kept:
    """Hold what a document corrects, and say what it moves of what customers keep."""
    corrected = invoice.corrects
    if corrected is not None and invoice.kind == InvoiceKind.CREDIT_NOTE:
        take_back_gaps(corrected, on=on, by=by)
        return _Kept(check_credit(invoice, corrected))
    replaced = check_replaced(corrected).held if corrected is not None else ZERO
    date_retention(invoice, on=on)
    return _Kept(invoice.retention, replaced)


def _check_deposits(invoice: Invoice) -> None:
    """A deposit is taken off once it is paid (BT-113), for what it asked less its credit notes."""
    if not invoice.prepaid:
        return  # PostgreSQL refuses deductions that do not add up to it
    for deduction in invoice.deductions.select_related("deposit"):
        settlement = settlement_of(deduction.deposit, lock=True)
        assert settlement is not None
        number = deduction.deposit.number
        if settlement.gross - settlement.credited != deduction.gross:
            raise ActionRefused(
                f"L’acompte {number} a changé depuis que cette facture est écrite. Supprimez ce "
                "brouillon, puis refaites-le depuis le devis.",
                code="deposit_changed",
            )
        if settlement.remaining > 0:
            raise ActionRefused(
                f"L’acompte {number} n’est pas réglé\u00a0: seul ce qui est payé se déduit. "
                "Encaissez-le, ou annulez ce qui manque par un avoir.",
                code="deposit_unpaid",
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
    invoice.chain_rank, previous = next_link(Invoice, chain=CHAIN)
    invoice.fingerprint = fingerprint(invoice.snapshot, previous=previous)


def _post(invoice: Invoice, *, kept: _Kept, by: Membership) -> None:
    assert invoice.issued_on is not None and invoice.number is not None
    analytic = invoice.activity.analytic
    is_corrective = invoice.kind == InvoiceKind.CORRECTIVE
    if is_corrective and invoice.corrects is not None:
        reverse_replaced(invoice, invoice.corrects, held=kept.replaced, by=by)
    credited = None if is_corrective else invoice.corrects
    change = cashed_no_more(invoice, credited) if credited is not None else None
    entry = posting.invoice_entry(
        invoice,
        parts_of(invoice),
        accounts=written_on(invoice),
        deposits=deducted_parts(invoice),
        held=kept.own,
        analytic=analytic.code,
        vat_waits=vat_waits(credited or invoice),
        cashed=change.net if change else None,
    )
    ledger.post(entry, by=by)
    sign = -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
    levy_with(
        entry,
        analytic,
        moment=ContributionBasis.INVOICED,
        basis=sign * (invoice.net - invoice.prepaid_net),
        of=credited or invoice,
        by=by,
    )
    if credited is not None and change is not None:
        change_what_was_cashed(invoice, credited, change, by=by)
        _free_deposits(invoice, credited, by=by)
        follow_money(credited, key=f"credit-{invoice.pk}")
    if invoice.prepaid:
        follow_money(invoice, key=f"deposits-{invoice.pk}")


def _free_deposits(credit: Invoice, invoice: Invoice, *, by: Membership) -> None:
    """Nothing is left of an invoice that took deposits off: they wait again for another one."""
    settlement = settlement_of(invoice)
    assert settlement is not None
    if invoice.prepaid and settlement.credited == settlement.gross:
        entry = posting.deposits_freed_entry(
            credit, deducted_parts(invoice), analytic=credit.activity.analytic.code
        )
        ledger.post(entry, by=by)
