"""What the cooperative takes from its activities: the dated rules, and what they took."""

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounting import rules
from accounting.enums import ContributionBasis, ContributionMeasure, LevyKind
from accounting.models.books import AnalyticAccount
from accounting.models.entries import Entry, euro_field
from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel

_BEGINS_IN_AN_OPEN_MONTH = """
    -- A month is being closed: wait for it, then see it.
    PERFORM pg_advisory_xact_lock_shared(181, NEW.tenant_id::int);
    IF EXISTS (
        SELECT FROM accounting_closedperiod
        WHERE tenant_id = NEW.tenant_id AND month >= date_trunc('month', NEW.valid_from)::date
    ) THEN
        RAISE EXCEPTION 'the month of % is closed', NEW.valid_from
            USING ERRCODE = 'check_violation',
            CONSTRAINT = 'accounting_contributionrule_open_month';
    END IF;
    RETURN NEW;
"""


class ContributionRule(TenantModel):
    """What the cooperative takes, from a day on; of one activity, or of all that have no own.

    `rates[i]` holds on the year's basis above `thresholds[i]` EUR. Never changed: a vote
    makes a new one, from its day on. One that `follows_common` says nothing itself: from its
    day on the activity is taken what all are, whatever is voted for all later.
    """

    scope = Scope.STAFF
    label = models.CharField("intitulé", max_length=80)
    analytic = TenantForeignKey(AnalyticAccount, null=True, related_name="+")
    follows_common = models.BooleanField("suit la règle commune", default=False, db_default=False)
    valid_from = models.DateField("à partir du")
    basis = models.CharField("prélevée", max_length=8, choices=ContributionBasis)
    measure = models.CharField("assiette", max_length=12, choices=ContributionMeasure)
    thresholds = ArrayField(euro_field("au-dessus de"), verbose_name="tranches")
    rates = ArrayField(
        models.DecimalField(max_digits=6, decimal_places=5), verbose_name="taux par tranche"
    )
    floor = euro_field("plancher annuel", default=Decimal(0))
    cap = euro_field("plafond annuel", null=True, blank=True)
    fixed_fee = euro_field("forfait mensuel", default=Decimal(0))

    class Meta:
        verbose_name = "règle de contribution"
        verbose_name_plural = "règles de contribution"
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "analytic", "valid_from"],
                nulls_distinct=False,
                name="accounting_contributionrule_once",
                violation_error_message="Une règle prend déjà effet ce jour-là.",
            ),
            models.CheckConstraint(
                condition=Q(
                    follows_common=False,
                    # The first of no bracket at all is NULL, which a CHECK lets through.
                    thresholds__len__gte=1,
                    thresholds__0=0,
                    rates__len=F("thresholds__len"),
                )
                | Q(follows_common=True, thresholds__len=0, rates__len=0),
                name="accounting_contributionrule_brackets",
                violation_error_message="Chaque tranche a un taux, la première commence à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(follows_common=False) & ~Q(basis="") & ~Q(measure="")
                | Q(follows_common=True, analytic__isnull=False, basis="", measure="")
                & Q(floor=0, fixed_fee=0, cap=None),
                name="accounting_contributionrule_says_or_follows",
                violation_error_message="Suivre la règle commune, c’est n’en dire aucune.",
            ),
            models.CheckConstraint(
                condition=Q(floor__gte=0, fixed_fee__gte=0) & (Q(cap=None) | Q(cap__gte=0)),
                name="accounting_contributionrule_amounts",
                violation_error_message="Un plancher, un plafond, un forfait sont positifs.",
            ),
        ]
        triggers = [
            append_only("read_only", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="begins_in_an_open_month",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_BEGINS_IN_AN_OPEN_MONTH,
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def terms(self) -> rules.Contribution:
        """The rule as a value, for `accounting.rules`."""
        return rules.Contribution(
            brackets=tuple(map(rules.Bracket, self.thresholds, self.rates)),
            basis=ContributionBasis(self.basis),
            measure=ContributionMeasure(self.measure),
            floor=self.floor,
            cap=self.cap,
            fixed_fee=self.fixed_fee,
        )


class ContributionLevy(TenantModel):
    """What was taken, on what: the basis that later ones of the fiscal year add to."""

    scope = Scope.LEDGER
    audited = False
    analytic = TenantForeignKey(AnalyticAccount, related_name="+")
    rule = TenantForeignKey(ContributionRule, related_name="+")
    entry = TenantForeignKey(Entry, null=True, related_name="+")
    kind = models.CharField(max_length=8, choices=LevyKind, default=LevyKind.SHARE)
    basis = euro_field("assiette")
    amount = euro_field("contribution")
    date = models.DateField("date")
    posting_key = models.CharField(max_length=120)
    #: Of a document that has a rate of its own: which, and the fraction taken of it.
    document = models.CharField(max_length=40, blank=True, default="", db_default="")
    rate = models.DecimalField("taux", max_digits=6, decimal_places=5, null=True)

    class Meta:
        verbose_name = "contribution prélevée"
        verbose_name_plural = "contributions prélevées"
        ordering = ["date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "posting_key"], name="accounting_contributionlevy_key_once"
            ),
            models.CheckConstraint(
                condition=Q(amount=0, entry=None) | ~Q(amount=0) & Q(entry__isnull=False),
                name="accounting_contributionlevy_posted",
            ),
            models.CheckConstraint(
                condition=~Q(kind=LevyKind.DOCUMENT) & Q(document="", rate=None)
                | Q(kind=LevyKind.DOCUMENT, rate__isnull=False, rate__gte=0, rate__lte=1)
                & ~Q(document=""),
                name="accounting_contributionlevy_own_rate",
                violation_error_message="Un taux propre est celui d’un document.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "analytic", "date"], name="accounting_contributionlevy_of"
            ),
            models.Index(
                fields=["tenant", "document"],
                condition=~Q(document=""),
                name="accounting_levy_document",
            ),
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.date} {self.amount}"
