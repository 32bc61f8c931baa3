"""What is billed. From the moment it is issued an invoice never changes."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import InvoiceKind, InvoiceStatus, VatCategory
from invoicing.models.columns import (
    FrozenCustomer,
    PricedLine,
    Totalled,
    coherent_totals,
    legal_vat,
    money,
    priced,
)
from invoicing.models.triggers import (
    ISSUED_RIGHT,
    MOVED_BY_FACTS_ONLY,
    OPENS_SETTLEMENT,
    only_while_draft,
)

_ISSUED = Q(
    status=InvoiceStatus.ISSUED,
    number__regex=r"^[A-Za-z0-9_/+-]{1,35}$",
    series__gt="",
    issued_on__isnull=False,
    due_on__isnull=False,
    issued_at__isnull=False,
    snapshot__isnull=False,
    chain_rank__isnull=False,
    fingerprint__regex=r"^[0-9a-f]{64}$",
)
_NOT_ISSUED = ~Q(status=InvoiceStatus.ISSUED) & Q(
    number=None, issued_on=None, issued_at=None, snapshot=None, chain_rank=None, fingerprint=""
)


class Invoice(FrozenCustomer, Totalled, TenantModel):
    """An invoice or a credit note; the cooperative is its seller, the activity its author.

    Whether it is paid or transmitted lives elsewhere: an issued row is frozen by a trigger and
    chained to the one before by its fingerprint.
    """

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="invoices")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="invoices")
    quote = TenantForeignKey(
        "invoicing.Quote", same=("activity",), null=True, related_name="invoices"
    )
    corrects = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="credit_notes"
    )
    kind = models.CharField(max_length=12, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE)
    status = models.CharField(
        "état", max_length=10, choices=InvoiceStatus.choices, default=InvoiceStatus.DRAFT
    )
    subject = models.CharField("objet", max_length=160)
    order_reference = models.CharField("numéro de commande", max_length=40, blank=True)
    supplied_on = models.DateField("date de la prestation", null=True)
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", default=30)
    notes = models.TextField("mention particulière", blank=True)

    # What issuing gives
    number = models.CharField("numéro", max_length=35, null=True)
    series = models.CharField(max_length=20, blank=True)
    issued_on = models.DateField("émise le", null=True)
    due_on = models.DateField("à régler avant le", null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    snapshot = models.JSONField("tel qu’émis", null=True)
    chain_rank = models.PositiveBigIntegerField(null=True)
    fingerprint = models.CharField("empreinte", max_length=64, blank=True)

    # Before it is issued
    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    submitted_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField("soumise le", null=True)
    refusal_reason = models.TextField("motif du refus", blank=True)
    search = models.CharField(max_length=400, editable=False)

    class Meta:
        verbose_name = "facture"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "-id"], name="invoicing_invoice_activity"),
            models.Index(fields=["tenant", "customer"], name="invoicing_invoice_customer"),
            models.Index(fields=["tenant", "quote"], name="invoicing_invoice_quote"),
            models.Index(fields=["tenant", "corrects"], name="invoicing_invoice_corrects"),
            models.Index(
                fields=["tenant", "series", "-issued_on"], name="invoicing_invoice_series"
            ),
            models.Index(
                fields=["tenant", "submitted_at"],
                condition=Q(status="submitted"),
                name="invoicing_invoice_submitted",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="invoicing_invoice_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "chain_rank"], name="invoicing_invoice_chain_once"
            ),
            models.CheckConstraint(
                condition=_ISSUED | _NOT_ISSUED,
                name="invoicing_invoice_numbered",
                violation_error_message="Une facture a un numéro quand elle est émise, pas avant.",
            ),
            models.CheckConstraint(
                condition=~Q(status=InvoiceStatus.SUBMITTED)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="invoicing_invoice_submitted_by",
                violation_error_message="Une facture soumise dit par qui, et quand.",
            ),
            models.CheckConstraint(
                condition=Q(kind=InvoiceKind.INVOICE, corrects=None)
                | Q(kind=InvoiceKind.CREDIT_NOTE, corrects__isnull=False),
                name="invoicing_invoice_corrects",
                violation_error_message="Un avoir corrige une facture.",
            ),
            coherent_totals("invoicing_invoice_totals"),
            models.CheckConstraint(
                condition=~Q(status=InvoiceStatus.ISSUED) | Q(gross__gte=0),
                name="invoicing_invoice_positive",
                violation_error_message="Une facture négative est un avoir.",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None) | Q(due_on__gte=F("issued_on")),
                name="invoicing_invoice_due",
                violation_error_message="L’échéance vient après la date de la facture.",
            ),
            models.CheckConstraint(
                condition=Q(payment_days__lte=60),
                name="invoicing_invoice_days",
                violation_error_message=(
                    "La loi limite le délai de paiement à 60 jours (C. com. L441-10)."
                ),
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="born_a_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__status__df="draft"),
            ),
            pgtrigger.Protect(
                name="frozen_once_issued",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status="issued"),
            ),
            ISSUED_RIGHT,
            OPENS_SETTLEMENT,
        ]

    def __str__(self) -> str:
        return self.number or self.subject


class InvoiceLine(PricedLine, TenantModel):
    scope = Scope.ACTIVITY
    audited = False  # rewritten at each save of a draft, frozen afterwards
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="lines")
    vat_choice = TenantForeignKey("invoicing.VatRate", related_name="+")

    class Meta:
        verbose_name = "ligne de facture"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "position"],
                name="invoicing_invoiceline_position_once",
            ),
            legal_vat("invoicing_invoiceline_vat"),
            priced("invoicing_invoiceline_net"),
        ]
        triggers: ClassVar = [only_while_draft("invoicing_invoice", "invoice_id")]


class InvoiceVat(TenantModel):
    """The VAT of one category and rate, rounded once on the summed net (BR-CO-17)."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="vat_rows")
    position = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=2, choices=VatCategory.choices)
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    basis = money("base HT")
    tax = money("TVA")

    class Meta:
        verbose_name = "TVA de facture"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "category", "rate"],
                name="invoicing_invoicevat_rate_once",
            ),
            legal_vat("invoicing_invoicevat_legal", rate="rate", category="category"),
        ]
        triggers: ClassVar = [only_while_draft("invoicing_invoice", "invoice_id")]


