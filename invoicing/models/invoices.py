"""What is billed. From the moment it is issued an invoice never changes."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest, Least

from accounting.enums import AccountUse
from cae.core.money import ZERO
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import InvoiceKind, InvoiceStatus, VatCategory
from invoicing.models.columns import (
    FrozenCustomer,
    OwnRated,
    Particular,
    PricedLine,
    Reduced,
    Totalled,
    account_column,
    coherent_totals,
    legal_vat,
    money,
    or_empty,
    own_rated,
    priced,
    reduced,
)
from invoicing.models.payment_triggers import only_in_an_open_day
from invoicing.models.personal_services import SERVICES_TOLD
from invoicing.models.triggers import (
    ISSUED_RIGHT,
    MOVED_BY_FACTS_ONLY,
    OPENS_SETTLEMENT,
    RATED_BY_THE_COOPERATIVE,
    insured,
    only_while_draft,
    still_open,
)
from invoicing.rules.retentions import MOST as MOST_RETAINED

_ISSUED = Q(
    status=InvoiceStatus.ISSUED,
    number__isnull=False,
    number__regex=r"^[A-Za-z0-9_/+-]{1,35}$",
    series__gt="",
    issued_on__isnull=False,
    due_on__isnull=False,
    issued_at__isnull=False,
    snapshot__isnull=False,
    chain_rank__isnull=False,
    fingerprint__regex=r"^[0-9a-f]{64}$",
)
#: What names the invoice it corrects, and what may take deposits off.
_CORRECTING = (InvoiceKind.CREDIT_NOTE, InvoiceKind.CORRECTIVE)
_DEDUCTING = (
    InvoiceKind.INVOICE,
    InvoiceKind.PROGRESS,
    InvoiceKind.FINAL,
    InvoiceKind.CORRECTIVE,
)
#: What may be kept part of: works that are billed, never a deposit.
RETAINING = _DEDUCTING
_NOT_ISSUED = ~Q(status=InvoiceStatus.ISSUED) & Q(
    number=None, issued_on=None, issued_at=None, snapshot=None, chain_rank=None, fingerprint=""
)


class Invoice(FrozenCustomer, OwnRated, Totalled, Reduced, Particular, TenantModel):
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
    #: The instalment of the quote that it bills, where there is a schedule.
    instalment = TenantForeignKey("invoicing.QuoteInstalment", null=True, related_name="invoices")
    corrects = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="credit_notes"
    )
    kind = models.CharField(max_length=12, choices=InvoiceKind.choices, default=InvoiceKind.INVOICE)
    status = models.CharField(
        "état", max_length=10, choices=InvoiceStatus.choices, default=InvoiceStatus.DRAFT
    )
    subject = models.CharField("objet", max_length=160)
    order_reference = models.CharField("numéro de commande", max_length=50, blank=True)
    #: The first day of what lasted several; `supplied_on` is then its last.
    supplied_from = models.DateField("début de la prestation", null=True)
    supplied_on = models.DateField("date de la prestation", null=True)
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", default=30)
    notes = models.TextField("mention particulière", blank=True)
    #: Deposits taken off: with VAT (BT-113), and the part of it without.
    prepaid = money("acomptes déduits", db_default=ZERO)
    prepaid_net = money("acomptes déduits, HT", db_default=ZERO)
    #: What the customer may keep until the second date: it stays owed. Of a credit note, what it
    #: takes off the retention of the invoice it corrects.
    retention_rate = models.DecimalField(
        "taux de la retenue", max_digits=5, decimal_places=4, default=0, db_default=ZERO
    )
    retention = money("retenue de garantie", db_default=ZERO)
    retention_due_on = models.DateField("retenue libérée le", null=True)

    # What issuing gives
    number = models.CharField("numéro", max_length=35, null=True)
    series = models.CharField(max_length=40, blank=True)
    issued_on = models.DateField("émise le", null=True)
    due_on = models.DateField("à régler avant le", null=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    snapshot = models.JSONField("tel qu’émis", null=True)
    chain_rank = models.PositiveBigIntegerField(null=True)
    fingerprint = models.CharField("empreinte", max_length=64, blank=True)
    #: Where it was posted; empty is 411, 706 and 707. What comes after it goes there too.
    customers_account = account_column("compte du client")
    services_account = account_column("compte des prestations")
    goods_account = account_column("compte des marchandises")

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
            # What each state of a list counts, read without the rows: they are wide.
            models.Index(
                fields=["tenant", "status", "kind", "activity"], name="invoicing_invoice_states"
            ),
            # A page of a list sorted is read in its order; what a list adds up to, from an index.
            models.Index(fields=["tenant", "gross", "id"], name="invoicing_invoice_by_total"),
            models.Index(
                fields=["tenant", "customer_name", "id"], name="invoicing_invoice_by_name"
            ),
            models.Index(
                fields=["tenant", "issued_on", "id"],
                include=["status", "kind", "activity", "net", "gross", "prepaid", "prepaid_net"],
                name="invoicing_invoice_by_day",
            ),
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
                condition=Q(kind__in=_CORRECTING, corrects__isnull=False)
                | ~Q(kind__in=_CORRECTING) & Q(corrects=None),
                name="invoicing_invoice_corrects",
                violation_error_message="Un avoir ou une rectificative corrige une facture.",
            ),
            coherent_totals("invoicing_invoice_totals"),
            reduced("invoicing_invoice_reduced"),
            own_rated("invoicing_invoice_own_rate"),
            models.CheckConstraint(
                condition=Q(prepaid_net__gte=0, prepaid__gte=F("prepaid_net"))
                & (Q(prepaid=0) | Q(kind__in=_DEDUCTING)),
                name="invoicing_invoice_prepaid",
                violation_error_message="Seule une facture déduit des acomptes.",
            ),
            models.CheckConstraint(
                condition=Q(retention=0, retention_due_on=None)
                | Q(
                    retention__gt=0,
                    retention__lte=(F("gross") + F("rounding")) * MOST_RETAINED,
                    kind__in=RETAINING,
                )
                & (~Q(status=InvoiceStatus.ISSUED) | Q(retention_due_on__isnull=False))
                | Q(
                    retention__gt=0,
                    retention__lte=F("gross") + F("rounding"),
                    retention_due_on=None,
                    kind=InvoiceKind.CREDIT_NOTE,
                ),
                name="invoicing_invoice_retention",
                violation_error_message=(
                    "Une retenue de garantie est de 5\u00a0% au plus (loi 71-584), et a une date."
                ),
            ),
            models.CheckConstraint(
                condition=Q(retention_rate__range=(0, MOST_RETAINED)),
                name="invoicing_invoice_retention_rate",
                violation_error_message=(
                    "La retenue de garantie est de 5\u00a0% au plus (loi 71-584)."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(status=InvoiceStatus.ISSUED)
                | (Q(gross__gte=0) & Q(gross__gte=F("prepaid") - F("rounding"))),
                name="invoicing_invoice_positive",
                violation_error_message="Une facture négative est un avoir.",
            ),
            models.CheckConstraint(
                condition=Q(
                    customers_account__regex=or_empty(AccountUse.CUSTOMERS),
                    services_account__regex=or_empty(AccountUse.SERVICES),
                    goods_account__regex=or_empty(AccountUse.GOODS),
                ),
                name="invoicing_invoice_accounts",
                violation_error_message="Une facture s’écrit sur des comptes 411 et 70.",
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
            models.CheckConstraint(
                condition=Q(supplied_from=None)
                | Q(supplied_on=None)
                | Q(supplied_from__lte=F("supplied_on")),
                name="invoicing_invoice_supplied",
                violation_error_message="Une prestation se termine après avoir commencé.",
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
            RATED_BY_THE_COOPERATIVE,
            ISSUED_RIGHT,
            still_open(
                ~pgtrigger.Q(old__status="issued")
                & pgtrigger.Q(new__status="issued")
                & ~pgtrigger.Q(new__kind="credit_note"),
                day="NEW.issued_on",
            ),
            insured(
                pgtrigger.Q(new__status="issued") & ~pgtrigger.Q(new__kind="credit_note"),
                runs="NEW.issued_on BETWEEN i.valid_from AND i.valid_to",
            ),
            SERVICES_TOLD,
            OPENS_SETTLEMENT,
            only_in_an_open_day("issued_at", condition=pgtrigger.Q(new__status="issued")),
        ]

    def __str__(self) -> str:
        return self.number or self.subject

    @property
    def is_being_written(self) -> bool:
        """A draft: its content may change."""
        return self.status == InvoiceStatus.DRAFT

    @property
    def due(self) -> Decimal:
        """EUR with VAT that the customer is asked for (BT-115)."""
        return self.gross - self.prepaid + self.rounding


class InvoiceLine(PricedLine, TenantModel):
    """A line. `progress` is the share of its quote's line billed so far, this invoice included."""

    scope = Scope.ACTIVITY
    audited = False  # rewritten at each save of a draft, frozen afterwards
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="lines")
    vat_choice = TenantForeignKey("invoicing.VatRate", related_name="+")
    quote_line = TenantForeignKey("invoicing.QuoteLine", null=True, related_name="billed")
    progress = models.DecimalField("avancement cumulé", max_digits=5, decimal_places=4, null=True)
    # Services à la personne: what the yearly certificate recalls (CGI art. 199 sexdecies).
    service = TenantForeignKey("invoicing.PersonalServiceKind", null=True, related_name="+")
    worker_name = models.CharField(
        "intervenant·e", max_length=120, blank=True, default="", db_default=""
    )
    worker_number = models.CharField(
        "numéro d’intervenant", max_length=40, blank=True, default="", db_default=""
    )
    done_on = models.DateField("date de l’intervention", null=True)
    minutes = models.PositiveIntegerField("durée en minutes", null=True)

    class Meta:
        verbose_name = "ligne de facture"
        ordering: ClassVar = ["position"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "service"],
                include=["invoice"],
                condition=Q(service__isnull=False),
                name="invoicing_line_of_a_service",
            ),
            models.Index(
                fields=["tenant", "quote_line"],
                condition=Q(quote_line__isnull=False),
                name="invoicing_line_of_a_quote",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "position"],
                name="invoicing_invoiceline_position_once",
            ),
            legal_vat("invoicing_invoiceline_vat"),
            priced("invoicing_invoiceline_net"),
            models.CheckConstraint(
                condition=Q(progress=None) | Q(progress__range=(0, 1), quote_line__isnull=False),
                name="invoicing_invoiceline_progress",
                violation_error_message="Un avancement va de 0 à 100\u00a0% d’une ligne de devis.",
            ),
            models.CheckConstraint(
                condition=Q(minutes=None) | Q(minutes__range=(1, 60 * 24 * 31)),
                name="invoicing_invoiceline_minutes",
                violation_error_message="Une intervention dure d’une minute à un mois.",
            ),
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
    #: Its share of the discount on the whole document, already taken off `basis`.
    discount = money("remise HT", db_default=ZERO)
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


