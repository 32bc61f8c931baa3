"""Transfers: what waits to be paid, and the batches the bank is asked to pay.

PostgreSQL holds the states: a debt has one live transfer, which is in one batch at most; what
a closed batch holds does not change; what the bank did of a batch, it did of all its transfers.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from accounting.enums import AccountUse, BatchState, TransferKind, TransferState
from accounting.models.books import Account, AnalyticAccount
from accounting.models.entries import euro_field
from accounting.rules import FITTING
from cae.core.crypto import EncryptedTextField
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel

_BATCH_MOVES = """
    said := to_jsonb(NEW) - '{state}'::text[];
    was := to_jsonb(OLD) - '{state}'::text[];
    CASE OLD.state || ' ' || NEW.state
    WHEN 'open closed' THEN
        SELECT count(*), sum(amount) INTO held_count, held FROM accounting_transfer
         WHERE tenant_id = NEW.tenant_id AND batch_id = NEW.id AND state = 'pending';
        IF held_count = 0 OR held IS DISTINCT FROM NEW.total
           OR held_count <> NEW.transfer_count THEN
            RAISE EXCEPTION 'transfer batch % is not what it holds', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_transferbatch_total';
        END IF;
        IF NOT EXISTS (SELECT FROM accounting_transferfile
                       WHERE tenant_id = NEW.tenant_id AND batch_id = NEW.id) THEN
            RAISE EXCEPTION 'transfer batch % has no file', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_transferbatch_file';
        END IF;
        RETURN NEW;
    WHEN 'open cancelled' THEN
        IF NOT EXISTS (SELECT FROM accounting_transfer
                       WHERE tenant_id = NEW.tenant_id AND batch_id = NEW.id) THEN
            RETURN NEW;
        END IF;
    WHEN 'closed closed' THEN
        IF OLD.taken_at IS NULL AND said - 'taken_at' = was - 'taken_at' THEN
            RETURN NEW;
        END IF;
    WHEN 'closed executed' THEN
        said := said - '{executed_on,executed_by_id,executed_at}'::text[];
        IF said = was - '{executed_on,executed_by_id,executed_at}'::text[] THEN
            RETURN NEW;
        END IF;
    WHEN 'closed cancelled' THEN
        said := said - '{cancelled_for,cancelled_by_id,cancelled_at}'::text[];
        IF said = was - '{cancelled_for,cancelled_by_id,cancelled_at}'::text[] THEN
            RETURN NEW;
        END IF;
    ELSE
    END CASE;
    RAISE EXCEPTION 'transfer batch % does not go from % to %', OLD.id, OLD.state, NEW.state
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_transferbatch_moves';
"""

_ALL_OF_THEM = """
    IF EXISTS (
        SELECT FROM accounting_transfer
        WHERE tenant_id = NEW.tenant_id AND batch_id = NEW.id
          AND state <> CASE NEW.state WHEN 'executed' THEN 'paid' ELSE 'cancelled' END
    ) THEN
        RAISE EXCEPTION 'transfers of batch % are not all %', NEW.id, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_transferbatch_whole';
    END IF;
    RETURN NULL;
"""

_TRANSFER_MOVES = """
    -- Joining a batch says who is paid, and leaving it takes that back; all else stays.
    said := '{state,batch_id,holder,iban,bic,street,building,postcode,town,country}'::text[];
    IF to_jsonb(NEW) - said = to_jsonb(OLD) - said THEN
        -- Shared with whoever adds too, not with whoever closes.
        SELECT state INTO its_batch FROM accounting_transferbatch
         WHERE tenant_id = NEW.tenant_id AND id = COALESCE(NEW.batch_id, OLD.batch_id) FOR SHARE;
        CASE OLD.state || ' ' || NEW.state
        WHEN 'waiting pending', 'pending waiting' THEN
            IF its_batch = 'open' THEN
                RETURN NEW;
            END IF;
        WHEN 'waiting cancelled' THEN
            IF NEW.batch_id IS NULL THEN
                RETURN NEW;
            END IF;
        WHEN 'pending paid', 'pending cancelled' THEN
            IF to_jsonb(NEW) - 'state' = to_jsonb(OLD) - 'state'
               AND (NEW.state, its_batch) IN (('paid', 'executed'), ('cancelled', 'cancelled')) THEN
                RETURN NEW;
            END IF;
        ELSE
        END CASE;
    END IF;
    RAISE EXCEPTION 'transfer % does not change so', OLD.id
        USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_transfer_moves';
