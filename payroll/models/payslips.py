"""Payslips: computed as often as needed, then validated and never changed."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.models import Membership
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.models.triggers import only_while_draft
from payroll.enums import PayslipStatus
from payroll.models.columns import first_day, money

_KEEPS_ITS_WORD = """
    IF NEW.revision <> OLD.revision + (OLD.status <> 'draft' AND NEW.status = 'draft')::int THEN
        RAISE EXCEPTION 'payslip % changes its revision', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_revision';
    END IF;
    IF OLD.status <> 'draft' AND NEW.status <> 'paid' AND NEW.status <> OLD.status AND EXISTS (
        SELECT FROM payroll_transfer
        WHERE tenant_id = NEW.tenant_id AND payslip_id = NEW.id AND NOT is_withdrawn
    ) THEN
        RAISE EXCEPTION 'payslip % is on its way to the bank', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_left';
    END IF;
    IF OLD.status <> 'draft' AND NEW.status = 'draft' THEN
        IF to_jsonb(NEW) - stepped_back IS DISTINCT FROM to_jsonb(OLD) - stepped_back THEN
            RAISE EXCEPTION 'payslip % is validated', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_frozen';
        END IF;
        IF EXISTS (
            SELECT FROM payroll_payslip
            WHERE tenant_id = NEW.tenant_id AND entrepreneur_id = NEW.entrepreneur_id
                AND contract_id = NEW.contract_id AND status <> 'draft' AND month > NEW.month
                AND date_part('year', month) = date_part('year', NEW.month)
        ) THEN
            RAISE EXCEPTION 'a later payslip depends on payslip %', OLD.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_in_order';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.status <> 'draft' AND to_jsonb(NEW) - ARRAY['status', 'document_id']
        IS DISTINCT FROM to_jsonb(OLD) - ARRAY['status', 'document_id'] THEN
        RAISE EXCEPTION 'payslip % is validated', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_frozen';
    END IF;
    IF NOT (
        NEW.status = OLD.status
        OR (OLD.status = 'draft' AND NEW.status = 'validated')
        OR (OLD.status = 'validated' AND NEW.status = 'paid')
        OR (OLD.status = 'paid' AND NEW.status = 'validated')
    ) THEN
        RAISE EXCEPTION 'payslip % goes from % to %', OLD.id, OLD.status, NEW.status
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_moves';
    END IF;
    IF OLD.document_id IS NOT NULL AND NEW.document_id IS DISTINCT FROM OLD.document_id THEN
        RAISE EXCEPTION 'payslip % already has its document', OLD.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_one_document';
    END IF;
    IF NEW.status = 'paid' AND OLD.status <> 'paid' AND NEW.net_paid <> 0 AND NOT EXISTS (
        SELECT FROM payroll_transfer
        WHERE tenant_id = NEW.tenant_id AND payslip_id = NEW.id AND amount = NEW.net_paid
            AND NOT is_withdrawn
    ) THEN
        RAISE EXCEPTION 'payslip % is not transferred', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'payroll_payslip_transferred';
    END IF;
    RETURN NEW;
