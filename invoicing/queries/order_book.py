"""The order book: accepted quotes with something left to bill."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, F, Q
from django.utils.timezone import localdate

from invoicing.enums import InvoiceKind, InvoiceStatus, QuoteStatus
from invoicing.models import Invoice, Quote
from invoicing.rules.order_book import BilledRow, Ordered, age_of, billed_by

_AGAIN = (InvoiceKind.CREDIT_NOTE, InvoiceKind.CORRECTIVE)
_CLOSING = (InvoiceKind.INVOICE, InvoiceKind.FINAL)


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


def _rows_of(quote_ids: Iterable[int]) -> dict[int, list[BilledRow]]:
    """Return the issued documents of several quotes, in one query."""
    found: dict[int, list[BilledRow]] = {}
    rows = Invoice.objects.filter(
        quote__in=list(quote_ids), status=InvoiceStatus.ISSUED
    ).values_list("quote_id", "pk", "kind", F("net") - F("prepaid_net"), "corrects_id")
    for quote, pk, kind, net, corrects in rows.order_by("pk"):
        found.setdefault(quote, []).append(BilledRow(pk, kind, net, corrects))
    return found
