"""Questions about sales and expenses. Lists never join two tenant tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from django.db.models import Count, F, Q, QuerySet, Sum

from accounting.models import Account
from cae.core.enums import VatBasis
from cae.core.money import ZERO, parse_amount
from cae.core.search import Sought, matching
from cae.core.words import folded
from invoicing.enums import (
    ExpenseSheetStatus,
    InvoiceKind,
    InvoiceStatus,
    Nature,
    QuoteStatus,
    VatCategory,
)
from invoicing.models import (
    Allocation,
    Customer,
    ExpenseLine,
    ExpenseSheet,
    ExpenseType,
    Invoice,
    InvoiceFile,
    MileageScale,
    Payment,
    Quote,
    QuoteFile,
    Settlement,
    VatRate,
)
from invoicing.rules.mileage import Band
from invoicing.rules.numbers import fingerprint
from invoicing.rules.receipts import Cashed, SalesPart, less, sales_parts
from invoicing.rules.totals import Vat

Sale = TypeVar("Sale", Invoice, Quote)

# One invoice.


def settlement_of(invoice: Invoice, *, lock: bool = False) -> Settlement | None:
    """Return what an issued invoice is still owed; None for a draft or a credit note."""
    rows = Settlement.objects.filter(invoice=invoice)
    return (rows.select_for_update() if lock else rows).first()


def last_issued_on(series: str) -> date | None:
    """Return the latest date of a series, over the whole cooperative."""
    return (
        Invoice.objects.filter(series=series, status=InvoiceStatus.ISSUED)
        .order_by("-issued_on")
        .values_list("issued_on", flat=True)
        .first()
    )


def parts_of(invoice: Invoice) -> list[SalesPart]:
    """Return what an invoice sells, by nature and rate."""
    lines = invoice.lines.values_list("nature", "vat_category", "vat_rate", "net")
    rows = invoice.vat_rows.values_list("category", "rate", "tax")
    return sales_parts(
        [(Nature(n), Vat(VatCategory(c), rate), net) for n, c, rate, net in lines],
        {Vat(VatCategory(c), rate): tax for c, rate, tax in rows},
    )


def parts_still_due(invoice: Invoice) -> list[SalesPart]:
    """Return the same, its issued credit notes taken off."""
    parts = parts_of(invoice)
    for credit in Invoice.objects.filter(corrects=invoice, status=InvoiceStatus.ISSUED):
        parts = less(parts, parts_of(credit))
    return parts


def already_cashed(invoice: Invoice) -> Cashed:
    """Return what the receipts of an invoice were posted as."""
    sums = Allocation.objects.filter(invoice=invoice).aggregate(
        net=Sum("net"), vat_due=Sum("vat_due")
    )
    return Cashed(net=sums["net"] or ZERO, vat_due=sums["vat_due"] or ZERO)


def vat_waits(invoice: Invoice) -> bool:
    """Tell whether the VAT of an issued invoice waits for its money, whatever the option today."""
    assert invoice.snapshot is not None
    return invoice.snapshot["vat_basis"] == VatBasis.CASH


def invoice_file(invoice: Invoice) -> InvoiceFile | None:
    """Return the PDF of an invoice, once a worker has made it."""
    return InvoiceFile.objects.filter(invoice=invoice).select_related("document").first()


def quote_file(quote: Quote) -> QuoteFile | None:
    """Return the PDF of a quote as it stands: this version, signed if it is accepted."""
    return (
        QuoteFile.objects.filter(
            quote=quote, version=quote.version, signed=quote.status == QuoteStatus.ACCEPTED
        )
        .select_related("document")
        .first()
    )


def offered_vat_rates() -> QuerySet[VatRate]:
    """Return the VAT choices offered on a line, the usual one first."""
    return VatRate.objects.filter(is_offered=True)


# Lists. Each is a queryset of one table, newest first.


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice of a list with what it is still owed, and the word that says it."""

    invoice: Invoice
    settlement: Settlement | None
    state: str
    days_late: int


def sales_of(model: type[Invoice] | type[Quote], activity_ids: tuple[int, ...] | None) -> QuerySet:
    """Return the sales of these activities; of the whole cooperative when None."""
    rows = model.objects.defer("snapshot", "notes")
    return rows if activity_ids is None else rows.filter(activity_id__in=activity_ids)


