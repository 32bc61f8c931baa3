"""Expense sheets, their lines and their scales."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, QuerySet, Sum

from accounting.models import Account
from cae.core.money import ZERO
from cae.core.search import Sought, matching
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseLine, ExpenseSheet, ExpenseType, MileageScale
from invoicing.rules.mileage import Band


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


def submitted_sheets() -> QuerySet[ExpenseSheet]:
    """Return the expense sheets to approve, the oldest first."""
    return ExpenseSheet.objects.filter(status=ExpenseSheetStatus.SUBMITTED).order_by(
        "submitted_at", "id"
    )


def sheets_to_refund() -> QuerySet[ExpenseSheet]:
    """Return the approved sheets not refunded yet, the oldest first."""
    return ExpenseSheet.objects.filter(status=ExpenseSheetStatus.APPROVED).order_by(
        "approved_on", "id"
    )


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
