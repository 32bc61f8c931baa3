"""The contribution: what the cooperative takes, by a dated rule voted by its members."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from accounting.enums import ContributionBasis, ContributionMeasure, CostNature
from accounting.rules.entries import DraftLine, credit, debit
from cae.core.money import ZERO, to_cents

CONTRIBUTION_ACCOUNT = "6041"
LINK_ACCOUNT = "181"
INTERNAL_JOURNAL = "IN"


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