def searched(rows: QuerySet, text: str, *, amount: str = "") -> QuerySet:
    """Keep the rows whose search column holds every word, or whose `amount` is the one typed."""
    words = Q()
    for word in folded(text).split():
        words &= Q(search__contains=word)
    if amount:
        with suppress(ValueError):
            words |= Q(**{amount: parse_amount(text)})
    return rows.filter(words)


INVOICE_STATES = ("draft", "submitted", "open", "late", "paid", "credit")


def invoices_in_state(rows: QuerySet[Invoice], state: str, *, on: date) -> QuerySet[Invoice]:
    """Keep the invoices in one of INVOICE_STATES; `late` is past its due date on `on`."""
    if state in (InvoiceStatus.DRAFT, InvoiceStatus.SUBMITTED):
        return rows.filter(status=state)
    if state == "credit":
        return rows.filter(kind=InvoiceKind.CREDIT_NOTE)
    open_ones = Settlement.objects.filter(remaining__gt=0)
    if state == "late":
        open_ones = open_ones.filter(due_on__lt=on)
    ids = open_ones.values("invoice_id")
    issued = rows.filter(status=InvoiceStatus.ISSUED, kind=InvoiceKind.INVOICE)
    return issued.exclude(pk__in=ids) if state == "paid" else issued.filter(pk__in=ids)


def invoice_counts(activity_ids: tuple[int, ...] | None, *, on: date) -> dict[str, int]:
    """Count the invoices in each of INVOICE_STATES, in two queries."""
    rows, open_ones = Invoice.objects.all(), Settlement.objects.filter(remaining__gt=0)
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
        open_ones = open_ones.filter(activity_id__in=activity_ids)
    counts = rows.aggregate(
        all=Count("pk"),
        draft=Count("pk", filter=Q(status=InvoiceStatus.DRAFT)),
        submitted=Count("pk", filter=Q(status=InvoiceStatus.SUBMITTED)),
        credit=Count("pk", filter=Q(kind=InvoiceKind.CREDIT_NOTE)),
        issued=Count("pk", filter=Q(status=InvoiceStatus.ISSUED, kind=InvoiceKind.INVOICE)),
    )
    due = open_ones.aggregate(open=Count("pk"), late=Count("pk", filter=Q(due_on__lt=on)))
    return counts | due | {"paid": counts["issued"] - due["open"]}


def quote_counts(activity_ids: tuple[int, ...] | None) -> dict[str, int]:
    """Count the quotes in each state, and `all`."""
    rows = Quote.objects.all()
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    counts = dict(rows.values_list("status").annotate(count=Count("pk")).order_by())
    return counts | {"all": sum(counts.values())}


def with_settlements(invoices: list[Invoice], *, on: date) -> list[InvoiceRow]:
    """Return the invoices of a page with their state, in one more query."""
    settlements = {
        s.invoice_id: s for s in Settlement.objects.filter(invoice_id__in=[i.pk for i in invoices])
    }
    return [_row(invoice, settlements.get(invoice.pk), on=on) for invoice in invoices]


def _row(invoice: Invoice, settlement: Settlement | None, *, on: date) -> InvoiceRow:
    late = 0
    if invoice.status != InvoiceStatus.ISSUED:
        state = "refused" if invoice.refusal_reason else invoice.status
    elif settlement is None:
        state = "credit"
    elif settlement.remaining <= 0:
        state = "credited" if settlement.credited == settlement.gross else "paid"
    else:
        late = max((on - settlement.due_on).days, 0)
        state = "late" if late else "partly" if settlement.paid else "open"
    return InvoiceRow(invoice, settlement, state, late)


def customers_of(
    activity_ids: tuple[int, ...] | None, *, archived: bool = False
) -> QuerySet[Customer]:
    """Return the customers in use of these activities, by name; of all when None."""
    rows = Customer.objects.filter(archived_at__isnull=not archived)
    return rows if activity_ids is None else rows.filter(activity_id__in=activity_ids)


