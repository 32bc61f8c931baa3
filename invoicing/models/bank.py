"""What the bank says came in and went out, and what was made of each line."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cae.core.crypto import EncryptedTextField
from cae.core.models import append_only
from cae.core.tenancy.models import Scope, TenantForeignKey, TenantModel
from invoicing.enums import StatementFormat
from invoicing.models.columns import money

#: A statement has the lines it counts, and they take its first balance to its last.
ADDS_UP = pgtrigger.Trigger(
    name="adds_up",
    when=pgtrigger.After,
    operation=pgtrigger.Insert,
    timing=pgtrigger.Deferred,
    declare=[("line_count", "bigint"), ("total", "numeric")],
    func="""
        SELECT count(*), COALESCE(sum(amount), 0) INTO line_count, total FROM invoicing_bankline
         WHERE tenant_id = NEW.tenant_id AND statement_id = NEW.id;
        IF line_count <> NEW.line_count
           OR NEW.opening + NEW.known_total + total <> NEW.closing THEN
            RAISE EXCEPTION 'statement % does not add up', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankstatement_total';
        END IF;
        RETURN NULL;
    """,
)

#: Lines may only come with their statement: see `BELONGS`.
OPENS = pgtrigger.Trigger(
    name="opens",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        NEW.written_in = pg_current_xact_id()::text::bigint;
        RETURN NEW;
    """,
)

#: A line is of its statement's account, and enters with it.
BELONGS = pgtrigger.Trigger(
    name="belongs",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    func="""
        IF NOT EXISTS (
            SELECT FROM invoicing_bankstatement
             WHERE tenant_id = NEW.tenant_id AND id = NEW.statement_id AND iban = NEW.iban
               AND written_in = pg_current_xact_id()::text::bigint
        ) THEN
            RAISE EXCEPTION 'a line is written with its statement'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankline_belongs';
        END IF;
        RETURN NEW;
    """,
)

#: A line is matched with money that came in, of its amount, on no other account, not cancelled.
MATCHES_RIGHT = pgtrigger.Trigger(
    name="matches_right",
    when=pgtrigger.Before,
    operation=pgtrigger.Insert,
    declare=[("said", "numeric"), ("of_account", "text")],
    func="""
        SELECT amount, iban INTO said, of_account FROM invoicing_bankline
         WHERE tenant_id = NEW.tenant_id AND id = NEW.line_id FOR NO KEY UPDATE;
        IF NEW.undone_at IS NOT NULL OR said <= 0 THEN
            RAISE EXCEPTION 'line % is not to be matched', NEW.line_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankoutcome_line';
        END IF;
        IF NEW.payment_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM invoicing_payment p
             WHERE p.tenant_id = NEW.tenant_id AND p.id = NEW.payment_id AND p.amount = said
               AND p.reverses_id IS NULL AND p.means <> 'gap'
               AND (p.bank_account_id IS NULL OR EXISTS (
                    SELECT FROM entrepreneurs_bankaccount b
                     WHERE b.tenant_id = p.tenant_id AND b.id = p.bank_account_id
                       AND b.iban = of_account))
               AND NOT EXISTS (SELECT FROM invoicing_payment r
                                WHERE r.tenant_id = p.tenant_id AND r.reverses_id = p.id)
        ) THEN
            RAISE EXCEPTION 'line % is not payment %', NEW.line_id, NEW.payment_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankoutcome_payment';
        END IF;
        RETURN NEW;
    """,
)

#: What was decided is undone once, and is history: a match, only once its payment is reversed.
UNDONE_ONCE = pgtrigger.Trigger(
    name="undone_once",
    when=pgtrigger.Before,
    operation=pgtrigger.Update | pgtrigger.Delete,
    func="""
        IF TG_OP = 'DELETE' OR OLD.undone_at IS NOT NULL OR NEW.undone_at IS NULL
           OR to_jsonb(OLD) - 'undone_at' - 'undone_by_id'
                <> to_jsonb(NEW) - 'undone_at' - 'undone_by_id'
           OR (NEW.payment_id IS NOT NULL AND NOT EXISTS (
                SELECT FROM invoicing_payment
                 WHERE tenant_id = NEW.tenant_id AND reverses_id = NEW.payment_id)) THEN
            RAISE EXCEPTION 'what was made of line % stays', OLD.line_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'invoicing_bankoutcome_stays';
        END IF;
        RETURN NEW;
    """,
)


