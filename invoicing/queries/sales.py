"""What quotes and invoices have in common: their lists and their search."""

from __future__ import annotations

from contextlib import suppress
from typing import TypeVar

from django.db.models import Q, QuerySet

from cae.core.money import parse_amount
from cae.core.search import Sought, matching
from cae.core.words import folded
from invoicing.models import Invoice, Quote

Sale = TypeVar("Sale", Invoice, Quote)


def sales_of(model: type[Invoice] | type[Quote], activity_ids: tuple[int, ...] | None) -> QuerySet:
    """Return the sales of these activities; of the whole cooperative when None."""
    rows = model.objects.defer("snapshot", "notes")
    return rows if activity_ids is None else rows.filter(activity_id__in=activity_ids)


def searched(rows: QuerySet, text: str, *, amount: str = "") -> QuerySet:
    """Keep the rows whose search column holds every word, or whose `amount` is the one typed."""
    words = Q()
    for word in folded(text).split():
        words &= Q(search__contains=word)
    if amount:
        with suppress(ValueError):
            words |= Q(**{amount: parse_amount(text)})
    return rows.filter(words)


def found_sales(
    model: type[Sale], wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[Sale]:
    """Return quotes or invoices by number, customer, subject or amount, the latest first."""
    rows = sales_of(model, activity_ids)
    return list(matching(rows, wanted, "search", amounts=("gross", "net"))[:most])
