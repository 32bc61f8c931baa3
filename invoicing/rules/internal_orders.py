"""What an internal order adds up to, and what it leaves its buyer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO, to_cents
from cae.core.workflow import ActionRefused
from invoicing.enums import Unit
from invoicing.rules.lines import LARGEST_TOTAL, MOST_LINES


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLine:
    """One line as typed; `unit_price` in EUR. There is no VAT inside one company."""

    label: str
    quantity: Decimal
    unit_price: Decimal
    unit: str = Unit.PIECE
    description: str = ""

    @property
    def net(self) -> Decimal:
        """EUR to the cent: rounded here, so that lines add up to the total."""
        return to_cents(self.quantity * self.unit_price)


def ordered_total(lines: Sequence[OrderedLine]) -> Decimal:
    """Return what lines add up to, in EUR.

    :raises ActionRefused: `no_line`, `too_many_lines`, `bad_line`, `total_too_large`.
    """
    if not lines:
        raise ActionRefused(
            "Cette commande n’a aucune ligne. Décrivez au moins une prestation.", code="no_line"
        )
    if len(lines) > MOST_LINES:
        raise ActionRefused(
            f"Cette commande dépasse {MOST_LINES} lignes. Répartissez-la en plusieurs.",
            code="too_many_lines",
        )
    for rank, line in enumerate(lines, start=1):
        if not line.label.strip():
            raise ActionRefused(
                f"La ligne {rank} n’a pas de désignation. Dites ce qui est vendu.",
                code="bad_line",
            )
        if line.unit_price < 0:
            raise ActionRefused(
                f"Le prix de la ligne {rank} est négatif. Pour une reprise, mettez le prix en"
                " positif et la quantité en négatif.",
                code="bad_line",
            )
    nets = [line.net for line in lines]
    total = sum(nets, ZERO)
    if any(abs(amount) > LARGEST_TOTAL for amount in (total, *nets)):
        raise ActionRefused(
            "Ce total est démesuré. Vérifiez les quantités et les prix.", code="total_too_large"
        )
    return total


@dataclass(frozen=True, slots=True)
class Left:
    """What an amount taken leaves of the available money of an activity, in EUR."""

    before: Decimal
    amount: Decimal

    @property
    def after(self) -> Decimal:
        return self.before - self.amount

    @property
    def is_short(self) -> bool:
        """Whether it takes more than there is."""
        return self.after < 0
