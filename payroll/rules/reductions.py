"""What the State takes off the employer's contributions on low pay."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from math import isqrt

from cae.core.money import to_cents
from payroll import rates
from payroll.rates import Rate
from payroll.rules.exact import cents, last_that
from payroll.rules.situation import Situation, SmicToDate, YearToDate
from payroll.rules.smic import UNIT, ReferenceSmic

TEN_THOUSAND = 10_000
_PRECISION = 10**12


class Reduction:
    """The reduction of a month as a function of its gross.

    It is that of the year up to now, rounded to the cent, less what was already granted: it may
    be negative. Where the law changed inside the year, each rule is counted from its own start.

    Source: CSS art. D241-7 to D241-9.
    """

    def __init__(self, situation: Situation, before: YearToDate | None) -> None:
        month = situation.month.first_day
        self.rate = rates.get("reduction", on=month, headcount=situation.headcount)
        self.starts_on = max(self.rate.starts_on, date(month.year, 1, 1))
        if before is None or before.reduction_starts_on != self.starts_on:
            self.granted_before = 0
            self.smic = ReferenceSmic(situation, SmicToDate())
        else:
            self.granted_before = cents(before.reduction)
            self.smic = ReferenceSmic(situation, before.reduction_smic)
        own = situation.pension_share
        self._pension_share = self.rate.numbers["pension_share"] if own is None else own
        self._coefficient = _FORMULAS[self.rate.formula](self.rate)

    def coefficient(self, gross: int) -> int:
        """Return the coefficient up to the month, in ten-thousandths."""
        up_to_now = self.smic.gross_up_to(gross)
        return self._coefficient(up_to_now, self.smic.up_to(gross)) if up_to_now else 0

    def coefficient_of(self, gross: int) -> Decimal:
        return Decimal(self.coefficient(gross)) / TEN_THOUSAND

    def amount(self, gross: int) -> int:
        """Return what is granted this month in cents, negative when some is taken back."""
        granted = self.coefficient(gross) * self.smic.gross_up_to(gross)
        return (granted + TEN_THOUSAND // 2) // TEN_THOUSAND - self.granted_before

    def pension_part(self, amount: Decimal) -> Decimal:
        """Return what of a reduction in EUR is taken off the pension funds, the rest off Urssaf.

        In the share of their rates in the highest coefficient; it awaits an expert's word.
        """
        highest = Decimal(self._coefficient.highest) / TEN_THOUSAND
        return to_cents(amount * self._pension_share / highest)

    def rises(self, first: int, last: int) -> Iterator[int]:
        """Yield each gross after `first`, up to `last`, whose coefficient is above the one before.

        Only equivalent hours, counted by the month and regularised on the year, have any: below
        full time a higher gross then brings the year nearer to the SMIC.
        """
        last = min(last, self.smic.full_time_gross())
        while first < last and self.coefficient(first) < self.coefficient(last):
            level = self.coefficient(first)
            first = last_that(lambda gross: self.coefficient(gross) <= level, first, last) + 1  # noqa: B023
            yield first


class _Degressive:
    """RGDU, from 2026: C = min + slope × (½ × (exit × SMIC / R − 1)) ^ exponent.

    Rounded to 4 decimals, min + slope at most, zero from R = exit × SMIC.
    Source: décrets 2025-887, 2025-1446 and 2026-509.
    """

    def __init__(self, rate: Rate) -> None:
        self._exit = int(rate.numbers["exit_in_smic"] * 100)
        self._minimum = int(rate.numbers["minimum"] * TEN_THOUSAND)
        self._slope = int(rate.numbers["slope"] * TEN_THOUSAND)
        self.highest = self._minimum + self._slope
        self._quarters = int(rate.numbers["exponent"] * 4)
        assert self._quarters == rate.numbers["exponent"] * 4, "an exponent in quarters"

    def __call__(self, gross: int, smic: int) -> int:
        below_exit = self._exit * smic - 100 * gross * UNIT
        if below_exit <= 0:
            return 0
        twice = 200 * gross * UNIT
        if below_exit >= twice:
            return self.highest
        # A fourth root is two square roots: exact on integers, and 30 times faster than Decimal.
        power = below_exit**self._quarters * _PRECISION**4 // twice**self._quarters
        root = isqrt(isqrt(power))
        return self._minimum + (self._slope * root + _PRECISION // 2) // _PRECISION


class _Linear:
    """Until 2025: C = maximum / (exit − 1) × (exit × SMIC / R − 1), from 0 to maximum.

    Rounded to 4 decimals. Source: CSS art. D241-7, as it was in 2025.
    """

    def __init__(self, rate: Rate) -> None:
        self._exit = int(rate.numbers["exit_in_smic"] * 100)
        self.highest = int(rate.numbers["maximum"] * TEN_THOUSAND)

    def __call__(self, gross: int, smic: int) -> int:
        below_exit = self._exit * smic - 100 * gross * UNIT
        if below_exit <= 0:
            return 0
        scale = (self._exit - 100) * gross * UNIT
        return min(self.highest, (2 * self.highest * below_exit + scale) // (2 * scale))


_FORMULAS: dict[str, type[_Degressive] | type[_Linear]] = {
    "degressive": _Degressive,
    "linear": _Linear,
}
