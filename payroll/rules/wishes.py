"""What a person wants to be paid, and the pay it gives."""

from dataclasses import dataclass, replace
from decimal import Decimal

from cae.core.money import ZERO, euros
from cae.core.workflow import ActionRefused
from payroll.enums import SalaryMode
from payroll.rules.budget import Distribution, choose, distribute
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.slip import Slip, no_payslip


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
    """The pay a wish gives. `is_reduced` when the budget allows less than the amount wished.

    `refusal` is the sentence that says why the wish gives no pay at all, where it does not: the
    highest pay of the budget is then in its place.
    """

    wish: Wish
    distribution: Distribution
    is_reduced: bool = False
    refusal: str = ""

    @property
    def is_affordable(self) -> bool:
        """Whether the budget pays it; a pay of nothing takes nothing, even from a debt."""
        return not self.slip.cost or self.distribution.is_affordable

    @property
    def shortfall(self) -> Decimal:
        """What the budget lacks to pay it, in EUR."""
        return ZERO if self.is_affordable else self.distribution.shortfall

    @property
    def slip(self) -> Slip:
        return self.distribution.slip


def short_month(pay: Pay, *, fixed_part: Decimal) -> str:
    """Return what to tell a person whose money pays nothing, or less than the fixed part; "" else.

    The fixed part of a contract is due each month, and nothing else than the activity pays it:
    where it cannot, the payroll officer sees it in the run and decides with the person.
    """
    gross, budget = pay.slip.gross, pay.distribution.budget
    if pay.wish.mode != SalaryMode.ALL or (gross and gross >= fixed_part):
        return ""
    said = (
        f"Votre budget est de {euros(budget)}\u00a0: aucun salaire n’est possible pour l’instant."
        if not gross
        else f"Votre budget permet {euros(gross)} de brut."
    )
    if gross < fixed_part:
        said += (
            f" La part fixe de votre contrat, {euros(fixed_part)}, n’est pas couverte\u00a0:"
            " l’équipe d’appui le verra et en parlera avec vous."
        )
    return f"{said} Ce choix suit vos encaissements jusqu’au calcul de la paie."


def wished_pay(
    situation: Situation, wish: Wish, *, budget: Decimal, before: YearToDate | None = None
) -> Pay:
    """Return the pay of a wish, beside the budget it may exceed when it was made for this month.

    Without any gross there is no payslip line at all: the mutuelle, or what the year
    regularises, would make a negative net. The months without pay are settled with the insurer,
    and the year with the next month paid.

    :raises ActionRefused: no gross gives this amount, or a rate of the month is not known.
    """
    pay = choose(situation, mode=wish.mode, amount=wish.amount, budget=budget, before=before)
    is_reduced = False
    if wish.is_carried and not pay.is_affordable:
        wished, pay = pay, distribute(situation, budget, before=before)
        is_reduced = pay.slip.gross < wished.slip.gross
    if not pay.slip.gross:
        uninsured = replace(situation, health_premium=ZERO)
        pay = Distribution(budget=budget, slip=no_payslip(uninsured, before=before))
    return Pay(wish, pay, is_reduced)


def best_pay(
    situation: Situation, wish: Wish, *, budget: Decimal, before: YearToDate | None = None
) -> Pay:
    """Return the pay of a wish; where no gross gives it any more, the highest of the budget.

    A net that could be reached when it was chosen may not be months later: the rate of tax
    changed, or the year went on. One such wish must not stop the pay of all the others.

    :raises ActionRefused: a rate of the month is not known.
    """
    try:
        return wished_pay(situation, wish, budget=budget, before=before)
    except ActionRefused as refused:
        if refused.code not in ("unreachable_net", "impossible_gross", "negative_budget"):
            raise
        best = wished_pay(situation, Wish(SalaryMode.ALL), budget=budget, before=before)
        return replace(best, wish=wish, refusal=refused.message)
