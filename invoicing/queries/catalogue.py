"""What is written once and used often, as one activity reads it."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from cae.core.search import matching, sought
from invoicing.models import CatalogueItem

#: What an editor offers at once: beyond, one searches the page of the catalogue.
OFFERED = 500


def catalogue_of(
    activity_ids: tuple[int, ...] | None, *, text: str = "", archived: bool = False
) -> QuerySet[CatalogueItem]:
    """Return the items of the cooperative, and of these activities; of none of them when None."""
    whose = Q(activity=None)
    if activity_ids is not None:
        whose |= Q(activity_id__in=activity_ids)
    rows = CatalogueItem.objects.filter(whose, archived_at__isnull=not archived)
    return matching(rows.select_related("vat_choice", "activity"), sought(text), "search")


def offered_items(activity_id: int) -> list[CatalogueItem]:
    """Return what a line of this activity may be filled with, by name."""
    return list(catalogue_of((activity_id,))[:OFFERED])
