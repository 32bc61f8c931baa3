"""What becomes of a quote once it is sent: its versions, who read it, what was said, the proof."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import AgreementMeans, Side
from invoicing.rules.signing import MOST_TRIES


class _OfQuote(TenantModel):
    """A fact about one version of a quote."""

    scope = Scope.ACTIVITY
    version = models.PositiveSmallIntegerField()

    class Meta:
        abstract = True


class QuoteVersion(_OfQuote):
    """What the client could read, as it was sent."""

    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="versions")
    snapshot = models.JSONField("tel qu’envoyé")
    fingerprint = models.CharField("empreinte", max_length=64)
    sent_at = models.DateTimeField("envoyé le")
    sent_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "version de devis"
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote", "version"], name="invoicing_quoteversion_once"
            ),
        ]
        triggers: ClassVar = [append_only()]


class QuoteVisit(_OfQuote):
    """When the page of a version was read, and how many times: by the client, not by us."""

    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="visits")
    first_at = models.DateTimeField("lu le")
    last_at = models.DateTimeField("lu la dernière fois le")
    count = models.PositiveIntegerField("fois", default=1)

    class Meta:
        verbose_name = "lecture de devis"
        ordering: ClassVar = ["version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote", "version"], name="invoicing_quotevisit_once"
            ),
            models.CheckConstraint(
                condition=Q(count__gte=1, last_at__gte=F("first_at")),
                name="invoicing_quotevisit_sane",
                violation_error_message="La dernière lecture ne vient pas avant la première.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="only_grows",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__count__lte=pgtrigger.F("old__count")),
            ),
        ]


class QuoteMessage(_OfQuote):
    """A question of the client, or an answer: written once."""

    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="messages")
    side = models.CharField(max_length=6, choices=Side.choices)
    name = models.CharField("nom", max_length=120)
    text = models.CharField("message", max_length=2000)
    by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField("le", auto_now_add=True)

    class Meta:
        verbose_name = "message sur un devis"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "quote"], name="invoicing_message_quote"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(side=Side.CLIENT, by=None) | Q(side=Side.TEAM, by__isnull=False),
                name="invoicing_message_by",
                violation_error_message="Une réponse dit qui l’a écrite.",
            ),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(name=""),
                name="invoicing_message_said",
                violation_error_message="Un message a un auteur et dit quelque chose.",
            ),
        ]
        triggers: ClassVar = [append_only()]


class SignatureCode(_OfQuote):
    """A code mailed to who wants to sign, with what they then sign.

    The six digits are in no table: the worker that mails them and the page that reads them find
    them again from `seed` and the key of the site.
    """

    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="codes")
    name = models.CharField("nom", max_length=120)
    role = models.CharField("fonction", max_length=120, blank=True)
    address = models.EmailField("envoyé à")
    options = ArrayField(
        models.PositiveSmallIntegerField(), verbose_name="options retenues", default=list
    )
    seed = models.CharField(max_length=64)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField("envoyé le")
    expires_at = models.DateTimeField("valable jusqu’à")
    tries = models.PositiveSmallIntegerField("essais", default=0)
    used_at = models.DateTimeField("utilisé le", null=True)

    class Meta:
        verbose_name = "code de signature"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "quote"], name="invoicing_code_quote"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(tries__lte=MOST_TRIES),
                name="invoicing_code_tries",
                violation_error_message="Un code ne s’essaie que cinq fois.",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lte=F("expires_at")),
                name="invoicing_code_in_time",
                violation_error_message="Un code ne sert plus après dix minutes.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="used_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__used_at__isnull=False)
                | pgtrigger.Q(new__tries__lt=pgtrigger.F("old__tries")),
            ),
            pgtrigger.ReadOnly(name="only_tried", exclude=["tries", "used_at"]),
        ]


class QuoteEvidence(_OfQuote):
    """How we know that the client agreed: one row a quote, never changed."""

    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="evidence")
    means = models.CharField("comment", max_length=5, choices=AgreementMeans.choices)
    fingerprint = models.CharField("empreinte du devis", max_length=64)
    pdf_sha256 = models.CharField("empreinte du PDF lu", max_length=64, blank=True)
    name = models.CharField("signé par", max_length=120)
    role = models.CharField("fonction", max_length=120, blank=True)
    address = models.EmailField("code envoyé à", blank=True)
    ip = models.GenericIPAddressField("adresse IP", null=True)
    user_agent = models.CharField("navigateur", max_length=300, blank=True)
    code = TenantForeignKey("invoicing.SignatureCode", null=True, related_name="+")
    code_sent_at = models.DateTimeField("code envoyé le", null=True)
    agreed_at = models.DateTimeField("accepté le")
    document = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "preuve d’accord"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote"],
                name="invoicing_evidence_once",
                violation_error_message="L’accord sur ce devis est déjà enregistré.",
            ),
            models.CheckConstraint(
                condition=Q(
                    means=AgreementMeans.CODE, code__isnull=False, code_sent_at__isnull=False
                )
                & ~Q(address="")
                | Q(means=AgreementMeans.PAPER, code=None),
                name="invoicing_evidence_means",
                violation_error_message="Un accord dit comment il a été donné.",
            ),
        ]
        triggers: ClassVar = [append_only()]
