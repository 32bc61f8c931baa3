"""What one sale brings: the pay of the month with it, less the pay without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting import queries as ledger
from accounting.rules import contribution as contribution_of
from cae.core.charts import Segment, Tone
from cae.core.money import ZERO, to_cents
from cae.core.periods import Month
from entrepreneurs import queries as people
from entrepreneurs.models import Activity, Entrepreneur
from payroll.enums import PayslipStatus
from payroll.models import Payslip
from payroll.queries.payees import footings
from payroll.queries.simulator import kept_aside


@dataclass(frozen=True, slots=True)
class Brought:
    """What a sale adds, in EUR without VAT and before income tax: the parts add up to `net`.

    All of it is negative for a credit note. `share` is the part of the activity of the people
    it is counted for, and amounts are theirs.
    """

    month: Month
    net: Decimal
    share: Decimal
    contribution: Decimal
    salary: Decimal
    social: Decimal
    budget: Decimal
    """What could be paid before it; negative when something is missing."""
    paid: int
    """How many people a payslip is made for: none under CAPE."""

    @property
    def rest(self) -> Decimal:
        """What stays on the account: put in reserve, fills what is missing, or meets no gross."""
        return self.net - self.contribution - self.salary - self.social

    @property
    def segments(self) -> Sequence[Segment]:
        """The band of distribution; of who has no pay, only what is taken and what stays."""
        pay = (
            [
                Segment("Salaire net", self.salary, Tone.NET),
                Segment("Cotisations sociales", self.social, Tone.SOCIAL),
            ]
            if self.paid
            else []
        )
        return [
            *pay,
            Segment("Contribution coopérative", self.contribution, Tone.COOPERATIVE),
            Segment(
                "Réserve" if self.paid else "Sur le compte de l’activité", self.rest, Tone.RESERVE
            ),
        ]


def contribution_on(activity: Activity, net: Decimal, *, on: date) -> Decimal:
    """Return what the rule in force takes on `net` EUR more, from the year's basis as it is.

    The floor and the monthly fee are left out: they are due with or without this sale.
    """
    rule = ledger.contribution_rule(activity.analytic_id, on=on)
    if rule is None:
        return ZERO
    before = ledger.contribution_basis(activity.analytic_id, on=on)
    return contribution_of(rule.terms, before=before, amount=net)


def brought(
    activity: Activity,
    persons: Sequence[Entrepreneur],
    *,
    net: Decimal,
    on: date,
    contribution: Decimal,
    levied: bool = False,
) -> Brought:
    """Return what `net` EUR more on an activity bring to some of its people.

    They are paid all they can, but for the share kept in reserve. The month is this one, or
    the next where it is already paid.

    :param levied: the contribution is already off the activity's money.
    :raises ActionRefused: a rate of the month is not known.
    """
    month = _month_of(persons, on=on)
    paid = footings(persons, month, on=on)
    shares = _shares(activity, month)
    left = net - contribution
    more = left - kept_aside(left)
    salary = social = budget = ZERO
    for footing in paid:
        share = shares.get(footing.person_id, ZERO)
        taken = to_cents(contribution * share) if levied else ZERO
        without = footing.all_of(activity.pk, taken).distribution
        with_it = footing.all_of(activity.pk, taken + to_cents(more * share)).distribution
        budget += without.budget
        salary += with_it.slip.net_before_tax - without.slip.net_before_tax
        social += with_it.contributions - without.contributions
    whole = sum((shares.get(person.pk, ZERO) for person in persons), ZERO)
    return Brought(
        month=month,
        net=to_cents(net * whole),
        share=whole,
        contribution=to_cents(contribution * whole),
        salary=salary,
        social=social,
        budget=budget,
        paid=len(paid),
    )


def _month_of(persons: Sequence[Entrepreneur], *, on: date) -> Month:
    month = Month.of(on)
    paid = Payslip.objects.filter(entrepreneur__in=persons, month=month.first_day)
    return month.next() if paid.exclude(status=PayslipStatus.DRAFT).exists() else month


def _shares(activity: Activity, month: Month) -> dict[int, Decimal]:
    """Return the fraction of an activity that is each person's at the end of a month."""
    weights = people.weights_of(activity, on=month.last_day)
    whole = sum(weights.values(), ZERO)
    return {person: weight / whole for person, weight in weights.items()}
