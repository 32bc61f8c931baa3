"""Folders: those of activities, what each holds and comes to, where a document is filed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from cae.core.prepared import Given, Prepared
from cae.core.search import Sought, matching
from cae.core.tenancy import current_tenant_id
from invoicing.models import (
    BusinessType,
    Customer,
    Deal,
    DealItem,
    Filing,
    Folder,
    FolderPhase,
    FolderType,
    FolderTypeAllows,
    Invoice,
    Quote,
)
from invoicing.rules.folders import FolderFigures

#: `quotes` and `invoices` are those of a folder, filed in it or following what is: an invoice its
#: quote, a credit note its invoice, a document its deal. Each once, whatever it follows.
_HELD = """
    WITH RECURSIVE filed AS (
        SELECT folder_id, phase_id, deal_id, quote_id, invoice_id FROM invoicing_filing
         WHERE tenant_id = %(tenant)s AND folder_id = ANY(%(folders)s)
    ), linked AS (
        SELECT f.folder_id, f.phase_id, d.* FROM filed f
          JOIN invoicing_dealitem d ON d.tenant_id = %(tenant)s AND d.deal_id = f.deal_id
    ), quotes AS (
        SELECT folder_id, phase_id, quote_id AS id FROM filed WHERE quote_id IS NOT NULL
        UNION
        SELECT folder_id, phase_id, quote_id FROM linked WHERE quote_id IS NOT NULL
    ), invoices AS (
        SELECT folder_id, phase_id, id, of_quote FROM (
            SELECT folder_id, phase_id, invoice_id AS id, false AS of_quote FROM filed
             WHERE invoice_id IS NOT NULL
            UNION
            SELECT folder_id, phase_id, invoice_id, false FROM linked
             WHERE invoice_id IS NOT NULL
            UNION
            SELECT q.folder_id, q.phase_id, i.id, true FROM quotes q
              JOIN invoicing_invoice i ON i.tenant_id = %(tenant)s AND i.quote_id = q.id
        ) AS first
        UNION
        SELECT v.folder_id, v.phase_id, i.id, v.of_quote FROM invoices v
          JOIN invoicing_invoice i ON i.tenant_id = %(tenant)s AND i.corrects_id = v.id
    )
"""

#: What follows `_HELD`.
_FIGURES = """
    , issued AS (
        SELECT v.folder_id, v.of_quote, i.id, s.paid, s.remaining,
               CASE i.kind WHEN 'credit_note' THEN -1 ELSE 1 END * (i.net - i.prepaid_net) AS net,
               -- What a corrective one replaced counts no more, nor what credited it.
               EXISTS (SELECT FROM invoicing_invoice c
                        WHERE c.tenant_id = %(tenant)s AND c.kind = 'corrective'
                          AND c.status = 'issued'
                          AND (c.corrects_id = i.id
                               OR i.kind = 'credit_note' AND c.corrects_id = i.corrects_id)
               ) AS is_replaced
          FROM invoices v
          JOIN invoicing_invoice i ON i.tenant_id = %(tenant)s AND i.id = v.id
          LEFT JOIN invoicing_settlement s ON s.tenant_id = %(tenant)s AND s.invoice_id = i.id
         WHERE i.status = 'issued'
    ), amounts AS (
        SELECT folder_id, CASE WHEN of_quote THEN 0 ELSE net END AS sold, net AS invoiced,
               0::numeric AS paid, 0::numeric AS owed, 0::numeric AS costs
          FROM issued WHERE NOT is_replaced
        UNION ALL
        SELECT folder_id, 0, 0, paid, greatest(remaining, 0), 0 FROM issued
         WHERE paid IS NOT NULL
        UNION ALL
        SELECT v.folder_id, q.net, 0, 0, 0, 0 FROM quotes v
          JOIN invoicing_quote q ON q.tenant_id = %(tenant)s AND q.id = v.id
         WHERE q.status = 'accepted'
        UNION ALL
        SELECT l.folder_id, 0, 0, 0, 0, l.net FROM linked l
         WHERE NOT EXISTS (SELECT FROM invoicing_internalorder o
                            WHERE o.tenant_id = %(tenant)s AND o.id = l.order_id
                              AND o.status = 'cancelled')
    )
    SELECT folder_id, sum(sold), sum(invoiced), sum(paid), sum(owed), sum(costs)
      FROM amounts GROUP BY folder_id
"""

_DOCUMENTS = """
    SELECT 'quote', id, phase_id FROM quotes
    UNION ALL SELECT 'invoice', id, phase_id FROM invoices
    UNION ALL SELECT 'deal', deal_id, phase_id FROM filed WHERE deal_id IS NOT NULL