class BankStatement(TenantModel):
    """One statement of one account of the cooperative, as the bank wrote it."""

    scope = Scope.STAFF
    audited = False
    iban = models.CharField("compte", max_length=34)
    account_name = models.CharField("nom du compte", max_length=60)
    file_format = models.CharField("format", max_length=4, choices=StatementFormat.choices)
    file_name = models.CharField("fichier", max_length=160)
    sha256 = models.CharField("empreinte du fichier", max_length=64)
    #: Among the statements of one file.
    rank = models.PositiveSmallIntegerField()
    reference = models.CharField("référence", max_length=80, blank=True)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    opening = models.DecimalField("solde de départ", max_digits=12, decimal_places=2, null=True)
    closing = models.DecimalField("solde d’arrivée", max_digits=12, decimal_places=2, null=True)
    line_count = models.PositiveIntegerField("lignes")
    #: Lines that another statement had brought already: they are there, not here.
    known_count = models.PositiveIntegerField("lignes déjà connues", default=0)
    known_total = money("total des lignes déjà connues")
    deposited_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    deposited_at = models.DateTimeField("déposé le", auto_now_add=True)
    #: The transaction it entered with, set by its trigger.
    written_in = models.BigIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = "relevé bancaire"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "sha256", "rank"],
                name="invoicing_bankstatement_once",
                violation_error_message="Ce fichier est déjà déposé.",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), iban__regex=r"^[A-Z0-9]{14,34}$")
                & Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="invoicing_bankstatement_said",
                violation_error_message="Un relevé a un compte et une période.",
            ),
        ]
        triggers: ClassVar = [append_only(), OPENS, ADDS_UP]

    def __str__(self) -> str:
        return self.reference or self.file_name


class BankLine(TenantModel):
    """One line of a statement. Never changed: what it is for is a `BankOutcome`."""

    scope = Scope.STAFF
    audited = False
    statement = TenantForeignKey(BankStatement, related_name="lines")
    rank = models.PositiveIntegerField()
    iban = models.CharField("compte", max_length=34)
    booked_on = models.DateField("date")
    amount = money("montant")
    label = models.CharField("libellé", max_length=300, blank=True)
    party = models.CharField("contrepartie", max_length=140, blank=True)
    party_iban = EncryptedTextField("IBAN de la contrepartie", blank=True)
    reference = models.CharField("référence de la banque", max_length=80, blank=True)
    #: The same in every file that has this line.
    key = models.CharField(max_length=64)

    class Meta:
        verbose_name = "ligne de relevé"
        ordering: ClassVar = ["-booked_on", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "statement"], name="invoicing_bankline_list"),
            models.Index(
                fields=["tenant", "booked_on", "id"],
                condition=Q(amount__gt=0),
                name="invoicing_bankline_received",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "iban", "key"],
                name="invoicing_bankline_once",
                violation_error_message="Cette ligne est déjà connue.",
            ),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[0-9a-f]{64}$"), name="invoicing_bankline_fingerprint"
            ),
        ]
        triggers: ClassVar = [append_only(), BELONGS]

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount}"

    @property
    def words(self) -> str:
        """All that it says: what a match is looked for in."""
        return " ".join(filter(None, (self.party, self.label, self.reference)))


class BankOutcome(TenantModel):
    """What a line turned out to be: a payment, or nothing of ours, with the reason.

    Reversing the payment frees the line; that is a trigger of `Payment`, whoever reverses it.
    """

    scope = Scope.STAFF
    audited = False
    line = TenantForeignKey(BankLine, related_name="outcomes")
    payment = TenantForeignKey("invoicing.Payment", null=True, related_name="+")
    reason = models.CharField("motif", max_length=160, blank=True)
    decided_by = models.ForeignKey("core.Membership", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField("décidé le", auto_now_add=True)
    undone_by = models.ForeignKey("core.Membership", models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField("défait le", null=True)

    class Meta:
        verbose_name = "rapprochement"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "line"],
                condition=Q(undone_at=None),
                name="invoicing_bankoutcome_line_once",
                violation_error_message="Cette ligne est déjà rapprochée.",
            ),
            models.UniqueConstraint(
                fields=["tenant", "payment"],
                condition=Q(undone_at=None),
                name="invoicing_bankoutcome_payment_once",
                violation_error_message="Cet encaissement est déjà rapproché.",
            ),
            models.CheckConstraint(
                condition=Q(payment__isnull=False, reason="") | Q(payment=None) & ~Q(reason=""),
                name="invoicing_bankoutcome_said",
                violation_error_message="Une ligne mise de côté dit pourquoi.",
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="invoicing_bankoutcome_undone",
            ),
        ]
        triggers: ClassVar = [MATCHES_RIGHT, UNDONE_ONCE]
