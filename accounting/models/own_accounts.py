"""The accounts that a cooperative, or one of its activities, has instead of the usual ones."""

import pgtrigger
from django.db import models
from django.db.models import Q

from accounting.enums import AccountUse
from accounting.models.books import Account, AnalyticAccount
from accounting.rules import FITTING
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel

_FITS = "\n".join(
    f"""
    IF NEW.{use.value}_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM accounting_account
        WHERE tenant_id = NEW.tenant_id AND id = NEW.{use.value}_id AND number ~ '{numbers}'
    ) THEN
        RAISE EXCEPTION 'account % is not for {use.value}', NEW.{use.value}_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_accountchoice_class';
    END IF;"""
    for use, numbers in FITTING.items()
)


class AccountChoice(TenantModel):
    """Where documents of an activity are posted; without activity, those of all that say nothing.

    Empty is the account of the cooperative, then the usual one (`rules.Accounts`). What is
    posted keeps its accounts: a choice is for what comes after.
    """

    scope = Scope.COOPERATIVE
    analytic = TenantForeignKey(AnalyticAccount, null=True, related_name="+")
    customers = TenantForeignKey(Account, null=True, related_name="+")
    services = TenantForeignKey(Account, null=True, related_name="+")
    goods = TenantForeignKey(Account, null=True, related_name="+")
    expenses = TenantForeignKey(Account, null=True, related_name="+")
    bank = TenantForeignKey(Account, null=True, related_name="+")
    internal = TenantForeignKey(Account, null=True, related_name="+")
    party_prefix = models.CharField(
        "début des comptes tiers", max_length=8, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = "comptes propres"
        verbose_name_plural = "comptes propres"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "analytic"],
                nulls_distinct=False,
                name="accounting_accountchoice_once",
            ),
            models.CheckConstraint(
                condition=Q(party_prefix__regex=r"^[A-Z0-9]{0,8}$"),
                name="accounting_accountchoice_prefix",
                violation_error_message="Huit lettres sans accent ou chiffres au plus.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="right_class",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=f"{_FITS}\n    RETURN NEW;",
            ),
        ]

    def __str__(self) -> str:
        return f"comptes de {self.analytic_id or 'la coopérative'}"

    def id_of(self, use: AccountUse) -> int | None:
        return getattr(self, f"{use.value}_id")
