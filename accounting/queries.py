"""Questions to the ledger: the only source of « how much is there ».

Home, simulator, payroll run, statement and trial balance all ask here. Each question is one or
two SQL queries, whatever the number of rows. Amounts in EUR to the cent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.db.models import Case, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncMonth

from accounting import rules
from accounting.enums import AnalyticKind, JournalKind, LevyKind
from accounting.models import (
    Account,
    AnalyticAccount,
    ClosedPeriod,
    ContributionLevy,
    ContributionRule,
    EntryLine,
)
from cae.core.models import Cooperative
from cae.core.money import ZERO
from cae.core.periods import Month, fiscal_year_of
from cae.core.tenancy import as_cooperative, current_tenant_id

_CUSTOMERS = "411"
_TURNOVER = "70"

_AMOUNT: DecimalField = DecimalField(max_digits=14, decimal_places=2)
_BALANCE = Coalesce(Sum(F("debit") - F("credit")), Value(ZERO), output_field=_AMOUNT)


# Available money.


def available(analytic: AnalyticAccount | int, on: date | None = None) -> rules.Available:
    """Return the money an activity could turn into pay, and how it is obtained.

    :param on: end of that day; all that is posted when None.
    """
    pk = _id(analytic)
    return available_by_analytic([pk], on)[pk]


def available_by_analytic(
    analytics: Iterable[AnalyticAccount | int], on: date | None = None
) -> dict[int, rules.Available]:
    """Return the available money of several activities, by id, in one query."""
    balances: dict[int, dict[str, Decimal]] = {_id(analytic): {} for analytic in analytics}
    lines = EntryLine.objects.filter(analytic__in=balances)
    if on is not None:
        lines = lines.filter(date__lte=on)
    for pk, number, balance in _balances(lines, "analytic_id", "account__number"):
        balances[pk][number] = balance
    return {pk: rules.available_money(accounts) for pk, accounts in balances.items()}


def available_by_month(
    analytic: AnalyticAccount | int, months: Sequence[Month]
) -> dict[Month, Decimal]:
    """Return the total available at the end of each month, months in a row."""
    first, last = months[0], months[-1]
    before = Value(first.previous().first_day)
    lines = EntryLine.objects.filter(
        _makes_available(), analytic=_id(analytic), date__lte=last.last_day
    ).annotate(month=Greatest(TruncMonth("date"), before))
    moved = {Month.of(month): amount for month, amount in _balances(lines, "month")}
    total = moved.get(first.previous(), ZERO)
    return {month: (total := total + moved.get(month, ZERO)) for month in months}


# What an activity, or all of them, earned and spent.


@dataclass(frozen=True, slots=True)
class Turnover:
    """Turnover of a month without VAT: what was invoiced, what was received."""

    month: Month
    invoiced: Decimal
    cashed: Decimal


def turnover_by_month(
    analytic: AnalyticAccount | int | None, months: Sequence[Month]
) -> list[Turnover]:
    """Return the turnover of each month, of one activity or of the whole cooperative.

    Internal journals are left out: what one activity bills another is no turnover.
    """
    accounts = _accounts(_TURNOVER, _CUSTOMERS)
    rows = (
        _within(months, analytic)
        .filter(account__in=accounts, journal__internal=False)
        .values_list(TruncMonth("date"))
        .annotate(invoiced=_invoiced(), cashed=_cashed())
        .order_by()
    )
    found = {Month.of(month): (invoiced, cashed) for month, invoiced, cashed in rows}
    return [Turnover(month, *found.get(month, (ZERO, ZERO))) for month in months]


def distribution(analytic: AnalyticAccount | int, month: Month) -> rules.Distribution:
    """Return where the money an activity received in a month went."""
    pk = _id(analytic)
    return distributions([pk], [month])[pk]


def distributions(
    analytics: Iterable[AnalyticAccount | int], months: Sequence[Month]
) -> dict[int, rules.Distribution]:
    """Return where the money that several activities received went, by id, in one query.

    :param months: months in a row, taken together.
    """
    balances: dict[int, dict[tuple[JournalKind, str], Decimal]] = {_id(a): {} for a in analytics}
    cashed = dict.fromkeys(balances, ZERO)
    rows = (
        _within(months, None)
        .filter(analytic__in=balances)
        .values_list("analytic_id", "journal__kind", "account__number")
        .annotate(balance=_BALANCE, cashed=_cashed())
        .order_by()
    )
    for pk, kind, number, balance, received in rows:
        balances[pk][JournalKind(kind), number] = balance
        cashed[pk] += received
    return {
        pk: rules.month_distribution(moved, cashed=cashed[pk]) for pk, moved in balances.items()
    }


def balance_by_month(
    prefix: str, months: Sequence[Month], *, analytic: AnalyticAccount | int | None = None
) -> dict[Month, Decimal]:
    """Return what each month moved on the accounts that begin by `prefix`: debit less credit."""
    lines = _within(months, analytic).filter(account__in=_accounts(prefix))
    lines = lines.annotate(month=TruncMonth("date"))
    moved = {Month.of(month): amount for month, amount in _balances(lines, "month")}
    return {month: moved.get(month, ZERO) for month in months}


def contribution_by_month(months: Sequence[Month]) -> dict[Month, Decimal]:
    """Return what the cooperative took from its activities each month."""
    moved = balance_by_month(rules.CONTRIBUTION_ACCOUNT, months, analytic=cooperative_analytic().pk)
    return {month: ZERO - amount for month, amount in moved.items()}


# Balances.


def balance_of(
    prefix: str, *, analytic: AnalyticAccount | int | None = None, on: date | None = None
) -> Decimal:
    """Return debit less credit of the accounts that begin by `prefix`, at the end of a day."""
    lines = _of(analytic).filter(account__in=_accounts(prefix))
    if on is not None:
        lines = lines.filter(date__lte=on)
    return lines.aggregate(balance=_BALANCE)["balance"]


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account over a period; `opening` and `closing` are debit less credit."""

    number: str
    label: str
    opening: Decimal
    debit: Decimal
    credit: Decimal

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit


