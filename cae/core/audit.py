"""The trace each action leaves: who, what, on which record, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from cae.core.models import AuditEvent, Membership
from cae.core.tenancy import as_cooperative


def record(
    action: str,
    target: models.Model,
    *,
    by: Membership | None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    actor: str = "",
) -> None:
    """Write one trace, such as `invoice.issued`.

    `before` and `after` hold only what changed, as strings and numbers, never a secret.
    `actor` names who acted where nobody is signed in: the client who accepts a quote.
    """
    owned = _owners(target)
    with as_cooperative():
        AuditEvent.objects.create(
            action=action,
            target_type=target._meta.label_lower,
            target_id=target.pk,
            membership=by,
            actor=actor or (by.user.email if by else "Alvéole"),
            before=_plain(before),
            after=_plain(after),
            **owned,
        )


def trail(target: models.Model) -> models.QuerySet[AuditEvent]:
    """Return the traces of one record, latest first."""
    return AuditEvent.objects.filter(
        target_type=target._meta.label_lower, target_id=target.pk
    ).order_by("-id")


def _owners(target: models.Model) -> dict[str, int | None]:
    activity = getattr(target, "activity_id", None)
    entrepreneur = getattr(target, "entrepreneur_id", None)
    if target._meta.label == "entrepreneurs.Activity":
        activity = target.pk
    if target._meta.label == "entrepreneurs.Entrepreneur":
        entrepreneur = target.pk
    return {"activity_id": activity, "entrepreneur_id": entrepreneur}


def _plain(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        name: value if isinstance(value, int | bool | str | None) else str(value)
        for name, value in (values or {}).items()
    }
