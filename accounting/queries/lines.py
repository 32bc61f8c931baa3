"""Pieces of queries: lines of some accounts, of some days, and what they add up to.

The numbers of the chart are read first, so that an index on the account leads to the lines.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Case, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from accounting import rules
from accounting.models import Account, AnalyticAccount, EntryLine
from cae.core.money import ZERO
from cae.core.periods import Month

AMOUNT: DecimalField = DecimalField(max_digits=14, decimal_places=2)
#: Debit less credit.
BALANCE = Coalesce(Sum(F("debit") - F("credit")), Value(ZERO), output_field=AMOUNT)


def id_of(analytic: AnalyticAccount | int) -> int:
    """Return the id of an analytic account given as itself or as its id."""
    return analytic if isinstance(analytic, int) else analytic.pk


def lines_of(analytic: AnalyticAccount | int | None) -> QuerySet[EntryLine]:
    """Return the lines of one analytic account, of all when None."""
    lines = EntryLine.objects.all()
    return lines if analytic is None else lines.filter(analytic=id_of(analytic))


def lines_within(
    months: Sequence[Month], analytic: AnalyticAccount | int | None
) -> QuerySet[EntryLine]:
    """Return the lines of months in a row."""
    return lines_of(analytic).filter(date__range=(months[0].first_day, months[-1].last_day))


def balances_by(lines: QuerySet[EntryLine], *by: str) -> QuerySet[EntryLine, tuple[Any, ...]]:
    """Return what lines add up to, grouped by some of their columns: debit less credit, last."""
    return lines.values_list(*by).annotate(balance=BALANCE).order_by()


def sum_if(condition: Q, amount: Any) -> Coalesce:
    """Return the sum of an expression over the rows that meet a condition, nil when none does."""
    return Coalesce(
        Sum(Case(When(condition, then=amount), output_field=AMOUNT)),
        Value(ZERO),
        output_field=AMOUNT,
    )


def numbers() -> dict[int, str]:
    """Return the number of each account by its id: an index then leads to their lines."""
    return dict(Account.objects.values_list("pk", "number"))


def accounts_under(*prefixes: str) -> list[int]:
    """Return the ids of the accounts that begin so."""
    return [pk for pk, number in numbers().items() if number.startswith(prefixes)]


def counting(chart: dict[int, str]) -> list[int]:
    """Return the ids of the accounts that make the available money."""
    return [pk for pk, n in chart.items() if rules.position_of(n) in rules.MAKES_AVAILABLE]


def makes_available() -> Q:
    """The lines that count in the available money."""
    return Q(account__in=counting(numbers()))
