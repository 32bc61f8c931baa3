"""Who is here, and in which cooperative: the context every transaction announces to PostgreSQL.

The context lives in a ContextVar. The database backend says it at each BEGIN, in the same
round trip, with SET LOCAL only: nothing survives the transaction, so nothing leaks through
a pooled connection. Row-level security reads it; without it every business query fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

from django.db import connections

ENTREPRENEUR_ROLE = "cae_entrepreneur"


class NoTenant(RuntimeError):
    """A business query ran outside any cooperative: a programming error, never a user's."""


@dataclass(frozen=True)
class OwnIds:
    """What an entrepreneur may see of their cooperative: themself and their activities."""

    person_id: int
    activity_ids: tuple[int, ...] = ()
    analytic_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Context:
    """One cooperative, the membership that acts (0: nobody), and its limits if it has any."""

    tenant_id: int
    membership_id: int = 0
    own: OwnIds | None = None

    def announcement(self) -> str:
        """SQL that tells PostgreSQL all of it. Only integers are ever formatted into it."""
        said = [
            f"SET LOCAL app.tenant = '{int(self.tenant_id)}'",
            f"SET LOCAL app.user_id = '{int(self.membership_id)}'",
        ]
        if self.own is None:
            said.append("SET LOCAL ROLE NONE")
        else:
            said += [
                f"SET LOCAL app.person = '{int(self.own.person_id)}'",
                f"SET LOCAL app.activities = '{_array(self.own.activity_ids)}'",
                f"SET LOCAL app.analytics = '{_array(self.own.analytic_ids)}'",
                f"SET LOCAL ROLE {ENTREPRENEUR_ROLE}",
            ]
        return "; ".join(said)


# An empty setting cannot be cast to an integer: a query that comes after still fails loudly.
SILENCE = "SET LOCAL ROLE NONE; SET LOCAL app.tenant = ''; SET LOCAL app.user_id = ''"

_current: ContextVar[Context | None] = ContextVar("cae_tenant", default=None)


def _array(ids: tuple[int, ...]) -> str:
    return "{" + ",".join(str(int(i)) for i in ids) + "}"


def current_context() -> Context | None:
    return _current.get()


def current_tenant_id() -> int:
    """The cooperative of this context.

    :raises NoTenant: there is none.
    """
    context = _current.get()
    if context is None:
        raise NoTenant("No cooperative is current: open `with tenant(cooperative):` first.")
    return context.tenant_id


@contextmanager
def described_tenant(tenant_id: Any) -> Iterator[None]:
    """Write queries for a cooperative that is only told when they run (`cae.core.prepared`)."""
    token = _current.set(Context(tenant_id))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def _entered(context: Context) -> Iterator[Context]:
    token = _current.set(context)
    _announce()
    try:
        yield context
    finally:
        _current.reset(token)
        _announce()


def _announce() -> None:
    """Say the context again where a transaction is already open; else the next BEGIN will."""
    connection = connections["default"]
    announce = getattr(connection, "announce_tenant", None)
    if announce is not None:
        announce()


def tenant(cooperative: object, *, membership: object = None, own: OwnIds | None = None):
    """Enter a cooperative (a `Cooperative` or its id), as a membership and within its own ids.

    Usable as a context manager, nested or not, inside a transaction or before one.
    """
    return _entered(
        Context(
            tenant_id=getattr(cooperative, "pk", cooperative),  # type: ignore[arg-type]
            membership_id=getattr(membership, "pk", membership) or 0,  # type: ignore[arg-type]
            own=own,
        )
    )


@contextmanager
def as_cooperative() -> Iterator[None]:
    """Write for the cooperative on an entrepreneur's behalf: numbers, ledger, audit, outbox.

    Lifts the neighbour policies, never the tenant's. tests/house lists every caller.
    """
    context = _current.get()
    if context is None:
        raise NoTenant("No cooperative is current.")
    if context.own is None:
        yield
        return
    with _entered(replace(context, own=None)):
        yield
