"""A balanced draft and its reversal; what the cooperative takes; how amounts are shared out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from accounting.enums import ContributionBasis, ContributionMeasure, CostNature
from cae.core.money import ZERO, euros, split, to_cents
from cae.core.workflow import ActionRefused

CONTRIBUTION_ACCOUNT = "6041"
LINK_ACCOUNT = "181"
INTERNAL_JOURNAL = "IN"

# Above it, something has run away: no cooperative writes a billion euros on one line.
LARGEST_AMOUNT = Decimal("999999999.99")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One side of one account, in EUR to the cent.

    `analytic` is the code of an analytic account; `party` names the customer, the supplier or
    the person; `due_on` is the day a third party owes it.
    """

    account: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    analytic: str | None = None
    label: str = ""
    party: str = ""
    due_on: date | None = None

    @property
    def is_nil(self) -> bool:
        return not self.debit and not self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """What a document is about to write in the ledger.

    `posting_key` names the document, the event and its version, such as `invoice:12:issued`:
    posting twice under one key writes once. `analytic` is the code of the activity the entry is
    about: that activity may read its heading.
    """

    journal: str
    date: date
    piece: str
    label: str
    posting_key: str
    lines: Sequence[DraftLine]
    analytic: str | None = None

    @property
    def total(self) -> Decimal:
        return sum((line.debit for line in self.lines), ZERO)


def debit(account: str, amount: Decimal, **about: object) -> DraftLine:
    """Return a line that debits `amount`, or credits its opposite when it is negative."""
    side = {"debit": amount} if amount >= 0 else {"credit": -amount}
    return DraftLine(account=account, **side, **about)  # type: ignore[arg-type]


def credit(account: str, amount: Decimal, **about: object) -> DraftLine:
    """Return a line that credits `amount`, or debits its opposite when it is negative."""
    return debit(account, -amount, **about)


def checked(draft: DraftEntry) -> DraftEntry:
    """Return the draft without its nil lines, once it is known to be one a ledger can hold.

    :raises ActionRefused: `empty_entry`, `bad_line`, `unbalanced`.
    """
    lines = [line for line in draft.lines if not line.is_nil]
    if not lines:
        raise ActionRefused(
            "Cette écriture n’a aucune ligne. Saisissez au moins un débit et un crédit.",
            code="empty_entry",
        )
    for line in lines:
        if not _is_one_sided(line):
            raise ActionRefused(
                f"La ligne du compte {line.account} doit avoir un débit ou un crédit, positif,"
                f" au centime, de {euros(LARGEST_AMOUNT)} au plus.",
                code="bad_line",
            )
    gap = sum((line.debit - line.credit for line in lines), ZERO)
    if gap:
        raise ActionRefused(
            f"Cette écriture n’est pas équilibrée\u00a0: il manque {euros(abs(gap))} au"
            f" {'crédit' if gap > 0 else 'débit'}.",
            code="unbalanced",
        )
    return replace(draft, lines=lines)


def reversal(draft: DraftEntry, *, on: date, label: str = "", posting_key: str = "") -> DraftEntry:
    """Return the entry that cancels `draft`: same lines, sides exchanged, due dates dropped."""
    return replace(
        draft,
        date=on,
        label=label or f"Contre-passation\u00a0: {draft.label}",
        posting_key=posting_key or f"{draft.posting_key}:reversed",
        lines=[
            replace(line, debit=line.credit, credit=line.debit, due_on=None) for line in draft.lines
        ],
    )


def _is_one_sided(line: DraftLine) -> bool:
    amount = line.debit or line.credit
    return (
        (not line.debit or not line.credit)
        and 0 < amount <= LARGEST_AMOUNT
        and amount == to_cents(amount)
    )


# The contribution: what the cooperative takes, by a dated rule voted by its members.


@dataclass(frozen=True, slots=True)
class Bracket:
    """The part of the year's basis above `above` EUR is taken at `rate`, a fraction."""

    above: Decimal
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """A contribution rule, from the day it is in force.

    Brackets hold on the basis cumulated over a fiscal year, the first above 0. `floor` and `cap`
    are EUR a year, `fixed_fee` EUR a month.
    """

    brackets: tuple[Bracket, ...]
    basis: ContributionBasis = ContributionBasis.INVOICED
    measure: ContributionMeasure = ContributionMeasure.TURNOVER
    floor: Decimal = ZERO
    cap: Decimal | None = None
    fixed_fee: Decimal = ZERO

    def __post_init__(self) -> None:
        starts = [bracket.above for bracket in self.brackets]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("brackets start above 0 and go up")

    @classmethod
    def flat(cls, rate: Decimal, **rest: object) -> "Contribution":
        """Return the rule of most cooperatives: one rate on everything."""
        return cls(brackets=(Bracket(ZERO, rate),), **rest)  # type: ignore[arg-type]


