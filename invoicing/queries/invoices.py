"""One invoice, and the lists of invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Max, Q, QuerySet

from cae.core.enums import VatBasis
from cae.core.prepared import Among, Given, Prepared, aggregated
from invoicing.enums import InvoiceKind, InvoiceStatus, Nature, VatCategory
from invoicing.models import (
    Invoice,
    InvoiceLine,
    InvoiceVat,
    Occurrence,
    Quote,
    Settlement,
    VatRate,
)
from invoicing.queries.payments import Owed
from invoicing.rules.receipts import SalesPart, less, sales_parts
from invoicing.rules.totals import Vat


def last_issued_on(series: str) -> date | None:
    """Return the latest date of a series, over the whole cooperative."""
    ((day,),) = _last_day(series=series)
    return day


@Prepared
def _last_day(*, series: Given) -> QuerySet:
    issued = Invoice.objects.filter(series=series, status=InvoiceStatus.ISSUED)
    return aggregated(issued, last=Max("issued_on"))


def parts_of(invoice: Invoice) -> list[SalesPart]:
    """Return what an invoice sells, by nature and rate."""
    lines = _sold(invoice=invoice.pk)
    rows = [
        (Vat(VatCategory(category), rate), tax, discount)
        for category, rate, tax, discount in _taxed(invoice=invoice.pk)
    ]
    return sales_parts(
        [(Nature(n), Vat(VatCategory(c), rate), net) for n, c, rate, net in lines],
        {vat: tax for vat, tax, _ in rows},
        discounts={vat: discount for vat, _, discount in rows},
        is_deposit=(invoice.corrects or invoice).kind == InvoiceKind.DEPOSIT,
    )


@Prepared
def _sold(*, invoice: Given) -> QuerySet:
    lines = InvoiceLine.objects.filter(invoice=invoice)
    return lines.values_list("nature", "vat_category", "vat_rate", "net")


@Prepared
def _taxed(*, invoice: Given) -> QuerySet:
    rows = InvoiceVat.objects.filter(invoice=invoice)
    return rows.values_list("category", "rate", "tax", "discount")


def deducted_parts(invoice: Invoice) -> list[SalesPart]:
    """Return what the deposits that an invoice takes off were for, their credit notes off."""
    if not invoice.prepaid:
        return []
    deductions = invoice.deductions.select_related("deposit")
    return [part for deduction in deductions for part in parts_still_due(deduction.deposit)]


def parts_still_due(invoice: Invoice) -> list[SalesPart]:
    """Return what an invoice asks for: deposits and issued credit notes taken off."""
    parts = less(parts_of(invoice), deducted_parts(invoice))
    for credit in Invoice.objects.filter(
        corrects=invoice, kind=InvoiceKind.CREDIT_NOTE, status=InvoiceStatus.ISSUED
    ):
        parts = less(parts, parts_of(credit))
    return parts


def vat_waits(invoice: Invoice) -> bool:
    """Tell whether the VAT of an issued invoice waits for its money, whatever the option today."""
    assert invoice.snapshot is not None
    return invoice.snapshot["vat_basis"] == VatBasis.CASH


def offered_vat_rates(*, beside: Quote | Invoice | None = None) -> QuerySet[VatRate]:
    """Return the VAT choices offered on a line, the usual one first.

    :param beside: a document that keeps those it has, withdrawn or not.
    """
    if beside is None:
        return VatRate.objects.filter(is_offered=True)
    kept = beside.lines.order_by().values("vat_choice")
    return VatRate.objects.filter(Q(is_offered=True) | Q(pk__in=kept))


def offered_rates() -> list[Decimal]:
    """Return the rates of VAT that the cooperative bills with, the highest first."""
    return sorted((rate for (rate,) in _rates()), reverse=True)


@Prepared
def _rates() -> QuerySet:
    return VatRate.objects.order_by().values_list("rate").distinct()


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice of a list with what it is still owed, and the word that says it."""

    invoice: Invoice
    settlement: Settlement | None
    state: str
    days_late: int


INVOICE_STATES = ("draft", "submitted", "open", "late", "paid", "credit", "recurring")


def invoices_in_state(rows: QuerySet[Invoice], state: str, *, on: date) -> QuerySet[Invoice]:
    """Keep the invoices in one of INVOICE_STATES; `late` is past its due date on `on`."""
    if state in (InvoiceStatus.DRAFT, InvoiceStatus.SUBMITTED):
        return rows.filter(status=state)
    if state == "recurring":
        return rows.filter(pk__in=_recurring().values("invoice_id"))
    if state == "credit":
        return rows.filter(kind=InvoiceKind.CREDIT_NOTE)
    open_ones = Settlement.objects.filter(remaining__gt=0)
    if state == "late":
        open_ones = open_ones.filter(due_on__lt=on, claimable__gt=0)
    ids = open_ones.values("invoice_id")
    issued = rows.filter(status=InvoiceStatus.ISSUED).exclude(kind=InvoiceKind.CREDIT_NOTE)
    return issued.exclude(pk__in=ids) if state == "paid" else issued.filter(pk__in=ids)


