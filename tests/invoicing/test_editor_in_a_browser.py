"""The editor as one lives in it: titles, options, the catalogue, a draft that saves itself."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from invoicing.actions.catalogue import ItemDetails, create_item
from invoicing.actions.wording import MentionDetails, add_mention
from invoicing.models import CatalogueItem, Quote
from tests.invoicing.makers import D, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db):
    make_cooperative("autre")
    cooperative = make_cooperative("ateliers", require_second_factor=False)
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        create_item(
            shop.activity,
            details=ItemDetails(label="Affiche A2", price=D("85.53"), vat="20", reference="AFF-2"),
            by=shop.seller,
        )
        return shop


def test_a_quote_is_written_by_the_keyboard_and_saves_itself(shop, page, sign_in, look):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/ventes/devis/nouveau/")
    page.locator("#id_customer").fill("ébène")
    page.keyboard.press("Enter")
    page.get_by_label("Objet").fill("Album jeunesse")
    page.locator("[name=lignes-0-label]").fill("Direction artistique")
    page.locator("[name=lignes-0-unit_price]").fill("420")
    page.keyboard.press("Alt+KeyT")
    page.keyboard.type("Images")
    page.keyboard.press("Alt+KeyC")
    page.keyboard.type("affiche")
    page.keyboard.press("Enter")
    expect(page.locator("[name=lignes-2-unit_price]")).to_have_value("85,53")
    expect(page.locator("#lignes-1-total")).to_have_text("85,53 €")
    page.keyboard.press("Alt+KeyN")
    page.keyboard.type("Retouche")
    page.locator("[name=lignes-3-unit_price]").fill("60")
    page.locator("[data-cae-line]").nth(3).locator(".line-toggle").click()
    page.get_by_label("En option, hors du total").last.check()
    expect(page.locator("#lignes-3-extra")).to_have_text("En option")
    expect(page.locator("#totaux")).to_contain_text("606,64 €")
    expect(page.locator("#enregistrement")).to_contain_text("Enregistré à")
    expect(page).to_have_url(re.compile(r"/ventes/devis/\d+/modifier/$"))
    page.locator("[name=entry][value=gross]").check()
    expect(page.locator("[name=lignes-2-unit_price]")).to_have_value("102,636")
    expect(page.locator("#totaux")).to_contain_text("606,64 €")
    look(page, "devis-editeur")
    page.locator("[name=lignes-0-unit_price]").fill("")
    expect(page.locator("#enregistrement")).to_contain_text("À compléter")
    page.reload()
    expect(page.locator("[name=lignes-0-unit_price]")).to_have_value("")
    page.locator("[name=lignes-0-unit_price]").fill("600")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile(r"/ventes/devis/\d+/$"))

    with tenant(shop.cooperative), transaction.atomic():
        quote = Quote.objects.get()
        assert [(r.section, r.label, r.is_optional) for r in quote.lines.all()] == [
            ("", "Direction artistique", False),
            ("Images", "Affiche A2", False),
            ("Images", "Retouche", True),
        ]
        assert quote.gross + quote.rounding == D("702.64")
        item = CatalogueItem.objects.get()
        mine = add_mention(
            shop.activity,
            details=MentionDetails(title="Tri", text="Merci de trier."),
            by=shop.seller,
        )
    for path, name in (
        ("ventes/catalogue/", "catalogue"),
        ("ventes/catalogue/nouveau/", "article-nouveau"),
        ("ventes/mentions/", "mentions"),
        ("ventes/mentions/nouvelle/", "mention-nouvelle"),
        (f"ventes/mentions/{mine.pk}/", "mention"),
        ("ventes/conditions/", "conditions"),
        (f"ventes/catalogue/{item.pk}/", "article"),
    ):
        page.goto(f"/c/ateliers/{path}")
        look(page, name)


TYPES_MEANWHILE = """
document.addEventListener("htmx:after:request", function types(event) {
  if (!event.detail.ctx.text.includes('id="prestations"')) return;
  document.removeEventListener("htmx:after:request", types);
  const label = document.querySelector("[name=lignes-0-label]");
  label.value = "Direction artistique";
  label.dispatchEvent(new Event("input", { bubbles: true }));
})
"""
"""Writes in the first line once new rows are there, just before they show."""
CHOOSES = """(select, item) => {
  select.value = item;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}"""


def test_what_is_typed_while_the_catalogue_answers_stays(shop, page, sign_in):
    """Its answer puts the rows anew, without what was typed since: the next one has both."""
    with tenant(shop.cooperative), transaction.atomic():
        item = CatalogueItem.objects.get().pk
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/ventes/devis/nouveau/")
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    page.evaluate(TYPES_MEANWHILE)
    page.locator("select[name=catalogue]").evaluate(CHOOSES, str(item))
    expect(page.locator("[name=lignes-1-label]")).to_have_value("Affiche A2")
    expect(page.locator("[name=lignes-0-label]")).to_have_value("Direction artistique")
    expect(page.locator("#totaux")).to_contain_text("102,64 €")
    assert sum(f"catalogue={item}&" in data for data in asked) == 2, "once, and with what came"


def test_a_quote_is_written_on_a_phone(shop, new_page, sign_in, axe):
    page = new_page(width=390, scheme="dark")
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/ventes/devis/nouveau/")
    page.locator("#id_customer").fill("ébène")
    page.keyboard.press("Enter")
    page.get_by_label("Objet").fill("Album jeunesse")
    page.get_by_label("Désignation").first.fill("Direction artistique")
    page.get_by_label("Prix HT").first.fill("420")
    page.get_by_role("button", name="Ajouter un titre").click()
    page.get_by_label("Titre").last.fill("Images")
    expect(page.locator("#total-mobile")).to_have_text(re.compile("504,00"))
    expect(page.locator("#enregistrement")).to_contain_text("Enregistré à")
    axe(page)
    page.get_by_role("button", name="Enregistrer").last.click()
    expect(page).to_have_url(re.compile(r"/ventes/devis/\d+/$"))
