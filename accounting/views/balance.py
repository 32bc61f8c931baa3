"""The trial balance, and an account line by line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounting import permissions, queries
from accounting.models import EntryLine
from accounting.queries import books as ledger
from accounting.views.frame import Asked, asked_of, note_export, tabs, url, years
from cae.core.accounts import recently_authenticated
from cae.core.csv_files import csv_file
from cae.core.enums import Right
from cae.core.money import ZERO
from cae.core.pages import page_of
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest


@requires(Right.SEE_ACCOUNTS)
@require_safe
def books(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show the trial balance of a period: the general one, or that of one activity."""
    asked = asked_of(request)
    rows = queries.trial_balance(asked.start, asked.end, analytic=asked.analytic)
    return render(
        request,
        "accounting/books.html",
        {
            "tabs": tabs(request, "books"),
            "years": years(request, asked),
            "asked": asked,
            "rows": rows,
            "totals": _totals(rows),
            "csv_url": f"{url(request, 'books_csv')}{asked.query}",
        },
    )


@requires(Right.SEE_ACCOUNTS)
@require_safe
@recently_authenticated
def books_csv(request: PlaceRequest, slug: str) -> HttpResponse:
    """Download the trial balance."""
    asked = asked_of(request)
    note_export(request, "balance")
    rows = queries.trial_balance(asked.start, asked.end, analytic=asked.analytic)
    return csv_file(
        f"balance-{_name(asked)}",
        head=("Compte", "Intitulé", "Ouverture", "Débit", "Crédit", "Solde"),
        rows=((r.number, r.label, r.opening, r.debit, r.credit, r.closing) for r in rows),
    )


@requires(Right.SEE_ACCOUNTS)
@require_safe
def account(request: PlaceRequest, slug: str, number: str) -> HttpResponse:
    """Show the lines of an account over a period, with the balance each leaves."""
    found = permissions.fetch_account(number)
    asked = asked_of(request)
    lines = ledger.lines_of_account(found, asked.start, asked.end, analytic=asked.analytic)
    page = page_of(request, lines)
    opening = ledger.opening_of_account(found, asked.start, analytic=asked.analytic)
    moved = ledger.moved_by(lines)
    earlier = ledger.moved_by(lines[: page.start_index() - 1]).balance if page.number > 1 else ZERO
    return render(
        request,
        "accounting/account.html",
        {
            "account": found,
            "asked": asked,
            "years": years(request, asked),
            "page": page,
            "rows": list(_running(_shown(page.object_list), opening + earlier)),
            "opening": opening,
            "moved": moved,
            "closing": opening + moved.balance,
            "crumbs": [("Comptabilité", f"{url(request, 'books')}{asked.query}"), (number, "")],
            "csv_url": f"{url(request, 'account_csv', number)}{asked.query}",
        },
    )


@requires(Right.SEE_ACCOUNTS)
@require_safe
@recently_authenticated
def account_csv(request: PlaceRequest, slug: str, number: str) -> HttpResponse:
    """Download the lines of an account."""
    found = permissions.fetch_account(number)
    note_export(request, f"compte {found.number}")
    asked = asked_of(request)
    lines = ledger.lines_of_account(found, asked.start, asked.end, analytic=asked.analytic)
    opening = ledger.opening_of_account(found, asked.start, analytic=asked.analytic)
    return csv_file(
        f"compte-{found.number}-{_name(asked)}",
        head=(
            "Date", "Journal", "Numéro", "Pièce", "Libellé", "Tiers", "Compte tiers",
            "Analytique", "Débit", "Crédit", "Solde", "Lettrage",
        ),
        rows=(
            (
                line.date, line.journal.code, line.entry.number, line.piece, line.label,
                line.party, line.party_account, line.analytic.code, line.debit, line.credit,
                balance, line.match_code,
            )
            for line, balance in _running(_shown(lines), opening)
        ),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Totals:
    opening: Decimal
    debit: Decimal
    credit: Decimal
    closing_debit: Decimal
    closing_credit: Decimal


def _totals(rows: Iterable[queries.AccountBalance]) -> _Totals:
    rows = list(rows)
    return _Totals(
        opening=sum((r.opening for r in rows), ZERO),
        debit=sum((r.debit for r in rows), ZERO),
        credit=sum((r.credit for r in rows), ZERO),
        closing_debit=sum((r.closing for r in rows if r.closing > 0), ZERO),
        closing_credit=-sum((r.closing for r in rows if r.closing < 0), ZERO),
    )


def _shown(lines: Iterable[EntryLine]) -> Iterable[EntryLine]:
    """Return lines with what is shown of them, fetched apart: no join of two tenant tables."""
    return lines.prefetch_related("entry", "journal", "analytic")  # type: ignore[attr-defined]


def _running(lines: Iterable[EntryLine], balance: Decimal) -> Iterator[tuple[EntryLine, Decimal]]:
    for line in lines:
        balance += line.debit - line.credit
        yield line, balance


def _name(asked: Asked) -> str:
    whose = f"-{asked.analytic.code}" if asked.analytic else ""
    return f"{asked.start:%Y-%m}-{asked.end:%Y-%m}{whose}"
