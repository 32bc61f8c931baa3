"""A deal (« affaire »): the sales of one piece of work, and what was bought for it."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.models.columns import money

_SORTS = ("quote", "invoice", "expense_line", "order")


class Deal(TenantModel):
    """A piece of work whose margin one follows; closed, it leaves the list of what runs."""

    scope = Scope.ACTIVITY
    pinned = ("activity",)
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="deals")
    customer = TenantForeignKey(
        "invoicing.Customer", same=("activity",), null=True, related_name="deals"
    )
    name = models.CharField("nom", max_length=160)
    closed_on = models.DateField("close le", null=True)
    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("ouverte le", auto_now_add=True)
    search = models.CharField(max_length=400, editable=False)

    class Meta:
        verbose_name = "affaire"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "activity", "-id"], name="invoicing_deal_activity"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(name=""),
                name="invoicing_deal_named",
                violation_error_message="Une affaire a un nom.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DealItem(TenantModel):
    """One document of a deal. A table apart, because the documents themselves are frozen.

    `label` and `net` are those of a cost when it was linked: a colleague of the activity reads
    them without seeing the person's receipt. Sales are read where they are.
    """

    scope = Scope.ACTIVITY
    audited = False  # linked or not, never changed
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    deal = TenantForeignKey("invoicing.Deal", same=("activity",), related_name="items")
    quote = TenantForeignKey("invoicing.Quote", same=("activity",), null=True, related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), null=True, related_name="+")
    expense_line = TenantForeignKey("invoicing.ExpenseLine", null=True, related_name="+")
    order = TenantForeignKey("invoicing.InternalOrder", null=True, related_name="+")
    label = models.CharField("libellé", max_length=160)
    net = money("coût")

    class Meta:
        verbose_name = "pièce d’une affaire"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "deal"], name="invoicing_dealitem_deal"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quote__isnull=False, invoice=None, expense_line=None, order=None)
                | Q(quote=None, invoice__isnull=False, expense_line=None, order=None)
                | Q(quote=None, invoice=None, expense_line__isnull=False, order=None)
                | Q(quote=None, invoice=None, expense_line=None, order__isnull=False),
                name="invoicing_dealitem_one",
                violation_error_message="Une pièce d’affaire est un seul document.",
            ),
            *(
                models.UniqueConstraint(
                    fields=["tenant", name],
                    name=f"invoicing_dealitem_{name}_once",
                    violation_error_message="Ce document est déjà dans une affaire.",
                )
                for name in _SORTS
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="filed_with_its_deal",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (
                        SELECT FROM invoicing_filing
                         WHERE tenant_id = NEW.tenant_id
                           AND (quote_id = NEW.quote_id OR invoice_id = NEW.invoice_id)
                    ) THEN
                        RAISE EXCEPTION 'this document is filed by itself'
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'invoicing_dealitem_filed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="costs_right",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NEW.expense_line_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM invoicing_expenseline l
                          JOIN invoicing_expensesheet s
                            ON s.tenant_id = l.tenant_id AND s.id = l.sheet_id
                         WHERE l.tenant_id = NEW.tenant_id AND l.id = NEW.expense_line_id
                           AND s.activity_id = NEW.activity_id AND l.net = NEW.net
                           AND s.status NOT IN ('draft', 'submitted')
                    ) OR NEW.order_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM invoicing_internalorder
                         WHERE tenant_id = NEW.tenant_id AND id = NEW.order_id
                           AND shown_to_id = NEW.activity_id AND total = NEW.net
                           AND status = 'accepted'
                    ) OR NEW.net <> 0 AND NEW.expense_line_id IS NULL AND NEW.order_id IS NULL THEN
                        RAISE EXCEPTION 'this is no cost of activity %', NEW.activity_id
                            USING ERRCODE = 'check_violation',
                                  CONSTRAINT = 'invoicing_dealitem_cost';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
