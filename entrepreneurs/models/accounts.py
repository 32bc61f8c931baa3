"""Bank accounts of the cooperative, beside the one of its settings."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from accounting.enums import AccountUse
from accounting.rules import FITTING
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


class BankAccount(TenantModel):
    """An account that activities may print on their documents instead of that of the settings.

    Its numbers never change: an account is closed and another is opened, so that a number slipped
    into a known account is no way to divert what customers pay.
    """

    scope = Scope.COOPERATIVE
    name = models.CharField("nom", max_length=60)
    iban = models.CharField("IBAN", max_length=34)
    bic = models.CharField("BIC", max_length=11, blank=True)
    #: Where the books keep it, 512 or under; the bank of the activity where there is none.
    ledger_account = TenantForeignKey("accounting.Account", null=True, related_name="+")
    closed_on = models.DateField("fermé le", null=True)
    created_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    created_at = models.DateTimeField("ajouté le", auto_now_add=True)

    class Meta:
        verbose_name = "compte bancaire"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "iban"],
                condition=Q(closed_on=None),
                name="entrepreneurs_bank_once",
                violation_error_message="Ce compte est déjà dans la liste.",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"),
                name="entrepreneurs_bank_said",
                violation_error_message="Un compte a un nom et un IBAN sans espaces.",
            ),
            models.CheckConstraint(
                condition=Q(bic__regex=r"^([A-Z0-9]{8}([A-Z0-9]{3})?)?$"),
                name="entrepreneurs_bank_bic",
                violation_error_message="Un BIC a huit ou onze caractères.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="closed_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                    IF OLD.closed_on IS NOT NULL
                       OR to_jsonb(OLD) - '{closed_on,ledger_account_id}'::text[]
                          <> to_jsonb(NEW) - '{closed_on,ledger_account_id}'::text[] THEN
                        RAISE EXCEPTION 'bank account % does not change', OLD.id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'entrepreneurs_bank_frozen';
                    END IF;
                    IF NEW.closed_on IS NOT NULL
                       AND EXISTS (SELECT 1 FROM entrepreneurs_activity
                               WHERE tenant_id = OLD.tenant_id AND bank_account_id = OLD.id) THEN
                        RAISE EXCEPTION 'bank account % is printed by an activity', OLD.id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'entrepreneurs_bank_printed';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="in_a_bank",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"""
                    IF NEW.ledger_account_id IS NOT NULL AND NOT EXISTS (
                        SELECT FROM accounting_account
                        WHERE tenant_id = NEW.tenant_id AND id = NEW.ledger_account_id
                          AND number ~ '{FITTING[AccountUse.BANK]}'
                    ) THEN
                        RAISE EXCEPTION 'account % is no bank', NEW.ledger_account_id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'entrepreneurs_bank_ledger';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
