"""A statement deposited, and its lines matched, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from tests.invoicing.bank import camt, entry
from tests.invoicing.makers import line
from tests.invoicing.test_payments_in_a_browser import shop  # noqa: F401

pytestmark = pytest.mark.browser


def test_a_statement_is_deposited_and_its_lines_matched(shop, page, sign_in, look):  # noqa: F811
    with tenant(shop.cooperative), transaction.atomic():
        sure = shop.invoice()
        several = [shop.invoice(line(price=price)) for price in ("100", "50")]
        shop.pay(shop.invoice(line(price="500")), "600")
        shop.invoice(line(price="80"))
    content = camt(
        entry("1200.00", label=f"VIR {sure.number} merci", party="Éditions Maison Ébène", ref="A"),
        entry("180.00", label="Vos deux factures", party="EDITIONS MAISON EBENE", ref="B"),
        entry("600.00", label="VIR SEPA RECU", ref="C"),
        entry("96.00", label="VIREMENT 0042", ref="D"),
        entry("15000.00", label="Convention 2026-12", party="Région Bretagne", ref="E"),
        entry("18.40", label="FRAIS DE TENUE DE COMPTE", out=True, ref="F"),
        opening="1000.00",
        closing="18057.60",
    )
    sign_in(page, shop.accountant)

    page.goto("/c/ateliers/encaissements/")
    page.get_by_role("link", name="Banque", exact=True).click()
    expect(page.get_by_text("Rien à rapprocher")).to_be_visible()
    look(page, "banque-vide")
    page.get_by_role("link", name="Déposer un relevé").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Déposer un relevé")
    page.get_by_label("Relevé de la banque").set_input_files(
        {"name": "juin.xml", "mimeType": "text/xml", "buffer": content}
    )
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_text("6 lignes ajoutées.")).to_be_visible()
    expect(page.get_by_text("Son numéro et son montant")).to_be_visible()
    look(page, "banque")

    page.get_by_label("la ligne de 1\u202f200,00\u00a0€").check()
    page.get_by_label("la ligne de 600,00\u00a0€").check()
    page.get_by_role("button", name="Accepter").click()
    expect(page.get_by_text("2 lignes rapprochées.")).to_be_visible()

    page.get_by_role("link", name="EDITIONS MAISON EBENE").click()
    expect(page.get_by_text(several[0].number).first).to_be_visible()
    page.get_by_label("Client, numéro ou montant").fill("Ébène")
    page.get_by_label("Client, numéro ou montant").press("Enter")
    expect(page.get_by_label(f"Choisir {several[1].number}")).to_be_visible()
    look(page, "banque-ligne")
    page.get_by_role("button", name="Encaisser et rapprocher").click()
    expect(page.get_by_text("Encaissé et rapproché.")).to_be_visible()

    page.get_by_role("link", name="Région Bretagne").click()
    page.get_by_label("Ce qu’est cette ligne").fill("Subvention de la région")
    page.get_by_role("button", name="Mettre de côté").click()
    expect(page.get_by_text("Mise de côté.")).to_be_visible()
    page.get_by_role("link", name="Mises de côté").click()
    page.get_by_role("link", name="Région Bretagne").click()
    expect(page.get_by_role("button", name="Remettre à rapprocher")).to_be_visible()
    look(page, "banque-ligne-de-cote")
    page.goto("/c/ateliers/encaissements/banque/?etat=rapprochees")
    expect(page.get_by_text("Encaissement n°\u00a0").first).to_be_visible()
    look(page, "banque-rapprochees")
    page.goto("/c/ateliers/encaissements/banque/releves/")
    expect(page.get_by_text("juin.xml")).to_be_visible()
    look(page, "banque-releves")
