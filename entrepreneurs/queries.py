"""Questions about people, their activities and their path."""

from __future__ import annotations

from cae.core.models import Membership
from cae.core.tenancy import OwnIds
from entrepreneurs.models import ActivityMember, Entrepreneur


def own_ids(membership: Membership) -> OwnIds | None:
    """Return what an entrepreneur's membership may see; None where no person answers to it.

    Past parts count: who left an activity still reads what they lived through there.
    """
    person_id = (
        Entrepreneur.objects.filter(membership=membership).values_list("pk", flat=True).first()
    )
    if person_id is None:
        return None
    parts = (
        ActivityMember.objects.filter(entrepreneur_id=person_id)
        .order_by("activity_id")
        .values_list("activity_id", "activity__analytic_id")
        .distinct()
    )
    activity_ids, analytic_ids = zip(*parts, strict=True) if parts else ((), ())
    return OwnIds(person_id, activity_ids, analytic_ids)
