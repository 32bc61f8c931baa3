"""« Et si j’encaissais… »: what a steady turnover would leave, by the engine that really pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from accounting import queries as ledger
from accounting.rules import Contribution, yearly_contribution
from cae.core.charts import Segment
from cae.core.money import ZERO, to_cents
from cae.core.periods import Month, months_ending
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, Entrepreneur
from payroll.enums import SalaryMode
from payroll.queries.slips import band
from payroll.queries.terms import terms_in_force
from payroll.rules.budget import Distribution
from payroll.rules.wishes import Wish, wished_pay

#: What is kept aside unless the person says otherwise, as a share of what is left to pay.
RESERVE_RATE = Decimal("0.08")
HIGHEST_TURNOVER = Decimal(1_000_000)
_STEP = Decimal(50)


@dataclass(frozen=True, slots=True)
class Hypotheses:
    """A month like all others: turnover without VAT and expenses in EUR, reserve as a fraction."""

    turnover: Decimal
    expenses: Decimal
    reserve_rate: Decimal = RESERVE_RATE


@dataclass(frozen=True, slots=True)
class Simulation:
    """What a turnover becomes: the parts add up to it. In EUR, before income tax."""

    hypotheses: Hypotheses
    contribution: Decimal
    reserve: Decimal
    """What is kept aside, with what no gross can spend."""
    pay: Distribution

    @property
    def net(self) -> Decimal:
        return self.pay.slip.net_before_tax

    @property
    def segments(self) -> Sequence[Segment]:
        """The band of distribution."""
        return band(
            cashed=self.hypotheses.turnover,
            salary=self.net,
            social=self.pay.contributions,
            contribution=self.contribution,
            expenses=self.hypotheses.expenses,
        )


def simulate(
    person: Entrepreneur, activity: Activity, hypotheses: Hypotheses, *, on: date
) -> Simulation:
    """Return what a person would be paid each month of a year like this one.

    The contribution is a twelfth of that of the whole year, brackets, floor, cap and monthly
    fee included: a rate that falls with turnover shows. The reserve is a share of what is left
    after the contribution and the expenses.

    :raises ActionRefused: `impossible_hypothesis`, or a rate of the month is not known.
    """
    _check(hypotheses)
    month = Month.of(on)
    rule = ledger.contribution_rule(activity.analytic_id, on=on)
    contribution = monthly_contribution(rule.terms, hypotheses.turnover) if rule else ZERO
    left = hypotheses.turnover - contribution - hypotheses.expenses
    kept = kept_aside(left, hypotheses.reserve_rate)
    pay = wished_pay(
        terms_in_force(month).situation(month, withholding_rate=person.withholding_rate),
        Wish(SalaryMode.ALL),
        budget=left - kept,
    )
    distribution = pay.distribution
    return Simulation(hypotheses, contribution, kept + distribution.unspent, distribution)


def kept_aside(left: Decimal, rate: Decimal = RESERVE_RATE) -> Decimal:
    """Return what is put in reserve of `left` EUR; nothing of a loss."""
    return to_cents(max(left, ZERO) * rate)


def monthly_contribution(rule: Contribution, turnover: Decimal) -> Decimal:
    """Return a twelfth of what the cooperative takes on twelve months of a turnover."""
    yearly = max(yearly_contribution(rule, 12 * turnover), rule.floor)
    return to_cents(yearly / 12) + rule.fixed_fee


def usual_hypotheses(activity: Activity, *, on: date) -> Hypotheses:
    """Return the means of the twelve months before, turnover to the next 50 EUR.

    A new activity starts from 3 000 EUR and no expenses.
    """
    months = months_ending(Month.of(on).previous(), 12)
    active = [m for m in months if m.last_day >= activity.opened_on] or months[-1:]
    year = ledger.distributions([activity.analytic_id], months)[activity.analytic_id]
    if year.cashed <= 0:
        return Hypotheses(turnover=Decimal(3000), expenses=ZERO)
    turnover = (year.cashed / len(active) / _STEP).quantize(Decimal(1), ROUND_HALF_UP) * _STEP
    return Hypotheses(
        turnover=max(turnover, _STEP),
        expenses=max(to_cents(year.expenses / len(active)).quantize(Decimal(1)), ZERO),
    )


def _check(hypotheses: Hypotheses) -> None:
    if not 0 <= hypotheses.turnover <= HIGHEST_TURNOVER:
        raise ActionRefused(
            "Donnez un chiffre d’affaires entre 0\u00a0€ et 1\u00a0000\u00a0000\u00a0€ par mois.",
            code="impossible_hypothesis",
        )
    if not 0 <= hypotheses.expenses <= HIGHEST_TURNOVER:
        raise ActionRefused(
            "Donnez des frais entre 0\u00a0€ et 1\u00a0000\u00a0000\u00a0€ par mois.",
            code="impossible_hypothesis",
        )
    if not 0 <= hypotheses.reserve_rate <= 1:
        raise ActionRefused(
            "La part mise en réserve se lit entre 0 et 100\u00a0%.", code="impossible_hypothesis"
        )
