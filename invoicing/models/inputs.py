"""What is being typed, kept until it can be read."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q, Value

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


class SaleInput(TenantModel):
    """A quote or an invoice as it is being typed: incomplete, or with something unreadable.

    The document keeps what was last readable; this row goes when the form is readable again.
    """

    scope = Scope.ACTIVITY
    audited = False  # rewritten as one types; what counts is the document
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    kind = models.CharField(max_length=8, choices=[("quote", "Devis"), ("invoice", "Facture")])
    quote = TenantForeignKey(
        "invoicing.Quote", same=("activity",), null=True, related_name="inputs"
    )
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="inputs"
    )
    title = models.CharField(max_length=160, blank=True)
    fields = models.JSONField()
    #: What could not be read, in a few words each: `ligne 2 (Prix HT)`.
    missing = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "saisie en cours"
        ordering: ClassVar = ["-saved_at"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity"], name="invoicing_saleinput_activity")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote"], name="invoicing_saleinput_quote_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "invoice"], name="invoicing_saleinput_invoice_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="quote", invoice=None) | Q(kind="invoice", quote=None),
                name="invoicing_saleinput_kind",
                violation_error_message="Une saisie est celle d’un devis, ou d’une facture.",
            ),
        ]
