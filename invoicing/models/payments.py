"""Money received from customers: rows that are only ever added, each chained to the last."""

from __future__ import annotations

from datetime import UTC
from typing import ClassVar

from django.db import models
from django.db.models import Q

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import PaymentMeans
from invoicing.models.columns import money
from invoicing.models.triggers import PAYS


class Payment(TenantModel):
    """What one customer paid, once; negative when it is given back (CGI 286 I 3° bis)."""

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="payments")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="payments")
    amount = money("montant")
    received_on = models.DateField("reçu le")
    means = models.CharField("moyen", max_length=10, choices=PaymentMeans.choices)
    reference = models.CharField("référence", max_length=80, blank=True)
    chain_rank = models.PositiveBigIntegerField()
    fingerprint = models.CharField("empreinte", max_length=64)
    recorded_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("enregistré le")

    class Meta:
        verbose_name = "encaissement"
        ordering: ClassVar = ["received_on", "id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "activity", "received_on"], name="invoicing_payment_activity"
            ),
            models.Index(fields=["tenant", "customer"], name="invoicing_payment_customer"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "chain_rank"], name="invoicing_payment_chain_once"
            ),
            models.CheckConstraint(
                condition=~Q(amount=0),
                name="invoicing_payment_amount",
                violation_error_message="Un encaissement a un montant.",
            ),
            models.CheckConstraint(
                condition=Q(fingerprint__regex=r"^[0-9a-f]{64}$"),
                name="invoicing_payment_fingerprint",
            ),
        ]
        triggers: ClassVar = [append_only()]

    def __str__(self) -> str:
        return f"{self.amount} {self.received_on}"

    @property
    def facts(self) -> dict[str, str]:
        """What the fingerprint seals."""
        return {
            "amount": f"{self.amount:.2f}",
            "received_on": self.received_on.isoformat(),
            "means": str(self.means),
            "reference": self.reference,
            "activity": str(self.activity_id),
            "customer": str(self.customer_id),
            "recorded_at": self.recorded_at.astimezone(UTC).isoformat(),
        }


class Allocation(TenantModel):
    """The part of a payment that settles one invoice, and what it makes due.

    A credit note that comes after money has one too, of zero: it changes what that money meant.
    """

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    payment = TenantForeignKey(
        "invoicing.Payment", same=("activity",), null=True, related_name="allocations"
    )
    credit_note = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="+"
    )
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="allocations")
    amount = money("montant")
    net = money("chiffre d’affaires encaissé")
    vat_due = money("TVA devenue exigible")

    class Meta:
        verbose_name = "imputation"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "invoice"], name="invoicing_allocation_invoice"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "payment", "invoice"], name="invoicing_allocation_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "credit_note"], name="invoicing_allocation_credit_once"
            ),
            models.CheckConstraint(
                condition=(Q(payment__isnull=False, credit_note=None) & ~Q(amount=0))
                | Q(payment=None, credit_note__isnull=False, amount=0),
                name="invoicing_allocation_amount",
                violation_error_message="Une imputation vient d’un encaissement ou d’un avoir.",
            ),
        ]
        triggers: ClassVar = [append_only(), PAYS]
