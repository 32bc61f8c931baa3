"""A folder is opened, given a phase, and holds a quote: in a real browser."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing.actions.deals import open_deal
from invoicing.models import BusinessType
from tests.invoicing.makers import line, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db):
    cooperative = make_cooperative("ateliers")
    cooperative.require_second_factor = False
    cooperative.save()
    with tenant(cooperative), transaction.atomic():
        made = make_shop(cooperative)
        quote = made.quote(line(price="1200"), dated_on=clock.today())
        deal = open_deal(made.activity, name="Boutique", customer=made.customer, by=made.seller)
        return made, quote, deal, BusinessType.objects.get(code="travel")


def test_a_folder_holds_a_quote_and_the_cooperative_says_its_types(
    shop, page, new_page, sign_in, look
):
    shop, quote, deal, travel = shop
    root = "/c/ateliers/ventes/dossiers/"
    sign_in(page, shop.seller)
    page.goto(root)
    expect(page.get_by_text("Aucun dossier")).to_be_visible()
    page.goto(f"{root}nouveau/")
    page.get_by_label("Nom").fill("Rénovation de la boutique")
    page.get_by_label("Code").fill("D-7")
    page.get_by_label(shop.customer.name).check()
    look(page, "dossier-nouveau")
    page.get_by_role("button", name="Ouvrir").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Rénovation")
    page.get_by_label("Nouvelle phase").fill("Études")
    page.get_by_role("button", name="Ajouter la phase").click()
    expect(page.get_by_role("heading", name="Études")).to_be_visible()
    here = page.url

    page.goto(f"/c/ateliers/ventes/classer/devis/{quote.pk}/")
    page.locator("select[name=place]").select_option(
        label="D-7 Rénovation de la boutique › Études", force=True
    )
    look(page, "classer")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_role("link", name="D-7 Rénovation de la boutique")).to_be_visible()
    look(page, "devis-classe")
    page.goto(here)
    expect(page.get_by_text("Album jeunesse")).to_be_visible()
    look(page, "dossier")
    page.goto(f"{here}modifier/")
    look(page, "dossier-modifier")
    page.goto(root)
    expect(page.get_by_role("link", name=re.compile("Rénovation"))).to_be_visible()
    look(page, "dossiers")
    page.goto(f"/c/ateliers/ventes/affaires/{deal.pk}/")
    look(page, "affaire-classement")

    staff = new_page()
    sign_in(staff, shop.accountant)
    for path, name in (
        (f"{root}types/", "dossiers-types"),
        (f"{root}types/nouveau/", "dossiers-type-nouveau"),
        (f"/c/ateliers/ventes/affaires/types/{travel.pk}/", "affaires-type"),
        ("/c/ateliers/ventes/affaires/types/nouveau/", "affaires-type-nouveau"),
        (f"/c/ateliers/ventes/conditions/?type={travel.pk}", "conditions-d-un-type"),
    ):
        staff.goto(path)
        look(staff, name)
    staff.goto(f"{root}types/")
    staff.get_by_role("link", name="Changer le type de dossier Chantier").click()
    expect(staff.get_by_role("heading", level=1)).to_have_text("Chantier")
    look(staff, "dossiers-type")
