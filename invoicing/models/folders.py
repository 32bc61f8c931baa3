"""Folders (« dossiers »): the work done for customers, above deals; and the types of both."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel

#: What is filed, by the name of its column in `Filing`.
FILED = ("deal", "quote", "invoice")


class BusinessType(TenantModel):
    """A sort of deal: classic, training, construction site, travel, or one of the cooperative's."""

    scope = Scope.COOPERATIVE
    #: Of those the product brings; a cooperative's own have none.
    code = models.SlugField("code", max_length=32, blank=True)
    label = models.CharField("intitulé", max_length=60)
    mention = models.TextField("mention imprimée", max_length=600, blank=True)
    #: Written by us from the law: not printed before somebody of the cooperative agrees.
    is_to_confirm = models.BooleanField("à confirmer", default=False)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "type d’affaire"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                condition=~Q(code=""),
                name="invoicing_businesstype_code_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "label"],
                name="invoicing_businesstype_label_once",
                violation_error_message="Un type d’affaire porte déjà cet intitulé.",
            ),
            models.CheckConstraint(
                condition=~Q(label=""),
                name="invoicing_businesstype_named",
                violation_error_message="Un type d’affaire a un intitulé.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class FolderType(TenantModel):
    """A sort of folder, and which sorts of deals may be filed in it."""

    scope = Scope.COOPERATIVE
    code = models.SlugField("code", max_length=32, blank=True)
    label = models.CharField("intitulé", max_length=60)
    hint = models.CharField("aide", max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    is_offered = models.BooleanField("proposé", default=True)

    class Meta:
        verbose_name = "type de dossier"
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                condition=~Q(code=""),
                name="invoicing_foldertype_code_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "label"],
                name="invoicing_foldertype_label_once",
                violation_error_message="Un type de dossier porte déjà cet intitulé.",
            ),
            models.CheckConstraint(
                condition=~Q(label=""),
                name="invoicing_foldertype_named",
                violation_error_message="Un type de dossier a un intitulé.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class FolderTypeAllows(TenantModel):
    """One sort of deal that a sort of folder takes."""

    scope = Scope.COOPERATIVE
    audited = False  # there or not, never changed
    folder_type = TenantForeignKey("invoicing.FolderType", related_name="allowed")
    business_type = TenantForeignKey("invoicing.BusinessType", related_name="+")

    class Meta:
        verbose_name = "type d’affaire d’un type de dossier"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "folder_type", "business_type"],
                name="invoicing_foldertypeallows_once",
            ),
        ]


class Folder(TenantModel):
    """The work done for one or more customers: its phases, deals, quotes, invoices and files."""

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="folders")
    folder_type = TenantForeignKey("invoicing.FolderType", related_name="+")
    code = models.CharField("code", max_length=20, blank=True)
    name = models.CharField("nom", max_length=160)
    archived_at = models.DateTimeField("archivé le", null=True)
    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("ouvert le", auto_now_add=True)
    search = models.CharField(max_length=600, editable=False)

    class Meta:
        verbose_name = "dossier"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "-id"], name="invoicing_folder_activity"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="invoicing_folder_named",
                violation_error_message="Un dossier a un nom.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "activity", "code"],
                condition=~Q(code=""),
                name="invoicing_folder_code_once",
                violation_error_message="Un dossier de cette enseigne porte déjà ce code.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="type_takes_what_is_filed",
                when=pgtrigger.Before,
                operation=pgtrigger.UpdateOf("folder_type_id"),
                func="""
                    IF EXISTS (
                        SELECT FROM invoicing_filing f
                         WHERE f.tenant_id = NEW.tenant_id AND f.folder_id = NEW.id
                           AND NOT EXISTS (
                            SELECT FROM invoicing_foldertypeallows a
                             WHERE a.tenant_id = f.tenant_id
                               AND a.folder_type_id = NEW.folder_type_id
                               AND a.business_type_id = f.business_type_id)
                    ) THEN
                        RAISE EXCEPTION 'folder % holds what its type does not take', NEW.id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'invoicing_folder_type';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


class FolderCustomer(TenantModel):
    """One customer of a folder."""

    scope = Scope.ACTIVITY
    audited = False  # there or not, never changed
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    folder = TenantForeignKey("invoicing.Folder", same=("activity",), related_name="members")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="+")

    class Meta:
        verbose_name = "client d’un dossier"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "folder", "customer"], name="invoicing_foldercustomer_once"
            ),
        ]


class FolderPhase(TenantModel):
    """A part of a folder: a year, a building, a step of the work."""

    scope = Scope.ACTIVITY
    pinned = ("folder",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    folder = TenantForeignKey("invoicing.Folder", same=("activity",), related_name="phases")
    name = models.CharField("nom", max_length=80)

    class Meta:
        verbose_name = "phase d’un dossier"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "folder", "name"],
                name="invoicing_folderphase_name_once",
                violation_error_message="Une phase de ce dossier porte déjà ce nom.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="invoicing_folderphase_named",
                violation_error_message="Une phase a un nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FolderFile(TenantModel):
    """A file put in a folder: plans, a letter, a photo of the site."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    folder = TenantForeignKey("invoicing.Folder", same=("activity",), related_name="files")
    document = TenantForeignKey("core.StoredDocument", related_name="+")
    added_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("ajouté le", auto_now_add=True)

    class Meta:
        verbose_name = "fichier d’un dossier"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "folder"], name="invoicing_folderfile_folder"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
        ]