@dataclass(frozen=True, slots=True)
class CustomerFigures:
    """In EUR: what a customer was billed without VAT, credit notes off, and still owes."""

    billed: Decimal
    owed: Decimal
    late: Decimal


def customer_figures(customer_ids: list[int], *, on: date) -> dict[int, CustomerFigures]:
    """Return the figures of several customers, by id, in two queries."""
    sign = {InvoiceKind.INVOICE.value: 1, InvoiceKind.CREDIT_NOTE.value: -1}
    billed: dict[int, Decimal] = {}
    sums = (
        Invoice.objects.filter(customer_id__in=customer_ids, status=InvoiceStatus.ISSUED)
        .values_list("customer_id", "kind")
        .annotate(total=Sum("net"))
        .order_by()
    )
    for pk, kind, total in sums:
        billed[pk] = billed.get(pk, ZERO) + sign[kind] * total
    owed: dict[int, Decimal] = {}
    late: dict[int, Decimal] = {}
    due = Settlement.objects.filter(remaining__gt=0, invoice__customer_id__in=customer_ids)
    for pk, due_on, remaining in due.values_list("invoice__customer_id", "due_on", "remaining"):
        owed[pk] = owed.get(pk, ZERO) + remaining
        if due_on < on:
            late[pk] = late.get(pk, ZERO) + remaining
    return {
        pk: CustomerFigures(billed.get(pk, ZERO), owed.get(pk, ZERO), late.get(pk, ZERO))
        for pk in customer_ids
    }


@dataclass(frozen=True, slots=True)
class Owed:
    """What customers owe, in EUR: in all, and past its due date; and on how many invoices."""

    total: Decimal
    late: Decimal
    late_count: int


def owed(activity_ids: tuple[int, ...] | None, *, on: date) -> Owed:
    """Return what the customers of these activities owe; of the whole cooperative when None."""
    rows = Settlement.objects.filter(remaining__gt=0)
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    past = [
        (remaining, due_on < on) for remaining, due_on in rows.values_list("remaining", "due_on")
    ]
    late = [remaining for remaining, is_late in past if is_late]
    return Owed(sum((r for r, _ in past), ZERO), sum(late, ZERO), len(late))


def receivables(search: str = "") -> QuerySet[Settlement]:
    """Return what issued invoices are still owed, the earliest due date first.

    :param search: words of the number or the customer, or an amount.
    """
    rows = Settlement.objects.filter(remaining__gt=0).prefetch_related("invoice", "activity")
    if search:
        found = searched(Invoice.objects.filter(status=InvoiceStatus.ISSUED), search)
        rows = rows.filter(invoice_id__in=found.values("pk"))
    return rows.order_by("due_on", "id")


def payments_of(invoice: Invoice) -> list[Allocation]:
    """Return the money received on an invoice, with each payment, the latest first."""
    return list(
        Allocation.objects.filter(invoice=invoice, payment__isnull=False)
        .prefetch_related("payment")
        .order_by("-id")
    )


# What waits for the entrepreneur.


def late_invoices(activity_id: int, *, on: date) -> list[Settlement]:
    """Return what an activity is owed past its due date, the oldest first."""
    return list(
        Settlement.objects.filter(activity=activity_id, remaining__gt=0, due_on__lt=on)
        .select_related("invoice")
        .order_by("due_on", "id")
    )


def sent_back(activity_id: int) -> list[Invoice]:
    """Return the drafts of an activity that the support staff sent back with a reason."""
    return list(
        Invoice.objects.filter(activity=activity_id, status=InvoiceStatus.DRAFT)
        .exclude(refusal_reason="")
        .order_by("id")
    )


def accepted_not_invoiced(activity_id: int) -> list[Quote]:
    """Return the accepted quotes of an activity that no invoice follows yet, the oldest first."""
    return list(
        Quote.objects.filter(
            activity=activity_id, status=QuoteStatus.ACCEPTED, invoices=None
        ).order_by("answered_at", "id")
    )


def expenses_without_voucher(entrepreneur_id: int) -> list[ExpenseLine]:
    """Return a person's expenses in draft whose ticket is still missing, the oldest first."""
    return list(
        ExpenseLine.objects.filter(
            entrepreneur=entrepreneur_id,
            voucher=None,
            distance=None,
            sheet__status=ExpenseSheetStatus.DRAFT,
        ).order_by("spent_on", "id")
    )


