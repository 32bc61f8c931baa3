"""The settings of a cooperative, its roles and who enters, in a real browser."""

from __future__ import annotations

import pytest

from cae.core.enums import Right
from cae.core.models import Role
from tests.journeys.steps import fill, follow, press, says
from tests.makers import make_membership
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.browser
PLACE = "/c/ateliers-reunis/reglages/"


@pytest.fixture
def administrator(transactional_db):
    cooperative = open_one()
    cooperative.require_second_factor = False
    cooperative.save()
    return make_membership(cooperative, "administrator")


def test_an_administrator_sets_the_cooperative_right(administrator, page, sign_in, look):
    sign_in(page, administrator)
    page.goto(PLACE)
    follow(page, "Corriger les coordonnées")
    fill(page, phone="02 99 11 22 33")
    look(page, "reglages-coordonnees")
    press(page, "Enregistrer")
    says(page, "02 99 11 22 33")

    follow(page, "Nouvelle règle")
    fill(page, label="Vote du 3 décembre 2026", valid_from="2027-01-01")
    page.get_by_label("Taux").first.fill("11")
    look(page, "reglages-contribution")
    press(page, "Mettre en vigueur")
    says(page, "Vote du 3 décembre 2026")
    page.goto("/c/ateliers-reunis/controles/")
    look(page, "controles")


def test_an_administrator_says_who_enters_with_which_role(administrator, page, sign_in, look):
    cooperative = administrator.cooperative
    Role.objects.create(
        cooperative=cooperative, code="stage", label="Stagiaire", rights=[Right.SEE_PEOPLE]
    )
    make_membership(cooperative, "adviser", "helene@ateliers.example")
    sign_in(page, administrator)

    page.goto(f"{PLACE}roles/")
    follow(page, "Stagiaire")
    page.get_by_label("Nom du rôle").fill("Alternante")
    look(page, "role-corriger")
    press(page, "Enregistrer le rôle")
    says(page, "Alternante")

    page.goto(f"{PLACE}acces/")
    page.get_by_label("Régler l’accès de helene@ateliers.example").click()
    follow(page, "Changer le rôle")
    page.get_by_label("Rôle").select_option(label="Alternante")
    look(page, "acces-role")
    press(page, "Changer le rôle")
    says(page, "Alternante")
    page.get_by_label("Régler l’accès de helene@ateliers.example").click()
    press(page, "Fermer l’accès")
    says(page, "Fermé")
    press(page, "Rouvrir")
    says(page, "Ouvert")
