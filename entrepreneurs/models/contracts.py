"""What binds a person and the cooperative, and the dated steps of their path."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from entrepreneurs import rules
from entrepreneurs.enums import ContractEnd, ContractKind, StepKind
from entrepreneurs.models.people import Entrepreneur


class ContractType(TenantModel):
    """What a cooperative proposes for each kind of contract; the law's limits are in `rules`."""

    scope = Scope.COOPERATIVE
    kind = models.CharField("contrat", max_length=8, choices=ContractKind.choices)
    label = models.CharField("intitulé", max_length=80)
    months = models.PositiveSmallIntegerField("durée proposée, en mois", null=True)
    trial_months = models.PositiveSmallIntegerField("essai proposé, en mois", default=0)
    fixed_part = models.DecimalField(
        "part fixe proposée, brut par mois", max_digits=10, decimal_places=2, default=0
    )

    class Meta:
        verbose_name = "type de contrat"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind"], name="entrepreneurs_contracttype_kind_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label


def _only(column: str) -> models.Func:
    """Return a range that holds one key: range operators need no extension, unlike `=`."""
    return models.Func(column, column, models.Value("[]"), function="int8range")


class Contract(TenantModel):
    """A CAPE, a CESA or a work contract, both days included. `ends_on` is empty while open-ended.

    A renewed CAPE is another row. `fixed_part` is gross EUR a month.
    """

    scope = Scope.PERSON
    pinned = ("entrepreneur",)
    entrepreneur = TenantForeignKey(Entrepreneur, related_name="contracts")
    kind = models.CharField("contrat", max_length=8, choices=ContractKind.choices)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True)
    trial_ends_on = models.DateField("fin de l’essai", null=True)
    fixed_part = models.DecimalField(
        "part fixe, brut par mois", max_digits=10, decimal_places=2, default=0
    )
    signed_on = models.DateField("signé le", null=True)
    end_reason = models.CharField("motif de fin", max_length=12, choices=ContractEnd, blank=True)

    class Meta:
        verbose_name = "contrat"
        ordering: ClassVar = ["starts_on", "id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="entrepreneurs_contract_days",
                violation_error_message="Un contrat ne peut pas finir avant de commencer.",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=[ContractKind.CAPE, ContractKind.CDD])
                | models.Q(ends_on__isnull=False),
                name="entrepreneurs_contract_term",
                violation_error_message="Un CAPE et un CDD ont un terme.",
            ),
            models.CheckConstraint(
                condition=models.Q(fixed_part__gte=0, fixed_part__lte=rules.HIGHEST_FIXED_PART),
                name="entrepreneurs_contract_fixed_part",
                violation_error_message="Une part fixe va de 0 à 1\u00a0000\u00a0000\u00a0€.",
            ),
            ExclusionConstraint(
                name="entrepreneurs_contract_one_at_a_time",
                expressions=[
                    (_only("tenant_id"), RangeOperators.OVERLAPS),
                    (_only("entrepreneur_id"), RangeOperators.OVERLAPS),
                    (
                        models.Func(
                            "starts_on", "ends_on", models.Value("[]"), function="daterange"
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message="Un autre contrat de cette personne couvre ces jours.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "entrepreneur"], name="entrepreneurs_contract_person"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class PathStep(TenantModel):
    """A dated step of a person's path."""

    scope = Scope.PERSON
    entrepreneur = TenantForeignKey(Entrepreneur, related_name="steps")
    kind = models.CharField("étape", max_length=16, choices=StepKind.choices)
    on = models.DateField("le")
    contract = TenantForeignKey(Contract, null=True, related_name="steps", same=("entrepreneur",))
    note = models.CharField("précision", max_length=200, blank=True)

    class Meta:
        verbose_name = "étape du parcours"
        ordering: ClassVar = ["on", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "entrepreneur", "on"], name="entrepreneurs_step_person"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
