"""Entries: posted once, reversed, never erased."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet

from accounting import rules
from accounting.actions.checks import check_now
from accounting.enums import AnalyticKind, JournalKind
from accounting.models import Account, AnalyticAccount, Entry, EntryLine, Journal
from cae.core import audit
from cae.core.models import Membership
from cae.core.numbering import next_number
from cae.core.periods import fiscal_year_of, of_french_month
from cae.core.prepared import Among, Given, Prepared
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
                return _written([draft], by=by, reverses=[reverses])[0]
        except IntegrityError as error:
            known = Entry.objects.filter(posting_key=draft.posting_key).first()
            if known is None:
                raise _refusal(error, draft) from error
            return known


@transaction.atomic
def post_all(drafts: Sequence[rules.DraftEntry], *, by: Membership | None) -> list[Entry]:
    """Write many entries as `post` writes one, in a few queries; none where one is refused.

    :raises ActionRefused: as `post`.
    """
    with as_cooperative():
        keys = [draft.posting_key for draft in drafts]
        found = {entry.posting_key: entry for entry in Entry.objects.filter(posting_key__in=keys)}
        missing = [draft for draft in drafts if draft.posting_key not in found]
        try:
            with transaction.atomic():
                written = _written(missing, by=by) if missing else []
        except IntegrityError as error:
            raise _refusal(error, missing[0]) from error
    found |= {entry.posting_key: entry for entry in written}
    return [found[key] for key in keys]


@transaction.atomic
def reverse(entry: Entry, *, on: date, by: Membership | None, label: str = "") -> Entry:
    """Cancel an entry by its opposite, dated `on`; its lines stay.

    :raises ActionRefused: `already_reversed`, `closed_period`.
    """
    with as_cooperative():
        (written,) = _drafts_of([entry])
        draft = rules.reversal(written, on=on, label=label)
        if entry.reverses_id or Entry.objects.filter(reverses=entry).exists():
            raise _already_reversed()
        opposite = post(draft, by=by, reverses=entry)
        audit.record("entry.reversed", entry, by=by, after={"reversed_by": opposite.pk})
    return opposite


@transaction.atomic
def reverse_all(entries: Sequence[Entry], *, on: date, by: Membership | None) -> list[Entry]:
    """Cancel many entries as `reverse` cancels one, in a few queries; none where one is refused.

    :raises ActionRefused: as `reverse`.
    """
    if not entries:
        return []
    with as_cooperative():
        drafts = [rules.reversal(draft, on=on) for draft in _drafts_of(entries)]
        if any(e.reverses_id for e in entries) or (
            Entry.objects.filter(reverses__in=entries).exists()
        ):
            raise _already_reversed()
        try:
            with transaction.atomic():
                opposites = _written(drafts, by=by, reverses=entries)
        except IntegrityError as error:
            raise _refusal(error, drafts[0]) from error
        for entry, opposite in zip(entries, opposites, strict=True):
            audit.record("entry.reversed", entry, by=by, after={"reversed_by": opposite.pk})
    return opposites


@dataclass(frozen=True, slots=True)
class _Books:
    """What entries refer to, by code; the cooperative's analytic account is under ``""``."""

    journals: Mapping[str, Journal]
    accounts: Mapping[str, Account]
    analytics: Mapping[str, AnalyticAccount]


def _written(
    drafts: Sequence[rules.DraftEntry],
    *,
    by: Membership | None,
    reverses: Sequence[Entry | None] | None = None,
) -> list[Entry]:
    """Write drafts; `reverses` gives, in the same order, the entry each one cancels, if any."""
    cancelled = reverses or [None] * len(drafts)
    books = _Books(_journals(drafts), _accounts(drafts), _analytics(drafts))
    checked = [rules.checked(_completed(draft, books)) for draft in drafts]
    entries = Entry.objects.bulk_create(
        [
            _entry(draft, books, by=by, reverses=old)
            for draft, old in zip(checked, cancelled, strict=True)
        ]
    )
    EntryLine.objects.bulk_create(
        line
        for entry, draft in zip(entries, checked, strict=True)
        for line in _lines(entry, draft, books)
    )
    check_now("accounting.Entry:balances")
    return entries


def _entry(
    draft: rules.DraftEntry, books: _Books, *, by: Membership | None, reverses: Entry | None
) -> Entry:
    journal = books.journals[draft.journal]
    year = fiscal_year_of(draft.date, journal.tenant.fiscal_year_start)[0].year
    return Entry(
        journal=journal,
        year=year,
        number=next_number(f"entry:{journal.code}", year=year),
        date=draft.date,
        piece=draft.piece,
        label=draft.label,
        posting_key=draft.posting_key,
        reverses=reverses,
        analytic=books.analytics[draft.analytic] if draft.analytic else None,
        posted_by=by,
    )


def _lines(entry: Entry, draft: rules.DraftEntry, books: _Books) -> Iterator[EntryLine]:
    journal = books.journals[draft.journal]
    for rank, line in enumerate(draft.lines, start=1):
        yield EntryLine(
            entry=entry,
            rank=rank,
            date=draft.date,
            journal=journal,
            account=books.accounts[line.account],
            analytic=books.analytics[line.analytic or ""],
            debit=line.debit,
            credit=line.credit,
            net=_net(line, journal),
            label=line.label or draft.label,
            party=line.party,
            party_account=line.party_account,
            due_on=line.due_on,
        )


