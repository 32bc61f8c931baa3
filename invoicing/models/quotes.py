"""What is offered. A quote may be corrected until the client answers it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.models import append_only
from cae.core.money import ZERO
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import QuoteReview, QuoteStatus, ScheduleShown
from invoicing.models.columns import (
    FrozenCustomer,
    OwnRated,
    Particular,
    PricedLine,
    Reduced,
    Totalled,
    coherent_totals,
    legal_vat,
    money,
    own_rated,
    priced,
    reduced,
)
from invoicing.models.triggers import (
    AGREED_WITH_EVIDENCE,
    FROZEN_WHILE_REVIEWED,
    LINES_OF_QUOTE,
    RATED_BY_THE_COOPERATIVE,
    SCHEDULE_SHOWN_AS_SENT,
    SENT_WITH_ITS_VERSION,
    insured,
    only_while_draft,
    still_open,
)
from invoicing.rules.retentions import MOST as MOST_RETAINED


class Quote(FrozenCustomer, OwnRated, Totalled, Reduced, Particular, TenantModel):
    """A quote; numbered when first sent, frozen by the client's answer."""

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="quotes")
    customer = TenantForeignKey("invoicing.Customer", same=("activity",), related_name="quotes")
    number = models.CharField("numéro", max_length=35, null=True)
    status = models.CharField(
        "état", max_length=10, choices=QuoteStatus.choices, default=QuoteStatus.DRAFT
    )
    subject = models.CharField("objet", max_length=160)
    dated_on = models.DateField("date")
    valid_until = models.DateField("valable jusqu’au")
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", default=30)
    deposit_rate = models.DecimalField(
        "acompte à la signature", max_digits=5, decimal_places=4, default=0
    )
    #: Law 71-584: what the customer keeps of each invoice of works, a year after acceptance.
    retention_rate = models.DecimalField(
        "retenue de garantie", max_digits=5, decimal_places=4, default=0, db_default=ZERO
    )
    #: What of its instalments is printed; they bill the same.
    schedule_shown = models.CharField(
        "échéancier imprimé",
        max_length=8,
        choices=ScheduleShown.choices,
        default=ScheduleShown.ALL,
        db_default=ScheduleShown.ALL,
    )
    notes = models.TextField("conditions particulières", blank=True)
    order_reference = models.CharField(
        "numéro de commande", max_length=50, blank=True, default="", db_default=""
    )
    starts_on = models.DateField("début", null=True)
    duration = models.CharField("durée", max_length=60, blank=True, default="", db_default="")
    version = models.PositiveSmallIntegerField(default=1)
    snapshot = models.JSONField("tel qu’envoyé", null=True)

    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    review = models.CharField(
        "relecture",
        max_length=10,
        choices=QuoteReview.choices,
        blank=True,
        default="",
        db_default="",
    )
    review_note = models.TextField("à corriger", blank=True, default="", db_default="")
    submitted_at = models.DateTimeField("soumis le", null=True)
    submitted_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    reviewed_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("envoyé le", null=True)
    answered_at = models.DateTimeField("répondu le", null=True)
    signed_name = models.CharField("signé par", max_length=120, blank=True)
    signed_role = models.CharField("fonction", max_length=120, blank=True)
    refusal_reason = models.TextField("motif du refus", blank=True)
    withdrawn_at = models.DateTimeField("annulé le", null=True)
    withdrawal_reason = models.CharField("motif de l’annulation", max_length=1000, blank=True)
    search = models.CharField(max_length=400, editable=False)

    class Meta:
        verbose_name = "devis"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "-id"], name="invoicing_quote_activity"),
            models.Index(fields=["tenant", "customer"], name="invoicing_quote_customer"),
            models.Index(fields=["tenant", "status", "-id"], name="invoicing_quote_status"),
            models.Index(
                fields=["tenant", "submitted_at"],
                condition=Q(review="submitted"),
                name="invoicing_quote_submitted",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="invoicing_quote_number_once"
            ),
            coherent_totals("invoicing_quote_totals"),
            reduced("invoicing_quote_reduced"),
            own_rated("invoicing_quote_own_rate"),
            models.CheckConstraint(
                condition=Q(status=QuoteStatus.DRAFT)
                | Q(
                    number__isnull=False,
                    number__regex=r"^[A-Za-z0-9_/+-]{1,35}$",
                    snapshot__isnull=False,
                ),
                name="invoicing_quote_numbered",
                violation_error_message="Un devis envoyé porte un numéro.",
            ),
            models.CheckConstraint(
                condition=Q(review=QuoteReview.NONE)
                | Q(
                    status=QuoteStatus.DRAFT,
                    review=QuoteReview.SUBMITTED,
                    submitted_at__isnull=False,
                    submitted_by__isnull=False,
                )
                | Q(
                    status=QuoteStatus.DRAFT,
                    review=QuoteReview.VALIDATED,
                    submitted_by__isnull=False,
                    reviewed_by__isnull=False,
                ),
                name="invoicing_quote_review",
                violation_error_message="Un devis relu dit par qui il a été soumis, et validé.",
            ),
            models.CheckConstraint(
                condition=~Q(status=QuoteStatus.ACCEPTED)
                | (Q(answered_at__isnull=False) & ~Q(signed_name="")),
                name="invoicing_quote_signed",
                violation_error_message="Un devis accepté dit par qui, et quand.",
            ),
            models.CheckConstraint(
                condition=Q(status=QuoteStatus.WITHDRAWN, withdrawn_at__isnull=False)
                | (~Q(status=QuoteStatus.WITHDRAWN) & Q(withdrawn_at=None)),
                name="invoicing_quote_withdrawn",
                violation_error_message="Un devis annulé dit quand.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__gte=models.F("dated_on")),
                name="invoicing_quote_validity",
                violation_error_message="La fin de validité vient après la date du devis.",
            ),
            models.CheckConstraint(
                condition=Q(deposit_rate__range=(0, 1)),
                name="invoicing_quote_deposit",
                violation_error_message="L’acompte est une part du total, de 0 à 100 %.",
            ),
            models.CheckConstraint(
                condition=Q(schedule_shown__in=ScheduleShown.values),
                name="invoicing_quote_schedule_shown",
                violation_error_message="Un échéancier s’imprime en entier, sans dates, en une "
                "phrase, ou pas du tout.",
            ),
            models.CheckConstraint(
                condition=Q(retention_rate__range=(0, MOST_RETAINED)),
                name="invoicing_quote_retention",
                violation_error_message=(
                    "La retenue de garantie est de 5\u00a0% au plus (loi 71-584)."
                ),
            ),
        ]
        triggers: ClassVar = [
            RATED_BY_THE_COOPERATIVE,
            SCHEDULE_SHOWN_AS_SENT,
            pgtrigger.Protect(
                name="frozen_once_answered",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__in=["accepted", "refused", "withdrawn"]),
            ),
            pgtrigger.Protect(
                name="never_lost_once_numbered",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__number__isnull=False),
            ),
            FROZEN_WHILE_REVIEWED,
            SENT_WITH_ITS_VERSION,
            still_open(
                ~pgtrigger.Q(old__status="sent") & pgtrigger.Q(new__status="sent"),
                day="NEW.dated_on",
            ),
            insured(
                ~pgtrigger.Q(old__status="sent") & pgtrigger.Q(new__status="sent"),
                runs="i.valid_to >= NEW.dated_on",
            ),
            AGREED_WITH_EVIDENCE,
        ]

    def __str__(self) -> str:
        return self.number or self.subject

    @property
    def is_being_written(self) -> bool:
        """A draft that nobody reads over: its content may change."""
        return self.status == QuoteStatus.DRAFT and self.review == QuoteReview.NONE


