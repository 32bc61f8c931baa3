"""The tables of the ledger."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounting.enums import AnalyticKind
from cae.core.tenancy.models import Scope, TenantModel


class AnalyticAccount(TenantModel):
    """An account of its own for an activity, or for the cooperative itself."""

    scope = Scope.ANALYTIC_ITSELF
    code = models.CharField("code", max_length=12)
    label = models.CharField("intitulé", max_length=80)
    kind = models.CharField("nature", max_length=12, choices=AnalyticKind.choices)

    class Meta:
        verbose_name = "compte analytique"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="accounting_analytic_code_once",
                violation_error_message="Ce code analytique est déjà pris.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