def trial_balance(
    start: date, end: date, *, analytic: AnalyticAccount | int | None = None
) -> list[AccountBalance]:
    """Return every account that ever moved, in the order of the chart.

    That of the cooperative is its general ledger: internal journals are left out. That of an
    activity has them: its balance sheet and its result are whole.
    """
    lines = _of(analytic).filter(date__lte=end)
    if analytic is None:
        lines = lines.filter(journal__internal=False)
    inside = Q(date__gte=start)
    rows = (
        lines.values_list("account_id")
        .annotate(
            opening=_sum_if(~inside, F("debit") - F("credit")),
            debits=_sum_if(inside, F("debit")),
            credits=_sum_if(inside, F("credit")),
        )
        .order_by()
    )
    chart = {account.pk: account for account in Account.objects.all()}
    balances = [
        AccountBalance(chart[pk].number, chart[pk].label, *amounts) for pk, *amounts in rows
    ]
    return sorted(balances, key=lambda row: row.number)


def open_items(
    prefix: str, *, analytic: AnalyticAccount | int | None = None
) -> QuerySet[EntryLine]:
    """Return the lines of third parties not matched yet, the earliest due first."""
    return (
        _of(analytic)
        .filter(account__in=_accounts(prefix), match_code="")
        .order_by(Coalesce("due_on", "date"), "id")
    )


# Statements.


@dataclass(frozen=True, slots=True)
class Movement:
    """One row of a statement; `amount` is signed, `balance` what it leaves."""

    entry_id: int
    date: date
    journal: str
    piece: str
    label: str
    amount: Decimal
    balance: Decimal


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
    return _statement(_of(analytic).filter(_makes_available()), start, end)


def account_statement(
    prefix: str,
    *,
    analytic: AnalyticAccount | int | None = None,
    start: date | None = None,
    end: date | None = None,
) -> Statement:
    """Return what each entry did to the accounts that begin by `prefix`: debit less credit."""
    return _statement(_of(analytic).filter(account__in=_accounts(prefix)), start, end)