def invoice_counts(activity_ids: tuple[int, ...] | None, *, owed: Owed) -> dict[str, int]:
    """Count the invoices in each of INVOICE_STATES, and `all`, in a few queries.

    :param owed: what the customers of the same activities owe.
    """
    ids = None if activity_ids is None else list(activity_ids)
    counts = dict.fromkeys(("all", "draft", "submitted", "credit", "issued"), 0)
    for status, kind, count in _by_state(ids):
        counts["all"] += count
        if status != InvoiceStatus.ISSUED:
            counts[status] += count
        elif kind != InvoiceKind.CREDIT_NOTE:
            counts["issued"] += count
        if kind == InvoiceKind.CREDIT_NOTE:
            counts["credit"] += count
    paid = counts["issued"] - owed.count
    ((counts["recurring"],),) = _count_recurring(activity_ids=ids)
    return counts | {"open": owed.count, "late": owed.late_count, "paid": paid}


def _by_state(activity_ids: list[int] | None) -> list[tuple[str, str, int]]:
    if activity_ids is not None:
        return _states_of(activity_ids=activity_ids)
    rows = _but_issued()
    credits = sum(count for status, _, count in rows if status == InvoiceStatus.ISSUED)
    # A whole cooperative does not count what is issued: its chain begins at 1 and has no gap.
    ((last,),) = _last_in_chain()
    return [*rows, (InvoiceStatus.ISSUED, InvoiceKind.INVOICE, (last or 0) - credits)]


@Prepared
def _states_of(*, activity_ids: Given) -> QuerySet:
    return _counted(Invoice.objects.filter(Among(F("activity_id"), activity_ids)))


@Prepared
def _but_issued() -> QuerySet:
    waiting = Invoice.objects.filter(status__in=(InvoiceStatus.DRAFT, InvoiceStatus.SUBMITTED))
    credits = Invoice.objects.filter(status=InvoiceStatus.ISSUED, kind=InvoiceKind.CREDIT_NOTE)
    return _counted(waiting).union(_counted(credits), all=True)


def _counted(rows: QuerySet[Invoice]) -> QuerySet:
    # By state and kind, from an index alone: the rows themselves are wide.
    return rows.order_by().values_list("status", "kind").annotate(count=Count("*"))


@Prepared
def _last_in_chain() -> QuerySet:
    return aggregated(Invoice.objects.all(), last=Max("chain_rank"))


@Prepared
def _count_recurring(*, activity_ids: Given | None) -> QuerySet:
    rows = _recurring()
    if activity_ids is not None:
        rows = rows.filter(Among(F("activity_id"), activity_ids))
    return aggregated(rows, count=Count("*"))


def _recurring() -> QuerySet[Occurrence]:
    return Occurrence.objects.filter(invoice__isnull=False).order_by()


def with_settlements(invoices: list[Invoice], *, on: date) -> list[InvoiceRow]:
    """Return the invoices of a page with their state, in one more query."""
    settlements = {s.invoice_id: s for s in _settlements(invoices=[i.pk for i in invoices])}
    return [_row(invoice, settlements.get(invoice.pk), on=on) for invoice in invoices]


@Prepared
def _settlements(*, invoices: Given) -> QuerySet[Settlement]:
    return Settlement.objects.filter(Among(F("invoice_id"), invoices)).order_by()


def _row(invoice: Invoice, settlement: Settlement | None, *, on: date) -> InvoiceRow:
    late = 0
    if invoice.status != InvoiceStatus.ISSUED:
        state = "refused" if invoice.refusal_reason else invoice.status
    elif settlement is None:
        state = "credit"
    elif settlement.remaining <= 0:
        state = "credited" if settlement.credited == settlement.gross else "paid"
    elif not settlement.claimable:
        state = "retained"
    else:
        late = max((on - settlement.due_on).days, 0)
        state = "late" if late else "partly" if settlement.paid else "open"
    return InvoiceRow(invoice, settlement, state, late)


def sent_back(activity_id: int) -> list[Invoice]:
    """Return the drafts of an activity that the support staff sent back with a reason."""
    return list(
        Invoice.objects.filter(activity=activity_id, status=InvoiceStatus.DRAFT)
        .exclude(refusal_reason="")
        .order_by("id")
    )


def submitted_invoices() -> QuerySet[Invoice]:
    """Return the invoices and credit notes to validate, the oldest first."""
    return Invoice.objects.filter(status=InvoiceStatus.SUBMITTED).order_by("submitted_at", "id")
