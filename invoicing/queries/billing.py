"""What an accepted quote was billed already, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO
from invoicing.enums import InvoiceKind, InvoiceStatus, VatCategory
from invoicing.models import (
    Deduction,
    Invoice,
    InvoiceLine,
    Quote,
    QuoteInstalment,
    QuoteLine,
    Settlement,
)
from invoicing.rules.billing import QuotePart, nets_after_discount, parts_of_quote
from invoicing.rules.lines import vat_rows_of
from invoicing.rules.totals import Vat


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A line of the quote: its net once discounted, what is billed of it, and to what share."""

    line: QuoteLine
    net: Decimal
    billed: Decimal
    progress: Decimal


@dataclass(frozen=True, slots=True)
class PlanInvoice:
    """An invoice of the quote; it no longer stands once credit notes took all of it."""

    invoice: Invoice
    settlement: Settlement | None
    stands: bool


@dataclass(frozen=True, slots=True)
class FreeDeposit:
    """An issued deposit that no standing invoice deducts: what it came to, credit notes off."""

    invoice: Invoice
    net: Decimal
    gross: Decimal
    unpaid: Decimal


@dataclass(frozen=True, slots=True)
class PlanInstalment:
    """A line of the schedule, and the invoice that bills it if there is one."""

    instalment: QuoteInstalment
    invoice: Invoice | None
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingPlan:
    """Everything the page of an accepted quote says of its invoices. EUR."""

    quote: Quote
    lines: list[PlanLine]
    invoices: list[PlanInvoice]
    deposits: list[FreeDeposit]
    instalments: list[PlanInstalment]
    billed: Decimal
    billed_net: Decimal
    is_closed: bool

    @property
    def promised(self) -> Decimal:
        """What the customer agreed to pay, with VAT."""
        return self.quote.gross + self.quote.rounding

    @property
    def remaining(self) -> Decimal:
        """What is left to bill with VAT; negative once more than the quote is billed."""
        return self.promised - self.billed

    @property
    def remaining_net(self) -> Decimal:
        return self.quote.net - self.billed_net

    @property
    def deviation(self) -> Decimal:
        """What was billed beyond the quote, or short of it once nothing else will be."""
        return -self.remaining if self.is_closed or self.remaining < 0 else ZERO

    @property
    def pending(self) -> Invoice | None:
        """The invoice that is written and not issued yet: there is one at a time."""
        for each in self.invoices:
            if (
                each.invoice.status != InvoiceStatus.ISSUED
                and each.invoice.kind != InvoiceKind.CREDIT_NOTE
            ):
                return each.invoice
        return None

    @property
    def standing(self) -> list[PlanInvoice]:
        return [each for each in self.invoices if each.stands]

    @property
    def has_situations(self) -> bool:
        return any(line.progress for line in self.lines)

    @property
    def parts(self) -> list[QuotePart]:
        """What the quote sells, by VAT choice and nature, its discount shared."""
        return parts_of_quote(
            [
                ((each.line.vat_choice.code, each.line.nature), _vat(each.line), each.net)
                for each in self.lines
            ]
        )


def quote_parts(quote: Quote, lines: Sequence[QuoteLine] | None = None) -> list[QuotePart]:
    """Return what a quote sells, by VAT choice and nature, its discount shared.

    :param lines: those of a quote that is not written yet; its own otherwise.
    """
    return parts_of_quote(
        [
            ((line.vat_choice.code, line.nature), _vat(line), net)
            for line, net in _discounted(quote, lines)
        ]
    )


def billing_plan(quote: Quote) -> BillingPlan:
    """Return what a quote was billed, in seven queries whatever its invoices."""
    rows = list(Invoice.objects.defer("snapshot").filter(quote=quote).order_by("id"))
    settlements = {s.invoice_id: s for s in Settlement.objects.filter(invoice__in=rows)}
    invoices = [_plan_invoice(row, settlements.get(row.pk)) for row in rows]
    standing = [each for each in invoices if each.stands]
    credits = _credits(rows)
    lines = _plan_lines(quote, standing)
    roots = {row.pk: row for row in rows}
    is_closed = any(
        _root(each.invoice, roots).kind in (InvoiceKind.INVOICE, InvoiceKind.FINAL)
        for each in standing
    ) or (bool(lines) and all(line.progress == 1 for line in lines))
    return BillingPlan(
        quote=quote,
        lines=lines,
        invoices=invoices,
        deposits=_free_deposits(standing, credits),
        instalments=_instalments(quote, rows, settlements),
        billed=sum((s.gross - s.credited for s in settlements.values()), ZERO),
        billed_net=sum(
            (
                each.invoice.net
                - each.invoice.prepaid_net
                - sum((credit.net for credit in credits.get(each.invoice.pk, ())), ZERO)
                for each in standing
            ),
            ZERO,
        ),
        is_closed=is_closed,
    )


