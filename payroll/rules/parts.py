"""What each activity can put into a pay, and what it does put."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounting.rules import Available
from cae.core.money import ZERO, split


@dataclass(frozen=True, slots=True)
class Part:
    """A person's part of one activity for a month, in EUR.

    `available`, `reserve` and `provisions` are the person's by the sharing key; `detail` is the
    available money of the whole activity, and `paid` what the payslips already validated for
    this month took from it, which comes back before sharing.
    """

    activity_id: int
    share: Decimal
    """Fraction of the activity that is the person's on that day."""
    detail: Available
    paid: Decimal
    available: Decimal
    reserve: Decimal
    provisions: Decimal

    @property
    def budget(self) -> Decimal:
        """What can be paid from it; negative when the reserve is not whole."""
        return self.available - self.reserve - self.provisions


def shared(
    activity_id: int,
    weights: Mapping[int, Decimal],
    *,
    detail: Available,
    reserve: Decimal,
    paid: Decimal = ZERO,
) -> dict[int, Part]:
    """Return the part of each person, by their id; the parts add up to the whole exactly.

    What was validated this month for one of them is added back first: who is paid second has
    the same part as who is paid first.

    :param weights: the sharing key, by person, at least one.
    """
    keys = list(weights.values())
    whole = sum(keys, Decimal(0))
    amounts = zip(
        split(detail.total + paid, keys),
        split(reserve, keys),
        split(detail.provisions, keys),
        strict=True,
    )
    return {
        person: Part(
            activity_id=activity_id,
            share=weight / whole,
            detail=detail,
            paid=paid,
            available=available,
            reserve=kept,
            provisions=provisions,
        )
        for (person, weight), (available, kept, provisions) in zip(
            weights.items(), amounts, strict=True
        )
    }


def budget_of(parts: Sequence[Part]) -> Decimal:
    """Return what a person's activities can pay together.

    One in deficit gives nothing, and takes nothing from the others; with all of them in
    deficit the total is what is missing.
    """
    positive = [part.budget for part in parts if part.budget > 0]
    return sum(positive or [part.budget for part in parts], ZERO)


def available_of(parts: Sequence[Part]) -> Decimal:
    """Return the money of the activities that pay: those `budget_of` counts."""
    paying = [part for part in parts if part.budget > 0] or parts
    return sum((part.available for part in paying), ZERO)


def costs(parts: Sequence[Part], cost: Decimal) -> list[Decimal]:
    """Share the cost of a pay over the activities, as their budgets; the shares add up to it.

    Where no budget is positive, the first activity bears it.
    """
    if not parts:
        return []
    weights = [max(part.budget, ZERO) for part in parts]
    if not any(weights):
        weights = [Decimal(1), *([ZERO] * (len(parts) - 1))]
    return split(cost, weights)
