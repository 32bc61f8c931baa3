"""From a blank client to an issued invoice, in a real browser: the quote's page, and the PDF."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from tests.invoicing.makers import D, Shop, line, make_customer, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db) -> Shop:
    make_cooperative("autre")
    cooperative = make_cooperative(
        "ateliers",
        name="Les Ateliers Réunis",
        require_second_factor=False,
        iban="FR7630006000011234567890189",
        registry_town="Rennes",
        vat_number="FR44732829320",
    )
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        shop.activity.validation_ceiling = D(5000)
        shop.activity.save()
        return shop


def write_line(page, rank: int, label: str, quantity: str, price: str, rate: str) -> None:
    row = page.locator("[data-cae-line]").nth(rank)
    row.get_by_label("Désignation").fill(label)
    row.get_by_label("Quantité").fill(quantity)
    row.get_by_label("Prix HT").fill(price)
    row.locator("select[name$='-vat']").select_option(rate)


def test_a_blank_client_becomes_an_issued_invoice(
    shop, page, new_page, sign_in, look, worker, site
):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/ventes/devis/nouveau/")
    page.get_by_text("Nouveau client", exact=True).last.click()
    page.get_by_label("Nom", exact=True).fill("Théâtre du Vieux-Port")
    page.get_by_label("Courriel").fill("m.lescop@vieux-port.example")
    page.get_by_label("Code postal").fill("35400")
    page.get_by_label("Ville").fill("Saint-Malo")
    page.get_by_label("Objet").fill("Programme de la saison 2027")
    write_line(page, 0, "Conception graphique", "5", "420", "20")
    expect(page.locator("#totaux")).to_contain_text("2 520,00 €")
    page.get_by_role("button", name="Ajouter une ligne").click()
    write_line(page, 1, "Illustrations", "14", "85,00", "10")
    expect(page.locator("#lignes-1-total")).to_have_text("1 190,00 €")
    expect(page.locator("#apercu")).to_contain_text("Théâtre du Vieux-Port")
    expect(page.locator("#apport")).to_contain_text("329,00 €")  # ten percent of 3 290
    look(page, "devis-editeur")
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Devis")

    page.get_by_role("button", name="Envoyer", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Envoyer").click()
    expect(page.locator(".pill").first).to_have_text("Envoyé")
    mail = site.wait_for_mail("m.lescop@vieux-port.example", about="Devis")
    look(page, "devis")

    link = re.search(r"/p/\S+", mail).group(0)
    client = new_page(width=390)
    client.goto(link)
    look(client, "devis-client")
    client.get_by_label("Nom et prénom").fill("Marianne Lescop")
    client.get_by_label("Fonction").fill("Administratrice")
    client.get_by_label("Bon pour accord").check()
    client.get_by_role("button", name="Accepter le devis").click()
    expect(client.get_by_text("Par Marianne Lescop, Administratrice")).to_be_visible()

    page.reload()
    page.get_by_role("button", name="Facturer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Facture")
    page.get_by_role("button", name="Émettre", exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name="Émettre").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("FA-")
    look(page, "facture")
    # Four screenshots later the worker has made it.
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.startswith("Facture FA-")


def test_the_lists_look_as_drawn(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        late = shop.invoice(line(price="1120"), on=clock.today().replace(year=2025))
        shop.pay(shop.invoice(line(price="2400"), on=late.issued_on), "2880", on=late.issued_on)
        actions.submit_invoice(shop.draft(subject="Affiches"), by=shop.seller)
        make_customer(shop.activity, shop.seller, name="Mairie de Bruz", siret="")
        shop.quote(subject="Refonte du journal")
    sign_in(page, shop.seller)
    for path, name in (
        ("ventes/factures/", "factures"),
        ("ventes/devis/", "devis-liste"),
        ("clients/", "clients"),
        (f"clients/{shop.customer.pk}/", "client"),
        ("clients/nouveau/", "client-nouveau"),
        (f"ventes/factures/{late.pk}/", "facture-en-retard"),
    ):
        page.goto(f"/c/ateliers/{path}")
        look(page, name)
