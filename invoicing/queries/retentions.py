"""What customers keep of works: to come, due, released."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from cae.core.money import ZERO
from invoicing.models import Retention, Settlement

#: Lists of retentions: those that run, those whose date is past, those that are over.
TO_COME, DUE, OVER = "to_come", "due", "over"


@dataclass(frozen=True, slots=True)
class RetentionShown:
    """A retention of a page, and how much of it is unpaid; in EUR."""

    retention: Retention
    held: Decimal
    state: str


def retentions(
    activity_ids: tuple[int, ...] | None, *, state: str = "", search: str = "", on: date
) -> QuerySet[Retention]:
    """Return the retentions of these activities, of all when None, the first to end first.

    :param state: TO_COME, DUE or OVER; all of them when empty.
    """
    rows = Retention.objects.prefetch_related("activity")
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    if search:
        rows = rows.filter(Q(number__icontains=search) | Q(customer_name__icontains=search))
    running = Q(invoice__in=Settlement.objects.filter(held__gt=0).values("invoice_id"))
    if state == TO_COME:
        rows = rows.filter(running, due_on__gt=on)
    elif state == DUE:
        rows = rows.filter(running, due_on__lte=on)
    elif state == OVER:
        rows = rows.exclude(running)
    return rows.order_by("due_on", "id")


def retentions_shown(rows: list[Retention], *, on: date) -> list[RetentionShown]:
    """Return the retentions of a page with what is unpaid of each, in one more query."""
    held = dict(
        Settlement.objects.filter(invoice__in=[row.invoice_id for row in rows]).values_list(
            "invoice_id", "held"
        )
    )
    return [_shown(row, held.get(row.invoice_id) or ZERO, on=on) for row in rows]


def retention_shown(retention: Retention, *, on: date) -> RetentionShown:
    """Return one retention with what is unpaid of it."""
    (found,) = retentions_shown([retention], on=on)
    return found


def retained_total(activity_ids: tuple[int, ...] | None) -> Decimal:
    """Return what customers of these activities keep and will owe; of all when None."""
    rows = Settlement.objects.filter(remaining__gt=0)
    if activity_ids is not None:
        rows = rows.filter(activity_id__in=activity_ids)
    total: Decimal = rows.aggregate(total=Sum("held", default=ZERO))["total"]
    return total


def retentions_of_quote(quote_id: int) -> list[Retention]:
    """Return what is kept of the invoices of a quote, in the order they were issued."""
    return list(Retention.objects.filter(quote=quote_id).order_by("id"))


def retention_of(invoice_id: int) -> Retention | None:
    """Return what is kept of one invoice."""
    return Retention.objects.filter(invoice=invoice_id).first()


def works_accepted_on(quote_id: int | None) -> date | None:
    """Return the day the works of a quote were accepted, once it is known."""
    if quote_id is None:
        return None
    return (
        Retention.objects.filter(quote=quote_id, works_accepted_on__isnull=False)
        .order_by("-id")
        .values_list("works_accepted_on", flat=True)
        .first()
    )


def retentions_at_term(*, on: date) -> list[Retention]:
    """Return what is a year old on a day, that nobody opposed, and that is not paid."""
    rows = retentions(None, state=DUE, on=on)
    return list(rows.filter(works_accepted_on__isnull=False, contested_on=None))


def _shown(row: Retention, held: Decimal, *, on: date) -> RetentionShown:
    if row.released_on is not None:
        state = "released"
    elif not held:
        state = "settled"
    elif row.contested_on is not None:
        state = "contested"
    else:
        state = DUE if row.due_on <= on else TO_COME
    return RetentionShown(row, held, state)
