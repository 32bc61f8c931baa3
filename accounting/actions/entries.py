"""Entries: posted once, reversed, never erased."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounting import rules
from accounting.actions.checks import check_now
from accounting.enums import AnalyticKind, JournalKind
from accounting.models import Account, AnalyticAccount, Entry, EntryLine, Journal
from cae.core import audit
from cae.core.models import Membership
from cae.core.numbering import next_number
from cae.core.periods import fiscal_year_of, french_month
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused


@transaction.atomic
def post(draft: rules.DraftEntry, *, by: Membership | None, reverses: Entry | None = None) -> Entry:
    """Write an entry in the ledger, once: the same posting key gives back the same entry.

    A line that says no analytic account is the cooperative's, where its account allows it.
    The number is taken last and held until commit: post at the end of an action.

    :raises ActionRefused: `unbalanced`, `bad_line`, `empty_entry`, `unknown_account`,
        `unknown_analytic`, `unknown_journal`, `analytic_missing`, `closed_period`,
        `already_reversed`.
    """
    with as_cooperative():
        try:
            with transaction.atomic():
                return _written(draft, by=by, reverses=reverses)
        except IntegrityError as error:
            known = Entry.objects.filter(posting_key=draft.posting_key).first()
            if known is None:
                raise _refusal(error, draft) from error
            return known


@transaction.atomic
def reverse(entry: Entry, *, on: date, by: Membership | None, label: str = "") -> Entry:
    """Cancel an entry by its opposite, dated `on`; its lines stay.

    :raises ActionRefused: `already_reversed`, `closed_period`.
    """
    with as_cooperative():
        draft = rules.reversal(_draft_of(entry), on=on, label=label)
        if entry.reverses_id or Entry.objects.filter(reverses=entry).exists():
            raise _already_reversed()
        opposite = post(draft, by=by, reverses=entry)
        audit.record("entry.reversed", entry, by=by, after={"reversed_by": opposite.pk})
    return opposite


def _written(draft: rules.DraftEntry, *, by: Membership | None, reverses: Entry | None) -> Entry:
    journal = Journal.objects.select_related("tenant").filter(code=draft.journal).first()
    if journal is None:
        raise ActionRefused(
            f"Le journal {draft.journal} n’existe pas. Ouvrez-le d’abord.", code="unknown_journal"
        )
    accounts = _accounts(draft)
    analytics = _analytics(draft)
    draft = rules.checked(_completed(draft, accounts, analytics))
    year = fiscal_year_of(draft.date, journal.tenant.fiscal_year_start)[0].year
    entry = Entry.objects.create(
        journal=journal,
        year=year,
        number=next_number(f"entry:{journal.code}", year=year),
        date=draft.date,
        piece=draft.piece,
        label=draft.label,
        posting_key=draft.posting_key,
        reverses=reverses,
        analytic=analytics[draft.analytic] if draft.analytic else None,
        posted_by=by,
    )
    EntryLine.objects.bulk_create(
        EntryLine(
            entry=entry,
            rank=rank,
            date=draft.date,
            journal=journal,
            account=accounts[line.account],
            analytic=analytics[line.analytic or ""],
            debit=line.debit,
            credit=line.credit,
            net=_net(line, journal),
            label=line.label or draft.label,
            party=line.party,
            due_on=line.due_on,
        )
        for rank, line in zip(count(1), draft.lines, strict=False)
    )
    check_now("accounting.Entry:balances")
    return entry


def _accounts(draft: rules.DraftEntry) -> dict[str, Account]:
    wanted = {line.account for line in draft.lines}
    found = {account.number: account for account in Account.objects.filter(number__in=wanted)}
    if missing := wanted - set(found):
        raise ActionRefused(
            f"Le compte {min(missing)} n’existe pas dans le plan comptable."
            " Ajoutez-le, ou choisissez-en un autre.",
            code="unknown_account",
        )
    return found


def _analytics(draft: rules.DraftEntry) -> dict[str, AnalyticAccount]:
    """Return the analytic accounts of a draft by code, and the cooperative's under ``""``."""
    codes = [draft.analytic, *(line.analytic for line in draft.lines)]
    wanted = {code for code in codes if code}
    found = {}
    for analytic in AnalyticAccount.objects.filter(
        Q(code__in=wanted) | Q(kind=AnalyticKind.COOPERATIVE)
    ):
        found[analytic.code] = analytic
        if analytic.kind == AnalyticKind.COOPERATIVE:
            found[""] = analytic
    if missing := wanted - set(found):
        raise ActionRefused(
            f"Le compte analytique {min(missing)} n’existe pas. Ouvrez-le d’abord.",
            code="unknown_analytic",
        )
    return found


def _completed(
    draft: rules.DraftEntry,
    accounts: Mapping[str, Account],
    analytics: Mapping[str, AnalyticAccount],
) -> rules.DraftEntry:
    for line in draft.lines:
        if not line.analytic and accounts[line.account].needs_analytic:
            raise ActionRefused(
                f"La ligne du compte {line.account} doit dire à quelle activité elle revient."
                " Choisissez un compte analytique.",
                code="analytic_missing",
            )
    own = analytics[""].code
    return replace(
        draft, lines=[replace(line, analytic=line.analytic or own) for line in draft.lines]
    )


def _net(line: rules.DraftLine, journal: Journal) -> Decimal | None:
    is_receipt = journal.kind == JournalKind.BANK and line.account.startswith("411")
    assert line.net is not None or not is_receipt, "a receipt says its part without VAT"
    return line.net if is_receipt else None


def _draft_of(entry: Entry) -> rules.DraftEntry:
    """Return what was posted, as a draft again."""
    lines = entry.lines.select_related("account", "analytic").order_by("rank")
    return rules.DraftEntry(
        journal=entry.journal.code,
        date=entry.date,
        piece=entry.piece,
        label=entry.label,
        posting_key=entry.posting_key,
        analytic=entry.analytic.code if entry.analytic else None,
        lines=[
            rules.DraftLine(
                account=line.account.number,
                analytic=line.analytic.code,
                debit=line.debit,
                credit=line.credit,
                net=line.net,
                label=line.label,
                party=line.party,
            )
            for line in lines
        ],
    )


def _refusal(error: IntegrityError, draft: rules.DraftEntry) -> Exception:
    """Return the refusal that a constraint of the ledger stands for."""
    diagnostic = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostic, "constraint_name", None)
    if constraint == "accounting_closed_period":
        month = french_month(draft.date)
        return ActionRefused(
            f"Le mois de {month} est clôturé\u00a0: plus rien ne s’y écrit."
            " Choisissez une date dans un mois ouvert.",
            code="closed_period",
        )
    if constraint == "accounting_entry_reversed_once":
        return _already_reversed()
    return error


def _already_reversed() -> ActionRefused:
    return ActionRefused(
        "Cette écriture a déjà été contre-passée, ou en contre-passe une autre."
        " Passez une nouvelle écriture.",
        code="already_reversed",
    )
