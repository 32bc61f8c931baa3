"""The file of an issued invoice, and what the judge of electronic invoices said of it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel

#: One file for ever, but where it was refused: what nobody received may be made again.
_MADE_AGAIN_IF_REFUSED = pgtrigger.Trigger(
    name="made_again_if_refused",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    condition=pgtrigger.Q(new__rank__gt=1),
    func="""
        IF NOT EXISTS (
            SELECT FROM invoicing_invoicefile f
              JOIN invoicing_invoiceverdict v ON v.tenant_id = f.tenant_id AND v.file_id = f.id
             WHERE f.tenant_id = NEW.tenant_id AND f.invoice_id = NEW.invoice_id
               AND f.rank = NEW.rank - 1
               AND v.id = (SELECT max(id) FROM invoicing_invoiceverdict
                            WHERE tenant_id = NEW.tenant_id AND file_id = f.id)
               AND NOT v.is_valid
        ) THEN
            RAISE EXCEPTION 'the file of invoice % was not refused', NEW.invoice_id
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)


class InvoiceFile(TenantModel):
    """The Factur-X of an issued invoice, made by the worker; that of the highest rank counts."""

    scope = Scope.ACTIVITY
    pinned = ("activity", "invoice")
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="files")
    rank = models.PositiveSmallIntegerField("rang", default=1)
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "PDF de facture"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "rank"], name="invoicing_invoicefile_once"
            ),
        ]
        triggers: ClassVar = [append_only(), _MADE_AGAIN_IF_REFUSED]


class InvoiceVerdict(TenantModel):
    """What was said of a file, one day, by rules of one version; the latest counts.

    `faults` is a list of `[code, message]`, `rules` the version of each thing that judged.
    """

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="verdicts")
    file = TenantForeignKey(
        "invoicing.InvoiceFile", same=("activity", "invoice"), related_name="verdicts"
    )
    is_valid = models.BooleanField("conforme")
    faults = models.JSONField("défauts")
    rules = models.JSONField("règles")
    judged_at = models.DateTimeField("contrôlée le", auto_now_add=True)

    class Meta:
        verbose_name = "contrôle de facture électronique"
        indexes: ClassVar = [
            models.Index(fields=["tenant", "invoice", "-id"], name="invoicing_verdict_invoice"),
            models.Index(fields=["tenant", "file", "-id"], name="invoicing_verdict_file"),
            models.Index(
                fields=["tenant", "invoice"],
                condition=Q(is_valid=False),
                name="invoicing_verdict_refused",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_valid=True, faults=[]) | Q(is_valid=False) & ~Q(faults=[]),
                name="invoicing_verdict_says_why",
                violation_error_message="Un refus dit pourquoi, un accord n’a pas de défaut.",
            ),
        ]
        triggers: ClassVar = [append_only()]


class ReceiptedFile(TenantModel):
    """The copy of a paid invoice that says so, made once for what was paid."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="+")
    fingerprint = models.CharField(max_length=64)
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "PDF de facture acquittée"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "fingerprint"], name="invoicing_receiptedfile_once"
            ),
        ]
        triggers: ClassVar = [append_only()]
