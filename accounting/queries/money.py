"""How much there is, what came in and where it went: of one activity, or of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Greatest, TruncMonth

from accounting import rules
from accounting.enums import JournalKind
from accounting.models import AnalyticAccount, EntryLine
from accounting.queries.lines import (
    AMOUNT,
    BALANCE,
    accounts_under,
    balances_by,
    id_of,
    lines_within,
    makes_available,
    sum_if,
)
from accounting.queries.periods import cooperative_analytic
from cae.core.money import ZERO
from cae.core.periods import Month

_CUSTOMERS = "411"
_TURNOVER = "70"


# Available money.


def available(analytic: AnalyticAccount | int, on: date | None = None) -> rules.Available:
    """Return the money an activity could turn into pay, and how it is obtained.

    :param on: end of that day; all that is posted when None.
    """
    pk = id_of(analytic)
    return available_by_analytic([pk], on)[pk]


def available_by_analytic(
    analytics: Iterable[AnalyticAccount | int], on: date | None = None
) -> dict[int, rules.Available]:
    """Return the available money of several activities, by id, in one query."""
    balances: dict[int, dict[str, Decimal]] = {id_of(analytic): {} for analytic in analytics}
    lines = EntryLine.objects.filter(analytic__in=balances)
    if on is not None:
        lines = lines.filter(date__lte=on)
    for pk, number, balance in balances_by(lines, "analytic_id", "account__number"):
        balances[pk][number] = balance
    return {pk: rules.available_money(accounts) for pk, accounts in balances.items()}


def available_by_month(
    analytic: AnalyticAccount | int, months: Sequence[Month]
) -> dict[Month, Decimal]:
    """Return the total available at the end of each month, months in a row."""
    first, last = months[0], months[-1]
    before = Value(first.previous().first_day)
    lines = EntryLine.objects.filter(
        makes_available(), analytic=id_of(analytic), date__lte=last.last_day
    ).annotate(month=Greatest(TruncMonth("date"), before))
    moved = {Month.of(month): amount for month, amount in balances_by(lines, "month")}
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
    accounts = accounts_under(_TURNOVER, _CUSTOMERS)
    rows = (
        lines_within(months, analytic)
        .filter(account__in=accounts, journal__internal=False)
        .values_list(TruncMonth("date"))
        .annotate(invoiced=_invoiced(), cashed=_cashed())
        .order_by()
    )
    found = {Month.of(month): (invoiced, cashed) for month, invoiced, cashed in rows}
    return [Turnover(month, *found.get(month, (ZERO, ZERO))) for month in months]


def distribution(analytic: AnalyticAccount | int, month: Month) -> rules.Distribution:
    """Return where the money an activity received in a month went."""
    pk = id_of(analytic)
    return distributions([pk], [month])[pk]


def distributions(
    analytics: Iterable[AnalyticAccount | int], months: Sequence[Month]
) -> dict[int, rules.Distribution]:
    """Return where the money that several activities received went, by id, in one query.

    :param months: months in a row, taken together.
    """
    balances: dict[int, dict[tuple[JournalKind, str], Decimal]] = {id_of(a): {} for a in analytics}
    cashed = dict.fromkeys(balances, ZERO)
    rows = (
        lines_within(months, None)
        .filter(analytic__in=balances)
        .values_list("analytic_id", "journal__kind", "account__number")
        .annotate(balance=BALANCE, cashed=_cashed())
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
    lines = lines_within(months, analytic).filter(account__in=accounts_under(prefix))
    lines = lines.annotate(month=TruncMonth("date"))
    moved = {Month.of(month): amount for month, amount in balances_by(lines, "month")}
    return {month: moved.get(month, ZERO) for month in months}


def contribution_by_month(months: Sequence[Month]) -> dict[Month, Decimal]:
    """Return what the cooperative took from its activities each month."""
    moved = balance_by_month(rules.CONTRIBUTION_ACCOUNT, months, analytic=cooperative_analytic().pk)
    return {month: ZERO - amount for month, amount in moved.items()}


def _invoiced() -> Coalesce:
    return sum_if(Q(account__number__startswith=_TURNOVER), F("credit") - F("debit"))


def _cashed() -> Coalesce:
    received = Q(account__number__startswith=_CUSTOMERS, net__isnull=False)
    sign = Case(When(credit__gt=0, then=F("net")), default=-F("net"), output_field=AMOUNT)
    return sum_if(received, sign)
