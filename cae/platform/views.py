"""The pages of the platform: its cooperatives, from outside, and its health."""

from __future__ import annotations

from typing import cast

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cae.core.memberships import places_of
from cae.core.models import Cooperative, User
from cae.core.pages import PER_PAGE
from cae.onboarding.views.wizard import is_resumable
from cae.platform import census
from cae.platform.doors import platform_only
from cae.platform.health import parts


@platform_only
@require_safe
def cooperatives(request: HttpRequest) -> HttpResponse:
    """List the cooperatives with what is counted in each; no more of them is read."""
    now = timezone.now()
    search = request.GET.get("q", "").strip()
    found = Cooperative.objects.filter(
        Q(name__icontains=search) | Q(slug__icontains=search) | Q(town__icontains=search)
    )
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    counted, unreadable = {}, ""
    try:
        counted = census.count(list(page))
    except census.Unreadable as error:
        unreadable = str(error)
    mine = {place.cooperative_id for place in places_of(cast(User, request.user))}
    return render(
        request,
        "platform/cooperatives.html",
        {
            "page": page,
            "total": Cooperative.objects.count(),
            "q": search,
            "rows": [
                {
                    "cooperative": cooperative,
                    "counted": (seen := counted.get(cooperative.pk)),
                    "state": seen.state(now=now) if seen else None,
                    "is_mine": cooperative.pk in mine,
                }
                for cooperative in page
            ],
            "unreadable": unreadable,
            "is_resumable": is_resumable(request),
        },
    )


@platform_only
@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Show how the machinery is, and what each cooperative's night found, in numbers only."""
    now = timezone.now()
    found = parts(now=now)
    try:
        waiting, nights = census.waiting(now=now), census.last_nights()
    except census.Unreadable:
        waiting, nights = [], []
    return render(
        request,
        "platform/health.html",
        {
            "now": now,
            "parts": found,
            "worst": [part for part in found if part.tone in {"warning", "danger"}],
            "waiting": waiting,
            "nights": nights,
        },
    )