def contribution(rule: Contribution, *, before: Decimal, amount: Decimal) -> Decimal:
    """Return what `amount` EUR of basis adds to the contribution of the year; negative too.

    The difference of two rounded cumulated contributions: the lines of a year add up to the
    contribution of its whole basis, whatever their order.

    :param before: basis already counted in the fiscal year, in EUR.
    """
    return yearly_contribution(rule, before + amount) - yearly_contribution(rule, before)


def yearly_contribution(rule: Contribution, basis: Decimal) -> Decimal:
    """Return the contribution of a whole year's basis, in EUR to the cent, up to the cap.

    Without the floor, which is settled at the end of the year, and without the monthly fee.
    """
    ends = [upper.above for _, upper in pairwise(rule.brackets)]
    due = ZERO
    for bracket, end in zip(rule.brackets, [*ends, None], strict=True):
        inside = basis - bracket.above if end is None else min(basis, end) - bracket.above
        # A year of credit notes goes below zero: it is given back at the first rate.
        due += bracket.rate * (inside if bracket.above == 0 else max(inside, ZERO))
    return to_cents(due if rule.cap is None else min(due, rule.cap))


def floor_shortfall(rule: Contribution, *, levied: Decimal, months: int) -> Decimal:
    """Return what is missing to reach the floor, prorated by months of presence in the year.

    :param levied: contribution already taken in the fiscal year, monthly fees left out.
    :param months: months of presence, 1 to 12.
    """
    return max(to_cents(rule.floor * months / 12) - levied, ZERO)


def lowers_basis(measure: ContributionMeasure, nature: CostNature) -> bool:
    """Whether a purchase of this nature is taken off the basis of the contribution."""
    if measure == ContributionMeasure.LESS_RESALE:
        return nature == CostNature.RESALE
    if measure == ContributionMeasure.GROSS_MARGIN:
        return nature != CostNature.OVERHEAD
    return False


def measured_basis(
    measure: ContributionMeasure, *, turnover: Decimal, costs: Mapping[CostNature, Decimal]
) -> Decimal:
    """Return the basis of the contribution: turnover less the costs its measure excludes.

    All in EUR without VAT.
    """
    excluded = (cost for nature, cost in costs.items() if lowers_basis(measure, nature))
    return turnover - sum(excluded, ZERO)


def contribution_lines(
    amount: Decimal, *, analytic: str, cooperative: str, label: str = ""
) -> list[DraftLine]:
    """Return the four lines that move `amount` from an activity to the cooperative.

    The same account on both sides and a link account that is nil over the tenant: the general
    ledger is untouched, each activity sees what it pays. Negative gives back.
    """
    return [
        debit(CONTRIBUTION_ACCOUNT, amount, analytic=analytic, label=label),
        credit(LINK_ACCOUNT, amount, analytic=analytic, label=label),
        debit(LINK_ACCOUNT, amount, analytic=cooperative, label=label),
        credit(CONTRIBUTION_ACCOUNT, amount, analytic=cooperative, label=label),
    ]


# Sharing out.


def vat_per_account(vat: Decimal, nets: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Share the VAT of one rate over the product accounts it taxes, by largest remainder.

    The VAT of the document is the truth: the shares add up to it exactly.
    """
    return dict(zip(nets, split(vat, list(nets.values())), strict=True))


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """What a receipt pays: net turnover, and VAT in the order it was given."""

    net: Decimal
    vat: tuple[Decimal, ...]


def receipt_parts(
    received: Decimal, *, before: Decimal, gross: Decimal, vat: Iterable[Decimal]
) -> ReceiptParts:
    """Return the net and the VAT that `received` EUR pay of an invoice, pro rata.

    Each VAT is the difference of two rounded cumulated amounts and the net is the rest: the
    parts add up to what is received, and the last receipt takes what remains.

    :param before: received earlier on the same invoice.
    :param gross: total of the invoice with VAT, not zero.
    :param vat: VAT of the invoice, one amount per rate.
    """
    paid = tuple(
        to_cents(tax * (before + received) / gross) - to_cents(tax * before / gross) for tax in vat
    )
    return ReceiptParts(net=received - sum(paid, ZERO), vat=paid)
