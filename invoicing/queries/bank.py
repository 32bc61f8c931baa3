"""Lines of bank statements, and what each most likely pays."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from cae.core.money import ZERO, parse_amount
from invoicing.models import BankLine, BankOutcome, BankStatement, Customer, Payment, Settlement
from invoicing.rules.bank_matching import Matcher, OpenInvoice, Proposal

#: A payment written by hand says the day of the bank, or nearly.
_NEARLY = timedelta(days=10)


def bank_lines(state: str = "", *, search: str = "") -> QuerySet[BankLine]:
    """Return the lines of a state, the latest first.

    :param state: empty for receipts that wait, or `matched`, `aside`, `out`.
    :param search: words of the line, or an amount.
    """
    rows = BankLine.objects.select_related("statement").order_by("-booked_on", "-id")
    if state == "out":
        rows = rows.filter(amount__lte=0)
    else:
        made = BankOutcome.objects.filter(line=OuterRef("pk"), undone_at=None)
        if state:
            made = made.filter(payment__isnull=state == "aside")
        rows = rows.filter(Exists(made) if state else ~Exists(made), amount__gt=0)
    if not search:
        return rows
    wanted = (
        Q(party__icontains=search) | Q(label__icontains=search) | Q(reference__icontains=search)
    )
    with suppress(ValueError):
        amount = parse_amount(search)
        wanted |= Q(amount__in=(amount, -amount))
    return rows.filter(wanted)


def waiting_lines() -> tuple[int, Decimal]:
    """Return how many receipts wait to be matched, and their total in EUR."""
    found = bank_lines().order_by().aggregate(count=Count("pk"), total=Sum("amount", default=ZERO))
    return found["count"], found["total"]


def bank_statements() -> QuerySet[BankStatement]:
    """Return the statements deposited, the last first."""
    return BankStatement.objects.order_by("-id")


def outcomes_of(lines: Sequence[BankLine]) -> dict[int, BankOutcome]:
    """Return what was made of lines, by line; nothing of those that wait."""
    rows = BankOutcome.objects.filter(line__in=lines, undone_at=None)
    return {row.line_id: row for row in rows.select_related("payment", "decided_by")}


@dataclass(frozen=True, slots=True)
class Proposed:
    """A line, with what it most likely is: invoices to settle, or a payment already written."""

    line: BankLine
    proposal: Proposal | None
    payment: Payment | None = None


def proposed_for(lines: Sequence[BankLine]) -> list[Proposed]:
    """Return lines with what is proposed of each, in a number of queries that does not grow."""
    matcher = _matcher()
    written = _written_for(lines)
    return [
        Proposed(
            line,
            matcher.proposal(amount=line.amount, text=line.words, iban=line.party_iban),
            written.get(line.pk),
        )
        for line in lines
    ]


def proposal_of(line: BankLine) -> Proposal | None:
    """Return what is proposed of one line."""
    return proposed_for([line])[0].proposal


def payments_like(line: BankLine) -> list[Payment]:
    """Return the payments of the amount of a line, about its day, that no line was said to be."""
    rows = _unmatched([line]).order_by("received_on", "id")[:20]
    return [payment for payment in rows if _may_be_of(payment, line)]


def _matcher() -> Matcher:
    rows = (
        Settlement.objects.filter(remaining__gt=0)
        .order_by("due_on", "invoice_id")
        .values_list(
            "invoice_id",
            "invoice__number",
            "invoice__customer_id",
            "invoice__customer_name",
            "claimable",
            "remaining",
        )
    )
    invoices = [
        OpenInvoice(pk, number or "", customer, name, claimable or remaining)
        for pk, number, customer, name, claimable, remaining in rows
    ]
    customers = {one.customer_id for one in invoices}
    ibans = Customer.objects.filter(pk__in=customers).exclude(iban_holder="")
    return Matcher(invoices, ibans=dict(ibans.values_list("pk", "iban")))


def _unmatched(lines: Sequence[BankLine]) -> QuerySet[Payment]:
    days = [line.booked_on for line in lines]
    return (
        Payment.objects.filter(
            ~Exists(Payment.objects.filter(reverses=OuterRef("pk"))),
            ~Exists(BankOutcome.objects.filter(payment=OuterRef("pk"), undone_at=None)),
            amount__in={line.amount for line in lines},
            amount__gt=0,
            reverses=None,
            received_on__range=(min(days) - _NEARLY, max(days) + _NEARLY),
        )
        .exclude(means__in=("gap", "cheque", "cash"))
        .select_related("activity")
        .prefetch_related("bank_account")
    )


def _may_be_of(payment: Payment, line: BankLine) -> bool:
    """Tell whether nobody said that a payment came on another account than a line's."""
    return payment.bank_account is None or payment.bank_account.iban == line.iban


def _written_for(lines: Sequence[BankLine]) -> dict[int, Payment]:
    """Return the only payment that each line can be, where there is one."""
    if not lines:
        return {}
    found: dict[Decimal, list[Payment]] = {}
    for payment in _unmatched(lines):
        found.setdefault(payment.amount, []).append(payment)
    written = {}
    for line in lines:
        near = [
            payment
            for payment in found.get(line.amount, ())
            if abs(payment.received_on - line.booked_on) <= _NEARLY and _may_be_of(payment, line)
        ]
        if len(near) == 1:
            written[line.pk] = near[0]
    return written
