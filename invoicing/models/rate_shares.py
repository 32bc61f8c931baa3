"""What an accountant said of a receipt: the part of it that settles each VAT rate."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import VatCategory
from invoicing.models.columns import legal_vat, money

_WITHIN_ITS_RATE = pgtrigger.Trigger(
    name="within_its_rate",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("given", "invoicing_allocation"), ("asked", "numeric"), ("said", "numeric")],
    func="""
        SELECT * INTO given FROM invoicing_allocation
         WHERE tenant_id = NEW.tenant_id AND id = NEW.allocation_id;
        IF given.invoice_id IS DISTINCT FROM NEW.invoice_id OR given.payment_id IS NULL
           OR given.amount * NEW.amount <= 0 OR EXISTS (
            SELECT FROM invoicing_allocation later
             WHERE later.tenant_id = NEW.tenant_id AND later.invoice_id = NEW.invoice_id
               AND later.id > NEW.allocation_id
        ) THEN
            RAISE EXCEPTION 'share % is not of its receipt', NEW.amount
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_rateshare_receipt';
        END IF;
        -- The invoice and the credit notes of its deposits, less its credit notes and deposits.
        SELECT sum(d.sign * (v.basis + v.tax)) INTO asked FROM (
            SELECT NEW.invoice_id AS id, 1 AS sign
             UNION ALL
            SELECT id, -1 FROM invoicing_invoice
             WHERE tenant_id = NEW.tenant_id AND corrects_id = NEW.invoice_id
               AND status = 'issued' AND kind = 'credit_note'
             UNION ALL
            SELECT deposit_id, -1 FROM invoicing_deduction
             WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.invoice_id
             UNION ALL
            SELECT c.id, 1 FROM invoicing_deduction o
              JOIN invoicing_invoice c ON c.tenant_id = o.tenant_id
               AND c.corrects_id = o.deposit_id AND c.status = 'issued' AND c.kind = 'credit_note'
             WHERE o.tenant_id = NEW.tenant_id AND o.invoice_id = NEW.invoice_id
        ) d
          JOIN invoicing_invoicevat v ON v.tenant_id = NEW.tenant_id AND v.invoice_id = d.id
         WHERE v.category = NEW.category AND v.rate = NEW.rate;
        SELECT coalesce(sum(amount), 0) + NEW.amount INTO said FROM invoicing_rateshare
         WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.invoice_id
           AND category = NEW.category AND rate = NEW.rate;
        -- The rounding of the document is in what is paid, and in no rate.
        IF said < 0 OR (NEW.amount > 0 AND said > coalesce(asked, 0) + (
            SELECT abs(rounding) FROM invoicing_invoice
             WHERE tenant_id = NEW.tenant_id AND id = NEW.invoice_id
        )) THEN
            RAISE EXCEPTION 'share of % is more than is left of its rate', NEW.amount
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_rateshare_left';
        END IF;
        RETURN NEW;
    """,
)

_ADDS_UP = pgtrigger.Trigger(
    name="adds_up",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    func="""
        IF (SELECT sum(amount) FROM invoicing_rateshare
             WHERE tenant_id = NEW.tenant_id AND allocation_id = NEW.allocation_id)
           IS DISTINCT FROM
           (SELECT amount FROM invoicing_allocation
             WHERE tenant_id = NEW.tenant_id AND id = NEW.allocation_id) THEN
            RAISE EXCEPTION 'the shares of receipt % do not add up to it', NEW.allocation_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_rateshare_sum';
        END IF;
        RETURN NULL;
    """,
)


class RateShare(TenantModel):
    """The part of a receipt that settles one VAT rate of its invoice, where somebody said it.

    A receipt without any settles what is left of each rate pro rata. What takes a receipt back
    takes back what was said of it.
    """

    scope = Scope.ACTIVITY_RECORD
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    allocation = TenantForeignKey("invoicing.Allocation", related_name="shares")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="+")
    category = models.CharField(max_length=2, choices=VatCategory.choices)
    rate = models.DecimalField(max_digits=5, decimal_places=4)
    amount = money("part TTC")

    class Meta:
        verbose_name = "part d’un taux de TVA"
        ordering: ClassVar = ["-rate", "id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "invoice"], name="invoicing_rateshare_invoice"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "allocation", "category", "rate"],
                name="invoicing_rateshare_once",
            ),
            legal_vat("invoicing_rateshare_legal", rate="rate", category="category"),
        ]
        triggers: ClassVar = [append_only(), _WITHIN_ITS_RATE, _ADDS_UP]
