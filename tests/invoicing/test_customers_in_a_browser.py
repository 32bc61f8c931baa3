"""A customer made, then forgotten; a file imported; a list exported: in a real browser."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.memos import write_memo
from cae.core.tenancy import tenant
from tests.invoicing.directories import listening
from tests.invoicing.makers import SIRET, Shop, line, make_customer, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser
FILE = (
    "Nom;SIRET;Courriel;CP;Ville;Note\r\n"
    "Mairie de Bruz;;mairie@bruz.example;35170;Bruz;x\r\n"
    "Papeterie Lefèvre;40483304800023;;35000;Rennes;y\r\n"
)


@pytest.fixture
def shop(transactional_db) -> Shop:
    make_cooperative("autre")
    cooperative = make_cooperative("ateliers", require_second_factor=False)
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        shop.invoice(line(price="1000"), on=date(2026, 6, 3))
        make_customer(
            shop.activity, shop.seller, kind="individual", siret="", name="Solène Bihan", email=""
        )
        write_memo(shop.customer, "Préfère être appelée le matin.", by=shop.seller, is_pinned=True)
        write_memo(shop.customer, "Plafond à revoir.", by=shop.accountant, is_shared=False)
        return shop


def test_a_customer_is_created_found_known_and_forgotten(shop, page, sign_in, look, watch):
    watch.allow("status of 422")  # a look-alike is shown before anything is written
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/clients/nouveau/")
    page.get_by_label("Particulier").check()
    expect(page.get_by_label("Nom et prénom")).to_be_visible()
    expect(page.get_by_label("SIRET")).to_have_count(0)
    page.get_by_label("Organisme public").check()
    expect(page.get_by_label("Code service Chorus Pro")).to_be_visible()
    look(page, "client-public")

    page.get_by_label("Nom", exact=True).fill("Éditions maison Ébène")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Vous avez peut-être déjà ce client")).to_be_visible()
    look(page, "client-deja-connu")
    page.get_by_label("C’est bien un autre client").check()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Avant de lui envoyer une facture")).to_be_visible()

    page.goto(f"/c/ateliers/clients/{shop.customer.pk}/")
    look(page, "client-memos")
    page.goto("/c/ateliers/clients/")
    page.get_by_role("link", name="Solène Bihan").click()
    page.get_by_label("Autres actions").click()
    page.get_by_role("link", name="Anonymiser").click()
    look(page, "client-anonymiser")
    page.get_by_role("button", name="Anonymiser").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Particulier anonymisé")


def test_a_record_is_filled_from_the_public_directory(shop, page, sign_in, look, site):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/clients/nouveau/")
    search = page.get_by_label("Nom ou numéro de l’entreprise")
    with listening(urlsplit(site.environment["COMPANY_DIRECTORY_URL"]).port):
        search.fill("maison ebene")
        page.get_by_role("button", name="Chercher").click()
        expect(page.get_by_text("SIREN 404833048")).to_be_visible()
    look(page, "client-annuaire")
    page.get_by_role("link", name="MAISON EBENE").click()
    expect(page.get_by_label("SIRET")).to_have_value(SIRET)
    expect(page.get_by_label("Code d’activité")).to_have_value("58.11Z")
    look(page, "client-annuaire-rempli")

    search.fill("nobody listens any more")
    search.press("Enter")
    expect(page.get_by_text("ne répond pas pour l’instant")).to_be_visible()


def test_contacts_receive_letters_and_the_books_name_their_customer(
    shop, page, sign_in, look, new_page
):
    here = f"/c/ateliers/clients/{shop.customer.pk}/"
    sign_in(page, shop.seller)
    page.goto(here)
    page.get_by_role("link", name="Ajouter").click()
    page.get_by_label("Nom et prénom").fill("Nadia Roux")
    page.get_by_label("Fonction").fill("Responsable de la comptabilité fournisseurs")
    page.get_by_label("Courriel").fill("nadia.roux@maison-ebene.example")
    page.get_by_label("Reçoit les factures").check()
    page.get_by_label("Reçoit les relances").check()
    look(page, "client-contact-nouveau")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("nadia.roux@maison-ebene.example")).to_be_visible()
    look(page, "client-contacts")
    page.get_by_role("link", name="Nadia Roux").click()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("ne recevra plus rien")).to_be_visible()
    look(page, "client-contact")

    books = new_page()
    sign_in(books, shop.accountant)
    books.goto(here)
    books.get_by_role("link", name="Modifier", exact=True).last.click()
    books.get_by_label("Compte tiers").fill("411ebene")
    look(books, "client-compte-tiers")
    books.get_by_role("button", name="Enregistrer").click()
    expect(books.get_by_role("definition").filter(has_text="411EBENE")).to_be_visible()


def test_a_file_is_imported_and_a_list_exported(shop, page, sign_in, look, worker):
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/clients/importer/")
    look(page, "clients-importer")
    page.get_by_label("Fichier de clients").set_input_files(
        {"name": "clients.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
    )
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_label("SIRET")).to_have_value("siret")
    look(page, "clients-colonnes")
    page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_text("Ce SIRET n’existe pas")).to_be_visible(timeout=30_000)
    look(page, "clients-verifies")
    page.get_by_role("button", name="Importer 1 client").click()
    expect(page.get_by_text("Import terminé")).to_be_visible(timeout=30_000)

    page.goto("/c/ateliers/ventes/factures/?du=2026-01-01&tva=20")
    look(page, "factures-filtrees")
    page.get_by_text("Exporter", exact=True).click()
    page.get_by_role("button", name="Factures en tableur (.xlsx)", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Mes exports")
    expect(page.get_by_role("link", name="Télécharger")).to_be_visible(timeout=30_000)
    look(page, "mes-exports")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger").click()
    assert download.value.suggested_filename.endswith(".xlsx")
