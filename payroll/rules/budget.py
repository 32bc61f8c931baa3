"""What a budget becomes: who gets which part of it, what stays, and why."""

from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO
from cae.core.money import euros as show
from payroll.enums import SalaryMode
from payroll.rules.gross import gross_for_cost, gross_for_net, gross_for_net_paid
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.slip import HIGHEST_GROSS, Slip, SlipLine, payslip

_CENT = Decimal("0.01")
_WORTH_EXPLAINING = Decimal(5)


@dataclass(frozen=True, slots=True)
class Distribution:
    """A budget in EUR and the payslip made of it.

    budget = net paid + tax withheld + employee's lines + employer's lines + unspent, exactly.
    """

    budget: Decimal
    slip: Slip

    @property
    def unspent(self) -> Decimal:
        """What stays on the account; negative when the pay costs more than the budget."""
        return self.budget - self.slip.cost

    @property
    def shortfall(self) -> Decimal:
        return max(ZERO, -self.unspent)

    @property
    def is_affordable(self) -> bool:
        return self.unspent >= 0

    @property
    def contributions(self) -> Decimal:
        """Every contribution of the slip, employee's and employer's, less the reduction."""
        return self.slip.employee_total + self.slip.employer_total


def distribute(
    situation: Situation, budget: Decimal, *, before: YearToDate | None = None
) -> Distribution:
    """Return the highest pay a budget allows: « tout ce que je peux ».

    A budget below 0 or below the mutuelle gives no gross, and is not affordable.

    :raises ActionRefused: a rate of the month is not known.
    """
    gross = gross_for_cost(situation, max(budget, ZERO), before=before)
    return Distribution(budget=budget, slip=payslip(situation, gross, before=before))


def choose(
    situation: Situation,
    *,
    mode: SalaryMode,
    amount: Decimal,
    budget: Decimal,
    before: YearToDate | None = None,
) -> Distribution:
    """Return the pay of a choice, beside a budget it may exceed (`is_affordable`).

    :param amount: in EUR, what `mode` fixes; unused by « tout ce que je peux ».
    :raises ActionRefused: no gross gives this amount, or a rate of the month is not known.
    """
    if mode == SalaryMode.ALL:
        return distribute(situation, budget, before=before)
    if mode == SalaryMode.COST:
        gross = gross_for_cost(situation, amount, before=before)
    elif mode == SalaryMode.NET:
        gross = gross_for_net(situation, amount, before=before)
    elif mode == SalaryMode.NET_PAID:
        gross = gross_for_net_paid(situation, amount, before=before)
    else:
        gross = amount
    return Distribution(budget=budget, slip=payslip(situation, gross, before=before))


def why_unspent(distribution: Distribution, *, before: YearToDate | None = None) -> str | None:
    """Return a French sentence on a budget that no gross meets, None when little is unspent.

    The next cent of gross costs more than all that is unspent: the sentence names the line
    that jumps.
    """
    slip = distribution.slip
    if distribution.unspent <= _WORTH_EXPLAINING:
        return None
    if slip.gross >= HIGHEST_GROSS:
        return (
            f"Un salaire brut ne dépasse pas {show(HIGHEST_GROSS, cents=False)} par mois\u00a0:"
            f" {show(distribution.unspent)} restent sur le compte de l’activité."
        )
    following = payslip(slip.situation, slip.gross + _CENT, before=before)
    jump = following.cost - slip.cost
    if jump <= distribution.unspent:
        return None
    return (
        f"{_reason(slip, following)} Un centime de brut de plus coûterait {show(jump)}\u00a0:"
        f" {show(distribution.unspent)} restent sur le compte de l’activité."
    )


def _reason(slip: Slip, following: Slip) -> str:
    code = max(_codes(slip, following), key=lambda code: _rise(code, slip, following))
    if code == "cet":
        return (
            f"Au-dessus du plafond de la sécurité sociale ({show(slip.ceiling)} par mois),"
            " une cotisation de retraite (CET) s’applique à tout le salaire."
        )
    if code == "reduction" and not following.reduction_coefficient:
        return "Ce salaire est au seuil où la réduction de cotisations disparaît."
    if code == "reduction":
        return "Ce salaire est à un palier où la réduction de cotisations diminue."
    if code in ("maladie_complement", "famille_complement"):
        return "Ce salaire est au seuil où le taux réduit de cotisation disparaît."
    return "Ce salaire est à un palier de cotisations."


def _codes(*slips: Slip) -> list[str]:
    return [line.code for slip in slips for line in slip.lines]


def _rise(code: str, slip: Slip, following: Slip) -> Decimal:
    return _employer(following.line(code)) - _employer(slip.line(code))


def _employer(line: SlipLine | None) -> Decimal:
    return line.employer if line else ZERO
