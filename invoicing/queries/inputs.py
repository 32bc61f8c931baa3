"""Forms kept until they can be read."""

from __future__ import annotations

from invoicing.models import SaleInput


def inputs_of(activity_ids: tuple[int, ...], kind: str) -> list[SaleInput]:
    """Return what is being typed by these activities and is not a document yet, latest first."""
    return list(
        SaleInput.objects.filter(
            activity_id__in=activity_ids, kind=kind, quote=None, invoice=None
        ).defer("fields")[:20]
    )
