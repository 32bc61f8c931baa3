"""What money received settles first."""

from collections.abc import Sequence
from decimal import Decimal

from cae.core.money import ZERO


def oldest_first(amount: Decimal, dues: Sequence[Decimal]) -> list[Decimal]:
    """Share `amount` EUR between debts in their order, each in full before the next.

    What goes beyond the debts settles none of them: the shares add up to `amount` at most.

    >>> oldest_first(Decimal("150.00"), [Decimal("100.00"), Decimal("80.00")])
    [Decimal('100.00'), Decimal('50.00')]

    Source: C. civ. art. 1342-10, at equal interest the earliest debt.
    """
    shares, left = [], amount
    for due in dues:
        share = max(min(due, left), ZERO)
        shares.append(share)
        left -= share
    return shares
