"""The frame of every page: its search, its help, its colour; on a phone, and without script."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions as sales
from tests.invoicing.makers import JUNE_3, line, make_customer, make_shop
from tests.makers import make_cooperative, make_membership

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


def test_an_administrator_chooses_a_colour_that_reads(shop, page, new_page, sign_in, look, watch):
    watch.allow("status of 422")
    shop.cooperative.require_second_factor = False
    shop.cooperative.save()
    with tenant(shop.cooperative), transaction.atomic():
        quote = sales.send_quote(shop.quote(), on=JUNE_3, by=shop.seller, with_mail=False)
        token = sales.share_quote(quote, on=clock.today(), by=shop.seller)
    sign_in(page, make_membership(shop.cooperative, "administrator"))
    page.goto("/c/ateliers/reglages/couleur/")
    look(page, "couleur")

    page.get_by_label("Couleur", exact=True).fill("#ffd400")
    expect(page.get_by_text("La plus proche qui convienne est #826c00")).to_be_visible()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Prenez-la plus foncée")).to_be_visible()
    page.get_by_label("Couleur", exact=True).fill("#6b2d5c")
    expect(page.get_by_text("Cette couleur se lit bien.")).to_be_visible()
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.get_by_text("Couleur enregistrée.")).to_be_visible()
    page.emulate_media(color_scheme="light")
    accent = "getComputedStyle(document.querySelector('.brand-mark')).backgroundColor"
    assert page.evaluate(accent) == "rgb(107, 45, 92)"
    look(page, "couleur-reglages")
    client = new_page(width=390)
    client.goto(f"/p/{token}/devis/")
    assert client.evaluate(accent) == "rgb(107, 45, 92)"
    look(client, "couleur-devis-public")
    client.emulate_media(color_scheme="light")
    client.goto("/compte/connexion/")
    assert client.evaluate(accent) == "rgb(11, 106, 84)"
