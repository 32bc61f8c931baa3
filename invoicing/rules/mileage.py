"""What the kilometres of a year are paid, by the bands of the tax scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import to_cents


@dataclass(frozen=True, slots=True)
class Band:
    """Up to `up_to_km` in the year (None: no end), all of them at `rate`, plus `fixed` EUR."""

    up_to_km: int | None
    rate: Decimal
    fixed: Decimal


def yearly_allowance(bands: Sequence[Band], kilometres: Decimal) -> Decimal:
    """Return what a year of `kilometres` is paid, in EUR to the cent.

    :param bands: shortest first, the last without end.

    Source: CGI, annexe IV, article 6 B: one formula applies to the whole distance.
    """
    band = next(b for b in bands if b.up_to_km is None or kilometres <= b.up_to_km)
    return to_cents(kilometres * band.rate + band.fixed) if kilometres else Decimal("0.00")


def allowance(bands: Sequence[Band], *, before: Decimal, distance: Decimal) -> Decimal:
    """Return what a journey adds to the allowance of the year, in EUR to the cent.

    The difference of two rounded yearly allowances, so that the journeys of a year add up to
    it whatever their order.

    :param before: kilometres already claimed in the calendar year with the same vehicle.
    """
    return yearly_allowance(bands, before + distance) - yearly_allowance(bands, before)
