"""The ledger: balanced entries that only ever grow, each line on an analytic account.

PostgreSQL itself refuses what the rules refuse: an entry that does not balance as a whole and
for each analytic account, a line added or changed later, a day in a closed month. The only
column that may change afterwards is the matching of a line.
"""

from decimal import Decimal

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounting import rules
from accounting.enums import (
    AnalyticKind,
    ContributionBasis,
    ContributionMeasure,
    JournalKind,
    LevyKind,
)
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


def _amount(label: str, **options: object) -> models.DecimalField:
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)  # type: ignore[arg-type]


class Account(TenantModel):
    """A general account of the chart. `needs_analytic`: its lines must say whose they are."""

    scope = Scope.COOPERATIVE
    number = models.CharField("numéro", max_length=8)
    label = models.CharField("intitulé", max_length=120)
    needs_analytic = models.BooleanField("analytique obligatoire", default=True)
    is_active = models.BooleanField("utilisable", default=True)

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

    def __str__(self) -> str:
        return f"{self.number} {self.label}"


class AnalyticAccount(TenantModel):
    """Whose money a line is: an activity's, or the cooperative's own."""

    scope = Scope.ANALYTIC_ITSELF
    code = models.CharField("code", max_length=16)
    label = models.CharField("intitulé", max_length=120)
    kind = models.CharField(max_length=12, choices=AnalyticKind, default=AnalyticKind.ACTIVITY)
    is_active = models.BooleanField("utilisable", default=True)

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


_OPENS_AN_ENTRY = """
    -- A month is being closed: wait for it, then see it.
    PERFORM pg_advisory_xact_lock_shared(181, NEW.tenant_id::int);
    IF EXISTS (
        SELECT FROM accounting_closedperiod
        WHERE tenant_id = NEW.tenant_id AND month >= date_trunc('month', NEW.date)::date
    ) THEN
        RAISE EXCEPTION 'the month of % is closed', NEW.date
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_closed_period';
    END IF;
    -- Lines may only come with their entry: see accounting_entryline.
    NEW.written_in = pg_current_xact_id()::text::bigint;
    RETURN NEW;
"""

_BALANCES = """
    IF NOT EXISTS (
        SELECT FROM accounting_entryline WHERE tenant_id = NEW.tenant_id AND entry_id = NEW.id
    ) OR EXISTS (
        SELECT FROM accounting_entryline WHERE tenant_id = NEW.tenant_id AND entry_id = NEW.id
        GROUP BY analytic_id HAVING sum(debit) <> sum(credit)
    ) THEN
        RAISE EXCEPTION 'entry % does not balance for each analytic account', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_balance';
    END IF;
    RETURN NULL;
"""

_BELONGS_TO_ITS_ENTRY = """
    SELECT date, journal_id, written_in INTO NEW.date, NEW.journal_id, written_in
    FROM accounting_entry WHERE tenant_id = NEW.tenant_id AND id = NEW.entry_id;
    IF written_in IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN
        RAISE EXCEPTION 'entry % is already written', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entryline_sealed';
    END IF;
    RETURN NEW;
"""

_MATCHES = """
    IF EXISTS (
        SELECT FROM accounting_entryline
        WHERE tenant_id = NEW.tenant_id AND account_id = NEW.account_id
            AND match_code IN (NEW.match_code, OLD.match_code) AND match_code <> ''
        GROUP BY match_code HAVING sum(debit) <> sum(credit)
    ) THEN
        RAISE EXCEPTION 'matching % does not balance', NEW.match_code
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entryline_matching';
    END IF;
    RETURN NULL;
"""

_CLOSES = """
    PERFORM pg_advisory_xact_lock(181, NEW.tenant_id::int);
    RETURN NEW;
"""


