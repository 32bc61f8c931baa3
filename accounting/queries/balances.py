"""Balances: of some accounts, of all of them, of third parties."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from accounting.models import Account, AnalyticAccount, EntryLine
from accounting.queries.lines import BALANCE, accounts_under, lines_of, sum_if
from cae.core.money import ZERO
from cae.core.periods import fiscal_year_of


def balance_of(
    prefix: str, *, analytic: AnalyticAccount | int | None = None, on: date | None = None
) -> Decimal:
    """Return debit less credit of the accounts that begin by `prefix`, at the end of a day."""
    lines = lines_of(analytic).filter(account__in=accounts_under(prefix))
    if on is not None:
        lines = lines.filter(date__lte=on)
    return lines.aggregate(balance=BALANCE)["balance"]


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """One account over a period; `opening` and `closing` are debit less credit.

    `is_carried`: not an account, but what those of result ended at in the years before.
    """

    number: str
    label: str
    opening: Decimal
    debit: Decimal
    credit: Decimal
    is_carried: bool = False

    @property
    def closing(self) -> Decimal:
        return self.opening + self.debit - self.credit

    @property
    def credit_balance(self) -> Decimal:
        """What the account ends in credit by; nil where it ends in debit."""
        return max(ZERO - self.closing, ZERO)


def trial_balance(
    start: date, end: date, *, analytic: AnalyticAccount | int | None = None
) -> list[AccountBalance]:
    """Return every account that ever moved, in the order of the chart.

    That of the cooperative is its general ledger: internal journals are left out. That of an
    activity has them: its balance sheet and its result are whole.

    Accounts of result (classes 6 and 7) begin again with each fiscal year: what they ended at
    before is one row, `12`, until an assembly allocates it (account 12 of the chart).
    """
    chart = {account.pk: account for account in Account.objects.select_related("tenant")}
    if not chart:
        return []
    first_month = next(iter(chart.values())).tenant.fiscal_year_start
    lines = lines_of(analytic).filter(date__lte=end)
    if analytic is None:
        lines = lines.filter(journal__internal=False)
    inside = Q(date__gte=start)
    year_before = Q(date__lt=fiscal_year_of(start, first_month)[0])
    rows = (
        lines.values_list("account_id")
        .annotate(
            opening=sum_if(~inside, F("debit") - F("credit")),
            debits=sum_if(inside, F("debit")),
            credits=sum_if(inside, F("credit")),
            earlier=sum_if(year_before, F("debit") - F("credit")),
        )
        .order_by()
    )
    balances, carried = [], ZERO
    for pk, opening, debit, credit, earlier in rows:
        account = chart[pk]
        if account.is_of_result:
            opening -= earlier
            carried += earlier
        if opening or debit or credit or not account.is_of_result:
            balances.append(AccountBalance(account.number, account.label, opening, debit, credit))
    if carried:
        label = "Résultats des exercices précédents, à affecter"
        balances.append(AccountBalance("12", label, carried, ZERO, ZERO, is_carried=True))
    return sorted(balances, key=lambda row: row.number)


def open_items(
    prefix: str, *, analytic: AnalyticAccount | int | None = None
) -> QuerySet[EntryLine]:
    """Return the lines of third parties not matched yet, the earliest due first."""
    return (
        lines_of(analytic)
        .filter(account__in=accounts_under(prefix), match_code="")
        .order_by(Coalesce("due_on", "date"), "id")
    )
