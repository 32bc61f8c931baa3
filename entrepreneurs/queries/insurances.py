"""Who is insured, by what certificate, until when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, QuerySet

from entrepreneurs.models import Activity, Insurance

#: How long before the end of a certificate the staff and its people are told.
WARNED = timedelta(days=30)


def insurance_on(activity: Activity, *, on: date) -> Insurance | None:
    """Return the certificate that covers an activity on a day: its own first, else the common one.

    Of several, the one that lasts longest.
    """
    return next(iter(_standing(activity.pk).filter(valid_from__lte=on, valid_to__gte=on)), None)


@dataclass(frozen=True, slots=True)
class Covered:
    """A building activity, and what covers it today; nothing where it may not sell."""

    activity: Activity
    insurance: Insurance | None
    ends_soon: bool

    @property
    def state(self) -> str:
        if self.insurance is None:
            return "missing"
        return "soon" if self.ends_soon else "covered"


def covered(activities: Iterable[Activity], *, on: date) -> list[Covered]:
    """Return building activities with what covers each, in one query.

    A certificate that ends soon does not worry where another one takes over.
    """
    rows = list(_standing(None).filter(valid_to__gte=on))
    found = []
    for activity in activities:
        mine = [row for row in rows if row.activity_id in (activity.pk, None)]
        current = [row for row in mine if row.valid_from <= on]
        until = _covered_until(mine, on=on)
        found.append(
            Covered(activity, current[0] if current else None, until is None or until - on < WARNED)
        )
    return found


def building_activities(activity_ids: tuple[int, ...] | None = None) -> QuerySet[Activity]:
    """Return the open activities of building trades; of these only, when said."""
    rows = Activity.objects.filter(is_building=True, closed_on=None).order_by("name", "id")
    return rows if activity_ids is None else rows.filter(pk__in=activity_ids)


def worrying_insurances(*, on: date) -> list[Covered]:
    """Return the building activities that are covered no more, or not for long."""
    return [found for found in covered(building_activities(), on=on) if found.state != "covered"]


def insurances(activity_ids: tuple[int, ...] | None = None) -> QuerySet[Insurance]:
    """Return the certificates on file, the last to end first; of these activities when said.

    Those of the cooperative are read by all.
    """
    rows = Insurance.objects.filter(withdrawn_at=None).prefetch_related("activity")
    if activity_ids is not None:
        rows = rows.filter(Q(activity__in=activity_ids) | Q(activity=None))
    return rows


def _standing(activity_id: int | None) -> QuerySet[Insurance]:
    """Return what was not withdrawn, an activity's own before the common one, the longest first."""
    rows = Insurance.objects.filter(withdrawn_at=None)
    if activity_id is not None:
        rows = rows.filter(Q(activity=activity_id) | Q(activity=None))
    return rows.order_by(F("activity").asc(nulls_last=True), "-valid_to", "-id")


def _covered_until(rows: Iterable[Insurance], *, on: date) -> date | None:
    """Return the last day covered without a gap; None where the first day is not."""
    until = None
    for row in sorted(rows, key=lambda row: row.valid_from):
        if row.valid_from <= (until + timedelta(days=1) if until else on):
            until = max(until or row.valid_to, row.valid_to)
    return until
