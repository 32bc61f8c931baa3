"""What a pay is computed from."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from cae.core.money import ZERO
from cae.core.periods import Month
from entrepreneurs.rules import HIGHEST_WITHHOLDING
from payroll.enums import Hours, HoursSmic, TaxZone


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything but the amount: who is paid, by which establishment, in which month.

    Rates are fractions: `Decimal("0.0208")` is 2,08 %. They have at most six decimals.
    """

    month: Month
    headcount: int
    """Effectif of the cooperative: FNAL, formation, mobility and PEEC depend on it."""
    accident_rate: Decimal
    mobility_rate: Decimal = Decimal(0)
    """Versement mobilité of the commune; due from 11 people on."""
    health_premium: Decimal = ZERO
    """Monthly premium of the mutuelle in EUR, both shares together."""
    health_employer_share: Decimal = Decimal("0.5")
    working_time: Decimal = Decimal(1)
    """Share of full time: prorates the ceiling, and the SMIC unless `hours` deduces it."""
    presence: Fraction = Fraction(1)
    """Calendar days under contract in the month, over its days: an entry or an exit inside a
    month prorates the ceiling (CSS art. R242-2)."""
    hours: Hours = Hours.CONTRACT
    hours_smic: HoursSmic = HoursSmic.REDUCTION
    pension_share: Decimal | None = None
    """Points of the reduction taken off the pension funds, where not those of the rates."""
    is_executive: bool = False
    is_in_alsace_moselle: bool = False
    tax_zone: TaxZone = TaxZone.MAINLAND
    withholding_rate: Decimal | None = None
    """Rate sent by the tax office for this person; None uses the neutral grid."""

    def __post_init__(self) -> None:
        assert self.headcount >= 0 and self.health_premium >= 0
        assert 0 < self.presence <= 1
        assert 0 < self.working_time <= 1 and 0 <= self.health_employer_share <= 1
        assert 0 <= self.accident_rate <= 1 and 0 <= self.mobility_rate <= 1
        assert self.withholding_rate is None or 0 <= self.withholding_rate <= HIGHEST_WITHHOLDING


@dataclass(frozen=True, slots=True)
class SmicToDate:
    """Gross and SMIC summed over the same months, in EUR: thresholds in SMIC compare them."""

    gross: Decimal = ZERO
    smic: Fraction = Fraction(0)
    """SMIC of the hours worked or deemed worked; exact, since a twelfth has no decimal."""
    full_time_smic: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class YearToDate:
    """What the payslips of a calendar year and of one contract add up to, `last_month` included.

    Ceilings and reductions are regularised on it month after month.
    Source: CSS art. R242-2 and D241-7.
    """

    last_month: Month
    ceiling: Decimal
    smic: SmicToDate
    reduction_starts_on: date
    """First day of the rule of reduction in force: a new rule starts from nothing."""
    reduction_smic: SmicToDate
    """What that rule has seen since then."""
    reduction: Decimal
    """What it has already granted since then."""
    net_taxable: Decimal
    withheld: Decimal
    waiting_ceiling: Decimal = ZERO
    """Ceilings of the months without pay since the last one paid: counted with the next."""

    @property
    def gross(self) -> Decimal:
        return self.smic.gross
