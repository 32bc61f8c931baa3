"""What was mailed to customers, and the words it is made of."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import MailKind, MailState

_ONE_LINE = r"^[^\r\n]+$"


class _Words(models.Model):
    """One version of a template. Without words: back to those of the level above."""

    kind = models.CharField("pour", max_length=12, choices=MailKind.choices)
    version = models.PositiveSmallIntegerField()
    subject = models.CharField("objet", max_length=160, blank=True)
    body = models.TextField("message", max_length=5000, blank=True)
    by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("le", auto_now_add=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"


class MailTemplate(_Words, TenantModel):
    """The words of the cooperative."""

    scope = Scope.COOPERATIVE
    audited = False

    class Meta:
        verbose_name = "modèle de message"
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "kind", "version"], name="invoicing_mailtemplate_once"
            ),
        ]
        triggers: ClassVar = [append_only()]


class ActivityMailTemplate(_Words, TenantModel):
    """The words an activity prefers."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")

    class Meta:
        verbose_name = "modèle de message d’une activité"
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "kind", "version"],
                name="invoicing_activitymailtemplate_once",
            ),
        ]
        triggers: ClassVar = [append_only()]


class DocumentMail(TenantModel):
    """A mail to a customer, written once; only whether it left is added, once.

    `body` keeps its `{lien}`: the address of a public page is a secret that no table holds.
    """

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), null=True, related_name="mails")
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="mails"
    )
    certificate = TenantForeignKey(
        "invoicing.TaxCertificate", same=("activity",), null=True, related_name="mails"
    )
    kind = models.CharField("message", max_length=12, choices=MailKind.choices)
    version = models.PositiveSmallIntegerField("version du devis", default=0)
    to = ArrayField(models.EmailField(), verbose_name="à")
    copies = ArrayField(models.EmailField(), verbose_name="copie à", default=list)
    hidden_copies = ArrayField(models.EmailField(), verbose_name="copie à moi", default=list)
    reply_to = models.EmailField("réponse à", blank=True)
    subject = models.CharField("objet", max_length=160)
    body = models.TextField("message", max_length=8000)
    template = models.CharField("modèle", max_length=40)
    by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("demandé le", auto_now_add=True)
    state = models.CharField(
        "état", max_length=6, choices=MailState.choices, default=MailState.QUEUED
    )
    message_id = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField("parti le", null=True)
    failure = models.CharField("pourquoi", max_length=300, blank=True)
    #: Of a mail that left: whom the server refused, in its words.
    refused = models.CharField("refusé pour", max_length=600, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "message au client"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "quote"], name="invoicing_mail_quote"),
            models.Index(fields=["tenant", "invoice"], name="invoicing_mail_invoice"),
            models.Index(
                fields=["tenant", "certificate"],
                condition=Q(certificate__isnull=False),
                name="invoicing_mail_certificate",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quote__isnull=False, invoice=None, certificate=None)
                | Q(quote=None, invoice__isnull=False, certificate=None)
                | Q(quote=None, invoice=None, certificate__isnull=False),
                name="invoicing_mail_about_one",
                violation_error_message=(
                    "Un message porte sur un devis, une facture ou une attestation."
                ),
            ),
            models.CheckConstraint(
                condition=Q(to__len__gt=0),
                name="invoicing_mail_to_somebody",
                violation_error_message="Un message part à quelqu’un.",
            ),
            models.CheckConstraint(
                condition=Q(subject__regex=_ONE_LINE),
                name="invoicing_mail_one_line",
                violation_error_message="L’objet d’un message tient en une ligne.",
            ),
            models.CheckConstraint(
                condition=Q(state=MailState.QUEUED, sent_at=None, message_id="", refused="")
                | Q(state=MailState.SENT, sent_at__isnull=False, failure="") & ~Q(message_id="")
                | Q(state=MailState.FAILED, sent_at=None, refused="") & ~Q(failure=""),
                name="invoicing_mail_state",
                violation_error_message="Un message dit s’il est parti, ou pourquoi non.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="said_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__df=MailState.QUEUED.value),
            ),
            pgtrigger.ReadOnly(
                name="only_its_fate",
                exclude=["state", "message_id", "sent_at", "failure", "refused"],
            ),
        ]
