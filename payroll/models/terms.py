"""The dated terms every pay of a cooperative is computed with."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantModel
from payroll.enums import Hours, HoursSmic
from payroll.models.columns import money
from payroll.rules.terms import HIGHEST_PENSION_SHARE, HIGHEST_PREMIUM, Terms


def _rate(label: str, **options: object) -> models.DecimalField:
    return models.DecimalField(label, max_digits=6, decimal_places=4, **options)  # type: ignore[arg-type]


class PayrollTerms(TenantModel):
    """What the pay of a cooperative applies from a month on. Never changed: another follows it.

    Before the first one, those of the cooperative at its opening hold.
    """

    scope = Scope.COOPERATIVE
    valid_from = models.DateField("à partir de")
    note = models.CharField("pourquoi", max_length=200, blank=True)
    headcount = models.PositiveIntegerField("effectif retenu")
    accident_rate = _rate("taux accidents du travail")
    mobility_rate = _rate("taux du versement mobilité")
    health_premium = money("complémentaire santé, prime mensuelle")
    health_employer_share = _rate("part de la coopérative dans la prime")
    hours = models.CharField("heures d’un CESA", max_length=8, choices=Hours)
    hours_smic = models.CharField("SMIC des heures", max_length=9, choices=HoursSmic)
    pension_share = _rate("part de la réduction à l’Agirc-Arrco", null=True)
    set_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField("écrit le", auto_now_add=True)

    class Meta:
        verbose_name = "réglage de paie"
        verbose_name_plural = "réglages de paie"
        ordering: ClassVar = ["-valid_from", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "valid_from"],
                name="payroll_payrollterms_once",
                violation_error_message="Un réglage prend déjà effet ce mois-là.",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__day=1),
                name="payroll_payrollterms_month",
                violation_error_message="Un mois est noté par son premier jour.",
            ),
            models.CheckConstraint(
                condition=Q(
                    accident_rate__gte=0,
                    accident_rate__lte=1,
                    mobility_rate__gte=0,
                    mobility_rate__lte=1,
                    health_employer_share__gte=0,
                    health_employer_share__lte=1,
                    health_premium__gte=0,
                    health_premium__lte=HIGHEST_PREMIUM,
                )
                & (
                    Q(pension_share=None)
                    | Q(pension_share__gte=0, pension_share__lte=HIGHEST_PENSION_SHARE)
                ),
                name="payroll_payrollterms_bounds",
                violation_error_message="Un taux de paie est hors de ses bornes.",
            ),
            models.CheckConstraint(
                condition=Q(hours__in=[Hours.MONTHLY, Hours.YEARLY]),
                name="payroll_payrollterms_hours",
                violation_error_message="Un CESA n’a pas de temps de travail.",
            ),
        ]
        triggers: ClassVar = [append_only("read_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"Réglages de {self.valid_from:%Y-%m}"

    @property
    def terms(self) -> Terms:
        """These terms as a value, for `payroll.rules`."""
        return Terms(
            headcount=self.headcount,
            accident_rate=self.accident_rate,
            mobility_rate=self.mobility_rate,
            health_premium=self.health_premium,
            health_employer_share=self.health_employer_share,
            hours=Hours(self.hours),
            hours_smic=HoursSmic(self.hours_smic),
            pension_share=self.pension_share,
        )
