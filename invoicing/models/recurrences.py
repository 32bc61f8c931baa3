"""Invoices that come back: their rhythm, what they sell, and what became of each date."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import (
    Covered,
    OccurrenceOutcome,
    RecurrenceMode,
    RecurrenceStatus,
    RecurrenceUnit,
)
from invoicing.models.columns import (
    PricedLine,
    Reduced,
    Totalled,
    coherent_totals,
    legal_vat,
    priced,
    reduced,
)
from invoicing.models.triggers import only_while_draft
from invoicing.rules.recurrences import (
    LAST_DAY,
    MOST_EVERY,
    MOST_TIMES,
    Period,
    Rhythm,
    period_words,
    rhythm_words,
)

_LIVING = (RecurrenceStatus.ACTIVE, RecurrenceStatus.PAUSED, RecurrenceStatus.STOPPED)


#: Once it is over nothing moves any more; a customer who is forgotten leaves it nameless.
_OVER_FOR_GOOD = pgtrigger.Trigger(
    name="over_for_good",
    when=pgtrigger.Before,
    operation=pgtrigger.Update,
    condition=pgtrigger.Q(old__status=RecurrenceStatus.ENDED.value),
    func="""
        IF to_jsonb(NEW) - 'customer_name' - 'search'
           <> to_jsonb(OLD) - 'customer_name' - 'search' THEN
            RAISE EXCEPTION 'recurrence % is over for good', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'recurrence_over_for_good';
        END IF;
        RETURN NEW;
    """,
)


class Recurrence(Totalled, Reduced, TenantModel):
    """An invoice that is made again on each of its dates, in the words and prices of the day.

    `next_on` is the next of them, past while it waits for a worker, or for somebody: paused, or
    stopped for the reason it gives. `responsible` is who confirmed it last: it acts in their name,
    within what they may do. `times` counts every date, skipped ones too.
    """

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="recurrences")
    customer = TenantForeignKey(
        "invoicing.Customer", same=("activity",), related_name="recurrences"
    )
    customer_name = models.CharField("client", max_length=160)
    status = models.CharField(
        "état",
        max_length=8,
        choices=RecurrenceStatus.choices,
        default=RecurrenceStatus.ACTIVE,
    )
    stop_reason = models.CharField("pourquoi", max_length=500, blank=True)

    # When
    every = models.PositiveSmallIntegerField("tous les", default=1)
    unit = models.CharField(
        "rythme", max_length=5, choices=RecurrenceUnit.choices, default=RecurrenceUnit.MONTH
    )
    day = models.PositiveSmallIntegerField("jour du mois", null=True)
    starts_on = models.DateField("à partir du")
    ends_on = models.DateField("jusqu’au", null=True)
    times = models.PositiveSmallIntegerField("nombre de dates", null=True)
    next_on = models.DateField("prochaine date", null=True)
    covered = models.CharField(
        "période facturée", max_length=8, choices=Covered.choices, default=Covered.AHEAD
    )

    # How
    mode = models.CharField(
        max_length=9, choices=RecurrenceMode.choices, default=RecurrenceMode.REVIEW
    )
    is_sent = models.BooleanField("envoyée au client une fois émise", default=False)
    responsible = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")

    # What
    subject = models.CharField("objet", max_length=160)
    payment_days = models.PositiveSmallIntegerField("délai de paiement en jours", default=30)
    order_reference = models.CharField("numéro de commande", max_length=40, blank=True)
    notes = models.TextField("mention particulière", blank=True)
    #: Ids of the mentions that were ticked; null for those of the case, on each day.
    mentions = ArrayField(models.BigIntegerField(), null=True)

    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("créée le", auto_now_add=True)
    search = models.CharField(max_length=400, editable=False)
    #: It bears none: its invoices do.
    number: str | None = None

    class Meta:
        verbose_name = "facture récurrente"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "activity", "-id"], name="invoicing_recurrence_activity"
            ),
            models.Index(fields=["tenant", "customer"], name="invoicing_recurrence_customer"),
            models.Index(
                fields=["tenant", "next_on"],
                condition=Q(status=RecurrenceStatus.ACTIVE.value),
                name="invoicing_recurrence_due",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(every__range=(1, MOST_EVERY))
                & (
                    Q(unit=RecurrenceUnit.WEEK, day=None)
                    | Q(
                        unit__in=(RecurrenceUnit.MONTH, RecurrenceUnit.YEAR),
                        day__isnull=False,
                        day__range=(1, LAST_DAY),
                    )
                ),
                name="invoicing_recurrence_rhythm",
                violation_error_message=(
                    "Un rythme est en semaines, ou en mois ou années avec un jour du mois."
                ),
            ),
            models.CheckConstraint(
                condition=(Q(ends_on=None) | Q(times=None))
                & (Q(ends_on=None) | Q(ends_on__gte=F("starts_on")))
                & (Q(times=None) | Q(times__range=(1, MOST_TIMES))),
                name="invoicing_recurrence_end",
                violation_error_message=(
                    "Une récurrence finit à une date ou après un nombre de fois, pas les deux."
                ),
            ),
            models.CheckConstraint(
                condition=Q(status=RecurrenceStatus.ENDED, next_on=None)
                | Q(status__in=_LIVING, next_on__isnull=False, next_on__gte=F("starts_on")),
                name="invoicing_recurrence_next",
                violation_error_message="Une récurrence qui n’est pas terminée a une date à venir.",
            ),
            models.CheckConstraint(
                condition=Q(status=RecurrenceStatus.STOPPED, stop_reason__gt="")
                | (~Q(status=RecurrenceStatus.STOPPED) & Q(stop_reason="")),
                name="invoicing_recurrence_stopped",
                violation_error_message="Une récurrence arrêtée dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(is_sent=False) | Q(mode=RecurrenceMode.AUTOMATIC),
                name="invoicing_recurrence_sent",
                violation_error_message="Ce qui se relit ne part pas tout seul.",
            ),
            models.CheckConstraint(
                condition=Q(payment_days__lte=60, gross__gt=0)
                & ~Q(subject="")
                & ~Q(customer_name=""),
                name="invoicing_recurrence_whole",
                violation_error_message=(
                    "Une récurrence a un client, un objet, un total, et 60 jours au plus."
                ),
            ),
            coherent_totals("invoicing_recurrence_totals"),
            reduced("invoicing_recurrence_reduced"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            _OVER_FOR_GOOD,
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.every, self.unit, self.day, self.starts_on)

    @property
    def rhythm_label(self) -> str:
        return rhythm_words(self.rhythm)


class RecurrenceLine(PricedLine, TenantModel):
    """A line; its texts still have their blanks."""

    scope = Scope.ACTIVITY
    audited = False  # rewritten at each change; what was billed is in the invoices
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    recurrence = TenantForeignKey("invoicing.Recurrence", same=("activity",), related_name="lines")
    vat_choice = TenantForeignKey("invoicing.VatRate", related_name="+")
    #: Of the services à la personne: who came, and when, is told on each invoice.
    service = TenantForeignKey("invoicing.PersonalServiceKind", null=True, related_name="+")

    class Meta:
        verbose_name = "ligne de facture récurrente"
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "recurrence", "position"],
                name="invoicing_recurrenceline_position_once",
            ),
            legal_vat("invoicing_recurrenceline_vat"),
            priced("invoicing_recurrenceline_net"),
        ]
        triggers: ClassVar = [
            only_while_draft(
                "invoicing_recurrence",
                "recurrence_id",
                states=tuple(status.value for status in _LIVING),
            )
        ]


class Occurrence(TenantModel):
    """A date of a recurrence, once: the invoice it made, or why it made none.

    `made_on` is the day a worker came to it, later than `due_on` after a stop.
    """

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    recurrence = TenantForeignKey(
        "invoicing.Recurrence", same=("activity",), related_name="occurrences"
    )
    due_on = models.DateField("date")
    made_on = models.DateField("faite le")
    outcome = models.CharField(max_length=9, choices=OccurrenceOutcome.choices)
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), null=True, related_name="occurrences"
    )
    first_day = models.DateField("période, du")
    last_day = models.DateField("au")
    #: Asked for when it was made: the invoice leaves once it is issued.
    is_sent = models.BooleanField(default=False)
    note = models.CharField("à savoir", max_length=500, blank=True)

    class Meta:
        verbose_name = "date de facture récurrente"
        ordering: ClassVar = ["-due_on"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "recurrence", "due_on"],
                name="invoicing_occurrence_once",
                violation_error_message="Cette date est déjà faite.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "invoice"], name="invoicing_occurrence_invoice_once"
            ),
            models.CheckConstraint(
                condition=Q(outcome=OccurrenceOutcome.MADE, invoice__isnull=False)
                | Q(outcome=OccurrenceOutcome.SKIPPED, invoice=None, is_sent=False)
                | Q(outcome=OccurrenceOutcome.DISCARDED, invoice=None),
                name="invoicing_occurrence_outcome",
                violation_error_message="Une date est faite avec sa facture, ou sautée sans.",
            ),
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")),
                name="invoicing_occurrence_period",
                violation_error_message="Une période finit après son début.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_lost", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="said_once",
                operation=pgtrigger.Update,
                # A draft thrown away may be put back: see `restore_draft`.
                condition=pgtrigger.Q(old__outcome__df=OccurrenceOutcome.MADE.value)
                & (
                    pgtrigger.Q(old__outcome__df=OccurrenceOutcome.DISCARDED.value)
                    | pgtrigger.Q(new__outcome__df=OccurrenceOutcome.MADE.value)
                ),
            ),
            pgtrigger.Protect(
                name="keeps_its_invoice",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__outcome=OccurrenceOutcome.MADE.value)
                & pgtrigger.Q(new__outcome=OccurrenceOutcome.MADE.value)
                & pgtrigger.Q(new__invoice__df=pgtrigger.F("old__invoice")),
            ),
            pgtrigger.ReadOnly(name="only_its_fate", exclude=["outcome", "invoice", "note"]),
        ]

    def __str__(self) -> str:
        return str(self.due_on)

    @property
    def period_label(self) -> str:
        return period_words(Period(self.first_day, self.last_day))

    @property
    def is_late(self) -> bool:
        return self.made_on > self.due_on
