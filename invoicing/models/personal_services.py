"""Services à la personne: what the cooperative declared, and who of its activities does what.

Sources: C. trav. L7231-1, L7232-1 and L7232-1-1, D7231-1, D7233-1 to D7233-5.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.rules.vat import LEGAL_RATES

#: What a line of a service says before its invoice has a number (C. trav. D7233-1, D7233-4): to
#: whom, by whom, which day, how long. A credit note gives back what was said.
SERVICES_TOLD = pgtrigger.Trigger(
    name="services_told",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(new__status="issued"),
    func="""
        IF NEW.kind <> 'credit_note' AND EXISTS (
            SELECT FROM invoicing_invoiceline l
             WHERE l.tenant_id = NEW.tenant_id AND l.invoice_id = NEW.id
               AND l.service_id IS NOT NULL
               AND (NEW.customer_kind <> 'individual' OR l.worker_name = ''
                    OR l.worker_number = '' OR l.done_on IS NULL OR l.minutes IS NULL
                    OR l.done_on > NEW.issued_on)
        ) THEN
            RAISE EXCEPTION 'invoice % does not tell its personal services', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_invoice_services';
        END IF;
        RETURN NEW;
    """,
)


class PersonalServiceKind(TenantModel):
    """A kind of service the law knows, and its limits; offered where the declaration covers it.

    `yearly_cap` is EUR with VAT a year and a household. A kind is never deleted: lines name it.
    """

    scope = Scope.COOPERATIVE
    code = models.SlugField("code", max_length=32)
    label = models.CharField("intitulé", max_length=120)
    source = models.CharField("texte", max_length=160)
    vat_rates = ArrayField(
        models.DecimalField(max_digits=5, decimal_places=4), verbose_name="taux de TVA admis"
    )
    yearly_cap = models.DecimalField(
        "plafond annuel par foyer", max_digits=12, decimal_places=2, null=True
    )
    longest_minutes = models.PositiveSmallIntegerField(
        "durée la plus longue d’une intervention, en minutes", null=True
    )
    needs_approval = models.BooleanField("soumis à agrément", default=False)
    is_offered = models.BooleanField("couvert par la déclaration", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "service à la personne"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"], name="invoicing_personalservicekind_code_once"
            ),
            models.CheckConstraint(
                condition=Q(vat_rates__len__gt=0, vat_rates__contained_by=list(LEGAL_RATES)),
                name="invoicing_personalservicekind_vat",
                violation_error_message="Choisissez au moins un taux de TVA français.",
            ),
            models.CheckConstraint(
                condition=Q(yearly_cap=None) | Q(yearly_cap__gt=0),
                name="invoicing_personalservicekind_cap",
                violation_error_message="Un plafond est plus grand que zéro.",
            ),
            models.CheckConstraint(
                condition=Q(longest_minutes=None) | Q(longest_minutes__gt=0),
                name="invoicing_personalservicekind_minutes",
                violation_error_message="Une durée est plus grande que zéro.",
            ),
        ]
        triggers: ClassVar = [pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.label


class PersonalServiceDeclaration(TenantModel):
    """What the cooperative declared to the State, and who signs its certificates: one at most."""

    scope = Scope.COOPERATIVE
    number = models.CharField("numéro de déclaration", max_length=20)
    declared_on = models.DateField("date de la déclaration")
    approval_number = models.CharField("numéro d’agrément", max_length=20, blank=True)
    approved_on = models.DateField("date de l’agrément", null=True)
    signed_by = models.CharField("signataire des attestations", max_length=120)
    signed_as = models.CharField("fonction", max_length=120)

    class Meta:
        verbose_name = "déclaration de services à la personne"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant"], name="invoicing_personalservicedeclaration_once"
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^SAP[0-9]{9}$")
                & (Q(approval_number="") | Q(approval_number__regex=r"^SAP[0-9]{9}$")),
                name="invoicing_personalservicedeclaration_number",
                violation_error_message="Un numéro s’écrit SAP suivi des neuf chiffres du SIREN.",
            ),
            models.CheckConstraint(
                condition=Q(approval_number="", approved_on=None)
                | Q(approved_on__isnull=False) & ~Q(approval_number=""),
                name="invoicing_personalservicedeclaration_approval",
                violation_error_message="Un agrément a un numéro et une date.",
            ),
            models.CheckConstraint(
                condition=~Q(signed_by="") & ~Q(signed_as=""),
                name="invoicing_personalservicedeclaration_signed",
                violation_error_message="Dites qui signe les attestations, et en quelle qualité.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ActivityService(TenantModel):
    """A kind of service that an activity does; the cooperative says so."""

    scope = Scope.ACTIVITY_RECORD
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    kind = TenantForeignKey(PersonalServiceKind, related_name="+")

    class Meta:
        verbose_name = "service d’une enseigne"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "kind"], name="invoicing_activityservice_once"
            ),
        ]