class Entry(TenantModel):
    """A balanced entry. Corrected by its reversal, never changed.

    `analytic` is the activity it is about, which may read its heading. `year` is the one in
    which the fiscal year starts: numbers go up from 1 without a gap for each journal and year.
    """

    scope = Scope.LEDGER
    audited = False
    journal = TenantForeignKey(Journal, related_name="+")
    year = models.PositiveSmallIntegerField("exercice")
    number = models.PositiveIntegerField("numéro")
    date = models.DateField("date")
    piece = models.CharField("pièce", max_length=40, blank=True)
    label = models.CharField("libellé", max_length=160)
    posting_key = models.CharField(max_length=120)
    reverses = TenantForeignKey("self", null=True, related_name="reversed_by")
    analytic = TenantForeignKey(AnalyticAccount, null=True, related_name="+")
    posted_at = models.DateTimeField("validée le", auto_now_add=True)
    posted_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+")
    written_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "écriture"
        ordering = ["date", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "journal", "year", "number"], name="accounting_entry_number_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "posting_key"], name="accounting_entry_posting_key_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "reverses"],
                condition=Q(reverses__isnull=False),
                name="accounting_entry_reversed_once",
                violation_error_message="Cette écriture a déjà été contre-passée.",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "date"], name="accounting_entry_date")]
        triggers = [
            append_only(),
            pgtrigger.Trigger(
                name="opens",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=_OPENS_AN_ENTRY,
            ),
            pgtrigger.Trigger(
                name="balances",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func=_BALANCES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.piece} {self.label}".strip()


class EntryLine(TenantModel):
    """One side of one account, in EUR, on one analytic account.

    `date` and `journal` are those of the entry: the statement of an activity reads one index.
    `net` is, on a customer's line, the part that is turnover without VAT.
    """

    scope = Scope.LEDGER
    audited = False
    entry = TenantForeignKey(Entry, related_name="lines")
    rank = models.PositiveSmallIntegerField()
    date = models.DateField("date")
    journal = TenantForeignKey(Journal, related_name="+")
    account = TenantForeignKey(Account, related_name="+")
    analytic = TenantForeignKey(AnalyticAccount, related_name="+")
    debit = _amount("débit", default=Decimal(0))
    credit = _amount("crédit", default=Decimal(0))
    net = _amount("dont hors taxe", null=True)
    label = models.CharField("libellé", max_length=160, blank=True)
    party = models.CharField("tiers", max_length=120, blank=True)
    due_on = models.DateField("échéance", null=True)
    match_code = models.CharField("lettrage", max_length=8, blank=True)
    matched_on = models.DateField("lettrée le", null=True)

    class Meta:
        verbose_name = "ligne d’écriture"
        verbose_name_plural = "lignes d’écriture"
        ordering = ["entry", "rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "entry", "rank"], name="accounting_entryline_rank_once"
            ),
            models.CheckConstraint(
                condition=Q(debit__gt=0, credit=0) | Q(debit=0, credit__gt=0),
                name="accounting_entryline_one_side",
                violation_error_message="Une ligne a un débit ou un crédit, positif.",
            ),
            models.CheckConstraint(
                condition=Q(net__isnull=True)
                | Q(net__gte=-F("debit") - F("credit"), net__lte=F("debit") + F("credit")),
                name="accounting_entryline_net",
            ),
            models.CheckConstraint(
                condition=Q(match_code="", matched_on=None)
                | ~Q(match_code="") & Q(matched_on__isnull=False),
                name="accounting_entryline_matched",
            ),
        ]
        indexes = [
            # Every question about one activity: available money, statement, turnover.
            models.Index(
                fields=["tenant", "analytic", "date"],
                include=["account", "journal", "entry", "debit", "credit"],
                name="accounting_entryline_analytic",
            ),
            models.Index(
                fields=["tenant", "account", "date"],
                include=["journal", "debit", "credit"],
                name="accounting_entryline_account",
            ),
            models.Index(
                fields=["tenant", "account", "match_code"],
                condition=~Q(match_code=""),
                name="accounting_entryline_match",
            ),
        ]
        triggers = [
            append_only("no_delete", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="read_only", exclude=["match_code", "matched_on"]),
            pgtrigger.Trigger(
                name="belongs",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("written_in", "bigint")],
                func=_BELONGS_TO_ITS_ENTRY,
            ),
            pgtrigger.Trigger(
                name="matches",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("match_code"),
                timing=pgtrigger.Deferred,
                func=_MATCHES,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.debit or -self.credit}"


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


class ContributionRule(TenantModel):
    """What the cooperative takes, from a day on; of one activity, or of all that have no own.

    `rates[i]` holds on the year's basis above `thresholds[i]` EUR. Never changed: a vote
    makes a new one, from its day on.
    """

    scope = Scope.STAFF
    label = models.CharField("intitulé", max_length=80)
    analytic = TenantForeignKey(AnalyticAccount, null=True, related_name="+")
    valid_from = models.DateField("à partir du")
    basis = models.CharField("prélevée", max_length=8, choices=ContributionBasis)
    measure = models.CharField("assiette", max_length=12, choices=ContributionMeasure)
    thresholds = ArrayField(_amount("au-dessus de"), verbose_name="tranches")
    rates = ArrayField(
        models.DecimalField(max_digits=6, decimal_places=5), verbose_name="taux par tranche"
    )
    floor = _amount("plancher annuel", default=Decimal(0))
    cap = _amount("plafond annuel", null=True, blank=True)
    fixed_fee = _amount("forfait mensuel", default=Decimal(0))

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
                condition=Q(thresholds__0=0, rates__len=F("thresholds__len")),
                name="accounting_contributionrule_brackets",
                violation_error_message="Chaque tranche a un taux, la première commence à zéro.",
            ),
            models.CheckConstraint(
                condition=Q(floor__gte=0, fixed_fee__gte=0) & (Q(cap=None) | Q(cap__gte=0)),
                name="accounting_contributionrule_amounts",
                violation_error_message="Un plancher, un plafond, un forfait sont positifs.",
            ),
        ]
        triggers = [append_only("read_only", operation=pgtrigger.Update)]

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
    basis = _amount("assiette")
    amount = _amount("contribution")
    date = models.DateField("date")
    posting_key = models.CharField(max_length=120)

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
        ]
        indexes = [
            models.Index(
                fields=["tenant", "analytic", "date"], name="accounting_contributionlevy_of"
            )
        ]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.date} {self.amount}"