def _statement(lines: QuerySet[EntryLine], start: date | None, end: date | None) -> Statement:
    opening = ZERO
    if start is not None:
        opening = lines.filter(date__lt=start).aggregate(balance=_BALANCE)["balance"]
        lines = lines.filter(date__gte=start)
    if end is not None:
        lines = lines.filter(date__lte=end)
    rows = lines.order_by("date", "entry_id", "rank").values_list(
        "entry_id", "date", "journal__code", "piece", "label", "debit", "credit"
    )
    movements, balance = [], opening
    for _, group in groupby(rows, key=lambda row: row[0]):
        entry = list(group)
        amount = sum((debit - credit for *_, debit, credit in entry), ZERO)
        if amount:
            balance += amount
            movements.append(Movement(*entry[0][:5], amount=amount, balance=balance))
    return Statement(opening, movements)


# The contribution, the periods.


def contribution_rule(analytic: AnalyticAccount | int, *, on: date) -> ContributionRule | None:
    """Return the rule in force for an activity: its own, else that of the cooperative."""
    with as_cooperative():
        return (
            ContributionRule.objects.filter(
                Q(analytic=_id(analytic)) | Q(analytic=None), valid_from__lte=on
            )
            .order_by(F("analytic").desc(nulls_last=True), "-valid_from")
            .first()
        )


def contribution_basis(analytic: AnalyticAccount | int, *, on: date) -> Decimal:
    """Return the basis already counted in the fiscal year of a day."""
    first, last = fiscal_year(on)
    levies = ContributionLevy.objects.filter(
        analytic=_id(analytic), date__range=(first, last), kind=LevyKind.SHARE
    )
    return levies.aggregate(total=Coalesce(Sum("basis"), Value(ZERO)))["total"]


def fiscal_year(on: date) -> tuple[date, date]:
    """Return the first and last day of the fiscal year of the cooperative that holds a day."""
    cooperative = Cooperative.objects.only("fiscal_year_start").get(pk=current_tenant_id())
    return fiscal_year_of(on, cooperative.fiscal_year_start)


def last_closed_month() -> Month | None:
    """Return the last closed month: nothing is posted in it nor before."""
    day = ClosedPeriod.objects.order_by("-month").values_list("month", flat=True).first()
    return Month.of(day) if day else None


def cooperative_analytic() -> AnalyticAccount:
    """Return the analytic account of the cooperative itself."""
    return AnalyticAccount.objects.get(kind=AnalyticKind.COOPERATIVE)


# Pieces of queries.


def _id(analytic: AnalyticAccount | int) -> int:
    return analytic if isinstance(analytic, int) else analytic.pk


def _of(analytic: AnalyticAccount | int | None) -> QuerySet[EntryLine]:
    lines = EntryLine.objects.all()
    return lines if analytic is None else lines.filter(analytic=_id(analytic))


def _within(months: Sequence[Month], analytic: AnalyticAccount | int | None) -> QuerySet[EntryLine]:
    return _of(analytic).filter(date__range=(months[0].first_day, months[-1].last_day))


def _balances(lines: QuerySet[EntryLine], *by: str) -> QuerySet[EntryLine, tuple[Any, ...]]:
    return lines.values_list(*by).annotate(balance=_BALANCE).order_by()


def _sum_if(condition: Q, amount: Any) -> Coalesce:
    return Coalesce(
        Sum(Case(When(condition, then=amount), output_field=_AMOUNT)),
        Value(ZERO),
        output_field=_AMOUNT,
    )


def _invoiced() -> Coalesce:
    return _sum_if(Q(account__number__startswith=_TURNOVER), F("credit") - F("debit"))


def _cashed() -> Coalesce:
    received = Q(account__number__startswith=_CUSTOMERS, journal__kind=JournalKind.BANK)
    sign = Case(When(credit__gt=0, then=F("net")), default=-F("net"), output_field=_AMOUNT)
    return _sum_if(received, sign)


def _accounts(*prefixes: str) -> list[int]:
    """Return the ids of the accounts that begin so: an index then leads to their lines."""
    chart = Account.objects.values_list("pk", "number")
    return [pk for pk, number in chart if number.startswith(prefixes)]


def _makes_available() -> Q:
    """The lines that count in the available money."""
    chart = Account.objects.values_list("pk", "number")
    counting = [pk for pk, number in chart if rules.position_of(number) in rules.MAKES_AVAILABLE]
    return Q(account__in=counting)