class InvoiceFile(TenantModel):
    """The readable face of an issued invoice, made once by the worker."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="files")
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "PDF de facture"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice"], name="invoicing_invoicefile_once"
            ),
        ]
        triggers: ClassVar = [append_only()]


class Settlement(TenantModel):
    """What an issued invoice is still owed. Only payments and credit notes move it."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="settlements")
    due_on = models.DateField("échéance")
    gross = money("total TTC")
    credited = money("avoirs")
    paid = money("encaissé")
    remaining = models.GeneratedField(
        expression=F("gross") - F("credited") - F("paid"),
        output_field=models.DecimalField(max_digits=12, decimal_places=2),
        db_persist=True,
        verbose_name="reste à payer",
    )

    class Meta:
        verbose_name = "règlement"
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "due_on"],
                condition=Q(remaining__gt=0),
                name="invoicing_settlement_open",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "invoice"], name="invoicing_settlement_once"),
            models.CheckConstraint(
                condition=Q(credited__gte=0, credited__lte=F("gross")),
                name="invoicing_settlement_credited",
                violation_error_message="Les avoirs ne dépassent pas la facture qu’ils corrigent.",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, paid__lte=F("gross")),
                name="invoicing_settlement_paid",
                violation_error_message="On n’encaisse pas plus que ce qui est dû.",
            ),
        ]
        triggers: ClassVar = [MOVED_BY_FACTS_ONLY]