"""


#: What changes when a payslip is taken back; all the rest is computed again afterwards.
_STEPPED_BACK = [
    "status",
    "document_id",
    "validated_by_id",
    "validated_at",
    "revision",
    "taken_back_for",
]


class Payslip(TenantModel):
    """The pay of one person for one month, in EUR.

    `inputs` keeps what it was computed from (the engine's situation and year to date, the
    choice, who is paid by whom), `slip` the whole result, both as `payroll.rules.frozen` writes
    them; the columns are what lists, sums and constraints need of it. `employer_charges` is
    before the reduction. `reserve_after` is what the pay leaves on the person's part of their
    activities. `controls` lists what a payroll officer must know, check or correct;
    `blocking` and `to_check` count those that still hold.

    A validated payslip whose salary has not left may be taken back to a draft: `revision` then
    goes up, what it wrote in the ledger is cancelled and its document is detached.
    """

    scope = Scope.PERSON_RECORD
    pinned = ("entrepreneur",)
    audited = False  # computed again and again, then sealed: its acts are traced by name
    run = TenantForeignKey("payroll.PayrollRun", same=("month",), related_name="payslips")
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="payslips")
    contract = TenantForeignKey("entrepreneurs.Contract", same=("entrepreneur",), related_name="+")
    month = models.DateField("mois")
    pay_on = models.DateField("virement le")
    status = models.CharField(
        "état", max_length=10, choices=PayslipStatus, default=PayslipStatus.DRAFT
    )
    inputs = models.JSONField()
    slip = models.JSONField()
    controls = models.JSONField(default=list)
    blocking = models.PositiveSmallIntegerField("points bloquants", default=0)
    to_check = models.PositiveSmallIntegerField("points à vérifier", default=0)

    gross = money("brut")
    employee_charges = money("cotisations salariales")
    employer_charges = money("cotisations patronales")
    reduction = money("réduction de cotisations")
    cost = money("coût total")
    net_before_tax = money("net avant impôt")
    net_social = money("montant net social")
    net_taxable = money("net imposable")
    withholding = money("prélèvement à la source")
    net_paid = money("net à payer")
    available_before = money("disponible")
    budget = money("budget")
    unspent = money("non dépensé")
    reserve_after = money("réserve après")

    computed_at = models.DateTimeField("calculé le")
    validated_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    validated_at = models.DateTimeField("validé le", null=True)
    document = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    revision = models.PositiveSmallIntegerField("version", default=1)
    taken_back_for = models.CharField("repris parce que", max_length=200, blank=True)

    class Meta:
        verbose_name = "bulletin de paie"
        verbose_name_plural = "bulletins de paie"
        ordering: ClassVar = ["-month", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "run", "entrepreneur"], name="payroll_payslip_once"
            ),
            first_day("payroll_payslip_month"),
            models.CheckConstraint(
                condition=Q(net_before_tax=F("gross") - F("employee_charges")),
                name="payroll_payslip_net",
                violation_error_message="Le net est le brut moins les cotisations salariales.",
            ),
            models.CheckConstraint(
                condition=Q(net_paid=F("net_before_tax") - F("withholding")),
                name="payroll_payslip_net_paid",
                violation_error_message="Le net à payer est le net avant impôt moins l’impôt.",
            ),
            models.CheckConstraint(
                condition=Q(cost=F("gross") + F("employer_charges") - F("reduction")),
                name="payroll_payslip_cost",
                violation_error_message="Le coût est le brut et les cotisations patronales.",
            ),
            models.CheckConstraint(
                condition=Q(
                    unspent=F("budget") - F("cost"),
                    reserve_after=F("available_before") - F("cost"),
                ),
                name="payroll_payslip_budget",
                violation_error_message="Ce qui reste est ce qu’il y avait moins le coût.",
            ),
            models.CheckConstraint(
                condition=Q(gross__gte=0, withholding__gte=0),
                name="payroll_payslip_positive",
                violation_error_message="Un brut et un impôt ne sont pas négatifs.",
            ),
            models.CheckConstraint(
                condition=Q(status=PayslipStatus.DRAFT, validated_at=None, document=None)
                | (
                    ~Q(status=PayslipStatus.DRAFT)
                    & Q(validated_at__isnull=False, blocking=0, to_check=0, net_paid__gte=0)
                ),
                name="payroll_payslip_validated",
                violation_error_message="Un bulletin validé n’a plus de point en suspens.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "entrepreneur", "-month"], name="payroll_payslip_person")
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(
                name="born_a_draft",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__status__df="draft"),
            ),
            pgtrigger.Protect(
                name="kept_once_validated",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__status__df="draft"),
            ),
            pgtrigger.Trigger(
                name="keeps_its_word",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                declare=[("stepped_back", f"text[] := ARRAY{_STEPPED_BACK}")],
                func=_KEEPS_ITS_WORD,
            ),
        ]

    def __str__(self) -> str:
        return f"Bulletin {self.month:%Y-%m}"

    @property
    def posting_key(self) -> str:
        """What the keys of its entries begin with: another one each time it is taken back."""
        return f"payslip:{self.pk}" if self.revision == 1 else f"payslip:{self.pk}:v{self.revision}"

    @property
    def is_draft(self) -> bool:
        return self.status == PayslipStatus.DRAFT


class PayslipPart(TenantModel):
    """What one activity puts into a payslip, and how much it had.

    `available`, `reserve` and `provisions` are the person's part of the activity by its sharing
    key; `detail` is how the available money of the whole activity was obtained. The costs of
    the parts add up to the cost of the payslip.
    """

    scope = Scope.PERSON_RECORD
    audited = False
    entrepreneur = TenantForeignKey("entrepreneurs.Entrepreneur", related_name="+")
    payslip = TenantForeignKey("payroll.Payslip", same=("entrepreneur",), related_name="parts")
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="payslip_parts")
    share = models.DecimalField("part de la personne", max_digits=9, decimal_places=8)
    detail = models.JSONField()
    available = money("disponible")
    reserve = money("réserve")
    provisions = money("provisions")
    cost = money("coût")

    class Meta:
        verbose_name = "part d’une enseigne dans un bulletin"
        verbose_name_plural = "parts des enseignes dans un bulletin"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "payslip", "activity"], name="payroll_payslippart_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity"], name="payroll_payslippart_activity")
        ]
        triggers: ClassVar = [only_while_draft("payroll_payslip", "payslip_id")]

    def __str__(self) -> str:
        return f"{self.payslip_id} · {self.activity_id}"