class Deduction(TenantModel):
    """An issued deposit that a later invoice takes off, its credit notes off. In EUR."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="deductions")
    deposit = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="+")
    net = money("HT")
    gross = money("TTC")

    class Meta:
        verbose_name = "acompte déduit"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "deposit"], name="invoicing_deduction_deposit"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "deposit"], name="invoicing_deduction_once"
            ),
            models.CheckConstraint(
                condition=Q(net__gt=0, gross__gte=F("net")),
                name="invoicing_deduction_amount",
                violation_error_message="Un acompte déduit a un montant.",
            ),
        ]
        triggers: ClassVar = [only_while_draft("invoicing_invoice", "invoice_id")]


_REMAINING = F("gross") - F("credited") - F("paid")
_AMOUNT = models.DecimalField(max_digits=12, decimal_places=2)
_NIL = Value(ZERO, output_field=_AMOUNT)


class Settlement(TenantModel):
    """What an issued invoice is still owed. Only payments and credit notes move it."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="settlements")
    due_on = models.DateField("échéance")
    #: What was asked for: deposits off, rounding included.
    gross = money("montant dû")
    credited = money("avoirs")
    paid = money("encaissé")
    #: The retention of works that runs: nobody may ask for it before it is released.
    retained = money("retenue de garantie", db_default=ZERO)
    remaining = models.GeneratedField(
        expression=_REMAINING, output_field=_AMOUNT, db_persist=True, verbose_name="reste à payer"
    )
    #: What may be asked for, less what money paid first; then what is unpaid of the retention.
    claimable = models.GeneratedField(
        expression=Greatest(_REMAINING - F("retained"), _NIL),
        output_field=_AMOUNT,
        db_persist=True,
        verbose_name="exigible",
    )
    held = models.GeneratedField(
        expression=Greatest(Least(_REMAINING, F("retained")), _NIL),
        output_field=_AMOUNT,
        db_persist=True,
        verbose_name="retenu",
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
            models.CheckConstraint(
                condition=Q(retained__gte=0, retained__lte=F("gross") - F("credited")),
                name="invoicing_settlement_retained",
                violation_error_message="On ne retient pas plus que ce qui est facturé.",
            ),
        ]
        triggers: ClassVar = [MOVED_BY_FACTS_ONLY]

    def is_little(self, ceiling: Decimal) -> bool:
        """Tell whether what is left may be settled without money."""
        assert self.remaining is not None
        return not self.held and ZERO < self.remaining <= ceiling
