"""The deposit of issued invoices: how a cooperative deposits, each deposit, what it became."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.crypto import EncryptedTextField
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import (
    EventSource,
    TransmissionRoute,
    TransmissionStatus,
    TransmissionTarget,
)
from invoicing.models.columns import money
from invoicing.rules.transmissions import OPEN_AGAIN, WITH_REASON

#: A deposit changes by what is told of it, its next try aside; it is never lost.
_MOVED_BY_EVENTS = pgtrigger.Trigger(
    name="moved_by_events",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION 'a deposit is never lost' USING ERRCODE = 'check_violation';
        END IF;
        IF TG_OP = 'INSERT' THEN
            IF NEW.status <> 'waiting' OR NEW.cashed <> 0 THEN
                RAISE EXCEPTION 'a deposit begins by waiting' USING ERRCODE = 'check_violation';
            END IF;
            RETURN NEW;
        END IF;
        IF (NEW.status, NEW.cashed) IS DISTINCT FROM (OLD.status, OLD.cashed)
           AND pg_trigger_depth() < 2 THEN
            RAISE EXCEPTION 'a deposit is moved by its events only'
                USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.activity_id, NEW.invoice_id, NEW.file_id, NEW.target, NEW.rank, NEW.number,
            NEW.customer_name, NEW.issued_on, NEW.amount, NEW.tells_cashed)
           IS DISTINCT FROM
           (OLD.activity_id, OLD.invoice_id, OLD.file_id, OLD.target, OLD.rank, OLD.number,
            OLD.customer_name, OLD.issued_on, OLD.amount, OLD.tells_cashed) THEN
            RAISE EXCEPTION 'what is deposited does not change'
                USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    """,
)

#: An event follows the status there is, and gives its own: `rules.transmissions.may_follow`.
_FOLLOWS = pgtrigger.Trigger(
    name="follows",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("current", "text")],
    func="""
        SELECT status INTO current FROM invoicing_transmission
         WHERE tenant_id = NEW.tenant_id AND id = NEW.transmission_id FOR UPDATE;
        IF current IN ('dropped', '210', '213', '501')
           OR current = 'waiting' AND NEW.code NOT IN ('200', '213', '501', 'dropped')
           OR current <> 'waiting' AND NEW.code IN
              ('waiting', 'dropped') THEN
            RAISE EXCEPTION '% does not follow %', NEW.code, current
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_transmission_follows';
        END IF;
        UPDATE invoicing_transmission
           SET status = NEW.code, cashed = cashed + NEW.amount
         WHERE tenant_id = NEW.tenant_id AND id = NEW.transmission_id;
        RETURN NEW;
    """,
)


