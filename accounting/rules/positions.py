"""What the balances of an activity mean to the person whose activity it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounting.enums import JournalKind, Position
from accounting.rules.contributions import CONTRIBUTION_ACCOUNT
from accounting.rules.exchanges import EXCHANGE_ACCOUNT, EXCHANGE_LINK
from cae.core.money import ZERO

_POSITIONS = {
    "5": Position.BANK,
    "445": Position.VAT_DUE,
    # Owed to the State only once the customer has paid.
    "44574": Position.OTHER,
    "421": Position.WAGES,
    "427": Position.WAGES,
    "43": Position.SOCIAL,
    # Leave not yet taken, risks: money there is, which pay leaves alone.
    "15": Position.PROVISIONS,
    "4282": Position.PROVISIONS,
    "438": Position.PROVISIONS,
    "447": Position.SOCIAL,
    "442": Position.WITHHOLDING,
    "40": Position.SUPPLIERS,
    "425": Position.REFUNDS,
    "181": Position.LINK,
    EXCHANGE_LINK: Position.EXCHANGE,
    "41": Position.CUSTOMERS,
    # Money of a customer for work not done yet, and what will never be paid.
    "419": Position.OTHER,
    "416": Position.OTHER,
}

MAKES_AVAILABLE = frozenset(Position) - {
    Position.CUSTOMERS,
    Position.PROVISIONS,
    Position.OTHER,
}


def position_of(account: str) -> Position:
    """Return what an account is to an activity: the longest known beginning of its number."""
    beginnings = (account[:length] for length in range(len(account), 0, -1))
    return next((_POSITIONS[b] for b in beginnings if b in _POSITIONS), Position.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Available:
    """The money an activity could turn into pay today, and how it is obtained; in EUR.

    All but `bank` and `customers` are debts, positive when owed. Two are not in the total:
    `customers`, which is not there yet, and `provisions`, which is but has a purpose.
    `exchange` is what internal orders took, negative where they gave more.
    """

    bank: Decimal = ZERO
    vat_due: Decimal = ZERO
    wages: Decimal = ZERO
    social: Decimal = ZERO
    withholding: Decimal = ZERO
    suppliers: Decimal = ZERO
    refunds: Decimal = ZERO
    link: Decimal = ZERO
    exchange: Decimal = ZERO
    customers: Decimal = ZERO
    provisions: Decimal = ZERO

    @property
    def debts(self) -> Decimal:
        return (
            self.vat_due
            + self.wages
            + self.social
            + self.withholding
            + self.suppliers
            + self.refunds
            + self.link
            + self.exchange
        )

    @property
    def total(self) -> Decimal:
        return self.bank - self.debts

    @property
    def expected(self) -> Decimal:
        """The total once customers have paid, VAT still included."""
        return self.total + self.customers


def available_money(balances: Mapping[str, Decimal]) -> Available:
    """Return the available money of an activity from the balance of each of its accounts.

    :param balances: debit less credit in EUR, by account number.
    """
    sums = dict.fromkeys(Position, ZERO)
    for account, balance in balances.items():
        sums[position_of(account)] += balance
    assets = {Position.BANK, Position.CUSTOMERS}
    return Available(
        **{
            str(position.value): amount if position in assets else ZERO - amount
            for position, amount in sums.items()
            if position != Position.OTHER
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """Where the money that came in a month went; in EUR. The parts add up to `received`.

    `cashed` comes from customers, `exchanged` from other activities of the cooperative: what
    they ordered, less what was ordered from them; where that is negative it is in `expenses`.
    `salary` is net pay before income tax, `withheld` the part of it paid to the tax office.
    `reserve` is what stays on the activity, negative when more went out than came in.
    """

    cashed: Decimal = ZERO
    exchanged: Decimal = ZERO
    salary: Decimal = ZERO
    withheld: Decimal = ZERO
    social: Decimal = ZERO
    contribution: Decimal = ZERO
    expenses: Decimal = ZERO

    @property
    def received(self) -> Decimal:
        return self.cashed + self.exchanged

    @property
    def reserve(self) -> Decimal:
        return self.received - self.salary - self.social - self.contribution - self.expenses


def month_distribution(
    balances: Mapping[tuple[JournalKind, str], Decimal], *, cashed: Decimal
) -> Distribution:
    """Return where the money of a month went, from what each journal moved on each account.

    :param balances: debit less credit in EUR, by kind of journal and account number.
    :param cashed: turnover received in the month, without VAT.
    """
    pay_cost = salary = withheld = contribution = expenses = exchanged = ZERO
    for (kind, account), balance in balances.items():
        position = position_of(account)
        if kind == JournalKind.PAYROLL:
            if account.startswith("6"):
                pay_cost += balance
            elif position == Position.WAGES:
                salary -= balance
            elif position == Position.WITHHOLDING:
                withheld -= balance
        elif account == CONTRIBUTION_ACCOUNT:
            contribution += balance
        elif account.startswith(EXCHANGE_ACCOUNT):
            exchanged -= balance
        elif account.startswith("6"):
            expenses += balance
    salary += withheld
    return Distribution(
        cashed=cashed,
        exchanged=max(exchanged, ZERO),
        salary=salary,
        withheld=withheld,
        social=pay_cost - salary,
        contribution=contribution,
        expenses=expenses - min(exchanged, ZERO),
    )