"""


# Types


def business_types(*, withdrawn: bool = False) -> list[BusinessType]:
    """Return the types of business offered, in their order; the others too when asked."""
    rows = BusinessType.objects.all()
    return list(rows if withdrawn else rows.filter(is_offered=True))


def folder_types(*, withdrawn: bool = False, beside: int | None = None) -> list[FolderType]:
    """Return the types of folder offered; `beside` is the key of one to keep among them."""
    rows = FolderType.objects.prefetch_related("allowed__business_type")
    return list(rows if withdrawn else rows.filter(Q(is_offered=True) | Q(pk=beside)))


def business_types_taken(
    folder_type_id: int | None, *, withdrawn: bool = False
) -> list[BusinessType]:
    """Return the types of business that a type of folder takes, in their order."""
    taken = FolderTypeAllows.objects.filter(folder_type=folder_type_id).values("business_type")
    rows = BusinessType.objects.filter(pk__in=taken.order_by())
    return list(rows if withdrawn else rows.filter(is_offered=True))


# Folders


def folders_of(activity_ids: tuple[int, ...] | None) -> QuerySet[Folder]:
    """Return the folders of these activities; of the whole cooperative when None."""
    rows = Folder.objects.select_related("folder_type", "activity")
    return rows if activity_ids is None else rows.filter(activity__in=activity_ids)


def found_folders(
    wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[Folder]:
    """Return the folders found by code, name or customer, the latest first."""
    return list(matching(folders_of(activity_ids).order_by("-id"), wanted, "search")[:most])


def customers_in(folder: Folder) -> list[Customer]:
    """Return the customers of a folder, by name."""
    keys = folder.members.order_by().values("customer")
    return list(Customer.objects.filter(pk__in=keys).order_by("search", "id"))


def folder_figures(folder_ids: Sequence[int]) -> dict[int, FolderFigures]:
    """Return what several folders come to, in one query."""
    found = {pk: FolderFigures() for pk in folder_ids}
    for pk, sold, invoiced, paid, owed, costs in _asked(_FIGURES, folder_ids):
        found[pk] = FolderFigures(sold=sold, invoiced=invoiced, paid=paid, owed=owed, costs=costs)
    return found


@dataclass(slots=True)
class PhaseShown:
    """What is filed in a phase of a folder, or in none: drafts too, the oldest first."""

    phase: FolderPhase | None
    deals: list[Deal] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not (self.deals or self.quotes or self.invoices)


def phases_shown(folder: Folder) -> list[PhaseShown]:
    """Return what a folder holds by phase, what has none first; in five queries."""
    shown = [PhaseShown(None), *(PhaseShown(phase) for phase in folder.phases.order_by("id"))]
    by_phase = {each.phase.pk if each.phase else None: each for each in shown}
    places: dict[str, dict[int, int | None]] = {"deal": {}, "quote": {}, "invoice": {}}
    for sort, pk, phase in _asked(_DOCUMENTS, [folder.pk]):
        places[sort][pk] = phase
    for deal in Deal.objects.filter(pk__in=places["deal"]).order_by("id"):
        by_phase[places["deal"][deal.pk]].deals.append(deal)
    for quote in Quote.objects.defer("snapshot").filter(pk__in=places["quote"]).order_by("id"):
        by_phase[places["quote"][quote.pk]].quotes.append(quote)
    invoices = Invoice.objects.defer("snapshot").filter(pk__in=places["invoice"])
    for invoice in invoices.order_by("id"):
        by_phase[places["invoice"][invoice.pk]].invoices.append(invoice)
    return shown


# Where something is filed


def followed(filed: Deal | Quote | Invoice) -> str | None:
    """Return what something is filed with: a deal, a quote, an invoice; None if by itself."""
    if isinstance(filed, Deal):
        return None
    if isinstance(filed, Invoice) and filed.quote_id is not None:
        return "quote"
    if isinstance(filed, Invoice) and filed.corrects_id is not None:
        return "invoice"
    named = Q(quote=filed) if isinstance(filed, Quote) else Q(invoice=filed)
    return "deal" if DealItem.objects.filter(named).exists() else None


def filing_of(filed: Deal | Quote | Invoice) -> Filing | None:
    """Return where something is filed: by itself, or with what it follows."""
    if isinstance(filed, Deal):
        found = _filings(deal=filed.pk)
    elif isinstance(filed, Invoice) and filed.quote_id is None:
        found = _filings(invoice=_first_of(filed))
    else:
        found = _filings(quote=filed.quote_id if isinstance(filed, Invoice) else filed.pk)
    return found[0] if found else None


@Prepared
def _filings(**filed: Given) -> QuerySet[Filing]:
    named = Q(**filed)
    if "deal" not in filed:
        linked = DealItem.objects.filter(**filed).order_by().values("deal")
        named |= Q(deal__in=linked)
    rows = Filing.objects.filter(named).order_by("id")
    return rows.select_related("folder", "phase", "business_type")[:1]


def _first_of(invoice: Invoice) -> int:
    """Return the invoice that a credit note or a corrective one goes back to."""
    while invoice.corrects is not None:
        invoice = invoice.corrects
    return invoice.pk


def offered_places(activity_id: int, *, beside: Filing | None = None) -> list[tuple[str, str]]:
    """Return the folders of an activity and their phases, as a list to choose from; two queries.

    A value is the key of the folder, then that of the phase: `12` or `12-34`.
    """
    kept = beside.folder_id if beside else None
    folders = Folder.objects.filter(activity=activity_id).filter(Q(archived_at=None) | Q(pk=kept))
    phases: dict[int, list[FolderPhase]] = {}
    for phase in FolderPhase.objects.filter(activity=activity_id).order_by("id"):
        phases.setdefault(phase.folder_id, []).append(phase)
    return [
        choice
        for folder in folders
        for choice in (
            (str(folder.pk), str(folder)),
            *((f"{folder.pk}-{p.pk}", f"{folder} › {p}") for p in phases.get(folder.pk, ())),
        )
    ]


def _asked(statement: str, folder_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    if not folder_ids:
        return []
    with connection.cursor() as cursor:
        said: dict[str, Any] = {"tenant": current_tenant_id(), "folders": list(folder_ids)}
        cursor.execute(_HELD + statement, said)
        return cursor.fetchall()
