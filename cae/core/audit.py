"""The trace each action leaves: who, what, on which record, before and after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db import models

from cae.core.models import AuditEvent, Forgotten, Membership, RowChange
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


def forget(
    model: type[models.Model],
    ids: Iterable[int],
    *,
    columns: Collection[str],
    by: Membership | None,
) -> None:
    """Erase these columns of all that the traces say of some rows, deleted ones too.

    That a column changed, when and by whom stays. `actor` erases who signed without an account.
    """
    with as_cooperative():
        Forgotten.objects.bulk_create(
            Forgotten(
                target_type=model._meta.label_lower,
                table_name=model._meta.db_table,
                row_id=pk,
                columns=sorted(columns),
                membership=by,
            )
            for pk in sorted(set(ids))
        )


def ids_that_were(model: type[models.Model], column: str, value: int) -> set[int]:
    """Return the rows of a table that once held `value` in a column, by what was written of them.

    Deleted rows are among them; those that never changed are not.
    """
    held = models.Q(**{f"was__{column}": value}) | models.Q(**{f"became__{column}": value})
    with as_cooperative():
        changes = RowChange.objects.filter(held, table_name=model._meta.db_table)
        return set(changes.values_list("row_id", flat=True))


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
