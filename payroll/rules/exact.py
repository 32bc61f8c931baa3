"""Exact arithmetic of pay: whole cents times whole millionths, no fraction ever lost.

Integers, not Decimal, because a budget is turned into a gross by computing some twenty whole
payslips; they are turned back into Decimal at the edge of the engine.
"""

from collections.abc import Callable
from decimal import Decimal

from cae.core.money import ZERO

MILLION = 1_000_000
_HALF = MILLION // 2


def share(amount: int, rate: int) -> int:
    """Return `amount` × `rate` millionths, rounded half away from zero."""
    product = amount * rate
    if product >= 0:
        return (product + _HALF) // MILLION
    return -((_HALF - product) // MILLION)


def cents(amount: Decimal) -> int:
    """Return a Decimal amount of EUR in cents; it must be whole."""
    whole = int(amount.scaleb(2))
    assert whole == amount.scaleb(2), f"{amount} is not a whole number of cents"
    return whole


def euros(amount: int) -> Decimal:
    """Return cents as an amount of EUR with two places."""
    return Decimal(amount).scaleb(-2) + ZERO


def millionths(rate: Decimal) -> int:
    """Return a fraction in millionths: a percentage with at most 4 decimals is exact."""
    whole = int(rate.scaleb(6))
    assert whole == rate.scaleb(6), f"{rate} has more than six decimals"
    return whole


def fraction(rate: int) -> Decimal:
    """Return a rate in millionths as a fraction, without useless zeros."""
    return Decimal(rate).scaleb(-6).normalize()


def last_that(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the last value from `low` to `high` that holds, `low` when none above it does.

    What holds must come first; where it does not quite, the value returned holds (or is `low`)
    and the next one does not.
    """
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