def _journals(drafts: Iterable[rules.DraftEntry]) -> dict[str, Journal]:
    wanted = {draft.journal for draft in drafts}
    found = {journal.code: journal for journal in _journals_named(codes=list(wanted))}
    if missing := wanted - set(found):
        raise ActionRefused(
            f"Le journal {min(missing)} n’existe pas. Ouvrez-le d’abord.", code="unknown_journal"
        )
    return found


@Prepared
def _journals_named(*, codes: Given) -> QuerySet[Journal]:
    return Journal.objects.select_related("tenant").filter(Among(F("code"), codes))


def _accounts(drafts: Iterable[rules.DraftEntry]) -> dict[str, Account]:
    wanted = {line.account for draft in drafts for line in draft.lines}
    found = {account.number: account for account in _accounts_numbered(numbers=list(wanted))}
    if missing := wanted - set(found):
        raise ActionRefused(
            f"Le compte {min(missing)} n’existe pas dans le plan comptable."
            " Ajoutez-le, ou choisissez-en un autre.",
            code="unknown_account",
        )
    return found


@Prepared
def _accounts_numbered(*, numbers: Given) -> QuerySet[Account]:
    return Account.objects.filter(Among(F("number"), numbers))


def _analytics(drafts: Iterable[rules.DraftEntry]) -> dict[str, AnalyticAccount]:
    """Return the analytic accounts of drafts by code, and the cooperative's under ``""``."""
    codes = {
        code
        for draft in drafts
        for code in (draft.analytic, *(line.analytic for line in draft.lines))
    }
    wanted = {code for code in codes if code}
    found = {}
    for analytic in _analytics_named(codes=list(wanted)):
        found[analytic.code] = analytic
        if analytic.kind == AnalyticKind.COOPERATIVE:
            found[""] = analytic
    if missing := wanted - set(found):
        raise ActionRefused(
            f"Le compte analytique {min(missing)} n’existe pas. Ouvrez-le d’abord.",
            code="unknown_analytic",
        )
    return found


@Prepared
def _analytics_named(*, codes: Given) -> QuerySet[AnalyticAccount]:
    return AnalyticAccount.objects.filter(
        Among(F("code"), codes) | Q(kind=AnalyticKind.COOPERATIVE)
    )


def _completed(draft: rules.DraftEntry, books: _Books) -> rules.DraftEntry:
    for line in draft.lines:
        if not line.analytic and books.accounts[line.account].needs_analytic:
            raise ActionRefused(
                f"La ligne du compte {line.account} doit dire à quelle activité elle revient."
                " Choisissez un compte analytique.",
                code="analytic_missing",
            )
    own = books.analytics[""].code
    return replace(
        draft, lines=[replace(line, analytic=line.analytic or own) for line in draft.lines]
    )


def _net(line: rules.DraftLine, journal: Journal) -> Decimal | None:
    is_customers = line.account.startswith("411")
    is_receipt = is_customers and journal.kind == JournalKind.BANK
    assert line.net is not None or not is_receipt, "a receipt says its part without VAT"
    # A credit of the customer that settles an invoice is cashed too, in another journal.
    return line.net if is_customers else None


def _drafts_of(entries: Sequence[Entry]) -> list[rules.DraftEntry]:
    """Return what was posted, as drafts again."""
    journals = {journal.pk: journal.code for journal in Journal.objects.all()}
    lines: dict[int, list[EntryLine]] = {entry.pk: [] for entry in entries}
    found = EntryLine.objects.filter(entry__in=lines).prefetch_related("account", "analytic")
    for line in found.order_by("entry_id", "rank"):
        lines[line.entry_id].append(line)
    codes = dict(
        AnalyticAccount.objects.filter(pk__in=[entry.analytic_id for entry in entries]).values_list(
            "pk", "code"
        )
    )
    return [
        rules.DraftEntry(
            journal=journals[entry.journal_id],
            date=entry.date,
            piece=entry.piece,
            label=entry.label,
            posting_key=entry.posting_key,
            analytic=codes[entry.analytic_id] if entry.analytic_id else None,
            lines=[_draft_line(line) for line in lines[entry.pk]],
        )
        for entry in entries
    ]


def _draft_line(line: EntryLine) -> rules.DraftLine:
    return rules.DraftLine(
        account=line.account.number,
        analytic=line.analytic.code,
        debit=line.debit,
        credit=line.credit,
        net=line.net,
        label=line.label,
        party=line.party,
        party_account=line.party_account,
    )


def _refusal(error: IntegrityError, draft: rules.DraftEntry) -> Exception:
    """Return the refusal that a constraint of the ledger stands for."""
    diagnostic = getattr(error.__cause__, "diag", None)
    constraint = getattr(diagnostic, "constraint_name", None)
    if constraint == "accounting_closed_period":
        return ActionRefused(
            f"Le mois {of_french_month(draft.date)} est clôturé\u00a0: plus rien ne s’y écrit."
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
