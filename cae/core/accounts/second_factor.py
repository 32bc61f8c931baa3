"""The second factor: who must have one, and who has."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef

from cae.core.models import Membership, User

#: Recovery codes replace a second factor; they are not one.
TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_one() -> Exists:
    """Annotate memberships: has this login a second factor? One query for all of them."""
    return Exists(Authenticator.objects.filter(user_id=OuterRef("user_id"), type__in=TYPES))


def is_required(membership: Membership) -> bool:
    """Tell whether this place opens other people's data, in a cooperative that asks for one."""
    cooperative = membership.cooperative
    if membership.role.own_only or not cooperative.require_second_factor:
        return False
    return not (settings.CAE_DEMO and cooperative.is_demo)


def is_missing(place: Membership) -> bool:
    """Tell whether a place given by `memberships.places_of` stays closed until one is added."""
    return is_required(place) and not place.has_second_factor  # type: ignore[attr-defined]


def is_required_of_platform(user: User) -> bool:
    """Tell whether this login administers the platform: it always needs one."""
    return user.is_platform_admin and not settings.CAE_DEMO


def platform_misses_one(user: User) -> bool:
    """Tell whether the platform stays closed to this login until one is added."""
    if not is_required_of_platform(user):
        return False
    return not Authenticator.objects.filter(user=user, type__in=TYPES).exists()


def is_last_required(authenticator: Authenticator) -> bool:
    """Tell whether a login would lose with it the second factor that one of its places asks."""
    others = Authenticator.objects.filter(user_id=authenticator.user_id, type__in=TYPES)
    if authenticator.type not in TYPES or others.exclude(pk=authenticator.pk).exists():
        return False
    if is_required_of_platform(authenticator.user):
        return True
    places = Membership.objects.filter(user_id=authenticator.user_id, is_active=True)
    return any(is_required(place) for place in places.select_related("cooperative", "role"))
