"""An entrepreneur dresses her activity, its staff adds an account, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from tests.invoicing.test_cards import BIC, IBAN, drawn
from tests.invoicing.test_sales_in_a_browser import shop  # noqa: F401
from tests.makers import make_membership

pytestmark = pytest.mark.browser


def test_a_card_is_written_and_an_account_added(shop, page, sign_in, look):  # noqa: F811
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/mon-parcours/")
    page.get_by_role("link", name="Carte de Studio Brume").click()
    page.get_by_label("Ce que vous proposez").fill("Illustration et livres pour enfants")
    page.get_by_label("Site").fill("brume.example")
    page.locator("input[type=file]").set_input_files(
        {"name": "logo.png", "mimeType": "image/png", "buffer": drawn()}
    )
    page.get_by_role("button", name="Enregistrer la carte").click()
    expect(page.get_by_text("Carte enregistrée.")).to_be_visible()
    page.get_by_role("link", name="Carte de Studio Brume").click()
    expect(page.get_by_role("img", name="Logo de Studio Brume")).to_be_visible()
    look(page, "carte")

    with tenant(shop.cooperative):
        administrator = make_membership(shop.cooperative, "administrator")
    sign_in(page, administrator)
    page.goto("/c/ateliers/reglages/")
    page.get_by_role("link", name="Comptes bancaires imprimés").click()
    expect(page.get_by_text("Un seul compte")).to_be_visible()
    page.get_by_role("link", name="Ajouter un compte").click()
    page.get_by_label("Nom du compte").fill("Crédit coopératif, chantiers")
    page.get_by_label("IBAN").fill(IBAN)
    page.get_by_label("BIC").fill(BIC)
    look(page, "compte-bancaire-ajouter")
    page.get_by_role("button", name="Ajouter le compte").click()
    expect(
        page.get_by_role("cell", name="Crédit coopératif, chantiers", exact=True)
    ).to_be_visible()
    look(page, "comptes-bancaires")
    page.get_by_role("link", name="Rattacher Crédit coopératif, chantiers").click()
    page.get_by_label("Compte du plan comptable").select_option("512")
    look(page, "compte-bancaire-rattacher")
    page.get_by_role("button", name="Rattacher", exact=True).click()
    expect(page.get_by_text("rattaché.")).to_be_visible()

    page.goto("/c/ateliers/reglages/")
    page.get_by_role("link", name="Antennes").click()
    expect(page.get_by_text("Aucune antenne")).to_be_visible()
    look(page, "antennes-vide")
    page.locator("main").get_by_role("link", name="Ajouter une antenne").first.click()
    page.get_by_label("Nom de l’antenne").fill("Saint-Malo")
    page.get_by_label("Ville").fill("Saint-Malo")
    look(page, "antenne-ajouter")
    page.get_by_role("button", name="Ajouter l’antenne").click()
    expect(page.get_by_role("cell", name="Saint-Malo").first).to_be_visible()
    look(page, "antennes")
    page.get_by_role("link", name="Renommer Saint-Malo").click()
    page.get_by_label("Nom de l’antenne").fill("Côte d’Émeraude")
    look(page, "antenne-renommer")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Antenne « Côte d’Émeraude » enregistrée.")).to_be_visible()

    with tenant(shop.cooperative):
        adviser = make_membership(shop.cooperative, "adviser", "sophie@exemple.fr")
        shop.invoice()
    sign_in(page, adviser)
    page.goto(f"/c/ateliers/enseignes/{shop.activity.pk}/carte/")
    page.get_by_label("Antenne").select_option("Côte d’Émeraude")
    page.get_by_role("button", name="Enregistrer la carte").click()
    expect(page.get_by_text("Carte enregistrée.")).to_be_visible()
    page.goto(f"/c/ateliers/enseignes/{shop.activity.pk}/carte/")
    expect(page.get_by_label("Antenne")).to_have_value(re.compile(r"\d+"))
    look(page, "carte-antenne")
    page.goto("/c/ateliers/entrepreneurs/")
    expect(page.get_by_text("Côte d’Émeraude")).to_be_visible()
    look(page, "entrepreneurs-antenne")
    page.goto("/c/ateliers/ventes/factures/")
    page.get_by_text("Affiner").click()
    page.get_by_label("Antenne").select_option("Côte d’Émeraude")
    page.get_by_label("Client, numéro ou montant").press("Enter")
    expect(page.get_by_role("link", name="antenne Côte d’Émeraude ×")).to_be_visible()
    look(page, "factures-antenne")
