"""What the tenant middleware adds to a request, for the type checker and for readers."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from cae.core.models import Cooperative, Membership, PublicLink, User


class PlaceRequest(HttpRequest):
    """A request of a signed-in person inside a cooperative."""

    user: User
    membership: Membership
    cooperative: Cooperative
    places: list[Membership]
    htmx: HtmxDetails


class LinkRequest(HttpRequest):
    """A request behind a public link, with no account."""

    link: PublicLink
    cooperative: Cooperative
    htmx: HtmxDetails


@lru_cache(maxsize=10_000)
def address(name: str, slug: str) -> str:
    """Return the address of a page of a cooperative: each page writes dozens of them."""
    return reverse(name, args=[slug])
