"""The search of the top bar and the help: with a keyboard, on a phone, and without script."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from tests.invoicing.makers import line, make_customer, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db):
    make_cooperative("autre")
    cooperative = make_cooperative("ateliers", name="Les Ateliers Réunis")
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        shop.invoice(line(price="1250"))
        make_customer(shop.activity, shop.seller, name="Mairie de Bruz", siret="")
    return shop


def test_the_keyboard_leads_to_an_invoice(shop, page, sign_in, look):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/")
    page.keyboard.press("Control+K")
    window = page.get_by_role("dialog", name="Rechercher")
    expect(window.get_by_role("combobox")).to_be_focused()
    look(page, "recherche-vide")

    page.keyboard.type("bruz")
    expect(window.get_by_role("option")).to_have_count(1)
    expect(window.get_by_role("status")).to_have_text("1 résultat")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("1 250")
    options = window.get_by_role("option")
    expect(options.first).to_contain_text("FA-2026-0001")
    expect(options.first).to_have_attribute("aria-selected", "true")
    look(page, "recherche-trouve")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("FA-2026-0001")


def test_nothing_found_says_so_and_escape_closes(shop, new_page, sign_in, look):
    page = new_page(width=390)
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/clients/")
    page.get_by_role("link", name="Rechercher").click()
    window = page.get_by_role("dialog", name="Rechercher")
    window.get_by_role("combobox").fill("introuvable")

    expect(window.get_by_text("Rien ne correspond")).to_be_visible()
    look(page, "recherche-rien")
    page.keyboard.press("Escape")
    expect(window).to_be_hidden()


def test_enter_before_the_answer_opens_the_page_of_the_search(shop, page, sign_in, look):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/")
    page.keyboard.press("Control+K")
    page.keyboard.type("ebene")
    page.keyboard.press("Enter")

    expect(page).to_have_url("/c/ateliers/recherche/?q=ebene")
    expect(page.get_by_role("link", name="FA-2026-0001").first).to_be_visible()
    look(page, "recherche-page")


def test_without_script_the_bar_leads_to_a_page(shop, new_page, sign_in):
    page = new_page(java_script_enabled=False)
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/")
    page.get_by_role("link", name="Rechercher").click()
    page.get_by_label("Nom, numéro ou montant").fill("1 250")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="FA-2026-0001").first.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("FA-2026-0001")


def test_the_help_opens_over_the_page_one_is_on(shop, page, new_page, sign_in, look):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/clients/")
    page.get_by_role("link", name="Une question").click()
    drawer = page.get_by_role("dialog", name="Une question")
    expect(drawer.get_by_role("heading", name="Clients")).to_be_visible()
    look(page, "aide-tiroir")
    drawer.get_by_role("link", name="Tous les mots").click()
    expect(page.get_by_role("heading", name="Les mots d’ici")).to_be_visible()
    look(page, "aide")

    without_script = new_page(java_script_enabled=False)
    sign_in(without_script, shop.seller)
    without_script.goto("/c/ateliers/salaires/")
    without_script.get_by_role("link", name="Une question").click()
    expect(without_script.get_by_role("heading", name="Vos salaires")).to_be_visible()
