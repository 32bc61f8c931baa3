"""The insurance that building trades owe their customers, as its certificate says it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


class Insurance(TenantModel):
    """A ten-year liability policy: of an activity, or of the cooperative for all of them.

    What was printed of it never changes: a mistake is withdrawn, and written again.
    Sources: C. assur. L241-1 and L243-2; law 96-603, art. 22-2.
    """

    scope = Scope.SHARED
    activity = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="insurances")
    insurer = models.CharField("assureur", max_length=120)
    contact = models.CharField("coordonnées de l’assureur", max_length=200)
    policy_number = models.CharField("numéro de contrat", max_length=60)
    territory = models.CharField("couverture géographique", max_length=120)
    valid_from = models.DateField("valable du")
    valid_to = models.DateField("au")
    certificate = TenantForeignKey("core.StoredDocument", related_name="+")
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("déposée le", auto_now_add=True)

    class Meta:
        verbose_name = "assurance décennale"
        ordering: ClassVar = ["-valid_to", "-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "activity", "valid_to"], name="entrepreneurs_insurance_of"
            )
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(valid_to__gte=models.F("valid_from")),
                name="entrepreneurs_insurance_days",
                violation_error_message="Une assurance finit après avoir commencé.",
            ),
            models.CheckConstraint(
                condition=~Q(insurer="") & ~Q(contact="") & ~Q(policy_number="") & ~Q(territory=""),
                name="entrepreneurs_insurance_said",
                violation_error_message=(
                    "La loi veut l’assureur, ses coordonnées, le contrat et le territoire couvert."
                ),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="withdrawn_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.withdrawn_at IS NOT NULL
                       OR to_jsonb(OLD) - 'withdrawn_at' <> to_jsonb(NEW) - 'withdrawn_at' THEN
                        RAISE EXCEPTION 'insurance % does not change', OLD.id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'entrepreneurs_insurance_frozen';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.insurer} {self.policy_number}"
