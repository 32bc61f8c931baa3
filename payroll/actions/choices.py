"""Choosing the salary of a month, by the person it pays or by who prepares the pay."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros, to_cents
from cae.core.periods import Month, french_date, french_month, of_french_month
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Entrepreneur
from payroll import queries
from payroll.enums import SalaryMode
from payroll.models import SalaryChoice
from payroll.rules.slip import HIGHEST_GROSS
from payroll.rules.wishes import Wish


@transaction.atomic
def choose_salary(
    person: Entrepreneur,
    month: Month,
    *,
    mode: SalaryMode,
    amount: Decimal | None = None,
    on: date,
    by: Membership | None,
    for_them: bool = False,
) -> SalaryChoice:
    """Keep what a person wants as the pay of a month, in place of what was chosen before.

    `for_them` when the support team chooses: after the deadline too, and up to using the
    reserve; the controls of the run then say so.

    :raises ActionRefused: `month_out_of_reach`, `too_late`, `already_validated`, `no_payslip`,
        `amount_missing`, `impossible_gross`, `over_budget`, `unreachable_net`, `unknown_rate`.
    """
    wish = Wish(mode, _checked_amount(mode, amount))
    _check_moment(month, on=on, for_them=for_them)
    choice = SalaryChoice.objects.select_for_update().filter(
        entrepreneur=person, month=month.first_day
    ).first() or SalaryChoice(entrepreneur=person, month=month.first_day)
    slip = queries.payslip_for(person, month)
    if slip is not None and not slip.is_draft:
        raise ActionRefused(
            f"Le bulletin {of_french_month(month)} est déjà validé\u00a0: ce salaire ne change"
            " plus. Choisissez celui du mois suivant.",
            code="already_validated",
        )
    payee = queries.payee_of(person, month, on=on)
    if payee is None:
        raise ActionRefused(
            f"Aucun contrat ne donne de bulletin de paie en {french_month(month)}."
            " Voyez avec l’équipe d’appui où en est le contrat.",
            code="no_payslip",
        )
    pay = payee.pay(wish)
    if not pay.is_affordable and not for_them:
        raise _over_budget(payee, pay.slip.cost)
    before = Wish(SalaryMode(choice.mode), choice.amount or ZERO) if choice.pk else None
    choice.mode = mode
    choice.amount = None if mode == SalaryMode.ALL else wish.amount
    choice.made_by = by
    choice.save()
    audit.record(
        "salary.chosen",
        choice,
        by=by,
        before={"choice": str(before)} if before else None,
        after={"month": str(month), "choice": str(wish)},
    )
    return choice


def _checked_amount(mode: SalaryMode, amount: Decimal | None) -> Decimal:
    if mode == SalaryMode.ALL:
        return ZERO
    if amount is None:
        raise ActionRefused(
            "Le montant manque. Écrivez-le, ou choisissez «\u00a0Tout ce que je peux\u00a0».",
            code="amount_missing",
        )
    if not 0 <= amount <= HIGHEST_GROSS:
        raise ActionRefused(
            f"Ce montant n’est pas possible. Donnez-en un entre 0\u00a0€ et"
            f" {euros(HIGHEST_GROSS, cents=False)}.",
            code="impossible_gross",
        )
    if amount != to_cents(amount):
        raise ActionRefused(
            "Ce montant a plus de deux décimales. Écrivez-le au centime.", code="impossible_gross"
        )
    return amount


def _check_moment(month: Month, *, on: date, for_them: bool) -> None:
    this = Month.of(on)
    if month > this.next() or (month < this and not for_them):
        raise ActionRefused(
            f"Le salaire {of_french_month(month)} ne peut pas être choisi le {french_date(on)}."
            " Choisissez celui du mois en cours ou du suivant.",
            code="month_out_of_reach",
        )
    deadline = queries.choice_deadline(month)
    if on > deadline and not for_them:
        raise ActionRefused(
            f"Le choix du salaire {of_french_month(month)} était ouvert jusqu’au"
            f" {french_date(deadline)}. Appelez l’équipe d’appui si le bulletin n’est pas encore"
            " validé.",
            code="too_late",
        )


def _over_budget(payee: queries.Payee, cost: Decimal) -> ActionRefused:
    budget = max(payee.budget, ZERO)
    return ActionRefused(
        f"Ce salaire coûte {euros(cost)} et votre budget est de {euros(budget)}\u00a0: il manque"
        f" {euros(cost - budget)}. Choisissez un montant plus petit, baissez votre réserve, ou"
        " prenez «\u00a0Tout ce que je peux\u00a0», qui suivra vos encaissements.",
        code="over_budget",
    )
