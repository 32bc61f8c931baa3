"""Yearly tax certificates of services à la personne, their files, and the jobs that make them.

Source: C. trav. D7233-4; CGI art. 199 sexdecies.
"""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import RunStatus
from invoicing.models.columns import money

#: A correction follows the version before it, under the same number; a person is certified to.
_FOLLOWS = pgtrigger.Trigger(
    name="follows_the_last",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NOT EXISTS (
            SELECT FROM invoicing_customer
             WHERE tenant_id = NEW.tenant_id AND id = NEW.customer_id AND kind = 'individual'
        ) THEN
            RAISE EXCEPTION 'certificate % is not of a person', NEW.number
                USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.version > 1 AND NOT EXISTS (
            SELECT FROM invoicing_taxcertificate
             WHERE tenant_id = NEW.tenant_id AND customer_id = NEW.customer_id
               AND year = NEW.year AND number = NEW.number AND version = NEW.version - 1
        ) THEN
            RAISE EXCEPTION 'certificate % corrects nothing', NEW.number
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class TaxCertificate(TenantModel):
    """What a person paid an activity in a year that is over; a correction is another version.

    Amounts are EUR with VAT: `paid` by means that count, `cesu` by prefunded vouchers, of which
    the person counts only what they funded. The version of the highest rank is in force.
    """

    scope = Scope.ACTIVITY_RECORD
    pinned = ("activity",)
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    customer = TenantForeignKey(
        "invoicing.Customer", same=("activity",), related_name="certificates"
    )
    #: Frozen: the list of a whole cooperative needs no join.
    customer_name = models.CharField("client", max_length=160)
    year = models.PositiveSmallIntegerField("année")
    number = models.CharField("numéro", max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField("motif de la correction", max_length=160, blank=True)
    paid = money("réglé")
    cesu = money("réglé en CESU préfinancé")
    minutes = models.PositiveIntegerField("durée des interventions, en minutes")
    snapshot = models.JSONField("telle que délivrée")
    fingerprint = models.CharField("empreinte", max_length=64)
    made_on = models.DateField("faite le")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "attestation fiscale"
        ordering: ClassVar = ["-year", "number", "-version"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "year", "activity"], name="invoicing_certificate_year"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "customer", "year", "version"],
                name="invoicing_taxcertificate_version_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "number", "version"],
                name="invoicing_taxcertificate_number_once",
            ),
            models.CheckConstraint(
                condition=Q(version=1, reason="") | Q(version__gt=1) & ~Q(reason=""),
                name="invoicing_taxcertificate_reason",
                violation_error_message="Une attestation corrigée dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^AF-[0-9]{4}-[0-9]{4,}$")
                & Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="invoicing_taxcertificate_number",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, cesu__gte=0, made_on__year__gt=F("year")),
                name="invoicing_taxcertificate_year_over",
                violation_error_message="On atteste une année finie, et ce qui a été payé.",
            ),
        ]
        triggers: ClassVar = [append_only(), _FOLLOWS]

    def __str__(self) -> str:
        return self.number if self.version == 1 else f"{self.number}, version {self.version}"


class TaxCertificateFile(TenantModel):
    """The PDF of one version, made by the worker: once."""

    scope = Scope.ACTIVITY_RECORD
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    certificate = TenantForeignKey(TaxCertificate, same=("activity",), related_name="files")
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "PDF d’attestation fiscale"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "certificate"], name="invoicing_taxcertificatefile_once"
            ),
        ]
        triggers: ClassVar = [append_only()]


class TaxCertificateRun(TenantModel):
    """The making, and if asked the mailing, of all the certificates of a year: one at a time."""

    scope = Scope.STAFF
    audited = False
    year = models.PositiveSmallIntegerField("année")
    sends = models.BooleanField("envoie aussi")
    status = models.CharField(
        "état", max_length=8, choices=RunStatus.choices, default=RunStatus.WAITING
    )
    #: How many were made, corrected, mailed, and could not be mailed.
    counts = models.JSONField(default=dict)
    failure = models.CharField("pourquoi", max_length=300, blank=True)
    asked_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandée le", auto_now_add=True)
    done_at = models.DateTimeField("terminée le", null=True)

    class Meta:
        verbose_name = "production d’attestations"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(status=RunStatus.WAITING),
                name="invoicing_taxcertificaterun_one_at_a_time",
                violation_error_message="Des attestations se préparent déjà.",
            ),
            models.CheckConstraint(
                condition=Q(status=RunStatus.WAITING, done_at=None, failure="")
                | Q(status=RunStatus.DONE, done_at__isnull=False, failure="")
                | Q(status=RunStatus.FAILED, done_at__isnull=False) & ~Q(failure=""),
                name="invoicing_taxcertificaterun_done",
                violation_error_message="Une production finie dit quand, et pourquoi si elle "
                "s’est arrêtée.",
            ),
        ]
