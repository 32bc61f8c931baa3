"""What is written once and used often: what is sold, mentions, terms of sale.

Each is the cooperative's, read by all its activities, or an activity's own.
"""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import Entry, MentionCase, Nature, Unit
from invoicing.rules.units import price_label, unit_label


class CatalogueItem(TenantModel):
    """Something sold often: it fills a line, which is then on its own."""

    scope = Scope.SHARED
    activity = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="catalogue")
    reference = models.CharField("référence", max_length=40, blank=True)
    category = models.CharField("famille", max_length=60, blank=True)
    label = models.CharField("désignation", max_length=160)
    description = models.TextField("détail", blank=True)
    nature = models.CharField(max_length=8, choices=Nature.choices, default=Nature.SERVICES)
    unit = models.CharField("unité", max_length=3, choices=Unit.choices, default=Unit.PIECE)
    entry = models.CharField(
        "saisie du prix", max_length=5, choices=Entry.choices, default=Entry.NET
    )
    unit_price = models.DecimalField("prix HT", max_digits=14, decimal_places=6)
    #: As typed where `entry` is gross: the price without VAT follows from it.
    typed_price = models.DecimalField("prix TTC", max_digits=14, decimal_places=6, null=True)
    vat_choice = TenantForeignKey("invoicing.VatRate", related_name="+")
    archived_at = models.DateTimeField("archivé le", null=True)
    search = models.CharField(max_length=320, editable=False)

    class Meta:
        verbose_name = "article"
        ordering: ClassVar = ["search", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "search"], name="invoicing_catalogue_search")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "reference"],
                condition=~Q(reference="") & Q(archived_at=None),
                nulls_distinct=False,
                name="invoicing_catalogueitem_reference_once",
                violation_error_message="Cette référence est déjà prise.",
            ),
            models.CheckConstraint(
                condition=Q(unit_price__gte=0)
                & (
                    Q(entry=Entry.NET, typed_price=None)
                    | Q(entry=Entry.GROSS, typed_price__isnull=False, typed_price__gte=0)
                ),
                name="invoicing_catalogueitem_price",
                violation_error_message="Un prix est positif.",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def price(self) -> Decimal:
        """The price as it was typed: with VAT, or without."""
        return self.unit_price if self.typed_price is None else self.typed_price

    @property
    def price_label(self) -> str:
        return price_label(self.price)

    @property
    def unit_name(self) -> str:
        return unit_label(self.unit)


class Mention(TenantModel):
    """A sentence of the library, proposed on quotes and invoices where its case arises."""

    scope = Scope.SHARED
    activity = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="mentions")
    title = models.CharField("intitulé", max_length=80)
    text = models.TextField("texte", max_length=2000)
    case = models.CharField(
        "cas", max_length=16, choices=MentionCase.choices, default=MentionCase.BY_HAND
    )
    on_quotes = models.BooleanField("sur les devis", default=True)
    on_invoices = models.BooleanField("sur les factures", default=True)
    is_default = models.BooleanField("cochée d’office dans ce cas", default=False)
    #: Written by us from the law: someone of the cooperative has yet to agree.
    is_to_confirm = models.BooleanField("à confirmer", default=False)
    archived_at = models.DateTimeField("archivée le", null=True)

    class Meta:
        verbose_name = "mention"
        ordering: ClassVar = ["title", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity"], name="invoicing_mention_activity")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(on_quotes=True) | Q(on_invoices=True),
                name="invoicing_mention_somewhere",
                violation_error_message="Une mention va sur les devis, les factures ou les deux.",
            ),
            models.CheckConstraint(
                condition=~Q(text=""),
                name="invoicing_mention_says",
                violation_error_message="Une mention a un texte.",
            ),
        ]

    def __str__(self) -> str:
        return self.title


#: The file is one kept as terms, of the same activity, under the fingerprint that is said.
_TERMS_FILE = pgtrigger.Trigger(
    name="its_own_file",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__document__isnull=False),
    func="""
        IF NOT EXISTS (
            SELECT FROM core_storeddocument d
             WHERE d.tenant_id = NEW.tenant_id AND d.id = NEW.document_id AND d.kind = 'terms'
               AND d.sha256 = NEW.file_sha256
               AND d.activity_id IS NOT DISTINCT FROM NEW.activity_id
        ) THEN
            RAISE EXCEPTION 'file % is not that of these terms', NEW.document_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_terms_own_file';
        END IF;
        RETURN NEW;
    """,
)


class Terms(TenantModel):
    """One version of the terms of sale: the latest holds. A text, a PDF, both; or their end.

    The PDF is named here as it was received, and by its SHA-256: that is what a quote freezes.
    """

    scope = Scope.SHARED
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", null=True, related_name="terms")
    #: Those of the cooperative for one type of business; nobody's else.
    business_type = TenantForeignKey("invoicing.BusinessType", null=True, related_name="terms")
    version = models.PositiveIntegerField()
    text = models.TextField("texte", blank=True)
    document = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    file_name = models.CharField("fichier", max_length=160, blank=True, default="", db_default="")
    file_sha256 = models.CharField(max_length=64, blank=True, default="", db_default="")
    #: There are none from here on.
    is_ended = models.BooleanField("fin", default=False, db_default=False)
    written_at = models.DateTimeField(auto_now_add=True)
    written_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "conditions de vente"
        ordering: ClassVar = ["-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "business_type", "version"],
                nulls_distinct=False,
                name="invoicing_terms_version_once",
            ),
            models.CheckConstraint(
                condition=Q(activity=None) | Q(business_type=None),
                name="invoicing_terms_whose",
                violation_error_message="Des conditions sont d’une enseigne ou d’un type.",
            ),
            models.CheckConstraint(
                condition=Q(is_ended=True, text="", document=None)
                | Q(is_ended=False) & (~Q(text="") | Q(document__isnull=False)),
                name="invoicing_terms_say_something",
                violation_error_message="Des conditions ont un texte ou un fichier.",
            ),
            models.CheckConstraint(
                condition=Q(document=None, file_name="", file_sha256="")
                | Q(document__isnull=False, file_sha256__regex=r"^[0-9a-f]{64}$")
                & ~Q(file_name=""),
                name="invoicing_terms_file_named",
                violation_error_message="Un fichier de conditions a un nom et une empreinte.",
            ),
        ]
        triggers: ClassVar = [append_only(), _TERMS_FILE]
