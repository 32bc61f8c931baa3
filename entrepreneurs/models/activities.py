"""Activities (« enseignes »): what persons trade as, alone or several under a dated key."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models

from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from entrepreneurs.models.accounts import BankAccount
from entrepreneurs.models.branches import Branch
from entrepreneurs.models.people import Entrepreneur


class Activity(TenantModel):
    """One trade, with one analytic account. Amounts in EUR."""

    scope = Scope.ACTIVITY_ITSELF
    name = models.CharField("enseigne", max_length=80)
    code = models.CharField("code analytique", max_length=12)
    trade = models.CharField("métier", max_length=80, blank=True)
    analytic = TenantForeignKey("accounting.AnalyticAccount", related_name="activities")
    validation_ceiling = models.DecimalField(
        "plafond d’émission sans validation, HT", max_digits=12, decimal_places=2, default=0
    )
    reserve = models.DecimalField("réserve", max_digits=12, decimal_places=2, default=0)
    #: Sells nothing without a ten-year insurance that runs (C. assur. L241-1).
    is_building = models.BooleanField("métier du bâtiment", default=False, db_default=False)
    opened_on = models.DateField("ouverte le")
    closed_on = models.DateField("fermée le", null=True)
    # Its card: what its customers read of it. Where it says nothing, its person is written to.
    purpose = models.CharField(
        "ce qu’elle propose", max_length=160, blank=True, default="", db_default=""
    )
    street = models.CharField("adresse", max_length=120, blank=True, default="", db_default="")
    postcode = models.CharField("code postal", max_length=10, blank=True, default="", db_default="")
    town = models.CharField("ville", max_length=60, blank=True, default="", db_default="")
    email = models.EmailField("courriel", blank=True, default="", db_default="")
    phone = models.CharField("téléphone", max_length=20, blank=True, default="", db_default="")
    website = models.URLField("site", blank=True, default="", db_default="")
    logo = TenantForeignKey("core.StoredDocument", null=True, related_name="+")
    #: Printed on its documents; the account of the settings where there is none.
    bank_account = TenantForeignKey(BankAccount, null=True, related_name="activities")
    #: Where the cooperative receives it: the staff says it, no document prints it.
    branch = TenantForeignKey(Branch, null=True, related_name="activities", verbose_name="antenne")

    class Meta:
        verbose_name = "enseigne"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="entrepreneurs_activity_code_once",
                violation_error_message="Une autre enseigne porte déjà ce code analytique.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "analytic"], name="entrepreneurs_activity_analytic_once"
            ),
            models.CheckConstraint(
                condition=models.Q(reserve__gte=0),
                name="entrepreneurs_activity_reserve",
                violation_error_message="Une réserve ne peut pas être négative.",
            ),
            models.CheckConstraint(
                condition=models.Q(validation_ceiling__gte=0),
                name="entrepreneurs_activity_ceiling",
                violation_error_message="Un plafond ne peut pas être négatif.",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_on__isnull=True)
                | models.Q(closed_on__gte=models.F("opened_on")),
                name="entrepreneurs_activity_days",
                violation_error_message="Une enseigne ne peut pas fermer avant d’ouvrir.",
            ),
            models.CheckConstraint(
                condition=models.Q(website="") | models.Q(website__regex=r"^https?://"),
                name="entrepreneurs_activity_website",
                violation_error_message="Un site commence par https://.",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="open_account",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.bank_account_id IS NULL
                       OR TG_OP = 'UPDATE' AND NEW.bank_account_id = OLD.bank_account_id THEN
                        RETURN NEW;
                    END IF;
                    PERFORM 1 FROM entrepreneurs_bankaccount
                        WHERE tenant_id = NEW.tenant_id AND id = NEW.bank_account_id
                          AND closed_on IS NULL
                        FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'bank account % is not open', NEW.bank_account_id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'entrepreneurs_activity_account_open';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="offered_branch",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NEW.branch_id IS NULL
                       OR TG_OP = 'UPDATE' AND NEW.branch_id = OLD.branch_id THEN
                        RETURN NEW;
                    END IF;
                    PERFORM 1 FROM entrepreneurs_branch
                        WHERE tenant_id = NEW.tenant_id AND id = NEW.branch_id
                          AND NOT is_archived
                        FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'branch % is not offered', NEW.branch_id
                            USING ERRCODE = 'check_violation',
                                CONSTRAINT = 'entrepreneurs_activity_branch_offered';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ActivityMember(TenantModel):
    """A person's part in an activity, from a day to another, both included.

    `share` is a weight: the parts of those present on a day are divided by their sum, and
    `cae.core.money.split` keeps every cent.
    """

    scope = Scope.ACTIVITY
    activity = TenantForeignKey(Activity, related_name="members")
    entrepreneur = TenantForeignKey(Entrepreneur, related_name="parts")
    share = models.DecimalField("part", max_digits=9, decimal_places=4, default=1)
    valid_from = models.DateField("du")
    valid_to = models.DateField("au", null=True)

    class Meta:
        verbose_name = "part dans une enseigne"
        ordering: ClassVar = ["valid_from", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "activity", "entrepreneur", "valid_from"],
                name="entrepreneurs_part_start_once",
            ),
            models.UniqueConstraint(
                fields=["tenant", "activity", "entrepreneur"],
                condition=models.Q(valid_to=None),
                name="entrepreneurs_part_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(share__gt=0),
                name="entrepreneurs_part_share",
                violation_error_message="Une part est un nombre positif.",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_to__isnull=True)
                | models.Q(valid_to__gte=models.F("valid_from")),
                name="entrepreneurs_part_days",
                violation_error_message="Une part ne peut pas finir avant de commencer.",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "entrepreneur"], name="entrepreneurs_part_person"),
        ]
