"""The SMIC a gross is compared with: of the hours of the contract, or of equivalent hours.

A month of SMIC is a twelfth of a year of hours: it has no exact number of cents, and 3 SMIC of
a month must be met exactly. So it is counted in `UNIT`s, of which a cent holds a whole number.
"""

from fractions import Fraction

from payroll import rates
from payroll.enums import Hours, HoursSmic
from payroll.rules.exact import cents, euros
from payroll.rules.situation import Situation, SmicToDate

_WORKING_TIME = 100_000_000  # working time has at most 8 decimals
UNIT = 12 * _WORKING_TIME


class ReferenceSmic:
    """Gross and SMIC up to a month, as functions of the gross of that month."""

    def __init__(self, situation: Situation, before: SmicToDate) -> None:
        month = situation.month.first_day
        reference = cents(rates.get("reduction_smic", on=month).value)
        current = cents(rates.get("smic", on=month).value)
        year = int(rates.get("yearly_hours", on=month).value)
        full_time = reference * year * _WORKING_TIME
        worked = reference * year * int(situation.working_time.scaleb(8))
        self._hours = situation.hours
        self._worked = worked if situation.hours == Hours.CONTRACT else full_time
        self._reference = reference
        self._hourly = current if situation.hours_smic == HoursSmic.CURRENT else reference
        self._gross_before = cents(before.gross)
        self.before_this_month = _units(before.smic)
        self._full_time = _units(before.full_time_smic) + full_time

    def gross_up_to(self, gross: int) -> int:
        """Return the gross up to the month in cents."""
        return self._gross_before + gross

    def up_to(self, gross: int) -> int:
        """Return the SMIC up to the month in `UNIT`s of a cent, for a `gross` in cents.

        Equivalent hours are those the gross would pay at the SMIC, full time at most.
        Source: former art. D241-8 CSS, now D241-27 (« au cours du mois »).
        """
        if self._hours == Hours.YEARLY:
            return min(self._equivalent(self._gross_before + gross), self._full_time)
        if self._hours == Hours.MONTHLY:
            return self.before_this_month + min(self._equivalent(gross), self._worked)
        return self.before_this_month + self._worked

    def to_date(self, gross: int) -> SmicToDate:
        """Return what the next month starts from."""
        return SmicToDate(
            gross=euros(self._gross_before + gross),
            smic=Fraction(self.up_to(gross), 100 * UNIT),
            full_time_smic=Fraction(self._full_time, 100 * UNIT),
        )

    def full_time_gross(self) -> int:
        """Return the gross of the month from which equivalent hours no longer grow, in cents.

        0 where the hours do not depend on the gross of the month.
        """
        if self._hours != Hours.MONTHLY:
            return 0
        return -(-self._worked * self._hourly // (UNIT * self._reference))

    def _equivalent(self, gross: int) -> int:
        return gross * UNIT * self._reference // self._hourly


def _units(amount: Fraction) -> int:
    return int(amount * 100 * UNIT)
