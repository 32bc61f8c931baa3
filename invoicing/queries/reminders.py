"""What is late, what it costs, what was already said of it; the account of a customer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet

from cae.core.money import ZERO
from invoicing.enums import CustomerKind, InvoiceKind, InvoiceStatus
from invoicing.models import (
    Allocation,
    Customer,
    Invoice,
    Payment,
    Reminder,
    ReminderHold,
    ReminderLevel,
    Retention,
    Settlement,
)
from invoicing.rules.reminders import Step, late_fee, next_step


@dataclass(frozen=True, slots=True)
class Lateness:
    """What lateness costs on one invoice, in EUR, beside what is owed."""

    days: int
    remaining: Decimal
    late_fee: Decimal
    indemnity: Decimal

    @property
    def total(self) -> Decimal:
        return self.remaining + self.late_fee + self.indemnity


@dataclass(frozen=True, slots=True)
class LateInvoice:
    """A late invoice of a list: what was said of it, what comes next, why it waits."""

    settlement: Settlement
    days: int
    last: Reminder | None
    step: Step | None
    hold: ReminderHold | None


def reminder_levels(*, active: bool = True) -> list[ReminderLevel]:
    """Return the levels of the cooperative, the first first; those in use only if `active`."""
    rows = ReminderLevel.objects.order_by("rank")
    return list(rows.filter(is_active=True) if active else rows)


def late_settlements(
    activity_ids: tuple[int, ...] | None, *, on: date, search: str = ""
) -> QuerySet[Settlement]:
    """Return what is owed past its due date by these activities; by all when None."""
    rows = Settlement.objects.filter(remaining__gt=0, claimable__gt=0, due_on__lt=on)
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    if search:
        named = Invoice.objects.filter(
            Q(number__icontains=search) | Q(customer_name__icontains=search)
        )
        rows = rows.filter(invoice_id__in=named.values("pk"))
    return rows.prefetch_related("invoice", "activity").order_by("due_on", "id")


def with_reminders(settlements: Iterable[Settlement], *, on: date) -> list[LateInvoice]:
    """Return late invoices with what was said of each and what comes next, in three queries."""
    rows = list(settlements)
    steps = [Step(level.rank, level.days) for level in reminder_levels()]
    last = {
        reminder.invoice_id: reminder
        for reminder in Reminder.objects.filter(
            invoice__in=[row.invoice_id for row in rows]
        ).order_by("id")
    }
    holds = _holds([row.activity_id for row in rows], on=on)
    return [_late(row, last.get(row.invoice_id), steps=steps, holds=holds, on=on) for row in rows]


def lateness_of(invoice: Invoice, settlement: Settlement, *, on: date) -> Lateness:
    """Return what lateness costs on an invoice, by the rate frozen in it; nil before it is late.

    Individuals owe neither penalties nor indemnity: C. com. L441-10 binds professionals.
    """
    assert invoice.snapshot is not None
    claimable = settlement.claimable or ZERO
    days = max((on - settlement.due_on).days, 0)
    if not days or invoice.customer_kind == CustomerKind.INDIVIDUAL:
        return Lateness(days, claimable, ZERO, ZERO)
    fee = late_fee(
        settlement.gross - invoice.retention,
        _changes(invoice),
        due_on=settlement.due_on,
        on=on,
        rate=Decimal(invoice.snapshot["penalty_rate"] or 0),
    )
    return Lateness(days, claimable, fee, Decimal(invoice.snapshot.get("recovery_fee") or 0))


def reminders_of(invoice: Invoice) -> list[Reminder]:
    """Return the reminders sent of an invoice, the latest first."""
    return list(Reminder.objects.filter(invoice=invoice).order_by("-id"))


def hold_on(invoice: Invoice, *, on: date) -> ReminderHold | None:
    """Return what holds the reminders of an invoice: its own pause, its customer's, or all."""
    return _hold(_holds([invoice.activity_id], on=on), invoice)


@dataclass(frozen=True, slots=True)
class AccountMove:
    """A line of a statement of account; `amount` is owed, negative when it came in."""

    on: date
    label: str
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class CustomerAccount:
    """What a customer was asked and paid over a time, and what is still open; in EUR."""

    start: date
    end: date
    opening: Decimal
    moves: list[AccountMove]
    open: list[Settlement]
    late: Decimal
    #: What they keep of works: it is in the balance, not to be asked for yet.
    held: Decimal

    @property
    def closing(self) -> Decimal:
        return self.moves[-1].balance if self.moves else self.opening