class QuoteLine(PricedLine, TenantModel):
    """A line; an optional one counts in the totals once the customer has chosen it."""

    scope = Scope.ACTIVITY
    audited = False  # rewritten at each save of a draft, frozen afterwards
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="lines")
    vat_choice = TenantForeignKey("invoicing.VatRate", related_name="+")
    is_optional = models.BooleanField("en option", default=False, db_default=False)
    is_chosen = models.BooleanField("option retenue", default=False, db_default=False)
    #: Of the services à la personne.
    service = TenantForeignKey("invoicing.PersonalServiceKind", null=True, related_name="+")

    class Meta:
        verbose_name = "ligne de devis"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote", "position"], name="invoicing_quoteline_position_once"
            ),
            legal_vat("invoicing_quoteline_vat"),
            priced("invoicing_quoteline_net"),
            models.CheckConstraint(
                condition=Q(is_chosen=False) | Q(is_optional=True),
                name="invoicing_quoteline_chosen",
                violation_error_message="On ne retient que ce qui est en option.",
            ),
        ]
        triggers: ClassVar = [LINES_OF_QUOTE]


class QuoteInstalment(TenantModel):
    """A date or an event at which part of a quote is billed, in EUR; the last takes what is left.

    `gross` is what that invoice will come to: the VAT of each share is rounded on its own.
    """

    scope = Scope.ACTIVITY
    audited = False  # rewritten with the draft and with the options chosen, then frozen
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="instalments")
    position = models.PositiveSmallIntegerField("rang")
    label = models.CharField("intitulé", max_length=120)
    due_on = models.DateField("date prévue", null=True)
    net = money("montant HT")
    gross = money("montant TTC")

    class Meta:
        verbose_name = "échéance de devis"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote", "position"], name="invoicing_quoteinstalment_once"
            ),
            models.CheckConstraint(
                condition=Q(net__gt=0, gross__gte=models.F("net")),
                name="invoicing_quoteinstalment_amount",
                violation_error_message="Une échéance a un montant.",
            ),
        ]
        #: While it waits for its client too: the options they choose move the amounts.
        triggers: ClassVar = [
            only_while_draft("invoicing_quote", "quote_id", states=("draft", "sent"))
        ]

    def __str__(self) -> str:
        return self.label


class QuoteFile(TenantModel):
    """The PDF of one version of a quote."""

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), related_name="files")
    version = models.PositiveSmallIntegerField()
    signed = models.BooleanField(default=False)
    document = TenantForeignKey("core.StoredDocument", related_name="+")

    class Meta:
        verbose_name = "PDF de devis"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "quote", "version", "signed"], name="invoicing_quotefile_once"
            ),
        ]
        triggers: ClassVar = [append_only()]
