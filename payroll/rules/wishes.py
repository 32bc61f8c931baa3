"""What a person wants to be paid, and the pay it gives."""

from dataclasses import dataclass, replace
from decimal import Decimal

from cae.core.money import ZERO, euros
from payroll.enums import SalaryMode
from payroll.rules.budget import Distribution, choose, distribute
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.slip import Slip


@dataclass(frozen=True, slots=True)
class Wish:
    """A choice of salary; `amount` is in EUR, 0 for « tout ce que je peux ».

    `is_carried` when it was not made for this month: the last one made goes on, within what
    the budget allows.
    """

    mode: SalaryMode
    amount: Decimal = ZERO
    is_carried: bool = False

    def __str__(self) -> str:
        if self.mode == SalaryMode.ALL:
            return self.mode.label
        return f"{self.mode.label} de {euros(self.amount)}"


@dataclass(frozen=True, slots=True)
class Pay:
    """The pay a wish gives. `is_reduced` when the budget allows less than the amount wished."""

    wish: Wish
    distribution: Distribution
    is_reduced: bool = False

    @property
    def slip(self) -> Slip:
        return self.distribution.slip


def wished_pay(
    situation: Situation, wish: Wish, *, budget: Decimal, before: YearToDate | None = None
) -> Pay:
    """Return the pay of a wish, beside the budget it may exceed when it was made for this month.

    Without any gross there is no mutuelle either: its lines would make a negative net, and the
    months without pay are settled with the insurer.

    :raises ActionRefused: no gross gives this amount, or a rate of the month is not known.
    """
    pay = choose(situation, mode=wish.mode, amount=wish.amount, budget=budget, before=before)
    is_reduced = False
    if wish.is_carried and not pay.is_affordable:
        wished, pay = pay, distribute(situation, budget, before=before)
        is_reduced = pay.slip.gross < wished.slip.gross
    if not pay.slip.gross and situation.health_premium:
        uninsured = replace(situation, health_premium=ZERO)
        pay = choose(uninsured, mode=SalaryMode.GROSS, amount=ZERO, budget=budget, before=before)
    return Pay(wish, pay, is_reduced)
