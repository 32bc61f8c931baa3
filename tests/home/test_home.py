"""Each role's first page opens on a cooperative that has only just been opened."""

from __future__ import annotations

import pytest

from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import make_activity, make_person
from tests.makers import make_membership, signed_in
from tests.onboarding.makers import open_one
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def cooperative():
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


def make_camille(cooperative):
    membership = make_membership(cooperative, "entrepreneur", "camille@exemple.fr")
    with tenant(cooperative):
        camille = make_person()
        Entrepreneur.objects.filter(pk=camille.pk).update(membership=membership)
        camille.refresh_from_db()
    return membership, camille


@pytest.mark.parametrize("code", [code for code, role in ROLES.items() if not role.own_only])
def test_each_role_has_a_first_page(cooperative, code):
    response = signed_in(make_membership(cooperative, code)).get(f"/c/{cooperative.slug}/")

    assert response.status_code == 200
    steers = "Chiffre d’affaires de la coopérative" in response.content.decode()
    assert steers == (code == "co_manager")


def test_an_entrepreneur_without_an_activity_is_told_what_comes(cooperative):
    membership, _ = make_camille(cooperative)

    page = signed_in(membership).get(f"/c/{cooperative.slug}/").content.decode()

    assert "Bonjour Camille" in page
    assert "Votre enseigne n’est pas encore ouverte" in page


def test_an_entrepreneur_sees_her_money(cooperative):
    membership, camille = make_camille(cooperative)
    with tenant(cooperative):
        make_activity(camille)

    page = signed_in(membership).get(f"/c/{cooperative.slug}/").content.decode()

    assert "Studio Brume" in page
    assert "Disponible sur votre activité" in page


def test_the_only_cooperative_of_a_login_opens_at_once(cooperative):
    membership = make_membership(cooperative, "adviser")

    response = signed_in(membership).get("/")

    assert response["Location"] == f"/c/{cooperative.slug}/"
