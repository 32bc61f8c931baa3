"""What an establishment applies to every pay: its own rates, and the readings it chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from cae.core.money import ZERO
from cae.core.periods import Month, months_between
from cae.core.workflow import ActionRefused
from payroll.enums import Hours, HoursSmic
from payroll.rules.situation import Situation
from payroll.rules.slip import payslip

#: What no coefficient of reduction goes below: a share above it would be a typing error.
HIGHEST_PENSION_SHARE = Decimal("0.3")
HIGHEST_PREMIUM = Decimal(10_000)

#: A year that is always the same, and one paid all at once in December; EUR gross a month.
_SMOOTH = (Decimal(1500),) * 12
_LUMPY = (Decimal(150),) * 11 + (Decimal(14_000),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Dated terms of an establishment. Rates are fractions, `health_premium` is EUR a month."""

    headcount: int
    accident_rate: Decimal
    mobility_rate: Decimal = Decimal(0)
    health_premium: Decimal = ZERO
    health_employer_share: Decimal = Decimal("0.5")
    hours: Hours = Hours.MONTHLY
    hours_smic: HoursSmic = HoursSmic.REDUCTION
    pension_share: Decimal | None = None
    """Points of the reduction taken off the pension funds; None: those of the legal values."""

    def situation(
        self,
        month: Month,
        *,
        withholding_rate: Decimal | None = None,
        presence: Fraction = Fraction(1),
    ) -> Situation:
        """Return what the engine must know to pay somebody under CESA in a month."""
        return Situation(
            month=month,
            presence=presence,
            headcount=self.headcount,
            accident_rate=self.accident_rate,
            mobility_rate=self.mobility_rate,
            health_premium=self.health_premium,
            health_employer_share=self.health_employer_share,
            hours=self.hours,
            hours_smic=self.hours_smic,
            pension_share=self.pension_share,
            withholding_rate=withholding_rate,
        )


@dataclass(frozen=True, slots=True)
class YearShown:
    """The reduction of a year of twelve payslips under one reading; in EUR."""

    label: str
    gross: Decimal
    reduction: Decimal


def worked_years(terms: Terms, *, year: int) -> Sequence[YearShown]:
    """Return what these terms grant on a smooth year and on one paid all at once.

    Nothing where the legal values of the year are not all known.
    """
    months = months_between(Month(year, 1), Month(year, 12))
    try:
        return tuple(
            YearShown(label, sum(paid, ZERO), _reduction(terms, months, paid))
            for label, paid in (
                ("Douze mois à 1\u00a0500\u00a0€", _SMOOTH),
                ("Onze mois à 150\u00a0€, puis 14\u00a0000\u00a0€", _LUMPY),
            )
        )
    except ActionRefused as refused:
        if refused.code != "unknown_rate":
            raise
        return ()


def _reduction(terms: Terms, months: Sequence[Month], paid: Sequence[Decimal]) -> Decimal:
    before, total = None, ZERO
    for month, gross in zip(months, paid, strict=True):
        slip = payslip(terms.situation(month), gross, before=before)
        before, total = slip.year_to_date, total + slip.reduction
    return total
