"""Money received from customers: rows that are only ever added, each chained to the last."""

from __future__ import annotations

from datetime import UTC
from typing import ClassVar

from django.db import models
from django.db.models import Q

from cae.core.models import append_only
from cae.core.money import ZERO
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import PaymentMeans
from invoicing.models.columns import money
from invoicing.models.payment_triggers import (
    FREES_ITS_LINE,
    GIVES_BACK_RECEIVED,
    IN_ITS_BANK,
    PAYS,
    REVERSES_RIGHT,
    SETTLES_WHOLE,
    WRITES_OFF_LITTLE,
    WRITES_OFF_NOTHING_CASHED,
    only_in_an_open_day,
)

#: Account of the cooperative's bank, where it has no other.
BANK = "512"

#: Where a small difference goes: lost by the cooperative, or kept by it.
LOST, KEPT = "658", "758"


class Payment(TenantModel):
    """What one customer paid, once; negative when it is given back (CGI 286 I 3° bis).

    A small difference (`is_gap`) is one too, of no money: what is lost of an invoice, or, negative,
    what is kept of a credit. It has its place in the chain, and none in what was received.

    What is left of it once its allocations are off is a credit of the customer (4191). A mistake
    is reversed by the opposite payment; nothing is changed, nothing is deleted.
    """

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="payments")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="payments")
    #: Frozen: a journal of the whole cooperative needs no join.
    customer_name = models.CharField(
        "client", max_length=160, blank=True, default="", db_default=""
    )
    amount = money("montant")
    #: Where the money went in: the bank, or what waits to be taken there.
    account = models.CharField("compte", max_length=12, default=BANK, db_default=BANK)
    reverses = TenantForeignKey("self", same=("activity",), null=True, related_name="reversals")
    reason = models.CharField("motif", max_length=160, blank=True, default="", db_default="")
    received_on = models.DateField("reçu le")
    means = models.CharField("moyen", max_length=10, choices=PaymentMeans.choices)
    reference = models.CharField("référence", max_length=80, blank=True)
    #: Who paid, where it is not the customer; their bank; the account of ours that received it.
    issuer = models.CharField("payé par", max_length=120, blank=True, default="", db_default="")
    issuer_bank = models.CharField(
        "banque du client", max_length=60, blank=True, default="", db_default=""
    )
    bank_account = TenantForeignKey("entrepreneurs.BankAccount", null=True, related_name="+")
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
            models.CheckConstraint(
                condition=Q(account__regex=r"^(512[0-9]*|5112|530|658|758)$"),
                name="invoicing_payment_account",
                violation_error_message="L’argent entre en banque, ou attend d’y être remis.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "reverses"],
                name="invoicing_payment_reversed_once",
                violation_error_message="Cet encaissement a déjà été contre-passé.",
            ),
            models.CheckConstraint(
                condition=Q(reverses=None, amount__gt=0) | ~Q(reason=""),
                name="invoicing_payment_reason",
                violation_error_message="Un remboursement, une contre-passation ont un motif.",
            ),
            models.CheckConstraint(
                condition=(~Q(means=PaymentMeans.GAP) & ~Q(account__in=(LOST, KEPT)))
                | Q(means=PaymentMeans.GAP, reverses=None, amount__gt=0, account=LOST)
                | Q(means=PaymentMeans.GAP, reverses=None, amount__lt=0, account=KEPT)
                | Q(means=PaymentMeans.GAP, reverses__isnull=False, account__in=(LOST, KEPT)),
                name="invoicing_payment_gap_account",
                violation_error_message="Une petite différence va au 658 ou au 758, elle seule.",
            ),
        ]
        triggers: ClassVar = [
            append_only(),
            WRITES_OFF_LITTLE,
            SETTLES_WHOLE,
            REVERSES_RIGHT,
            FREES_ITS_LINE,
            GIVES_BACK_RECEIVED,
            IN_ITS_BANK,
            only_in_an_open_day("recorded_at"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.received_on}"

    @property
    def is_gap(self) -> bool:
        """Tell whether no money moved: a small difference, or what cancels it."""
        return self.means == PaymentMeans.GAP

    @property
    def kind(self) -> str:
        """The French word of what it is."""
        if self.reverses_id:
            return "Contre-passation"
        if self.is_gap:
            return "Écart soldé"
        return "Encaissement" if self.amount > 0 else "Remboursement"

    @property
    def facts(self) -> dict[str, str]:
        """What the fingerprint seals; what an ordinary receipt has not is not written."""
        more = {
            "account": "" if self.account == BANK else self.account,
            "customer_name": self.customer_name,
            "reason": self.reason,
            "reverses": str(self.reverses_id or ""),
            "issuer": self.issuer,
            "issuer_bank": self.issuer_bank,
            "bank_account": str(self.bank_account_id or ""),
        }
        return {name: value for name, value in more.items() if value} | {
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

    Negative, it takes that part back: the payment was a mistake, or a credit note came after it.
    A credit note that comes after money has one too, of zero: it changes what that money meant.
    With a `refund` instead of an invoice, it is the part of a payment that was given back.
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
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="allocations"
    )
    refund = TenantForeignKey(
        "invoicing.Payment", same=("activity",), null=True, related_name="returned"
    )
    #: Empty where the money settled at its very receipt.
    dated_on = models.DateField("imputé le", null=True)
    amount = money("montant")
    net = money("chiffre d’affaires encaissé")
    vat_due = money("TVA devenue exigible")
    #: VAT that waited for money that will never come: it leaves 44574 and is due to nobody.
    vat_waived = money("TVA qui ne sera pas exigible", db_default=ZERO)

    class Meta:
        verbose_name = "imputation"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "invoice"], name="invoicing_allocation_invoice"),
            models.Index(fields=["tenant", "payment"], name="invoicing_allocation_payment"),
            models.Index(
                fields=["tenant", "refund"],
                condition=Q(refund__isnull=False),
                name="invoicing_allocation_refund",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "credit_note"], name="invoicing_allocation_credit_once"
            ),
            models.CheckConstraint(
                condition=(
                    Q(payment__isnull=False, credit_note=None, refund=None, invoice__isnull=False)
                    & ~Q(amount=0)
                )
                | (
                    Q(payment__isnull=False, credit_note=None, refund__isnull=False)
                    & Q(invoice=None, net=0, vat_due=0)
                    & ~Q(amount=0)
                )
                | Q(
                    payment=None,
                    credit_note__isnull=False,
                    refund=None,
                    invoice__isnull=False,
                    amount=0,
                ),
                name="invoicing_allocation_amount",
                violation_error_message="Une imputation vient d’un encaissement ou d’un avoir.",
            ),
        ]
        triggers: ClassVar = [append_only(), PAYS, WRITES_OFF_NOTHING_CASHED]
