"""The settings of what is printed and refunded, as who sets the cooperative sees them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.makers import make_membership
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.browser


@pytest.fixture
def cooperative(transactional_db):
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


def test_an_administrator_sets_a_mention_and_the_vat_of_a_kind_of_expense(
    cooperative, page, sign_in, look, watch
):
    watch.allow("status of 422")  # a mention that names nobody is refused
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

    page.get_by_role("link", name="Comptes et TVA déduite").click()
    look(page, "types-de-depense")
    page.get_by_role("link", name="Changer Hôtel").click()
    page.get_by_label("TVA déduite").fill("50")
    look(page, "type-de-depense")
    page.get_by_role("button", name="Enregistrer").click()
    row = page.get_by_role("row").filter(has_text="Hôtel")
    expect(row).to_contain_text("50 %")
