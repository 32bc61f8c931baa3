"""Statements: what each entry did, between two balances; what is still expected."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from django.db.models import F, QuerySet

from accounting import rules
from accounting.enums import JournalKind, Position
from accounting.models import AnalyticAccount, EntryLine
from accounting.queries.lines import BALANCE, counting, lines_of, numbers
from cae.core.money import ZERO


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of a statement; `amount` is signed, `balance` what it leaves.

    `moves` says which positions make the amount up.
    """

    entry_id: int
    date: date
    journal: str
    kind: JournalKind
    piece: str
    label: str
    moves: dict[Position, Decimal]
    balance: Decimal

    @property
    def amount(self) -> Decimal:
        return sum(self.moves.values(), ZERO)

    @property
    def explanation(self) -> str:
        return rules.explanation(self.kind, self.moves)


@dataclass(frozen=True, slots=True)
class Statement:
    """Movements in time order, between two balances."""

    opening: Decimal
    movements: list[Movement]

    @property
    def closing(self) -> Decimal:
        return self.movements[-1].balance if self.movements else self.opening


def statement(
    analytic: AnalyticAccount | int, *, start: date | None = None, end: date | None = None
) -> Statement:
    """Return what each entry did to the available money of an activity.

    The balance of the last row is `available(analytic, on=end).total`. Entries that change
    nothing to it, such as an invoice not paid yet, are left out.
    """
    chart = numbers()
    return _statement(lines_of(analytic).filter(account__in=counting(chart)), start, end, chart)


def account_statement(
    prefix: str,
    *,
    analytic: AnalyticAccount | int | None = None,
    start: date | None = None,
    end: date | None = None,
) -> Statement:
    """Return what each entry did to the accounts that begin by `prefix`: debit less credit."""
    chart = numbers()
    wanted = [pk for pk, number in chart.items() if number.startswith(prefix)]
    return _statement(lines_of(analytic).filter(account__in=wanted), start, end, chart)


def _statement(
    lines: QuerySet[EntryLine], start: date | None, end: date | None, chart: dict[int, str]
) -> Statement:
    opening = ZERO
    if start is not None:
        opening = lines.filter(date__lt=start).aggregate(balance=BALANCE)["balance"]
        lines = lines.filter(date__gte=start)
    if end is not None:
        lines = lines.filter(date__lte=end)
    rows = lines.order_by("date", "entry_id", "rank").values_list(
        "entry_id",
        "date",
        "journal__code",
        "journal__kind",
        "piece",
        "label",
        "account_id",
        F("debit") - F("credit"),
    )
    movements, balance = [], opening
    for entry_id, group in groupby(rows, key=lambda row: row[0]):
        entry = list(group)
        _, day, journal, kind, piece, label, *_ = entry[0]
        moves: dict[Position, Decimal] = {}
        for *_, account, amount in entry:
            position = rules.position_of(chart[account])
            moves[position] = moves.get(position, ZERO) + amount
        if moved := sum(moves.values(), ZERO):
            balance += moved
            movements.append(
                Movement(entry_id, day, journal, JournalKind(kind), piece, label, moves, balance)
            )
    return Statement(opening, movements)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a customer still owes on a piece, VAT included; negative is owed to the customer."""

    piece: str
    party: str
    due_on: date | None
    entry_id: int
    amount: Decimal

    def is_late(self, on: date) -> bool:
        return self.due_on is not None and self.due_on < on and self.amount > 0


def expected_of(analytic: AnalyticAccount | int, *, on: date) -> list[Expected]:
    """Return what customers owe an activity at the end of a day, the earliest due first.

    The amounts add up to `available(analytic, on).customers`: a part paid lowers its piece.
    """
    wanted = [
        pk for pk, number in numbers().items() if rules.position_of(number) == Position.CUSTOMERS
    ]
    lines = (
        EntryLine.objects.filter(analytic=analytic, account__in=wanted, date__lte=on)
        .order_by("piece", "date", "id")
        .values_list("piece", "party", "due_on", "entry_id", F("debit") - F("credit"))
    )
    found = []
    for piece, group in groupby(lines, key=lambda line: line[0]):
        first, *others = group
        _, party, due_on, entry_id, amount = first
        if left := sum((line[-1] for line in others), amount):
            found.append(Expected(piece, party, due_on, entry_id, left))
    return sorted(found, key=lambda e: (e.due_on or date.max, e.piece))
