"""How much can be paid: the ledger is asked, nothing is counted here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from accounting import queries as ledger
from accounting.rules import Available
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.tenancy import as_cooperative
from entrepreneurs.models import Activity, ActivityMember
from payroll.enums import PayslipStatus
from payroll.models import PayslipPart
from payroll.rules.parts import Part, shared


@dataclass(frozen=True, slots=True)
class Budget:
    """What an activity can pay in a month, and how it is obtained; in EUR."""

    available: Available
    paid: Decimal
    """What the payslips already validated for this month took: it is in `total` again."""
    reserve: Decimal

    @property
    def total(self) -> Decimal:
        """Salaire possible: disponible − réserve − provisions."""
        return self.available.total + self.paid - self.reserve - self.available.provisions


def payable_budget(activity: Activity, month: Month, *, on: date) -> Budget:
    """Return what all the persons of an activity can be paid for a month, seen on a day."""
    return Budget(
        available=ledger.available(activity.analytic_id, on),
        paid=_paid([activity.pk], month).get(activity.pk, ZERO),
        reserve=activity.reserve,
    )


def parts_of(people: Collection[int], month: Month, *, on: date) -> dict[int, list[Part]]:
    """Return what the activities of each person can pay them, by the person's id.

    The sharing key is that of the last day of the month. Four queries, however many people.
    """
    keys = _keys(people, month)
    activities = Activity.objects.in_bulk(keys)
    money = ledger.available_by_analytic([a.analytic_id for a in activities.values()], on)
    paid = _paid(keys, month)
    found: dict[int, list[Part]] = {person: [] for person in people}
    for pk, weights in keys.items():
        parts = shared(
            pk,
            weights,
            detail=money[activities[pk].analytic_id],
            reserve=activities[pk].reserve,
            paid=paid.get(pk, ZERO),
        )
        for person, part in parts.items():
            if person in found:
                found[person].append(part)
    return found


def _keys(people: Collection[int], month: Month) -> dict[int, dict[int, Decimal]]:
    """Return the sharing key of each activity of these people: weights by person."""
    day = month.last_day
    present = ActivityMember.objects.filter(valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gte=day)
    )
    theirs = present.filter(entrepreneur__in=people).values("activity_id")
    keys: dict[int, dict[int, Decimal]] = {}
    for part in present.filter(activity__in=theirs).order_by("activity_id", "id"):
        keys.setdefault(part.activity_id, {})[part.entrepreneur_id] = part.share
    return keys


def _paid(activities: Iterable[int], month: Month) -> dict[int, Decimal]:
    """Return what this month's validated payslips took from each activity.

    A colleague's pay counts too, which an entrepreneur does not see: only its sum is used.
    """
    with as_cooperative():
        return dict(
            PayslipPart.objects.filter(activity__in=list(activities))
            .filter(payslip__month=month.first_day)
            .exclude(payslip__status=PayslipStatus.DRAFT)
            .order_by()
            .values_list("activity_id")
            .annotate(Sum("cost"))
        )
