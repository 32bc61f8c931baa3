"""What is owed to the State and to the funds for a month, and what was paid of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from accounting import rules
from accounting.enums import Due
from accounting.models import AnalyticAccount, Entry, EntryLine
from accounting.queries.lines import accounts_under, balances_by, numbers
from cae.core.money import ZERO
from cae.core.periods import Month

#: Codes of the analytic accounts → what each account of theirs owes in EUR.
Owed = Mapping[str, Mapping[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment, and the entry that wrote it."""

    entry: Entry
    due: Due
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MonthDue:
    """What one of them is owed at the end of a month, earlier months included; in EUR."""

    due: Due
    month: Month
    by_analytic: Owed
    payments: Sequence[Payment]
    """Those made for this very month."""
    has_credit: bool
    """Whether the end of the month owes nothing but is owed something: a VAT credit."""

    @property
    def left(self) -> Decimal:
        """What is still to pay; never negative."""
        return max(self._total, ZERO)

    @property
    def credit(self) -> Decimal:
        return ZERO - self._total if self.has_credit else ZERO

    @property
    def paid(self) -> Decimal:
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def shares(self) -> list[tuple[str, Decimal]]:
        """What each analytic code still owes, those of nothing left out."""
        totals = ((code, sum(owed.values(), ZERO)) for code, owed in self.by_analytic.items())
        return [(code, total) for code, total in totals if total]

    @property
    def _total(self) -> Decimal:
        return sum((sum(owed.values(), ZERO) for owed in self.by_analytic.values()), ZERO)


def payment_key(due: Due, month: Month) -> str:
    """Return what the posting keys of the payments of a month begin with."""
    return f"dues:{due.value}:{month}:"


def month_dues(month: Month) -> list[MonthDue]:
    """Return what is owed at the end of a month, one by one, in a few queries.

    A payment settles the oldest debt: all those made since the end of the month come off.
    """
    payments = _payments_since(month)
    since = [p.entry.pk for p in payments if p.entry.date > month.last_day]
    chart = numbers()
    wanted = {number for accounts in rules.DUE_ACCOUNTS.values() for number in accounts}
    lines = EntryLine.objects.filter(account__in=[pk for pk, n in chart.items() if n in wanted])
    codes = dict(AnalyticAccount.objects.order_by("code").values_list("pk", "code"))
    ended = _owed_by(lines.filter(date__lte=month.last_day), codes, chart)
    still = _owed_by(lines.filter(Q(date__lte=month.last_day) | Q(entry__in=since)), codes, chart)
    return [
        MonthDue(
            due=due,
            month=month,
            by_analytic=_of(still, accounts),
            payments=[
                p for p in payments if p.entry.posting_key.startswith(payment_key(due, month))
            ],
            has_credit=_sum(_of(ended, accounts)) < 0,
        )
        for due, accounts in rules.DUE_ACCOUNTS.items()
    ]


def month_due(due: Due, month: Month) -> MonthDue:
    """Return what one of them is owed at the end of a month."""
    return next(each for each in month_dues(month) if each.due == due)


def _payments_since(month: Month) -> list[Payment]:
    entries = list(
        Entry.objects.filter(posting_key__startswith="dues:", date__gte=month.first_day)
        .prefetch_related("journal")
        .order_by("date", "id")
    )
    banks = EntryLine.objects.filter(
        entry__in=[entry.pk for entry in entries], account__in=accounts_under(rules.BANK)
    )
    paid = dict(balances_by(banks, "entry_id"))
    return [
        Payment(e, Due(e.posting_key.split(":")[1]), ZERO - paid.get(e.pk, ZERO)) for e in entries
    ]


def _owed_by(
    lines: Iterable[EntryLine], codes: Mapping[int, str], chart: Mapping[int, str]
) -> dict[str, dict[str, Decimal]]:
    owed: dict[str, dict[str, Decimal]] = {code: {} for code in codes.values()}
    for analytic, account, balance in balances_by(lines, "analytic_id", "account_id"):  # type: ignore[arg-type]
        owed[codes[analytic]][chart[account]] = ZERO - balance
    return owed


def _of(owed: Owed, accounts: Sequence[str]) -> dict[str, dict[str, Decimal]]:
    kept = {
        code: {number: amount for number, amount in mine.items() if number in accounts and amount}
        for code, mine in owed.items()
    }
    return {code: mine for code, mine in kept.items() if mine}


def _sum(owed: Owed) -> Decimal:
    return sum((sum(mine.values(), ZERO) for mine in owed.values()), ZERO)