# What waits for the support staff.


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many documents wait for someone, and since when the oldest does."""

    invoices: int
    sheets: int

    @property
    def total(self) -> int:
        return self.invoices + self.sheets


def submitted_invoices() -> QuerySet[Invoice]:
    """Return the invoices and credit notes to validate, the oldest first."""
    return Invoice.objects.filter(status=InvoiceStatus.SUBMITTED).order_by("submitted_at", "id")


def submitted_sheets() -> QuerySet[ExpenseSheet]:
    """Return the expense sheets to approve, the oldest first."""
    return ExpenseSheet.objects.filter(status=ExpenseSheetStatus.SUBMITTED).order_by(
        "submitted_at", "id"
    )


def waiting(*, invoices: bool = True, sheets: bool = True) -> Waiting:
    """Count what waits, of the kinds a person may validate."""
    return Waiting(
        submitted_invoices().count() if invoices else 0,
        submitted_sheets().count() if sheets else 0,
    )


def sheets_to_refund() -> QuerySet[ExpenseSheet]:
    """Return the approved sheets not refunded yet, the oldest first."""
    return ExpenseSheet.objects.filter(status=ExpenseSheetStatus.APPROVED).order_by(
        "approved_on", "id"
    )


# Expenses.


def mileage_bands(*, vehicle: str, power: int, on: date) -> list[Band]:
    """Return the bands in force for a vehicle, shortest first; none when it has no scale."""
    rows = list(
        MileageScale.objects.filter(vehicle=vehicle, power__gte=power, valid_from__lte=on).order_by(
            "-valid_from", "power", F("up_to_km").asc(nulls_last=True)
        )
    )
    if not rows:
        return []
    first = (rows[0].valid_from, rows[0].power)
    return [
        Band(row.up_to_km, row.rate, row.fixed)
        for row in rows
        if (row.valid_from, row.power) == first
    ]


def kilometres_claimed(entrepreneur_id: int, *, year: int, vehicle: str) -> Decimal:
    """Return the kilometres a person already entered for a calendar year with a vehicle."""
    rows = ExpenseLine.objects.filter(
        entrepreneur=entrepreneur_id,
        spent_on__range=(date(year, 1, 1), date(year, 12, 31)),
        vehicle=vehicle,
    )
    return rows.aggregate(total=Sum("distance"))["total"] or Decimal(0)


def same_voucher(sha256: str, *, entrepreneur_id: int) -> ExpenseLine | None:
    """Return an expense of this person that already has this very file."""
    return (
        ExpenseLine.objects.filter(entrepreneur=entrepreneur_id, voucher__sha256=sha256)
        .order_by("id")
        .first()
    )


def sheets_of(entrepreneur_id: int) -> QuerySet[ExpenseSheet]:
    """Return a person's sheets, the latest month first."""
    return ExpenseSheet.objects.filter(entrepreneur=entrepreneur_id).order_by("-month", "-id")


@dataclass(frozen=True, slots=True)
class Refunds:
    """What a person is owed for their expenses, in EUR, by where it stands."""

    draft: Decimal
    submitted: Decimal
    approved: Decimal


def refunds_expected(entrepreneur_id: int) -> Refunds:
    """Return what a person has spent and not been given back yet."""
    sums = dict(
        ExpenseSheet.objects.filter(entrepreneur=entrepreneur_id)
        .order_by()
        .values_list("status")
        .annotate(Sum("gross"))
    )
    return Refunds(
        draft=sums.get(ExpenseSheetStatus.DRAFT, ZERO),
        submitted=sums.get(ExpenseSheetStatus.SUBMITTED, ZERO),
        approved=sums.get(ExpenseSheetStatus.APPROVED, ZERO),
    )


#: Costs that no expense of a person is written on: the contribution, wages and their charges.
_NOT_OF_EXPENSES = ("604", "63", "64", "66", "67", "68", "69")


def expense_accounts() -> list[tuple[str, str]]:
    """Return the accounts an expense may be written on: number and label, by number."""
    accounts = Account.objects.filter(number__startswith="6")
    for number in _NOT_OF_EXPENSES:
        accounts = accounts.exclude(number__startswith=number)
    return list(accounts.order_by("number").values_list("number", "label"))


