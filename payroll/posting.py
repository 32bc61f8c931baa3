"""What a payslip and a batch of transfers write in the ledger, to the cent of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.rules import DraftEntry, DraftLine, credit, debit
from cae.core.money import ZERO, split
from cae.core.periods import of_french_month
from payroll.enums import Fund
from payroll.rules.slip import Slip

PAYROLL_JOURNAL = "PA"
BANK_JOURNAL = "BQ"
_GROSS, _NET, _WITHHELD, _TRAINING = "6411", "421", "4421", "6333"

#: Who collects → (what it costs, what is owed).
_ACCOUNTS = {
    Fund.URSSAF: ("6451", "431"),
    Fund.PENSION: ("6453", "4373"),
    Fund.HEALTH: ("6452", "4372"),
    Fund.INSURANCE: ("6452", "4372"),
    Fund.HOUSING: ("6458", "4378"),
}
#: Collected by Urssaf, but a tax of its own in the accounts.
_FOR_TRAINING = frozenset({"formation", "taxe_apprentissage", "taxe_apprentissage_alsace_moselle"})


@dataclass(frozen=True, slots=True)
class Bearer:
    """An activity that bears a pay: its analytic code, and its share of the cost in EUR."""

    analytic: str
    cost: Decimal


@dataclass(frozen=True, slots=True)
class NetDue:
    """The net that one activity owes to one person."""

    analytic: str
    person: str
    amount: Decimal


def payslip_entries(
    key: str, slip: Slip, bearers: Sequence[Bearer], *, person: str, on: date, pay_on: date
) -> list[DraftEntry]:
    """Return one entry for each activity that bears a payslip; none for a pay of nothing.

    D gross and employer's contributions, C net, funds and tax office. Each account is shared
    by largest remainder as the cost is; the gross and the net take what rounding leaves, so
    that each entry balances and all of them add up to the payslip.
    """
    entries = [
        DraftEntry(
            journal=PAYROLL_JOURNAL,
            date=on,
            piece=f"Paie {slip.situation.month}",
            label=f"Paie {of_french_month(slip.situation.month)}, {person}",
            posting_key=f"{key}:{bearer.analytic}",
            analytic=bearer.analytic,
            lines=[line for line in lines if not line.is_nil],
        )
        for bearer, lines in zip(
            bearers, _lines(slip, bearers, person=person, pay_on=pay_on), strict=True
        )
    ]
    return [entry for entry in entries if entry.lines]


def net_dues(slip: Slip, bearers: Sequence[Bearer], *, person: str) -> list[NetDue]:
    """Return the net that each activity owes: what its entry credits to the account of wages."""
    return [
        NetDue(bearer.analytic, person, net)
        for bearer, net in zip(bearers, _nets(slip, bearers), strict=True)
        if net
    ]


def transfers_entry(
    key: str, dues: Iterable[NetDue], *, bank: str, piece: str, label: str, on: date
) -> DraftEntry:
    """Return the entry of a batch of transfers: what each activity owed is paid by the bank."""
    lines = []
    for due in dues:
        about = {"analytic": due.analytic, "label": f"Salaire, {due.person}"}
        lines += [
            debit(_NET, due.amount, party=due.person, **about),
            credit(bank, due.amount, **about),
        ]
    return DraftEntry(
        journal=BANK_JOURNAL,
        date=on,
        piece=piece,
        label=label,
        posting_key=key,
        lines=lines,
    )


def _lines(
    slip: Slip, bearers: Sequence[Bearer], *, person: str, pay_on: date
) -> list[list[DraftLine]]:
    costs = [bearer.cost for bearer in bearers]
    charges = _shared(_charges(slip), costs)
    owed = _shared(_owed(slip), costs)
    nets = _nets(slip, bearers)
    written = []
    for i, bearer in enumerate(bearers):
        gross = bearer.cost - sum((shares[i] for shares in charges.values()), ZERO)
        about = {"analytic": bearer.analytic}
        written.append(
            [
                debit(_GROSS, gross, **about),
                *(debit(account, shares[i], **about) for account, shares in charges.items()),
                credit(_NET, nets[i], party=person, due_on=pay_on, **about),
                *(credit(account, shares[i], **about) for account, shares in owed.items()),
            ]
        )
    return written


def _nets(slip: Slip, bearers: Sequence[Bearer]) -> list[Decimal]:
    costs = [bearer.cost for bearer in bearers]
    owed = _shared(_owed(slip), costs)
    return [
        cost - sum((shares[i] for shares in owed.values()), ZERO) for i, cost in enumerate(costs)
    ]


def _shared(amounts: dict[str, Decimal], costs: Sequence[Decimal]) -> dict[str, list[Decimal]]:
    return {account: split(amount, costs) for account, amount in amounts.items() if amount}


def _charges(slip: Slip) -> dict[str, Decimal]:
    """Return the employer's part by account, the reduction taken off."""
    charges: dict[str, Decimal] = {}
    for line in slip.lines:
        account = _TRAINING if line.code in _FOR_TRAINING else _ACCOUNTS[line.fund][0]
        charges[account] = charges.get(account, ZERO) + line.employer
    return charges


def _owed(slip: Slip) -> dict[str, Decimal]:
    """Return what is owed by account, both parts together, and the tax withheld."""
    owed: dict[str, Decimal] = {}
    for fund, (employer, employee) in slip.by_fund().items():
        account = _ACCOUNTS[fund][1]
        owed[account] = owed.get(account, ZERO) + employer + employee
    owed[_WITHHELD] = slip.withholding.amount
    return owed
