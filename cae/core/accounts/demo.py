"""The accounts of the demonstration, shown on the sign-in page and by `manage.py demo`."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from cae.core.models import Membership, User

#: The demonstration's account of the platform, apart from its cooperatives.
PLATFORM_ADMINISTRATOR = "plateforme@alveole.example"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    cooperative: str
    role: str
    email: str


def demo_accounts() -> list[DemoAccount]:
    """Return one account per role of each cooperative of demonstration, then the platform's.

    None in production.

    Of several people with a role, the first the seed made: it tells the best story.
    """
    if not settings.CAE_DEMO:
        return []
    first = (
        Membership.objects.filter(cooperative__is_demo=True, is_active=True, user__is_active=True)
        .order_by("cooperative_id", "role_id", "pk")
        .distinct("cooperative_id", "role_id")
        .select_related("cooperative", "role", "user")
    )
    platform = User.objects.filter(
        email=PLATFORM_ADMINISTRATOR, is_platform_admin=True, is_active=True
    )
    return [
        *(
            DemoAccount(place.cooperative.name, place.role.label, place.user.email)
            for place in first
        ),
        *(DemoAccount("La plateforme", "Administration", user.email) for user in platform),
    ]
