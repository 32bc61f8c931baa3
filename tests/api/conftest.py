"""A cooperative that works, an entrepreneur with a key, and her neighbour."""

from __future__ import annotations

from rest_framework.test import APIClient

from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from cae.core.tokens import create_api_token
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import make_activity, make_cesa, make_person
from tests.makers import make_membership
from tests.onboarding.makers import open_one
from tests.plugins.planted import planted


@planted
def cooperative() -> Cooperative:
    return open_one()


class Key(APIClient):
    """The API as one membership's program calls it."""

    def __init__(self, membership, activity=None) -> None:
        super().__init__()
        self.membership = membership
        self.activity = activity
        with tenant(membership.cooperative):
            self.token = create_api_token(membership, label=f"essai de {membership.pk}")
        self.credentials(HTTP_AUTHORIZATION=f"Bearer {self.token}")


def make_key(cooperative, first_name: str, last_name: str, activity_name: str) -> Key:
    membership = make_membership(cooperative, "entrepreneur", f"{first_name}@exemple.fr".lower())
    with tenant(cooperative):
        person = make_person(first_name, last_name)
        Entrepreneur.objects.filter(pk=person.pk).update(membership=membership)
        make_cesa(person)
        activity = make_activity(person, name=activity_name)
    return Key(membership, activity)


@planted
def camille(cooperative) -> Key:
    return make_key(cooperative, "Camille", "Fournier", "Studio Brume")


@planted
def neighbour(cooperative) -> Key:
    return make_key(cooperative, "Yanis", "Belkacem", "Menuiserie du Frêne")
