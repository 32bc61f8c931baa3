"""Whoever runs the platform, in a browser: its cooperatives, a new one, its health."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.models import HouseCheck, User
from cae.core.tenancy import tenant
from tests.makers import make_cooperative, make_membership

pytestmark = pytest.mark.browser


def test_the_platform_is_watched_over_and_a_cooperative_opened(
    page, sign_in, look, transactional_db
):
    ateliers = make_cooperative("ateliers", name="Les Ateliers Réunis")
    make_membership(ateliers, "administrator")
    make_cooperative("bocage", name="La Fabrique du Bocage")
    with tenant(ateliers), transaction.atomic():
        HouseCheck.objects.create(faults=2, counts={"Séries sans trou": 2})
    sign_in(page, User.objects.create_user("plateforme@example.org", is_platform_admin=True))

    page.goto("/")
    expect(page).to_have_url("/plateforme/cooperatives/")
    expect(page.get_by_role("row")).to_have_count(3)
    look(page, "plateforme-cooperatives")

    page.get_by_role("link", name="Santé").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Santé")
    expect(page.get_by_text("Séries sans trou")).to_be_visible()
    look(page, "plateforme-sante")

    page.get_by_role("link", name="Coopératives").first.click()
    page.get_by_label("Nom, adresse ou ville").fill("nulle part")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Aucune coopérative ne correspond")).to_be_visible()
    page.get_by_role("link", name="Voir toutes les coopératives").click()

    page.get_by_role("link", name="Ouvrir une coopérative").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Identité")
    look(page, "plateforme-ouverture")


def test_what_a_night_found_is_read_by_the_accountant(page, sign_in, look, transactional_db):
    ateliers = make_cooperative("ateliers", require_second_factor=False)
    make_cooperative("autre")
    accountant = make_membership(ateliers, "accountant")
    sign_in(page, accountant)
    with tenant(ateliers), transaction.atomic():
        HouseCheck.objects.create(faults=0)

    page.goto("/c/ateliers/")
    expect(page.get_by_text("tout concorde")).to_be_visible()
    with tenant(ateliers), transaction.atomic():
        HouseCheck.objects.create(
            faults=1,
            counts={"Séries sans trou": 1},
            said={"Séries sans trou": ["devis, série DE-2026 : des numéros manquent"]},
        )
    page.reload()
    look(page, "accueil-controles")
    page.get_by_role("link", name="Voir lesquels").click()

    expect(page.get_by_text("des numéros manquent")).to_be_visible()
    look(page, "controles-de-la-nuit")