def expense_types() -> QuerySet[ExpenseType]:
    """Return every kind of expense, in the order they are offered in."""
    return ExpenseType.objects.order_by("position", "id")


def lines_of(sheet: ExpenseSheet) -> list[ExpenseLine]:
    """Return the expenses of a sheet by day, with their type and voucher."""
    return list(sheet.lines.prefetch_related("expense_type", "voucher").order_by("spent_on", "id"))


def last_journey(entrepreneur_id: int) -> ExpenseLine | None:
    """Return the latest journey a person entered: their usual vehicle."""
    return (
        ExpenseLine.objects.filter(entrepreneur=entrepreneur_id, distance__isnull=False)
        .order_by("-id")
        .first()
    )


# The chains.


def broken_invoices() -> Iterator[str]:
    """Yield the number of each issued invoice whose fingerprint is not what it should be."""
    previous = ""
    rows = Invoice.objects.filter(status=InvoiceStatus.ISSUED).order_by("chain_rank")
    for rank, invoice in enumerate(rows.iterator(chunk_size=500), start=1):
        assert invoice.snapshot is not None
        expected = fingerprint(invoice.snapshot, previous=previous)
        if invoice.chain_rank != rank or invoice.fingerprint != expected:
            yield invoice.number or ""
        previous = invoice.fingerprint


def broken_payments() -> Iterator[int]:
    """Yield the id of each payment whose fingerprint is not what it should be."""
    previous = ""
    rows = Payment.objects.order_by("chain_rank")
    for rank, payment in enumerate(rows.iterator(chunk_size=500), start=1):
        expected = fingerprint(payment.facts, previous=previous)
        if payment.chain_rank != rank or payment.fingerprint != expected:
            yield payment.pk
        previous = payment.fingerprint


def series_gaps() -> list[str]:
    """Return the series of issued invoices whose numbers do not follow each other from 1."""
    gaps = []
    series = (
        Invoice.objects.filter(status=InvoiceStatus.ISSUED)
        .values_list("series", flat=True)
        .distinct()
        .order_by("series")
    )
    for name in series:
        numbers = Invoice.objects.filter(series=name).values_list("number", flat=True)
        ranks = sorted(int(number.rsplit("-", 1)[1]) for number in numbers if number)
        if ranks != list(range(1, len(ranks) + 1)):
            gaps.append(name)
    return gaps


QUOTE_STATES = tuple(status.value for status in QuoteStatus)


# What the search of the top bar finds.


def found_customers(
    wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[Customer]:
    """Return customers in use by name; of these activities, of all when None."""
    return list(matching(customers_of(activity_ids), wanted, "search")[:most])


def found_sales(
    model: type[Sale], wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[Sale]:
    """Return quotes or invoices by number, customer, subject or amount, the latest first."""
    rows = sales_of(model, activity_ids)
    return list(matching(rows, wanted, "search", amounts=("gross", "net"))[:most])


def found_sheets(wanted: Sought, *, drafts: bool, most: int) -> list[ExpenseSheet]:
    """Return expense sheets by number, person or amount, the latest first.

    `drafts`: those not submitted yet too, which only their author reads.
    """
    sheets = ExpenseSheet.objects.all() if drafts else _submitted_once()
    columns = ("number__folded", "person_name__folded")
    return list(matching(sheets, wanted, *columns, amounts=("gross", "net"))[:most])


def found_expenses(wanted: Sought, *, drafts: bool, most: int) -> list[ExpenseLine]:
    """Return expenses by supplier, reason or amount, the latest first, with their sheets."""
    lines = ExpenseLine.objects.order_by("-spent_on", "-id")
    if not drafts:
        lines = lines.filter(sheet__in=_submitted_once().values("pk"))
    found = matching(lines, wanted, "label__folded", amounts=("paid", "gross"))
    return list(found.prefetch_related("sheet")[:most])


def _submitted_once() -> QuerySet[ExpenseSheet]:
    return ExpenseSheet.objects.exclude(status=ExpenseSheetStatus.DRAFT)
