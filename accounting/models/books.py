"""What entries are written in: accounts, journals, months."""

import pgtrigger
from django.db import models
from django.db.models import Q

from accounting.enums import AnalyticKind, JournalKind
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantModel


class Account(TenantModel):
    """A general account of the chart. `needs_analytic`: its lines must say whose they are."""

    scope = Scope.COOPERATIVE
    number = models.CharField("numéro", max_length=8)
    label = models.CharField("intitulé", max_length=120)
    needs_analytic = models.BooleanField("analytique obligatoire", default=True)

    class Meta:
        verbose_name = "compte"
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"],
                name="accounting_account_number_once",
                violation_error_message="Ce compte existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[1-8][0-9]{2,7}$"),
                name="accounting_account_number",
                violation_error_message="Un numéro de compte a de 3 à 8 chiffres.",
            ),
        ]
        # Lines are of an account: another number would move what was posted.
        triggers = [pgtrigger.ReadOnly(name="number_kept", fields=["number"])]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"

    @property
    def is_of_result(self) -> bool:
        """Whether it begins again with each fiscal year: charges and income, classes 6 and 7."""
        return self.number[0] in "67"


class AnalyticAccount(TenantModel):
    """Whose money a line is: an activity's, or the cooperative's own."""

    scope = Scope.ANALYTIC_ITSELF
    code = models.CharField("code", max_length=16)
    label = models.CharField("intitulé", max_length=120)
    kind = models.CharField(max_length=12, choices=AnalyticKind, default=AnalyticKind.ACTIVITY)

    class Meta:
        verbose_name = "compte analytique"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="accounting_analyticaccount_code_once",
                violation_error_message="Ce code analytique existe déjà.",
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(kind=AnalyticKind.COOPERATIVE),
                name="accounting_analyticaccount_one_cooperative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class Journal(TenantModel):
    """A book of entries. Internal ones stay out of the general ledger and of the tax file."""

    scope = Scope.COOPERATIVE
    code = models.CharField("code", max_length=4)
    label = models.CharField("intitulé", max_length=60)
    kind = models.CharField("nature", max_length=10, choices=JournalKind)
    internal = models.BooleanField("interne", default=False)

    class Meta:
        verbose_name = "journal"
        verbose_name_plural = "journaux"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code"],
                name="accounting_journal_code_once",
                violation_error_message="Ce journal existe déjà.",
            ),
            models.CheckConstraint(
                condition=Q(internal=True, kind=JournalKind.INTERNAL)
                | Q(internal=False) & ~Q(kind=JournalKind.INTERNAL),
                name="accounting_journal_internal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


_CLOSES = """
    PERFORM pg_advisory_xact_lock(181, NEW.tenant_id::int);
    RETURN NEW;
"""


class ClosedPeriod(TenantModel):
    """A closed month, by its first day: nothing is posted in it nor before it any more."""

    scope = Scope.COOPERATIVE
    audited = False
    month = models.DateField("mois")
    closed_at = models.DateTimeField("clôturé le", auto_now_add=True)
    closed_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = "mois clôturé"
        verbose_name_plural = "mois clôturés"
        ordering = ["-month"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "month"],
                name="accounting_closedperiod_once",
                violation_error_message="Ce mois est déjà clôturé.",
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="accounting_closedperiod_day"),
        ]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="closes", when=pgtrigger.Before, operation=pgtrigger.Insert, func=_CLOSES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
