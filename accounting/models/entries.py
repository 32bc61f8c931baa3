"""Balanced entries that only ever grow, each line on an analytic account.

PostgreSQL itself refuses what the rules refuse: an entry that does not balance as a whole and
for each analytic account, a line added or changed later, a day in a closed month. The only
columns that may change afterwards are those of the matching of a line.
"""

from decimal import Decimal
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import F, Q

from accounting.models.books import Account, AnalyticAccount, Journal
from cae.core.models import Membership, append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel


def euro_field(label: str, **options: Any) -> models.DecimalField:
    """Return a field of EUR to the cent."""
    return models.DecimalField(label, max_digits=12, decimal_places=2, **options)


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
    SELECT date, journal_id, piece, written_in
    INTO NEW.date, NEW.journal_id, NEW.piece, sealed_in
    FROM accounting_entry WHERE tenant_id = NEW.tenant_id AND id = NEW.entry_id;
    IF sealed_in IS DISTINCT FROM pg_current_xact_id()::text::bigint THEN
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

    `date`, `journal` and `piece` are copied from the entry by a trigger: an activity reads its
    statement from one index, even where the heading is not its own. `net` is, on a customer's
    line of a bank journal, the part of the receipt that is turnover without VAT; on that of a
    credit note that comes after money, what it takes back of it, negative.
    """

    scope = Scope.LEDGER
    audited = False
    entry = TenantForeignKey(Entry, related_name="lines")
    rank = models.PositiveSmallIntegerField()
    date = models.DateField("date")
    journal = TenantForeignKey(Journal, related_name="+")
    piece = models.CharField("pièce", max_length=40, blank=True)
    account = TenantForeignKey(Account, related_name="+")
    analytic = TenantForeignKey(AnalyticAccount, related_name="+")
    debit = euro_field("débit", default=Decimal(0))
    credit = euro_field("crédit", default=Decimal(0))
    net = euro_field("dont hors taxe", null=True)
    label = models.CharField("libellé", max_length=160, blank=True)
    party = models.CharField("tiers", max_length=120, blank=True)
    #: What the books of the cooperative call that party, when the entry was posted.
    party_account = models.CharField(
        "compte tiers", max_length=17, blank=True, default="", db_default=""
    )
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
                include=["journal", "debit", "credit", "net"],
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
                declare=[("sealed_in", "bigint")],
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
