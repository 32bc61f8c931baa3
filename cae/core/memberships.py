"""The one door between a login and a cooperative, read before any tenant is chosen."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.module_loading import import_string

from cae.core.accounts import second_factor
from cae.core.models import Membership, User
from cae.core.prepared import Given, Prepared


def login_with_places(pk: int) -> User | None:
    """Return a login that opens a place, with what `places_of` answers: one query for both."""
    places = _active_places(user=pk)
    if not places:
        return None
    user = places[0].user
    user.places = places
    for place in places:
        place.user = user
    return user


def places_of(user: User) -> list[Membership]:
    """Return the active memberships of a login, by cooperative then role.

    Each knows whether its login has a second factor (`has_second_factor`). A login read with its
    places keeps them as long as it lasts: a request.
    """
    known: list[Membership] | None = getattr(user, "places", None)
    return _active_places(user=user.pk) if known is None else known


@Prepared
def _active_places(*, user: Given) -> QuerySet[Membership]:
    return (
        Membership.objects.filter(user=user, is_active=True)
        .select_related("user", "cooperative", "role")
        .annotate(has_second_factor=second_factor.has_one())
        .order_by("cooperative__name", "role_id")
    )


def place_in(places: list[Membership], *, slug: str, preferred: int | None) -> Membership | None:
    """Return the membership to use in a cooperative, or None: it does not exist for them.

    A hybrid person holds several; `preferred` is the one they switched to.
    """
    here = [place for place in places if place.cooperative.slug == slug]
    return next((p for p in here if p.pk == preferred), here[0] if here else None)


def names_of(memberships: Iterable[Membership | None]) -> dict[int | None, str]:
    """Return who answers to each, by id: « Sophie Renaud », « Alvéole » for nobody.

    People are kept on an upper floor (`entrepreneurs.queries.display_names`); the e-mail stands
    for who has no record. Two queries.
    """
    present = [membership for membership in memberships if membership is not None]
    return {None: "Alvéole", **import_string("entrepreneurs.queries.display_names")(present)}
