"""The transfers of salaries: what the bank is asked to pay, to the cent of the payslips."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.crypto import EncryptedTextField
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from payroll.models.columns import money

_ADDS_UP = """
    IF (SELECT (count(*), coalesce(sum(amount), 0)) FROM payroll_transfer
        WHERE tenant_id = NEW.tenant_id AND batch_id = NEW.id)
        IS DISTINCT FROM (NEW.transfer_count::bigint, NEW.total) THEN
        RAISE EXCEPTION 'transfer batch % does not add up', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_transferbatch_adds_up';
    END IF;
    RETURN NULL;
"""

_PAYS_WHAT_IS_DUE = """
    IF NOT EXISTS (
        SELECT FROM payroll_payslip
        WHERE tenant_id = NEW.tenant_id AND id = NEW.payslip_id
            AND status = 'validated' AND net_paid = NEW.amount AND NOT NEW.is_withdrawn
    ) THEN
        RAISE EXCEPTION 'transfer of % is not what payslip % is due', NEW.amount, NEW.payslip_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_transfer_due';
    END IF;
    RETURN NEW;
"""


_LEAVES_ONCE = """
    IF (OLD.downloaded_at IS NOT NULL AND NEW.downloaded_at IS DISTINCT FROM OLD.downloaded_at)
        OR (OLD.withdrawn_at IS NOT NULL AND
            (NEW.withdrawn_at, NEW.withdrawn_by_id, NEW.withdrawn_for) IS DISTINCT FROM
            (OLD.withdrawn_at, OLD.withdrawn_by_id, OLD.withdrawn_for)) THEN
        RAISE EXCEPTION 'transfer batch % left or was withdrawn once and for all', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_transferbatch_leaves_once';
    END IF;
    RETURN NEW;
"""

_GOES_WITH_ITS_BATCH = """
    IF OLD.is_withdrawn OR NOT NEW.is_withdrawn
        OR to_jsonb(NEW) - 'is_withdrawn' <> to_jsonb(OLD) - 'is_withdrawn' OR NOT EXISTS (
        SELECT FROM payroll_transferbatch
        WHERE tenant_id = NEW.tenant_id AND id = NEW.batch_id AND withdrawn_at IS NOT NULL
    ) THEN
        RAISE EXCEPTION 'transfer % is withdrawn with its batch', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_transfer_with_batch';
    END IF;
    RETURN NEW;
"""


class TransferBatch(TenantModel):
    """A file of transfers (remise) for the bank of the cooperative. Its content never changes.

    It leaves (`downloaded_at`, the first time somebody takes the file) or is withdrawn, never
    both: a withdrawn batch is kept with its transfers, and its payslips wait for another.

    The file itself is made again, the same bytes, each time it is asked: it holds every IBAN
    in clear and is kept nowhere.
    """

    scope = Scope.STAFF
    audited = False
    run = TenantForeignKey("payroll.PayrollRun", related_name="batches")
    number = models.CharField("numéro", max_length=35)
    pay_on = models.DateField("exécution le")
    debtor_name = models.CharField("donneur d’ordre", max_length=120)
    debtor_iban = models.CharField("compte débité", max_length=34)
    debtor_bic = models.CharField("BIC", max_length=11, blank=True)
    transfer_count = models.PositiveIntegerField("virements")
    total = money("total")
    made_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField("préparée le", auto_now_add=True)
    downloaded_at = models.DateTimeField("téléchargée le", null=True)
    withdrawn_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("retirée le", null=True)
    withdrawn_for = models.CharField("retirée parce que", max_length=200, blank=True)

    class Meta:
        verbose_name = "remise de virements"
        verbose_name_plural = "remises de virements"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="payroll_transferbatch_number_once"
            ),
            models.CheckConstraint(
                condition=Q(downloaded_at=None) | Q(withdrawn_at=None),
                name="payroll_transferbatch_left_or_withdrawn",
                violation_error_message="Une remise partie à la banque ne se retire plus.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "run"], name="payroll_transferbatch_run")
        ]
        triggers: ClassVar = [
            append_only("no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="read_only",
                exclude=["downloaded_at", "withdrawn_by", "withdrawn_at", "withdrawn_for"],
            ),
            pgtrigger.Trigger(
                name="leaves_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_LEAVES_ONCE,
            ),
            pgtrigger.Trigger(
                name="adds_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=_ADDS_UP,
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def has_left(self) -> bool:
        """Whether somebody took the file for the bank."""
        return self.downloaded_at is not None

    @property
    def is_withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class Transfer(TenantModel):
    """One salary on its way: the whole net of one payslip, to the account known that day."""

    scope = Scope.STAFF
    audited = False
    batch = TenantForeignKey(TransferBatch, related_name="transfers")
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="+")
    payslip = TenantForeignKey("payroll.Payslip", same=("entrepreneur",), related_name="transfers")
    amount = money("montant")
    iban = EncryptedTextField("IBAN")
    holder = models.CharField("titulaire", max_length=120)
    reference = models.CharField("référence", max_length=35)
    is_withdrawn = models.BooleanField("retiré", default=False)

    class Meta:
        verbose_name = "virement"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "payslip"],
                condition=Q(is_withdrawn=False),
                name="payroll_transfer_once",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="payroll_transfer_positive",
                violation_error_message="Un virement a un montant positif.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "batch"], name="payroll_transfer_batch")
        ]
        triggers: ClassVar = [
            append_only("no_delete", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="goes_with_its_batch",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=_GOES_WITH_ITS_BATCH,
            ),
            pgtrigger.Trigger(
                name="pays_what_is_due",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_PAYS_WHAT_IS_DUE,
            ),
        ]

    def __str__(self) -> str:
        return self.reference