def free_deposits(quote: Quote) -> list[FreeDeposit]:
    """Return the deposits of a quote that its next invoice has yet to take off."""
    return billing_plan(quote).deposits


def deducting_invoice(deposit: Invoice) -> Invoice | None:
    """Return the issued invoice that takes a deposit off and still stands, if there is one."""
    for deduction in Deduction.objects.filter(deposit=deposit).select_related("invoice"):
        settlement = Settlement.objects.filter(invoice=deduction.invoice_id).first()
        if settlement is not None and _stands(settlement):
            return deduction.invoice
    return None


def _stands(settlement: Settlement) -> bool:
    return settlement.credited < settlement.gross or not settlement.gross


def _plan_invoice(invoice: Invoice, settlement: Settlement | None) -> PlanInvoice:
    return PlanInvoice(invoice, settlement, settlement is not None and _stands(settlement))


def _root(invoice: Invoice, rows: dict[int, Invoice]) -> Invoice:
    """Follow what a corrective invoice replaced: it closes the quote if that one did."""
    while invoice.corrects_id in rows:
        invoice = rows[invoice.corrects_id]
    return invoice


def _credits(rows: Iterable[Invoice]) -> dict[int, list[Invoice]]:
    credits: dict[int, list[Invoice]] = {}
    for row in rows:
        if row.kind == InvoiceKind.CREDIT_NOTE and row.status == InvoiceStatus.ISSUED:
            assert row.corrects_id is not None
            credits.setdefault(row.corrects_id, []).append(row)
    return credits


def _free_deposits(
    standing: list[PlanInvoice], credits: dict[int, list[Invoice]]
) -> list[FreeDeposit]:
    taken = set(
        Deduction.objects.filter(invoice__in=[each.invoice.pk for each in standing]).values_list(
            "deposit_id", flat=True
        )
    )
    return [
        FreeDeposit(
            each.invoice,
            net=each.invoice.net - sum((c.net for c in credits.get(each.invoice.pk, ())), ZERO),
            gross=each.settlement.gross - each.settlement.credited,
            unpaid=each.settlement.remaining,
        )
        for each in standing
        if each.settlement is not None
        and each.invoice.kind == InvoiceKind.DEPOSIT
        and each.invoice.pk not in taken
    ]


def _plan_lines(quote: Quote, standing: list[PlanInvoice]) -> list[PlanLine]:
    billed: dict[int, Decimal] = {}
    progress: dict[int, Decimal] = {}
    for row in InvoiceLine.objects.filter(
        invoice__in=[each.invoice.pk for each in standing], progress__isnull=False
    ):
        assert row.quote_line_id is not None and row.progress is not None
        billed[row.quote_line_id] = billed.get(row.quote_line_id, ZERO) + row.net
        progress[row.quote_line_id] = max(progress.get(row.quote_line_id, ZERO), row.progress)
    return [
        PlanLine(line, net, billed.get(line.pk, ZERO), progress.get(line.pk, ZERO))
        for line, net in _discounted(quote)
    ]


def _discounted(
    quote: Quote, lines: Sequence[QuoteLine] | None = None
) -> list[tuple[QuoteLine, Decimal]]:
    if lines is None:
        lines = list(quote.lines.select_related("vat_choice"))
    lines = [line for line in lines if line.is_chosen or not line.is_optional]
    priced = [(_vat(line), line.net) for line in lines]
    rows = vat_rows_of(priced, discount=quote.discount)
    nets = nets_after_discount(priced, {each.row.vat: each.discount for each in rows})
    return list(zip(lines, nets, strict=True))


def _vat(line: QuoteLine) -> Vat:
    return Vat(VatCategory(line.vat_category), line.vat_rate)


def _instalments(
    quote: Quote, rows: list[Invoice], settlements: dict[int, Settlement]
) -> list[PlanInstalment]:
    by_instalment = {
        row.instalment_id: row
        for row in rows
        if row.instalment_id
        and row.kind != InvoiceKind.CREDIT_NOTE
        and (row.pk not in settlements or _stands(settlements[row.pk]))
    }
    instalments = list(quote.instalments.all())
    return [
        PlanInstalment(each, by_instalment.get(each.pk), rank == len(instalments))
        for rank, each in enumerate(instalments, start=1)
    ]