class Filing(TenantModel):
    """Where a deal, a quote or an invoice is filed. A table apart: the documents are frozen.

    What follows another is filed with it and has no row: the invoices of a quote, a credit note,
    the documents of a deal.
    """

    scope = Scope.ACTIVITY
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    business_type = TenantForeignKey("invoicing.BusinessType", related_name="+")
    folder = TenantForeignKey(
        "invoicing.Folder", same=("activity",), null=True, related_name="filings"
    )
    phase = TenantForeignKey(
        "invoicing.FolderPhase", same=("folder",), null=True, related_name="filings"
    )
    deal = TenantForeignKey("invoicing.Deal", same=("activity",), null=True, related_name="filings")
    quote = TenantForeignKey(
        "invoicing.Quote", same=("activity",), null=True, related_name="filings"
    )
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="filings"
    )

    class Meta:
        verbose_name = "classement"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "folder"], name="invoicing_filing_folder"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(deal__isnull=False, quote=None, invoice=None)
                | Q(deal=None, quote__isnull=False, invoice=None)
                | Q(deal=None, quote=None, invoice__isnull=False),
                name="invoicing_filing_one",
                violation_error_message="On classe une affaire, un devis ou une facture.",
            ),
            models.CheckConstraint(
                condition=Q(phase=None) | Q(folder__isnull=False),
                name="invoicing_filing_phase",
                violation_error_message="Une phase est celle d’un dossier.",
            ),
            *(
                models.UniqueConstraint(
                    fields=["tenant", name],
                    name=f"invoicing_filing_{name}_once",
                    violation_error_message="C’est déjà classé.",
                )
                for name in FILED
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="filed_right",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.folder_id IS NOT NULL AND EXISTS (
                        SELECT FROM invoicing_folder
                         WHERE tenant_id = NEW.tenant_id AND id = NEW.folder_id
                           AND archived_at IS NOT NULL
                    ) THEN
                        RAISE EXCEPTION 'folder % is archived', NEW.folder_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'invoicing_filing_archived';
                    END IF;
                    IF NEW.folder_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM invoicing_folder d
                          JOIN invoicing_foldertypeallows a
                            ON a.tenant_id = d.tenant_id AND a.folder_type_id = d.folder_type_id
                         WHERE d.tenant_id = NEW.tenant_id AND d.id = NEW.folder_id
                           AND a.business_type_id = NEW.business_type_id
                    ) THEN
                        RAISE EXCEPTION 'folder % does not take this business type', NEW.folder_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'invoicing_filing_allowed';
                    END IF;
                    IF EXISTS (
                        SELECT FROM invoicing_dealitem
                         WHERE tenant_id = NEW.tenant_id
                           AND (quote_id = NEW.quote_id OR invoice_id = NEW.invoice_id)
                    ) OR EXISTS (
                        SELECT FROM invoicing_invoice
                         WHERE tenant_id = NEW.tenant_id AND id = NEW.invoice_id
                           AND (quote_id IS NOT NULL OR corrects_id IS NOT NULL)
                    ) THEN
                        RAISE EXCEPTION 'this document is filed with another'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'invoicing_filing_follows';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
