"""Small makers for tests: the least that is coherent, through the real actions where any."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.test import Client
from django.utils.text import slugify

from cae.core.enums import LegalForm, Right
from cae.core.models import Cooperative, Membership, Role, User
from cae.core.permissions import ROLES

PASSWORD = "une phrase de passe solide"


def make_cooperative(slug: str, **values: object) -> Cooperative:
    cooperative = Cooperative.objects.create(
        slug=slug,
        **{
            "name": slug.capitalize(),
            "legal_form": LegalForm.SCOP_SARL,
            "siren": "732829320",
            "siret": "73282932000074",
            "vat_number": "FR44732829320",
            "street": "12 allée du Chêne",
            "postcode": "35000",
            "town": "Rennes",
            **values,
        },
    )
    Role.objects.bulk_create(
        Role(
            cooperative=cooperative,
            code=code,
            label=seed.label,
            rights=sorted(seed.rights),
            own_only=seed.own_only,
            is_seeded=True,
        )
        for code, seed in ROLES.items()
    )
    return cooperative


def make_membership(cooperative: Cooperative, role: str, email: str = "", **values) -> Membership:
    user, _ = User.objects.get_or_create(email=email or f"{role}@{cooperative.slug}.example")
    return Membership.objects.create(
        user=user, cooperative=cooperative, role=cooperative.roles.get(code=role), **values
    )


def make_role(cooperative: Cooperative, *rights: Right) -> Role:
    """A role the cooperative composed, with these rights alone."""
    label = " ".join(sorted(rights))
    role, _ = Role.objects.get_or_create(
        cooperative=cooperative,
        code=slugify(label)[:40],
        defaults={"label": label[:60], "rights": sorted(rights)},
    )
    return role


def roles_that(cooperative: Cooperative, may: Callable[[Membership], bool]) -> set[str]:
    """Return the codes of the seeded roles to which a question answers yes."""
    holders = {
        code: cooperative.memberships.filter(
            role__code=code, user__email=f"{code}@x.example"
        ).first()
        or make_membership(cooperative, code, f"{code}@x.example")
        for code in ROLES
    }
    return {code for code, holder in holders.items() if may(holder)}


def signed_in(membership: Membership) -> Client:
    """Return a browser of tests where this membership's login has just signed in."""
    client = Client()
    client.force_login(membership.user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()}]
    session["account_authentication_methods_user"] = str(membership.user_id)
    session.save()
    return client
