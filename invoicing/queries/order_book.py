"""The order book: accepted quotes with something left to bill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.utils.timezone import localdate

from cae.core.words import folded
from invoicing.enums import InvoiceKind, InvoiceStatus, QuoteStatus
from invoicing.models import Invoice, Quote
from invoicing.rules.order_book import Age, BilledRow, Ordered, age_of, billed_by

_AGAIN = (InvoiceKind.CREDIT_NOTE, InvoiceKind.CORRECTIVE)
_CLOSING = (InvoiceKind.INVOICE, InvoiceKind.FINAL)
_SORTS: dict[str, Callable[[Ordered], tuple[Any, int]]] = {
    "client": lambda order: (folded(order.customer_name), order.quote_id),
    "date": lambda order: (order.accepted_on, order.quote_id),
    "reste": lambda order: (order.left, order.quote_id),
}


def order_book(activity_ids: tuple[int, ...] | None, *, on: date) -> list[Ordered]:
    """Return what is left to bill to these activities, the longest accepted first; two queries.

    :param activity_ids: of the whole cooperative when None.
    """
    quotes = Quote.objects.filter(status=QuoteStatus.ACCEPTED, net__gt=0)
    invoices = Invoice.objects.filter(status=InvoiceStatus.ISSUED, quote__isnull=False)
    if activity_ids is not None:
        quotes = quotes.filter(activity__in=activity_ids)
        invoices = invoices.filter(activity__in=activity_ids)
    # Most quotes were billed once and for all: they never leave the database.
    over = (
        invoices.order_by()
        .values("quote")
        .annotate(
            closing=Count("pk", filter=Q(kind__in=_CLOSING)),
            again=Count("pk", filter=Q(kind__in=_AGAIN)),
        )
        .filter(closing__gt=0, again=0)
        .values("quote")
    )
    rows = list(
        quotes.exclude(pk__in=over)
        .order_by("answered_at", "id")
        .values_list(
            "pk",
            "activity_id",
            "customer_id",
            "customer_name",
            "number",
            "subject",
            "answered_at",
            "net",
        )
    )
    billed = _rows_of(row[0] for row in rows)
    found = []
    for pk, activity, customer, name, number, subject, answered_at, net in rows:
        done = billed_by(billed.get(pk, ()))
        if not done.left_of(net):
            continue
        accepted_on = localdate(answered_at)
        age = age_of(accepted_on, on=on)
        found.append(
            Ordered(
                pk, activity, customer, name, number or "", subject, accepted_on, net, done.net, age
            )
        )
    return found


def orders_listed(orders: Iterable[Ordered], query: Mapping[str, str]) -> list[Ordered]:
    """Return the part of an order book that an address asks for: `q`, `age` and `tri`."""
    words = folded(query.get("q", "")).split()
    age, wanted = query.get("age", ""), query.get("tri", "")
    found = [
        order
        for order in orders
        if all(word in folded(order.number, order.customer_name, order.subject) for word in words)
        and (age not in set(Age) or order.age == age)
    ]
    if sort := _SORTS.get(wanted.removeprefix("-")):
        found.sort(key=sort, reverse=wanted.startswith("-"))
    return found


def _rows_of(quote_ids: Iterable[int]) -> dict[int, list[BilledRow]]:
    """Return the issued documents of several quotes, in one query."""
    found: dict[int, list[BilledRow]] = {}
    rows = Invoice.objects.filter(
        quote__in=list(quote_ids), status=InvoiceStatus.ISSUED
    ).values_list("quote_id", "pk", "kind", F("net") - F("prepaid_net"), "corrects_id")
    for quote, pk, kind, net, corrects in rows.order_by("pk"):
        found.setdefault(quote, []).append(BilledRow(pk, kind, net, corrects))
    return found
