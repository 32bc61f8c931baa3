"""Memos: notes on a record, signed and dated, pinned above the others when they matter.

Who may write one is who may read the record; the staff may keep theirs to themselves.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction

from cae.core import audit
from cae.core.models import Membership, Memo
from cae.core.workflow import ActionRefused

LONGEST = 4000


def memos_of(target: models.Model) -> models.QuerySet[Memo]:
    """Return the memos of a record: pinned first, then the latest.

    The database shows an entrepreneur only those that are shared.
    """
    return _about(target).select_related("author__user")


@transaction.atomic
def write_memo(
    target: models.Model,
    text: str,
    *,
    by: Membership,
    is_pinned: bool = False,
    is_shared: bool = True,
) -> Memo:
    """Add a memo to a record of an activity or of a person.

    :param is_shared: False keeps it to the staff; what an entrepreneur writes is always shared.
    :raises ActionRefused: `memo_empty`, `memo_too_long`.
    """
    text = text.replace("\0", "").strip()
    if not text:
        raise ActionRefused("Ce mémo est vide. Écrivez quelques mots.", code="memo_empty")
    if len(text) > LONGEST:
        raise ActionRefused(
            "Ce mémo dépasse 4\u00a0000 caractères. Coupez-le en deux.", code="memo_too_long"
        )
    shared = is_shared or by.role.own_only
    owners: dict[str, Any] = {}
    if shared:
        owners = {
            "activity_id": getattr(target, "activity_id", None),
            "entrepreneur_id": getattr(target, "entrepreneur_id", None),
        }
    memo = Memo.objects.create(
        target_type=target._meta.label_lower,
        target_id=target.pk,
        text=text,
        author=by,
        is_pinned=is_pinned,
        is_shared=shared,
        **owners,
    )
    # That the staff wrote for itself is not told on the record, which the entrepreneur reads.
    audit.record("memo.written", target if shared else memo, by=by)
    return memo


@transaction.atomic
def pin_memo(memo: Memo, *, pinned: bool, by: Membership) -> Memo:
    """Put a memo above the others, or back among them."""
    memo = Memo.objects.select_for_update().get(pk=memo.pk)
    if memo.is_pinned != pinned:
        memo.is_pinned = pinned
        memo.save(update_fields=["is_pinned"])
        audit.record("memo.pinned" if pinned else "memo.unpinned", memo, by=by)
    return memo


@transaction.atomic
def remove_memo(memo: Memo, *, by: Membership) -> None:
    """Remove one's own memo.

    :raises ActionRefused: `memo_of_another`.
    """
    memo = Memo.objects.select_for_update().get(pk=memo.pk)
    if memo.author_id != by.pk:
        raise ActionRefused(
            "Ce mémo est d’une autre personne\u00a0: elle seule le retire. "
            "Répondez-lui par un mémo.",
            code="memo_of_another",
        )
    audit.record("memo.removed", memo, by=by)
    memo.delete()


def remove_memos(target: models.Model) -> None:
    """Remove every memo of a record that disappears, or whose person is forgotten."""
    _about(target).delete()


def _about(target: models.Model) -> models.QuerySet[Memo]:
    return Memo.objects.filter(target_type=target._meta.label_lower, target_id=target.pk)
