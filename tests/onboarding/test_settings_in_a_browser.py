"""The settings of what is printed and refunded, as who sets the cooperative sees them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from tests.entrepreneurs.makers import make_activity, make_person
from tests.makers import make_membership
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.browser


@pytest.fixture
def cooperative(transactional_db):
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


def test_an_administrator_sets_a_mention_a_contribution_and_the_vat_of_an_expense(
    cooperative, page, sign_in, look, watch
):
    watch.allow("status of 422")  # a mention that names nobody is refused
    with tenant(cooperative):
        person = make_person()
        make_activity(person)
    sign_in(page, make_membership(cooperative, "administrator"))
    settings = f"/c/{cooperative.slug}/reglages/"

    page.goto(settings)
    look(page, "reglages")
    page.get_by_role("link", name="Changer les mentions imprimées").click()
    look(page, "reglages-mentions")
    page.get_by_label("Documents établis sous CAPE").fill("Sous contrat d’appui.")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("La mention doit nommer la personne")).to_be_visible()
    look(page, "reglages-mentions-refus")
    page.get_by_label("Documents établis sous CAPE").fill("{personne}, en CAPE")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("main")).to_contain_text("{personne}, en CAPE")

    page.goto(f"/c/{cooperative.slug}/entrepreneurs/{person.pk}/")
    page.get_by_role("link", name="Contribution de Studio Brume").click()
    expect(page.get_by_text("Aucune règle propre")).to_be_visible()
    look(page, "contribution-commune")
    page.get_by_role("link", name="Nouvelle règle").click()
    page.get_by_label("Intitulé").fill("Accord de novembre")
    page.get_by_label("À partir du").fill("2026-11-01")
    page.get_by_label("Taux").first.fill("8")
    page.get_by_role("button", name="Voir ce qu’elle prend").click()
    expect(page.get_by_text("800,00")).to_be_visible()
    look(page, "contribution-propre-nouvelle")
    page.get_by_role("button", name="Mettre en vigueur").click()
    expect(page.get_by_text("propre à l’enseigne")).to_be_visible()
    page.get_by_role("link", name="Revenir à la règle commune").click()
    expect(page.get_by_label("À partir du")).to_have_value("2026-12-01")
    look(page, "contribution-retour")
    page.get_by_role("button", name="Suivre la règle commune").click()
    expect(page.get_by_role("main")).to_contain_text("À venir")
    look(page, "contribution-propre")
    page.goto(settings)
    expect(page.get_by_role("link", name="Studio Brume")).to_be_visible()
    look(page, "reglages-contribution-propre")

    page.get_by_role("link", name="Comptes et TVA déduite").click()
    look(page, "types-de-depense")
    page.get_by_role("link", name="Changer Hôtel").click()
    page.get_by_label("TVA déduite").fill("50")
    look(page, "type-de-depense")
    page.get_by_role("button", name="Enregistrer").click()
    row = page.get_by_role("row").filter(has_text="Hôtel")
    expect(row).to_contain_text("50 %")
