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


def current_terms(activity_id: int | None) -> list[Terms]:
    """Return the terms of sale that hold: the cooperative's, then the activity's, if any."""
    found = []
    for whose in (None, activity_id) if activity_id else (None,):
        latest = Terms.objects.filter(activity=whose).select_related("activity").first()
        if latest is not None and latest.text:
            found.append(latest)
    return found


def terms_of(activity_id: int | None) -> Terms | None:
    """Return the latest version written for an activity, for the cooperative when None."""
    return Terms.objects.filter(activity=activity_id).select_related("written_by__user").first()
