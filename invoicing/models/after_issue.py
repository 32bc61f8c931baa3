"""What may still be said of an issued document, beside it: its own rows never change."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounting.enums import AccountUse
from accounting.rules import FITTING
from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.models.columns import money

#: What of an issued document is posted on an account that its cooperative chooses.
POSTED_USES = (AccountUse.CUSTOMERS, AccountUse.SERVICES, AccountUse.GOODS)

_ONLY_ISSUED = pgtrigger.Trigger(
    name="only_issued",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NOT EXISTS (
            SELECT FROM invoicing_invoice
             WHERE tenant_id = NEW.tenant_id AND id = NEW.invoice_id AND status = 'issued'
        ) THEN
            RAISE EXCEPTION 'invoice % is not issued', NEW.invoice_id
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = 'invoicing_invoiceattachment_issued';
        END IF;
        RETURN NEW;
    """,
)

#: Who is served as an entrepreneur takes away what they put, the cooperative any of them.
_TAKEN_BACK_BY_ITS_OWN = pgtrigger.Trigger(
    name="taken_back_by_its_own",
    when=pgtrigger.Before,
    operation=pgtrigger.Delete,
    func="""
        IF current_user = 'cae_entrepreneur'
           AND OLD.added_by_id <> current_setting('app.user_id')::bigint THEN
            RAISE EXCEPTION 'file % was put by somebody else', OLD.id
                USING ERRCODE = 'check_violation',
                      CONSTRAINT = 'invoicing_invoiceattachment_own';
        END IF;
        RETURN OLD;
    """,
)


class InvoiceAttachment(TenantModel):
    """A file put beside an issued document: an order, a signed delivery note, a letter.

    It is of the cooperative's own papers: the document its customer has does not change.
    """

    scope = Scope.ACTIVITY
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey("invoicing.Invoice", same=("activity",), related_name="attachments")
    document = TenantForeignKey("core.StoredDocument", related_name="+")
    added_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    added_at = models.DateTimeField("jointe le", auto_now_add=True)

    class Meta:
        verbose_name = "pièce jointe d’une facture"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "invoice"], name="invoicing_invoiceattachment_of"),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update),
            _ONLY_ISSUED,
            _TAKEN_BACK_BY_ITS_OWN,
        ]


_MOVES_WHAT_IS_POSTED = pgtrigger.Trigger(
    name="moves_what_is_posted",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("now_on", "text"), ("so_far", "int"), ("off", "numeric"), ("onto", "numeric")],
    func="""
        SELECT count(*), (array_agg(c.after ORDER BY c.rank DESC))[1] INTO so_far, now_on
          FROM invoicing_accountchange c
         WHERE c.tenant_id = NEW.tenant_id AND c.invoice_id = NEW.invoice_id AND c.use = NEW.use;
        IF now_on IS NULL THEN
            SELECT CASE NEW.use
                     WHEN 'customers' THEN coalesce(nullif(customers_account, ''), '411')
                     WHEN 'services' THEN coalesce(nullif(services_account, ''), '706')
                     ELSE coalesce(nullif(goods_account, ''), '707')
                   END INTO now_on
              FROM invoicing_invoice WHERE tenant_id = NEW.tenant_id AND id = NEW.invoice_id;
        END IF;
        -- Debit less credit of its entry, on the account it leaves and on the one it goes to.
        SELECT coalesce(sum(l.debit - l.credit) FILTER (WHERE a.number = NEW.before), 0),
               coalesce(sum(l.debit - l.credit) FILTER (WHERE a.number = NEW.after), 0)
          INTO off, onto
          FROM accounting_entry e
          JOIN accounting_entryline l ON l.tenant_id = e.tenant_id AND l.entry_id = e.id
          JOIN accounting_account a ON a.tenant_id = l.tenant_id AND a.id = l.account_id
          JOIN invoicing_invoice i ON i.tenant_id = e.tenant_id AND i.id = NEW.invoice_id
         WHERE e.tenant_id = NEW.tenant_id AND e.id = NEW.entry_id AND e.date = i.issued_on
           AND e.posting_key =
               format('invoice:%s:%s:%s', NEW.invoice_id, NEW.use, NEW.rank);
        IF NEW.before IS DISTINCT FROM now_on OR NEW.rank <> so_far + 1
           OR onto <> NEW.amount OR off <> -NEW.amount THEN
            RAISE EXCEPTION 'invoice % is not moved from % to % by its entry',
                NEW.invoice_id, NEW.before, NEW.after
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_accountchange_entry';
        END IF;
        IF NEW.use = 'customers' AND EXISTS (
            SELECT FROM invoicing_settlement
             WHERE tenant_id = NEW.tenant_id AND invoice_id = NEW.invoice_id
               AND (paid <> 0 OR credited <> 0)
        ) THEN
            RAISE EXCEPTION 'invoice % is settled in part where it is', NEW.invoice_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_accountchange_settled';
        END IF;
        RETURN NEW;
    """,
)


class AccountChange(TenantModel):
    """An issued document posted elsewhere: its entry takes it off one account, puts it on another.

    The latest of a use says where the document is now; without any, its own columns do.
    `amount` is the debit less the credit put on the new account.
    """

    scope = Scope.ACTIVITY_RECORD
    audited = False
    activity = TenantForeignKey("entrepreneurs.Activity", related_name="+")
    invoice = TenantForeignKey(
        "invoicing.Invoice", same=("activity",), related_name="account_changes"
    )
    use = models.CharField(max_length=10, choices=[(use, use.label) for use in POSTED_USES])
    rank = models.PositiveSmallIntegerField()
    before = models.CharField("de", max_length=8)
    after = models.CharField("vers", max_length=8)
    amount = money("montant")
    reason = models.CharField("motif", max_length=400)
    entry = TenantForeignKey("accounting.Entry", related_name="+")
    changed_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    changed_at = models.DateTimeField("changé le", auto_now_add=True)

    class Meta:
        verbose_name = "compte changé d’une facture"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "use", "rank"], name="invoicing_accountchange_once"
            ),
            models.CheckConstraint(
                condition=~Q(amount=0) & ~Q(reason="") & ~Q(after=F("before")),
                name="invoicing_accountchange_moves",
                violation_error_message="Changer de compte déplace un montant et dit pourquoi.",
            ),
            *(
                models.CheckConstraint(
                    condition=~Q(use=use) | Q(after__regex=FITTING[use]),
                    name=f"invoicing_accountchange_{use.value}",
                    violation_error_message="Ce compte ne va pas pour cet usage.",
                )
                for use in POSTED_USES
            ),
        ]
        triggers: ClassVar = [append_only(), _MOVES_WHAT_IS_POSTED]