def customer_account(customer: Customer, *, start: date, end: date) -> CustomerAccount:
    """Return the account of a customer from a day to another, oldest first.

    The closing balance is what is owed less what is in credit.
    """
    facts = sorted(_facts(customer), key=lambda fact: fact[:2])
    opening = sum((amount for day, _, _, amount in facts if day < start), ZERO)
    moves, balance = [], opening
    for day, _, label, amount in facts:
        if start <= day <= end:
            balance += amount
            moves.append(AccountMove(day, label, amount, balance))
    due = list(
        Settlement.objects.filter(invoice__customer=customer, remaining__gt=0)
        .select_related("invoice")
        .order_by("due_on", "id")
    )
    late = sum((row.claimable or ZERO for row in due if row.due_on < end), ZERO)
    held = sum((row.held or ZERO for row in due), ZERO)
    return CustomerAccount(start, end, opening, moves, due, late, held)


def _facts(customer: Customer) -> list[tuple[date, int, str, Decimal]]:
    """Return day, order within it (what is asked before what is paid), label and amount."""
    found: list[tuple[date, int, str, Decimal]] = []
    issued = Invoice.objects.filter(customer=customer, status=InvoiceStatus.ISSUED)
    for invoice in issued:
        assert invoice.issued_on is not None
        is_credit = invoice.kind == InvoiceKind.CREDIT_NOTE
        amount = -invoice.gross if is_credit else invoice.due
        label = f"{invoice.get_kind_display()} {invoice.number}"
        found.append((invoice.issued_on, int(is_credit), label, amount))
    for payment in Payment.objects.filter(customer=customer):
        label = f"{payment.kind}, {payment.get_means_display().lower()}"
        found.append((payment.received_on, 2, label, -payment.amount))
    return found


def _changes(invoice: Invoice) -> list[tuple[date, Decimal]]:
    """Return what each day took off an invoice, or put back."""
    changes: list[tuple[date, Decimal]] = []
    rows: Any = Allocation.objects.filter(invoice=invoice, payment__isnull=False).values_list(
        "dated_on", "payment__received_on", "amount"
    )
    for dated_on, received_on, amount in rows:
        # A credit of the customer was in our hands before it met the invoice.
        changes.append((dated_on if amount < 0 else received_on, -amount))
    credited = Invoice.objects.filter(
        corrects=invoice, status=InvoiceStatus.ISSUED, kind=InvoiceKind.CREDIT_NOTE
    )
    kept = invoice.retention
    for day, gross, given_up in credited.values_list("issued_on", "gross", "retention"):
        assert day is not None
        changes.append((day, given_up - gross))
        kept -= given_up
    # What was kept of works is owed from the day it is released.
    released = Retention.objects.filter(invoice=invoice, released_on__isnull=False)
    return changes + [(day, kept) for day in released.values_list("released_on", flat=True) if day]


Holds = dict[tuple[int, int | None, int | None], ReminderHold]


def _holds(activity_ids: Iterable[int], *, on: date) -> Holds:
    rows = ReminderHold.objects.filter(
        Q(until=None) | Q(until__gte=on), activity__in=set(activity_ids), lifted_at=None
    )
    return {(hold.activity_id, hold.customer_id, hold.invoice_id): hold for hold in rows}


def _hold(holds: Holds, invoice: Invoice) -> ReminderHold | None:
    activity = invoice.activity_id
    return (
        holds.get((activity, None, invoice.pk))
        or holds.get((activity, invoice.customer_id, None))
        or holds.get((activity, None, None))
    )


def _late(
    row: Settlement, last: Reminder | None, *, steps: list[Step], holds: Holds, on: date
) -> LateInvoice:
    days = (on - row.due_on).days
    step = next_step(
        steps,
        days_late=days,
        last_rank=last.rank if last else 0,
        days_since=(on - last.sent_on) // timedelta(days=1) if last else 0,
    )
    return LateInvoice(row, days, last, step, _hold(holds, row.invoice))
