"""What a member holds: the sum of movements that only ever add up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from cae.core.money import ZERO, split


class Movement(Protocol):
    """Signed effects: shares held, EUR subscribed, EUR paid up."""

    shares: int
    subscribed: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Holding:
    shares: int = 0
    subscribed: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def unpaid(self) -> Decimal:
        """What was subscribed and not yet paid up, in EUR."""
        return self.subscribed - self.paid


def holding(movements: Iterable[Movement]) -> Holding:
    """Return what movements add up to."""
    shares, subscribed, paid = 0, ZERO, ZERO
    for movement in movements:
        shares += movement.shares
        subscribed += movement.subscribed
        paid += movement.paid
    return Holding(shares, subscribed, paid)


def refund_of(held: Holding, shares: int) -> tuple[Decimal, Decimal]:
    """Return what giving back so many shares takes off: EUR subscribed, EUR paid up.

    Each to the cent at the mean of the holding; the last share takes what is left.
    """
    kept = held.shares - shares
    subscribed, _ = split(held.subscribed, [shares, kept])
    paid, _ = split(held.paid, [shares, kept])
    return subscribed, paid
