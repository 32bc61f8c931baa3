"""Reminders of what is owed: their levels, their pauses, and each one sent."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.models.columns import money


class ReminderLevel(TenantModel):
    """A reminder of the cooperative: from when, and in what words."""

    scope = Scope.COOPERATIVE
    rank = models.PositiveSmallIntegerField("niveau")
    label = models.CharField("nom", max_length=60)
    days = models.PositiveSmallIntegerField(
        "jours après l’échéance", validators=[MinValueValidator(1), MaxValueValidator(365)]
    )
    subject = models.CharField("objet du courriel", max_length=160)
    body = models.TextField("texte du courriel", max_length=4000)
    is_automatic = models.BooleanField("envoyée d’elle-même, la nuit", default=False)
    is_active = models.BooleanField("utilisée", default=True)

    class Meta:
        verbose_name = "niveau de relance"
        ordering: ClassVar = ["rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "rank"], name="invoicing_reminderlevel_rank_once"
            ),
            models.CheckConstraint(
                condition=Q(rank__range=(1, 9), days__range=(1, 365))
                & ~Q(subject="")
                & ~Q(body=""),
                name="invoicing_reminderlevel_whole",
                violation_error_message=(
                    "Une relance part de 1 à 365 jours après l’échéance, avec un objet et un texte."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.label


class ReminderHold(TenantModel):
    """No reminder for a while: of an activity, of one customer, of one invoice."""

    scope = Scope.ACTIVITY
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    customer = TenantForeignKey(
        "invoicing.Customer", same=("activity",), null=True, related_name="reminder_holds"
    )
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="reminder_holds"
    )
    until = models.DateField("jusqu’au", null=True)
    reason = models.CharField("motif", max_length=160)
    held_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    held_at = models.DateTimeField("en pause depuis", auto_now_add=True)
    lifted_at = models.DateTimeField("reprise", null=True)

    class Meta:
        verbose_name = "pause de relance"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "customer", "invoice"],
                condition=Q(lifted_at=None),
                nulls_distinct=False,
                name="invoicing_reminderhold_open_once",
                violation_error_message="Les relances sont déjà en pause.",
            ),
            models.CheckConstraint(
                condition=(Q(customer=None) | Q(invoice=None)) & ~Q(reason=""),
                name="invoicing_reminderhold_one",
                violation_error_message="Une pause a un motif, et un seul objet.",
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class Reminder(TenantModel):
    """A reminder that was sent: to whom, its very words, and what was owed that day."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="reminders")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="reminders")
    rank = models.PositiveSmallIntegerField("niveau")
    label = models.CharField("nom", max_length=60)
    sent_on = models.DateField("envoyée le")
    recipient = models.EmailField("à")
    #: The other contacts who receive reminders.
    copies = ArrayField(models.EmailField(), verbose_name="et à", default=list, db_default=[])
    subject = models.CharField("objet", max_length=200)
    body = models.TextField("texte")
    remaining = money("reste à payer")
    late_fee = money("pénalités")
    indemnity = money("indemnité")
    sent_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("écrite le", auto_now_add=True)

    class Meta:
        verbose_name = "relance"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "invoice"], name="invoicing_reminder_invoice"),
            models.Index(fields=["tenant", "customer"], name="invoicing_reminder_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "sent_on"],
                name="invoicing_reminder_once_a_day",
                violation_error_message="Cette facture a déjà été relancée aujourd’hui.",
            ),
            models.CheckConstraint(
                condition=Q(remaining__gt=0, late_fee__gte=0, indemnity__gte=0),
                name="invoicing_reminder_owed",
                violation_error_message="On ne relance que ce qui est dû.",
            ),
        ]
        triggers: ClassVar = [append_only()]

    def __str__(self) -> str:
        return f"{self.label} {self.sent_on}"


class StatementFile(TenantModel):
    """The PDF of a statement of account, made once for what it says."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="+")
    fingerprint = models.CharField(max_length=64)
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "PDF de relevé de compte"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "customer", "fingerprint"],
                name="invoicing_statementfile_once",
            ),
        ]
        triggers: ClassVar = [append_only()]
