"""The margin of a deal."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """What a deal brings and costs, in EUR without VAT.

    `promised` is what was accepted, `invoiced` what was issued less what was credited, deposits
    counted once; `left` is still to invoice. Before the contribution and the pay.
    """

    promised: Decimal = ZERO
    invoiced: Decimal = ZERO
    left: Decimal = ZERO
    purchases: Decimal = ZERO
    orders: Decimal = ZERO

    @property
    def costs(self) -> Decimal:
        return self.purchases + self.orders

    @property
    def margin(self) -> Decimal:
        """What is left of what was invoiced; negative where it cost more."""
        return self.invoiced - self.costs

    @property
    def expected(self) -> Decimal:
        """The margin once all that is promised is invoiced, if nothing more is bought."""
        return self.margin + self.left

    @property
    def rate(self) -> Decimal | None:
        """The margin as a fraction of what was invoiced; None where nothing was."""
        if self.invoiced <= 0:
            return None
        return (self.margin / self.invoiced).quantize(Decimal("0.0001"))
