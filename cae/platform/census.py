"""What the platform counts in each cooperative, and reads no further.

Read as `cae_platform`, the role whose policies see every cooperative and write nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import Error
from django.db.models import Count, Max, Min, OuterRef, QuerySet, Subquery, Sum

from cae.core.models import AuditEvent, Cooperative, HouseCheck, OutboxMessage, StoredDocument
from cae.core.tenancy.models import TenantModel
from entrepreneurs.models import Entrepreneur

PLATFORM = "platform"

#: After so long without an act, a cooperative is said to be asleep.
_ASLEEP = timedelta(days=30)

#: A message that still waits then, or that was sent so often, is not doing well.
_STUCK_AFTER, STUCK_TRIES = timedelta(minutes=5), 3

_GROUPS = 20


class Unreadable(Exception):
    """The platform's role is not given, or its server does not answer."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One cooperative, from outside."""

    accounts: int
    people: int
    last_act_at: datetime | None

    def state(self, *, now: datetime) -> tuple[str, str]:
        """Return its state in words and the tone of their pill."""
        if not self.accounts:
            return "Attend son administration", "warning"
        if self.last_act_at is None or now - self.last_act_at > _ASLEEP:
            return "Endormie", ""
        return "Active", "ok"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tasks of one name that wait in the outboxes, and what stopped the last one."""

    task: str
    error: str
    count: int
    tries: int
    since: datetime


@dataclass(frozen=True, slots=True)
class LastNight:
    """The last checks of a cooperative: how many faults, by check; None before the first."""

    name: str
    at: datetime | None
    counts: dict[str, int]
    opened_at: datetime

    @property
    def since(self) -> datetime:
        """From when the next checks are waited for."""
        return self.at or self.opened_at


def count(cooperatives: list[Cooperative]) -> dict[int, Counted]:
    """Return what is counted in each of these, by id, in one query.

    :raises Unreadable:
    """
    of_each = OuterRef("pk")
    rows = (
        Cooperative.objects.using(_readable())
        .filter(pk__in=[cooperative.pk for cooperative in cooperatives])
        .annotate(
            accounts=Subquery(
                Cooperative.objects.filter(pk=of_each, memberships__is_active=True)
                .order_by()
                .values("pk")
                .annotate(n=Count("memberships__user", distinct=True))
                .values("n")
            ),
            people=Subquery(
                _all(Entrepreneur)
                .filter(tenant=of_each)
                .order_by()
                .values("tenant")
                .annotate(n=Count("pk"))
                .values("n")
            ),
            last_act_at=Subquery(
                _all(AuditEvent).filter(tenant=of_each).order_by("-id").values("at")[:1]
            ),
        )
    )
    return {
        pk: Counted(accounts or 0, people or 0, last_act_at)
        for pk, accounts, people, last_act_at in _read(
            rows.values_list("pk", "accounts", "people", "last_act_at")
        )
    }


def waiting(*, now: datetime) -> list[Waiting]:
    """Return what has waited too long in the outboxes, the most numerous first.

    :raises Unreadable:
    """
    rows = (
        _all(OutboxMessage)
        .using(_readable())
        .filter(done_at=None, created_at__lt=now - _STUCK_AFTER)
        .values("task", "last_error")
        .annotate(n=Count("pk"), tries=Max("attempts"), since=Min("created_at"))
        .order_by("-n", "task")[:_GROUPS]
    )
    return [
        Waiting(row["task"], row["last_error"], row["n"], row["tries"], row["since"])
        for row in _read(rows)
    ]


def last_nights() -> list[LastNight]:
    """Return the last checks of every cooperative, by name.

    :raises Unreadable:
    """
    last = _all(HouseCheck).filter(tenant=OuterRef("pk")).order_by("-id")
    rows = (
        Cooperative.objects.using(_readable())
        .annotate(at=Subquery(last.values("at")[:1]), counts=Subquery(last.values("counts")[:1]))
        .order_by("name")
        .values_list("name", "at", "counts", "opened_at")
    )
    return [LastNight(name, at, counts or {}, opened) for name, at, counts, opened in _read(rows)]


def stored() -> tuple[int, int]:
    """Return how many documents all cooperatives keep, and their bytes.

    :raises Unreadable:
    """
    rows = _all(StoredDocument).using(_readable()).order_by()
    sums = rows.values("mime").annotate(n=Count("pk"), size=Sum("size")).values_list("n", "size")
    found = _read(sums)
    return sum(n for n, _ in found), sum(size for _, size in found)


def _all(model: type[TenantModel]) -> QuerySet[Any]:
    """Every cooperative's rows: the manager of a tenant's model stays in the current one."""
    return model._base_manager.all()


def _readable() -> str:
    if not settings.PLATFORM_READS:
        raise Unreadable("DATABASE_PLATFORM_URL n’est pas donnée.")
    return PLATFORM


def _read(rows: QuerySet[Any]) -> list[Any]:
    try:
        return list(rows)
    except Error as error:
        raise Unreadable("La base ne répond pas au rôle cae_platform.") from error
