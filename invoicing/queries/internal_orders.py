"""Internal orders: those of some activities, from either side, and who may be ordered from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from accounting.queries import available
from cae.core.models import Cooperative
from cae.core.search import Sought, matching
from cae.core.tenancy import as_cooperative, current_tenant_id
from entrepreneurs.models import Activity
from invoicing.enums import InternalOrderStatus
from invoicing.models import InternalOrder
from invoicing.rules.internal_orders import Left


@dataclass(frozen=True, slots=True)
class Counterparty:
    """Who may be proposed an order: an activity by its id, or the cooperative itself (None)."""

    activity_id: int | None
    name: str


def counterparties(activity_id: int, *, on: date) -> list[Counterparty]:
    """Return who an activity may propose an order to, by name, the cooperative last.

    The one directory of names an entrepreneur has of the other activities: nothing else of them.
    """
    cooperative = Cooperative.objects.only("name").get(pk=current_tenant_id())
    with as_cooperative():
        others = list(
            Activity.objects.filter(opened_on__lte=on)
            .filter(Q(closed_on=None) | Q(closed_on__gte=on))
            .exclude(pk=activity_id)
            .order_by("name", "id")
            .values_list("pk", "name")
        )
    return [
        *(Counterparty(pk, name) for pk, name in others),
        Counterparty(None, cooperative.name),
    ]


def internal_orders_of(activity_ids: tuple[int, ...] | None) -> QuerySet[InternalOrder]:
    """Return the orders these activities sell or were proposed; of all when None."""
    rows = InternalOrder.objects.defer("notes")
    if activity_ids is None:
        return rows
    return rows.filter(Q(activity__in=activity_ids) | Q(shown_to__in=activity_ids))


def found_internal_orders(
    wanted: Sought, *, activity_ids: tuple[int, ...] | None, most: int
) -> list[InternalOrder]:
    """Return the orders found by number, activity, subject or amount, the latest first."""
    rows = internal_orders_of(activity_ids).order_by("-id")
    return list(matching(rows, wanted, "search", amounts=("total",))[:most])


def internal_orders_to_answer(activity_ids: Collection[int]) -> QuerySet[InternalOrder]:
    """Return the orders that wait for an answer of these activities, the oldest first."""
    return InternalOrder.objects.filter(
        shown_to__in=activity_ids, status=InternalOrderStatus.PROPOSED
    ).order_by("proposed_at", "id")


def orders_to_the_cooperative() -> QuerySet[InternalOrder]:
    """Return the orders proposed to the cooperative itself, the oldest first."""
    return InternalOrder.objects.filter(buyer=None, status=InternalOrderStatus.PROPOSED).order_by(
        "proposed_at", "id"
    )


def _boxes(activity_ids: tuple[int, ...] | None) -> dict[str, Q]:
    proposed = Q(status=InternalOrderStatus.PROPOSED)
    if activity_ids is None:
        return {"to_answer": proposed & Q(buyer=None), "waiting": proposed}
    sent, received = Q(activity__in=activity_ids), Q(shown_to__in=activity_ids)
    return {"to_answer": proposed & received, "received": received, "sent": sent}


def internal_order_counts(activity_ids: tuple[int, ...] | None) -> dict[str, int]:
    """Count the orders in each box of the list, and `all`; one query."""
    return internal_orders_of(activity_ids).aggregate(
        all=Count("pk"),
        **{name: Count("pk", filter=box) for name, box in _boxes(activity_ids).items()},
    )


def in_box(
    rows: QuerySet[InternalOrder], box: str, activity_ids: tuple[int, ...] | None
) -> QuerySet[InternalOrder]:
    """Keep the orders of one box; all of them when there is no such box."""
    wanted = _boxes(activity_ids).get(box)
    return rows if wanted is None else rows.filter(wanted)


def left_to_buyer(order: InternalOrder) -> Left | None:
    """Return what an order leaves its buyer; None where that is the cooperative."""
    if order.buyer is None:
        return None
    return Left(available(order.buyer.analytic_id).total, order.total)
