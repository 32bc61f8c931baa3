"""Forms kept until they can be read."""

from __future__ import annotations

from cae.core.models import Membership
from invoicing.models import EditorChoice, SaleInput


def inputs_of(activity_ids: tuple[int, ...], kind: str) -> list[SaleInput]:
    """Return what is being typed by these activities and is not a document yet, latest first."""
    return list(
        SaleInput.objects.filter(
            activity_id__in=activity_ids, kind=kind, quote=None, invoice=None
        ).defer("fields")[:20]
    )


def wants_quick(membership: Membership) -> bool:
    """Tell whether a person chose the quick editor; the whole one is shown until they do."""
    chosen = EditorChoice.objects.filter(entrepreneur__membership=membership)
    return chosen.values_list("is_quick", flat=True).first() or False