class DepositAccount(TenantModel):
    """How a cooperative deposits its invoices, for one target; `since` is when it must."""

    scope = Scope.STAFF
    target = models.CharField("destination", max_length=8, choices=TransmissionTarget.choices)
    route = models.CharField(
        "dépôt",
        max_length=8,
        choices=TransmissionRoute.choices,
        default=TransmissionRoute.NONE,
    )
    name = models.CharField("nom de la plateforme", max_length=80, blank=True)
    since = models.DateField("factures émises depuis le", null=True)
    needs_service = models.BooleanField("exiger le code service", default=False)
    needs_commitment = models.BooleanField("exiger le numéro d’engagement", default=False)
    url = models.URLField("adresse de l’API", max_length=200, blank=True, default="", db_default="")
    login = models.CharField("identifiant", max_length=120, blank=True, default="", db_default="")
    secret = EncryptedTextField("mot de passe", blank=True, default="", db_default="")
    #: Grows each time it is set: what was asked for before is not asked for again.
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "dépôt des factures"
        ordering: ClassVar = ["-target"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "target"], name="invoicing_depositaccount_once"
            ),
            models.CheckConstraint(
                condition=Q(route=TransmissionRoute.NONE) | Q(since__isnull=False),
                name="invoicing_depositaccount_since",
                violation_error_message="Dites depuis quand les factures sont déposées.",
            ),
            models.CheckConstraint(
                condition=~Q(route=TransmissionRoute.API) | ~Q(url="") & ~Q(login=""),
                name="invoicing_depositaccount_api",
                violation_error_message="Une API a une adresse et un identifiant.",
            ),
            models.CheckConstraint(
                condition=Q(target=TransmissionTarget.CHORUS)
                | Q(needs_service=False, needs_commitment=False),
                name="invoicing_depositaccount_chorus",
                violation_error_message="Ces codes sont ceux de Chorus Pro.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.get_target_display()


class Transmission(TenantModel):
    """One deposit of an issued invoice: its file, where to, and where it stands.

    An invoice has one that runs; another may follow one that nobody took. What it says of the
    invoice is frozen: lists need no join.
    """

    scope = Scope.ACTIVITY_RECORD
    pinned = ("activity",)
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), related_name="transmissions"
    )
    file = TenantForeignKey("invoicing.InvoiceFile", same=("activity", "invoice"), related_name="+")
    target = models.CharField("destination", max_length=8, choices=TransmissionTarget.choices)
    route = models.CharField("dépôt", max_length=8, choices=TransmissionRoute.choices)
    rank = models.PositiveSmallIntegerField("rang", default=1)
    number = models.CharField("numéro", max_length=35)
    activity_name = models.CharField("enseigne", max_length=120)
    customer_name = models.CharField("client", max_length=160)
    issued_on = models.DateField("émise le")
    amount = money("montant TTC")
    status = models.CharField(
        "état",
        max_length=8,
        choices=TransmissionStatus.choices,
        default=TransmissionStatus.WAITING,
    )
    #: VAT is due when it is paid: the platform is told of each receipt (212).
    tells_cashed = models.BooleanField("encaissements à dire", default=False)
    cashed = money("encaissé, dit à la plateforme")
    #: What stops it, in French; empty while nothing does.
    failure = models.CharField("ce qui l’arrête", max_length=400, blank=True)
    #: What the platform calls it; how often it was out of reach; when a worker asks it again.
    flow = models.CharField(
        "référence de la plateforme", max_length=80, blank=True, default="", db_default=""
    )
    attempts = models.PositiveSmallIntegerField("essais", default=0, db_default=0)
    next_at = models.DateTimeField("prochain essai", null=True)
    created_at = models.DateTimeField("préparée le", auto_now_add=True)

    class Meta:
        verbose_name = "dépôt de facture"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "status", "-id"], name="invoicing_transmission_state"),
            models.Index(
                fields=["tenant", "next_at"],
                condition=Q(next_at__isnull=False),
                name="invoicing_transmission_next",
            ),
            models.Index(
                fields=["tenant", "invoice"],
                condition=Q(tells_cashed=True),
                name="invoicing_transmission_cashed",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "rank"], name="invoicing_transmission_rank_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "invoice"],
                condition=~Q(status__in=sorted(OPEN_AGAIN)),
                name="invoicing_transmission_one_runs",
                violation_error_message="Cette facture a déjà un dépôt en cours.",
            ),
            models.CheckConstraint(
                condition=Q(status__in=TransmissionStatus.values),
                name="invoicing_transmission_status",
                violation_error_message="Cet état n’est pas de ceux d’une facture déposée.",
            ),
            models.CheckConstraint(
                condition=~Q(route=TransmissionRoute.NONE),
                name="invoicing_transmission_route",
                violation_error_message="Un dépôt se fait d’une façon ou d’une autre.",
            ),
        ]
        triggers: ClassVar = [_MOVED_BY_EVENTS]

    def __str__(self) -> str:
        return self.number


class TransmissionEvent(TenantModel):
    """What a deposit became, once: who said it, when, why. Rows are only ever added.

    `amount` is what was cashed, VAT included; `rates` its parts `[[rate in %, EUR], …]`.
    """

    scope = Scope.ACTIVITY_RECORD
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    transmission = TenantForeignKey(Transmission, same=("activity",), related_name="events")
    code = models.CharField("état", max_length=8, choices=TransmissionStatus.choices)
    reason = models.CharField("motif", max_length=24, blank=True)
    note = models.CharField("précision", max_length=400, blank=True)
    happened_on = models.DateField("le")
    amount = money("montant encaissé")
    rates = models.JSONField("par taux", default=list)
    source = models.CharField("origine", max_length=8, choices=EventSource.choices)
    #: What the platform calls it: the same answer is written once.
    reference = models.CharField("référence", max_length=80, blank=True)
    recorded_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField("noté le", auto_now_add=True)

    class Meta:
        verbose_name = "étape d’une facture déposée"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "transmission", "-id"], name="invoicing_transmission_events"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "transmission", "source", "reference"],
                condition=~Q(reference=""),
                name="invoicing_transmissionevent_once",
                violation_error_message="Cette réponse est déjà notée.",
            ),
            models.CheckConstraint(
                condition=~Q(code__in=sorted(WITH_REASON)) | ~Q(reason=""),
                name="invoicing_transmissionevent_why",
                violation_error_message="Un refus, un litige ou un rejet a un motif.",
            ),
            models.CheckConstraint(
                condition=Q(code=TransmissionStatus.CASHED) & ~Q(amount=0) & ~Q(rates=[])
                | ~Q(code=TransmissionStatus.CASHED) & Q(amount=0, rates=[]),
                name="invoicing_transmissionevent_cashed",
                violation_error_message="Un encaissement se dit avec son montant par taux.",
            ),
        ]
        triggers: ClassVar = [append_only(), _FOLLOWS]

    def __str__(self) -> str:
        return self.get_code_display()
