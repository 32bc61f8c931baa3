"""Mentions and terms of sale, as an activity reads them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from invoicing.models import Mention, Terms
from invoicing.rules.mentions import cases_of


def mentions_of(activity_ids: tuple[int, ...] | None) -> list[Mention]:
    """Return the mentions in use of the cooperative and of these activities, by title."""
    whose = Q(activity=None)
    if activity_ids:
        whose |= Q(activity_id__in=activity_ids)
    return list(Mention.objects.filter(whose, archived_at=None).select_related("activity"))


def offered_mentions(activity_id: int, kind: str) -> list[Mention]:
    """Return what may be ticked on a quote or an invoice of an activity: confirmed, all of it."""
    return [
        mention
        for mention in mentions_of((activity_id,))
        if not mention.is_to_confirm
        and (mention.on_quotes if kind == "quote" else mention.on_invoices)
    ]


def default_mentions(
    mentions: Iterable[Mention], customer_kind: str, *, natures: set[str], vats: set[str]
) -> list[Mention]:
    """Return those that are ticked without being asked for, on such a document."""
    cases = cases_of(customer_kind, natures=natures, vats=vats)
    return [mention for mention in mentions if mention.is_default and mention.case in cases]


def current_terms(activity_id: int | None, *, business_type_id: int | None = None) -> list[Terms]:
    """Return the terms of sale that hold: the cooperative's, the type's, the activity's, if any."""
    whose: list[tuple[int | None, int | None]] = [(None, None)]
    if business_type_id is not None:
        whose.append((None, business_type_id))
    if activity_id is not None:
        whose.append((activity_id, None))
    rows = Terms.objects.select_related("activity", "business_type")
    latest = (rows.filter(activity=a, business_type=b).first() for a, b in whose)
    return [terms for terms in latest if terms is not None and not terms.is_ended]


def terms_of(activity_id: int | None, *, business_type_id: int | None = None) -> Terms | None:
    """Return the latest version of an activity, of a type of business, else of the cooperative."""
    rows = Terms.objects.filter(activity=activity_id, business_type=business_type_id)
    return rows.select_related("written_by__user").first()