"""

_WHILE_OPEN = """
    PERFORM FROM accounting_transferbatch
      WHERE tenant_id = NEW.tenant_id AND id = NEW.batch_id AND state = 'open' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'transfer batch % has its file', NEW.batch_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_transferfile_open';
    END IF;
    RETURN NEW;
"""


def _by(name: str, *, done: bool, **more: Any) -> Q:
    """Return what is said of a step once it is done, and nothing of it before."""
    who = {f"{name}_by__isnull": not done, f"{name}_at__isnull": not done}
    return Q(**who, **more)


class TransferBatch(TenantModel):
    """Transfers that the bank executes together, from one of our accounts.

    Open, it is filled. Closing gives its number, its account and its file; then it is executed
    or cancelled, whole.
    """

    scope = Scope.STAFF
    state = models.CharField(
        "état", max_length=10, choices=BatchState.choices, default=BatchState.OPEN
    )
    opened_by = models.ForeignKey(Membership, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("ouvert le", auto_now_add=True)

    # What closing gives
    number = models.CharField("numéro", max_length=20, null=True)
    holder = models.CharField("donneur d’ordre", max_length=120, blank=True)
    iban = models.CharField("compte débité", max_length=34, blank=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    #: Where the books keep that account.
    account = models.CharField("compte de banque", max_length=8, blank=True)
    execute_on = models.DateField("exécution demandée le", null=True)
    transfer_count = models.PositiveIntegerField("virements", default=0)
    total = euro_field("total", default=0)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("fermé le", null=True)
    #: The first time somebody took the file for the bank.
    taken_at = models.DateTimeField("pris le", null=True)

    executed_on = models.DateField("exécuté le", null=True)
    executed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    executed_at = models.DateTimeField("noté exécuté le", null=True)
    cancelled_for = models.CharField("annulé parce que", max_length=200, blank=True)
    cancelled_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField("annulé le", null=True)

    class Meta:
        verbose_name = "lot de virements"
        verbose_name_plural = "lots de virements"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="accounting_transferbatch_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(state=BatchState.OPEN),
                name="accounting_transferbatch_open_once",
                violation_error_message="Un lot de virements est déjà ouvert.",
            ),
            models.CheckConstraint(
                condition=Q(
                    _by("closed", done=False),
                    state__in=[BatchState.OPEN, BatchState.CANCELLED],
                    number=None,
                    execute_on=None,
                    total=0,
                )
                | Q(
                    _by("closed", done=True),
                    ~Q(holder=""),
                    state__in=[BatchState.CLOSED, BatchState.EXECUTED, BatchState.CANCELLED],
                    number__isnull=False,
                    number__regex=r"^SEPA-[0-9]{4}-[0-9]{4,}$",
                    iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$",
                    account__regex=FITTING[AccountUse.BANK],
                    execute_on__isnull=False,
                    total__gt=0,
                ),
                name="accounting_transferbatch_closed",
                violation_error_message="Un lot fermé a un numéro, un compte, un jour, un total.",
            ),
            models.CheckConstraint(
                condition=_by("executed", done=True, executed_on__isnull=False, state="executed")
                | (_by("executed", done=False, executed_on=None) & ~Q(state="executed")),
                name="accounting_transferbatch_executed",
                violation_error_message="Un lot exécuté dit par qui, et quand.",
            ),
            models.CheckConstraint(
                condition=(_by("cancelled", done=True, state="cancelled") & ~Q(cancelled_for=""))
                | (_by("cancelled", done=False, cancelled_for="") & ~Q(state="cancelled")),
                name="accounting_transferbatch_cancelled",
                violation_error_message="Un lot annulé dit par qui, et pourquoi.",
            ),
        ]
        triggers: ClassVar = [
            append_only("no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="born_open",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df="open"),
            ),
            pgtrigger.Trigger(
                name="moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[
                    ("held", "numeric"),
                    ("held_count", "bigint"),
                    ("said", "jsonb"),
                    ("was", "jsonb"),
                ],
                func=_BATCH_MOVES,
            ),
            pgtrigger.Trigger(
                name="whole",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state__in=["executed", "cancelled"]),
                timing=pgtrigger.Deferred,
                func=_ALL_OF_THEM,
            ),
        ]

    def __str__(self) -> str:
        return self.number or "Lot de virements"

    @property
    def is_open(self) -> bool:
        return self.state == BatchState.OPEN

    @property
    def is_closed(self) -> bool:
        return self.state == BatchState.CLOSED


class TransferFile(TenantModel):
    """The file of a closed batch, sealed: it holds every IBAN, and is what the bank was given."""

    scope = Scope.STAFF
    audited = False
    batch = TenantForeignKey(TransferBatch, related_name="files")
    content = EncryptedTextField("fichier")
    sha256 = models.CharField("empreinte", max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "fichier de virements"
        verbose_name_plural = "fichiers de virements"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "batch"], name="accounting_transferfile_once"
            ),
        ]
        triggers: ClassVar = [
            append_only(),
            pgtrigger.Trigger(
                name="while_open",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_WHILE_OPEN,
            ),
        ]


class Transfer(TenantModel):
    """One debt to pay by transfer: who, how much, and what its execution writes.

    Who is paid, and where, is read the day it enters a batch: nobody is paid on an account
    they left meanwhile.
    """

    scope = Scope.STAFF
    kind = models.CharField("nature", max_length=10, choices=TransferKind.choices)
    #: Names the debt for the floor that owes it: `sheet:12`.
    debt = models.CharField("dette", max_length=60)
    state = models.CharField(
        "état", max_length=10, choices=TransferState.choices, default=TransferState.WAITING
    )
    batch = TenantForeignKey(TransferBatch, null=True, related_name="transfers")
    payee = models.CharField("personne", max_length=160)
    piece = models.CharField("pièce", max_length=40)
    amount = euro_field("montant")
    wording = models.CharField("motif", max_length=140)
    owed_since = models.DateField("dû depuis")

    # What its execution debits, and how
    account = TenantForeignKey(Account, related_name="+")
    analytic = TenantForeignKey(AnalyticAccount, related_name="+")
    posting_key = models.CharField(max_length=120)
    label = models.CharField("libellé", max_length=160)

    # Who is paid, once in a batch
    holder = models.CharField("titulaire", max_length=120, blank=True)
    iban = EncryptedTextField("IBAN", null=True)
    bic = models.CharField("BIC", max_length=11, blank=True)
    street = models.CharField("voie", max_length=70, blank=True)
    building = models.CharField("numéro de voie", max_length=16, blank=True)
    postcode = models.CharField("code postal", max_length=16, blank=True)
    town = models.CharField("ville", max_length=35, blank=True)
    country = models.CharField("pays", max_length=2, blank=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    class Meta:
        verbose_name = "virement à faire"
        verbose_name_plural = "virements à faire"
        ordering: ClassVar = ["owed_since", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "batch"], name="accounting_transfer_batch"),
            models.Index(
                fields=["tenant", "owed_since"],
                condition=Q(state=TransferState.WAITING),
                name="accounting_transfer_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "debt"],
                condition=~Q(state=TransferState.CANCELLED),
                name="accounting_transfer_live_once",
                violation_error_message="Cette dette a déjà son virement.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="accounting_transfer_positive",
                violation_error_message="Un virement a un montant positif.",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=[TransferState.WAITING, TransferState.CANCELLED],
                    batch=None,
                    iban__isnull=True,
                    holder="",
                )
                | (
                    Q(
                        state__in=[
                            TransferState.PENDING,
                            TransferState.PAID,
                            TransferState.CANCELLED,
                        ],
                        batch__isnull=False,
                        iban__isnull=False,
                    )
                    & ~Q(holder="")
                ),
                name="accounting_transfer_states",
                violation_error_message="Un virement dans un lot dit qui est payé, et où.",
            ),
            # An address in free lines is refused by banks since 15 November 2026.
            models.CheckConstraint(
                condition=Q(street="", building="", postcode="", town="", country="")
                | (~Q(town="") & ~Q(country="")),
                name="accounting_transfer_address",
                violation_error_message="Une adresse a au moins une ville et un pays.",
            ),
        ]
        triggers: ClassVar = [
            append_only("no_delete", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="born_waiting",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__state__df="waiting"),
            ),
            pgtrigger.Trigger(
                name="moves",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("its_batch", "varchar"), ("said", "text[]")],
                func=_TRANSFER_MOVES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.piece} {self.payee}"

    @property
    def cents(self) -> int:
        """The amount as files and scripts add it."""
        return int(self.amount.scaleb(2))

    @property
    def address(self) -> dict[str, str]:
        """The address as the file says it; empty where none is known."""
        said = {
            "street_name": self.street,
            "building_number": self.building,
            "postcode": self.postcode,
            "town": self.town,
            "country": self.country,
        }
        return {name: text for name, text in said.items() if text}
