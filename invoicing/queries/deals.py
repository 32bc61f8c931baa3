"""Deals, their margins, and what may still be linked to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet

from cae.core.money import ZERO
from cae.core.periods import numeric_date
from cae.core.search import Sought, matching
from invoicing.enums import (
    ExpenseSheetStatus,
    InternalOrderStatus,
    InvoiceKind,
    InvoiceStatus,
    QuoteStatus,
)
from invoicing.models import (
    Deal,
    DealItem,
    ExpenseLine,
    InternalOrder,
    Invoice,
    Quote,
)
from invoicing.rules.deals import Margin
from invoicing.rules.order_book import BilledRow, billed_by

_FIXED = (ExpenseSheetStatus.APPROVED, ExpenseSheetStatus.REFUNDED, ExpenseSheetStatus.WAIVED)
#: A list to choose from, the latest first.
_MOST = 50


@dataclass(slots=True)
class DealShown:
    """A deal with its documents: an invoice is there with its quote, or linked by itself."""

    deal: Deal
    margin: Margin = field(default_factory=Margin)
    quotes: list[tuple[DealItem, Quote]] = field(default_factory=list)
    invoices: list[tuple[DealItem | None, Invoice]] = field(default_factory=list)
    costs: list[DealItem] = field(default_factory=list)
    cancelled: set[int] = field(default_factory=set)


def deal_of(document: Quote | Invoice) -> Deal | None:
    """Return the deal a document is in, by itself or with its quote."""
    if isinstance(document, Quote):
        named = Q(quote=document)
    else:
        named = Q(invoice=document)
        if document.quote_id is not None:
            named |= Q(quote=document.quote_id)
    item = DealItem.objects.filter(named).select_related("deal").first()
    return item.deal if item else None


def deals_of(activity_ids: tuple[int, ...] | None) -> QuerySet[Deal]:
    """Return the deals of these activities; of the whole cooperative when None."""
    return (
        Deal.objects.all()
        if activity_ids is None
        else Deal.objects.filter(activity__in=activity_ids)
    )


def found_deals(wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int) -> list[Deal]:
    """Return the deals found by name or customer, the latest first."""
    return list(matching(deals_of(activity_ids).order_by("-id"), wanted, "search")[:most])


def deals_shown(deals: Sequence[Deal]) -> list[DealShown]:
    """Return deals with their margins, in four queries whatever their number."""
    items = list(DealItem.objects.filter(deal__in=[deal.pk for deal in deals]))
    quotes = Quote.objects.defer("snapshot").in_bulk(i.quote_id for i in items if i.quote_id)
    linked = {i.invoice_id: i for i in items if i.invoice_id is not None}
    issued = list(
        Invoice.objects.defer("snapshot")
        .filter(status=InvoiceStatus.ISSUED)
        .filter(Q(quote__in=quotes) | Q(pk__in=linked) | Q(corrects__in=linked))
        .order_by("pk")
    )
    cancelled = set(
        InternalOrder.objects.filter(
            pk__in=[i.order_id for i in items if i.order_id],
            status=InternalOrderStatus.CANCELLED,
        ).values_list("pk", flat=True)
    )
    return [_shown(deal, items, quotes, linked, issued, cancelled) for deal in deals]


def _shown(
    deal: Deal,
    items: Sequence[DealItem],
    quotes: dict[int, Quote],
    linked: dict[int, DealItem],
    issued: Sequence[Invoice],
    cancelled: set[int],
) -> DealShown:
    own = [item for item in items if item.deal_id == deal.pk]
    shown = DealShown(deal)
    shown.quotes = [(item, quotes[item.quote_id]) for item in own if item.quote_id]
    alone = {item.invoice_id for item in own if item.invoice_id}
    mine = {item.quote_id for item in own if item.quote_id}
    rows = [
        invoice
        for invoice in issued
        if invoice.quote_id in mine or invoice.pk in alone or invoice.corrects_id in alone
    ]
    shown.invoices = [(linked.get(invoice.pk), invoice) for invoice in rows]
    shown.costs = [item for item in own if item.expense_line_id or item.order_id]
    shown.cancelled = {item.pk for item in shown.costs if item.order_id in cancelled}
    promised = invoiced = left = ZERO
    for _, quote in shown.quotes:
        billed = billed_by(_row(invoice) for invoice in rows if invoice.quote_id == quote.pk)
        invoiced += billed.net
        if quote.status == QuoteStatus.ACCEPTED:
            promised += quote.net
            left += billed.left_of(quote.net)
    invoiced += billed_by(_row(each) for each in rows if each.quote_id not in mine).net
    standing = [item for item in shown.costs if item.pk not in shown.cancelled]
    shown.margin = Margin(
        promised=promised,
        invoiced=invoiced,
        left=left,
        purchases=sum((item.net for item in standing if item.expense_line_id), ZERO),
        orders=sum((item.net for item in standing if item.order_id), ZERO),
    )
    return shown


def _row(invoice: Invoice) -> BilledRow:
    net = invoice.net - invoice.prepaid_net
    return BilledRow(invoice.pk, invoice.kind, net, invoice.corrects_id)


@dataclass(frozen=True, slots=True)
class Linkable:
    """A document that may join a deal: what is posted to link it, and what it is."""

    key: str
    label: str


def linkables(deal: Deal) -> list[tuple[str, list[Linkable]]]:
    """Return what may join a deal by sort, the latest first; six queries.

    Expenses are those the reader may see: one's own, or all of the activity for staff.
    """
    taken = list(DealItem.objects.filter(activity=deal.activity_id))
    used = {
        name: [getattr(item, f"{name}_id") for item in taken if getattr(item, f"{name}_id")]
        for name in ("quote", "invoice", "expense_line", "order")
    }
    quotes = (
        Quote.objects.filter(activity=deal.activity_id, number__isnull=False)
        .exclude(pk__in=used["quote"])
        .order_by("-pk")[:_MOST]
    )
    invoices = (
        Invoice.objects.filter(activity=deal.activity_id, status=InvoiceStatus.ISSUED, quote=None)
        .exclude(kind=InvoiceKind.CREDIT_NOTE)
        .exclude(pk__in=used["invoice"])
        .order_by("-pk")[:_MOST]
    )
    lines = (
        ExpenseLine.objects.filter(sheet__activity=deal.activity_id, sheet__status__in=_FIXED)
        .exclude(pk__in=used["expense_line"])
        .order_by("-pk")[:_MOST]
    )
    orders = (
        InternalOrder.objects.filter(shown_to=deal.activity_id, status=InternalOrderStatus.ACCEPTED)
        .exclude(pk__in=used["order"])
        .order_by("-pk")[:_MOST]
    )
    found = [
        (
            "Devis",
            [
                Linkable(f"quote-{q.pk}", f"{q.number} · {q.customer_name} · {q.subject}")
                for q in quotes
            ],
        ),
        (
            "Factures sans devis",
            [
                Linkable(f"invoice-{i.pk}", f"{i.number} · {i.customer_name} · {i.subject}")
                for i in invoices
            ],
        ),
        (
            "Dépenses approuvées",
            [
                Linkable(f"expense_line-{x.pk}", f"{numeric_date(x.spent_on)} · {x.label}")
                for x in lines
            ],
        ),
        (
            "Commandes internes",
            [
                Linkable(f"order-{o.pk}", f"{o.number} · {o.seller_name} · {o.subject}")
                for o in orders
            ],
        ),
    ]
    return [(sort, rows) for sort, rows in found if rows]


def deal_of_quote(quote: Quote) -> DealItem | None:
    """Return the place of a quote in a deal, if it is in one."""
    return DealItem.objects.filter(quote=quote).select_related("deal").first()
