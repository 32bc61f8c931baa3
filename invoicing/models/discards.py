"""Drafts that were thrown away, kept a day so that one may change one's mind."""

from __future__ import annotations

from typing import ClassVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


class DiscardedDraft(TenantModel):
    """A draft with its lines, as rows ready to be put back under the keys they had."""

    scope = Scope.ACTIVITY
    audited = False  # the trace is that of the draft; the rows go after a day
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    kind = models.CharField(max_length=8, choices=[("quote", "Devis"), ("invoice", "Facture")])
    title = models.CharField("objet", max_length=160, blank=True)
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), null=True, related_name="+")
    rows = models.JSONField(encoder=DjangoJSONEncoder)
    discarded_at = models.DateTimeField("supprimé le")
    discarded_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "brouillon supprimé"
        ordering: ClassVar = ["-discarded_at"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity"], name="invoicing_discarded_activity")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="invoice") | Q(kind="quote", quote=None),
                name="invoicing_discarded_kind",
                violation_error_message="Seule une facture vient d’un devis.",
            ),
        ]


class EditorChoice(TenantModel):
    """How much of the editor a person wants to see: the quick one hides what few documents say."""

    scope = Scope.PERSON
    audited = False
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="+")
    is_quick = models.BooleanField("rapide", default=False)

    class Meta:
        verbose_name = "affichage de l’éditeur"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "entrepreneur"], name="invoicing_editorchoice_once"
            ),
        ]
