"""The entries of a month, and one of them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from accounting import permissions
from accounting.models import Entry, Journal
from accounting.queries import books
from accounting.views.frame import tabs, url
from cae.core import audit, clock
from cae.core.enums import Right
from cae.core.memberships import names_of
from cae.core.models import AuditEvent
from cae.core.money import ZERO
from cae.core.pages import page_of
from cae.core.periods import Month
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest

#: Documents are on upper floors; the roof knows the page of each, and who reads it.
_DOCUMENT_URL = "cae.home.pieces.document_url"


@requires(Right.SEE_ACCOUNTS)
@require_safe
def journal(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show the entries of a month, of one journal or of all."""
    month = _month(request)
    journals = list(Journal.objects.all())
    chosen = next((j for j in journals if j.code == request.GET.get("journal")), None)
    counts = books.entries_by_journal(month)
    page = page_of(request, books.entries_of(month, journal=chosen))
    totals = books.totals_of(page.object_list)
    return render(
        request,
        "accounting/journal.html",
        {
            "tabs": tabs(request, "journal"),
            "month": month,
            "previous": f"?mois={month.previous()}{_kept(chosen)}",
            "next": f"?mois={month.next()}{_kept(chosen)}" if _may_follow(month) else "",
            "chosen": chosen,
            "chips": [
                {
                    "label": "Tous",
                    "count": sum(counts.values()),
                    "url": f"?mois={month}",
                    "active": chosen is None,
                },
                *(
                    {
                        "label": j.label,
                        "count": counts.get(j.pk, 0),
                        "url": f"?mois={month}{_kept(j)}",
                        "active": j == chosen,
                    }
                    for j in journals
                    if j.pk in counts or j == chosen
                ),
            ],
            "page": page,
            "rows": [(entry, totals.get(entry.pk, ZERO)) for entry in page.object_list],
        },
    )


@requires(Right.SEE_ACCOUNTS)
@require_safe
def entry(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Show an entry, its lines, what it cancels and what cancelled it."""
    found = permissions.fetch_entry(pk)
    lines = books.lines_of_entry(found)
    month = Month.of(found.date)
    trail = _trail(request, found)
    names = names_of([found.posted_by, *(event.membership for event in trail)])
    return render(
        request,
        "accounting/entry.html",
        {
            "entry": found,
            "lines": lines,
            "total": sum((line.debit for line in lines), ZERO),
            "reversed_by": books.reversal_of(found),
            "author": names[found.posted_by_id],
            "document_url": import_string(_DOCUMENT_URL)(request, found.posting_key),
            "trail": [
                (event, names[event.membership_id] if event.membership_id else event.actor)
                for event in trail
            ],
            "crumbs": [
                ("Comptabilité", url(request, "books")),
                ("Journaux", f"{url(request, 'journal')}?mois={month}"),
                (f"{found.journal.code} {found.number}", ""),
            ],
        },
    )


def _trail(request: PlaceRequest, entry: Entry) -> list[AuditEvent]:
    if not has_right(request.membership, Right.SEE_AUDIT):
        return []
    return list(audit.trail(entry).select_related("membership__user"))


def _month(request: PlaceRequest) -> Month:
    try:
        return Month.parse(request.GET.get("mois", ""))
    except ValueError:
        return Month.of(clock.today())


def _may_follow(month: Month) -> bool:
    return month < Month.of(clock.today())


def _kept(journal: Journal | None) -> str:
    return f"&journal={journal.code}" if journal else ""
