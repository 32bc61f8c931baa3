"""The income tax withheld from a pay (prélèvement à la source)."""

from bisect import bisect_right
from dataclasses import dataclass
from decimal import Decimal

from payroll import rates
from payroll.enums import WithholdingKind
from payroll.rules.exact import cents, millionths, share
from payroll.rules.situation import Situation


@dataclass(frozen=True, slots=True)
class Withholding:
    """What the slip shows of the tax: amount = base × rate, rounded to the cent."""

    kind: WithholdingKind
    base: Decimal
    rate: Decimal
    """A fraction: `Decimal("0.021")` is 2,1 %."""
    amount: Decimal
    source: str


class Scale:
    """The rate of tax as a function of the net taxable pay of the month, in cents.

    The lower bound of a bracket belongs to it. Nothing is withheld from a negative pay.
    Source: CGI art. 204 E to 204 H.
    """

    def __init__(self, situation: Situation) -> None:
        if situation.withholding_rate is None:
            grid = rates.get(f"pas_{situation.tax_zone}", on=situation.month.first_day)
            self.kind = WithholdingKind.NEUTRAL
            self.source = grid.source
            self.bounds = [cents(start) for start, _ in grid.brackets]
            self._rates = [millionths(rate) for _, rate in grid.brackets]
        else:
            self.kind = WithholdingKind.INDIVIDUAL
            self.source = (
                "CGI art.\u00a0204\u00a0E\u00a0: taux transmis par l’administration fiscale"
            )
            self.bounds = [0]
            self._rates = [millionths(situation.withholding_rate)]

    def rate(self, taxable: int) -> int:
        """Return the rate in millionths."""
        return self._rates[max(0, bisect_right(self.bounds, taxable) - 1)]

    def amount(self, taxable: int) -> int:
        """Return the tax in cents."""
        return share(max(0, taxable), self.rate(taxable))
