"""One quote, and the lists of quotes."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import Count, QuerySet

from invoicing.enums import QuoteReview, QuoteStatus
from invoicing.models import Quote, QuoteFile
from invoicing.queries.sales import sales_of, searched


def quote_file(quote: Quote) -> QuoteFile | None:
    """Return the PDF of a quote as it stands: this version, signed if it is accepted."""
    return (
        QuoteFile.objects.filter(
            quote=quote, version=quote.version, signed=quote.status == QuoteStatus.ACCEPTED
        )
        .select_related("document")
        .first()
    )


def quote_counts(activity_ids: tuple[int, ...] | None) -> dict[str, int]:
    """Count the quotes in each state, and `all`."""
    rows = Quote.objects.all()
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    counts = dict(rows.values_list("status").annotate(count=Count("pk")).order_by())
    return counts | {"all": sum(counts.values())}


def accepted_not_invoiced(activity_id: int) -> list[Quote]:
    """Return the accepted quotes of an activity that no invoice follows yet, the oldest first."""
    return list(
        Quote.objects.filter(
            activity=activity_id, status=QuoteStatus.ACCEPTED, invoices=None
        ).order_by("answered_at", "id")
    )


QUOTE_STATES = tuple(status.value for status in QuoteStatus)


_SORTS = {"client": "customer_name", "date": "dated_on", "total": "gross"}


def quotes_listed(
    query: Mapping[str, str], activity_ids: tuple[int, ...] | None
) -> QuerySet[Quote]:
    """Return the list that an address asks for: `etat`, `q` and `tri`."""
    rows = searched(sales_of(Quote, activity_ids), query.get("q", "").strip(), amount="gross")
    state = query.get("etat", "")
    if state in QUOTE_STATES:
        rows = rows.filter(status=state)
    sort = query.get("tri", "")
    if sort.removeprefix("-") in _SORTS:
        sign = "-" if sort.startswith("-") else ""
        rows = rows.order_by(f"{sign}{_SORTS[sort.removeprefix('-')]}", "-id")
    return rows


def submitted_quotes() -> QuerySet[Quote]:
    """Return the quotes to read before they leave, the oldest first."""
    return Quote.objects.filter(review=QuoteReview.SUBMITTED).order_by("submitted_at", "id")
