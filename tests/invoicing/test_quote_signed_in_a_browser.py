"""A quote from its mail to its sealed PDF: its author at a desk, its client on a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from tests.core.test_inert_pdfs import pdf
from tests.invoicing.makers import D, Shop, line, make_shop
from tests.makers import make_cooperative, make_membership

pytestmark = pytest.mark.browser

CLIENT = "compta@maison-ebene.example"
PERSON = "Mozilla/5.0 (Android 15; Mobile) Firefox/145.0"


@pytest.fixture
def shop(transactional_db) -> Shop:
    cooperative = make_cooperative(
        "ateliers",
        name="Les Ateliers Réunis",
        email="bonjour@ateliers.example",
        require_second_factor=False,
        iban="FR7630006000011234567890189",
    )
    with tenant(cooperative), transaction.atomic():
        return make_shop(cooperative)


def press(page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_from_the_mail_to_the_sealed_pdf(shop, page, new_page, sign_in, site, worker, look, watch):
    watch.allow("status of 422")
    with tenant(shop.cooperative), transaction.atomic():
        quote = shop.quote(
            line("Conception graphique", quantity="5", price="420", unit="DAY"),
            line("Illustrations", quantity="14", price="85"),
            line("Suivi d’impression", price="510", is_optional=True),
            subject="Programme de la saison 2027",
            dated_on=clock.today(),
            deposit_rate=D("0.3"),
        )
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/ventes/conditions/")
    page.locator("[name=pdf]").set_input_files(
        {"name": "CGV 2027.pdf", "mimeType": "application/pdf", "buffer": pdf()}
    )
    press(page, "Enregistrer")
    expect(page.get_by_role("link", name="CGV 2027.pdf")).to_be_visible()
    look(page, "conditions-en-pdf")
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/envoyer/")
    page.get_by_label("Objet").fill("Votre devis {numero} {prix}")
    expect(page.locator("#apercu")).to_contain_text("« {prix} » n’existe pas")
    page.get_by_label("Objet").fill("Votre devis, {contact}")
    expect(page.locator("#apercu")).to_contain_text("Votre devis, Marianne Lescop")
    look(page, "devis-envoyer")
    press(page, "Envoyer")
    expect(page.locator(".pill").first).to_have_text("Envoyé")

    mail = site.wait_for_mail(CLIENT, about="Votre devis, Marianne", seconds=90)
    client = new_page(width=390, user_agent=PERSON)
    client.goto(re.search(r"/p/\S+", mail).group())
    expect(client.locator("#totaux")).to_contain_text("3 948,00 €")
    client.get_by_label("Suivi d’impression").check()
    expect(client.locator("#totaux")).to_contain_text("4 560,00 €")
    expect(client.get_by_role("link", name="Conditions de vente de Studio")).to_be_visible()
    look(client, "devis-public")
    client.get_by_label("Votre nom").fill("Marianne Lescop")
    client.get_by_label("Votre question").fill("Le papier est-il recyclé ?")
    press(client, "Envoyer la question")
    expect(client.get_by_text("Le papier est-il recyclé ?")).to_be_visible()

    page.goto("/c/ateliers/")
    expect(page.get_by_text("Répondre à une question", exact=True)).to_be_visible()
    page.goto("/c/ateliers/ventes/devis/")
    expect(page.get_by_text("Question posée")).to_be_visible()
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/")
    page.get_by_label("Votre réponse").fill("Oui, à cent pour cent.")
    press(page, "Répondre")
    expect(page.get_by_text("Réponse envoyée", exact=True).first).to_be_visible()
    look(page, "devis-suivi")

    client.reload()
    expect(client.get_by_text("Oui, à cent pour cent.")).to_be_visible()
    client.get_by_label("Suivi d’impression").check()
    expect(client.locator("#totaux")).to_contain_text("4 560,00 €")
    client.get_by_label("Nom et prénom").fill("Marianne Lescop")
    client.get_by_label("Fonction").fill("Administratrice")
    client.get_by_label("Bon pour accord").check()
    press(client, "Recevoir le code et signer")
    expect(client.get_by_text("4 560,00 €")).to_be_visible()
    look(client, "devis-code")
    mail = site.wait_for_mail(CLIENT, about="code", seconds=90)
    client.get_by_label("Code reçu").fill(re.search(r"\b\d{6}\b", mail).group())
    press(client, "Signer le devis")
    expect(client.get_by_text("Par Marianne Lescop, Administratrice")).to_be_visible()
    look(client, "devis-signe")
    site.wait_for_mail(CLIENT, about="accepté", seconds=90)
    *_, copy = [m for m in site.mails(CLIENT) if "accepté" in str(m["Subject"])]
    sealed, terms = list(copy.iter_attachments())
    assert terms.get_filename() == "CGV 2027.pdf"
    Path(site.log.parent, "signe.pdf").write_bytes(sealed.get_content())
    with pikepdf.open(Path(site.log.parent, "signe.pdf")) as signed:
        assert len(signed.pages) == 2

    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/")
    expect(page.get_by_text("En ligne, par un code à usage unique")).to_be_visible()
    expect(page.get_by_role("link", name="CGV 2027.pdf")).to_be_visible()
    look(page, "devis-accepte")


def test_the_other_pages_of_a_sent_quote(shop, page, new_page, sign_in, look):
    today = clock.today()
    with tenant(shop.cooperative), transaction.atomic():
        quote = actions.send_quote(
            shop.quote(line(price="1000"), dated_on=today), on=today, by=shop.seller
        )
        token = actions.share_quote(quote, on=today, by=shop.seller)
        quote = actions.reopen_quote(quote, by=shop.seller)
        actions.change_quote(
            quote,
            content=actions.QuoteContent(
                customer=shop.customer,
                subject=quote.subject,
                lines=[line(price="900"), line("Suivi", price="150")],
                dated_on=today,
                valid_until=today + timedelta(days=30),
            ),
            by=shop.seller,
        )
        quote = actions.send_quote(quote, on=today, by=shop.seller)
        gone = actions.send_quote(shop.quote(dated_on=today), on=today, by=shop.seller)
        gone_token = actions.share_quote(gone, on=today, by=shop.seller)
        actions.withdraw_quote(gone, reason="Projet abandonné.", by=shop.seller)
        invoice = shop.invoice(on=today)
    client = new_page(width=390, user_agent=PERSON)
    client.goto(f"/p/{token}/devis/")
    expect(client.get_by_text("Il y a une version plus récente")).to_be_visible()
    look(client, "devis-remplace")
    press(client, "Lire la version 2")
    expect(client.get_by_text("Accepter ce devis")).to_be_visible()
    client.goto(f"/p/{gone_token}/devis/")
    look(client, "devis-annule")

    sign_in(page, shop.seller)
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/versions/2/")
    expect(page.get_by_text("Ce qui a changé depuis la version 1")).to_be_visible()
    look(page, "devis-version")
    page.goto(f"/c/ateliers/ventes/factures/{invoice.pk}/envoyer/")
    look(page, "facture-envoyer")
    page.goto("/c/ateliers/ventes/messages/")
    look(page, "messages")
    page.goto("/c/ateliers/ventes/messages/quote/")
    look(page, "message-modele")
    sign_in(page, make_membership(shop.cooperative, "administrator"))
    page.goto("/c/ateliers/reglages/")
    page.get_by_role("link", name="Messages aux clients").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Messages aux clients")
