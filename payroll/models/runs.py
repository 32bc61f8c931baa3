"""A month of pay: what each person chose, and the run that turns it into payslips."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from cae.core.models import Membership
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from payroll.enums import RunStatus, SalaryMode
from payroll.models.columns import first_day, money
from payroll.rules.slip import HIGHEST_GROSS


class SalaryChoice(TenantModel):
    """What a person wants as the pay of a month, of all their activities together.

    One employer, one payslip: ceilings and reductions are read once for the person. `amount`
    is what `mode` fixes, and nothing for « tout ce que je peux ».
    """

    scope = Scope.PERSON
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="salary_choices")
    month = models.DateField("mois")
    mode = models.CharField("choix", max_length=8, choices=SalaryMode)
    amount = money("montant", null=True, default=None)
    made_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("le", auto_now=True)

    class Meta:
        verbose_name = "choix de salaire"
        verbose_name_plural = "choix de salaire"
        ordering: ClassVar = ["-month", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "entrepreneur", "month"], name="payroll_salarychoice_once"
            ),
            first_day("payroll_salarychoice_month"),
            models.CheckConstraint(
                condition=Q(mode=SalaryMode.ALL, amount=None)
                | (~Q(mode=SalaryMode.ALL) & Q(amount__gte=0, amount__lte=HIGHEST_GROSS)),
                name="payroll_salarychoice_amount",
                violation_error_message="Un salaire choisi va de 0 à 1\u00a0000\u00a0000\u00a0€.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.get_mode_display()}"


class PayrollRun(TenantModel):
    """A month of pay of the whole cooperative.

    `rank` is 1 for the month itself; later ones will hold corrections by difference.
    """

    scope = Scope.STAFF
    pinned = ("month",)
    month = models.DateField("mois")
    rank = models.PositiveSmallIntegerField("rang", default=1)
    status = models.CharField("état", max_length=10, choices=RunStatus, default=RunStatus.OPEN)
    pay_on = models.DateField("virements le")
    opened_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField("ouverte le", auto_now_add=True)
    computed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    computed_at = models.DateTimeField("calculée le", null=True)

    class Meta:
        verbose_name = "paie"
        ordering: ClassVar = ["-month", "-rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "month", "rank"],
                name="payroll_payrollrun_once",
                violation_error_message="La paie de ce mois est déjà ouverte.",
            ),
            first_day("payroll_payrollrun_month"),
            models.CheckConstraint(
                condition=Q(pay_on__gte=models.F("month")),
                name="payroll_payrollrun_pay_on",
                violation_error_message="Un salaire n’est pas viré avant le mois qu’il paie.",
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.OPEN) | Q(computed_at__isnull=False),
                name="payroll_payrollrun_computed",
                violation_error_message="Une paie calculée dit quand.",
            ),
        ]

    def __str__(self) -> str:
        return f"Paie {self.month:%Y-%m}"
