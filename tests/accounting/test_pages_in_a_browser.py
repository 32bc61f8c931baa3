"""The treasury and the books as they are seen, in both themes, wide and narrow."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounting.rules import credit, debit
from cae.core import clock
from cae.core.periods import Month, french_month, months_ending, of_french_month
from cae.core.tenancy import tenant
from tests.accounting.shop import invoice, make_trader, open_shop, pay, receipt, write
from tests.makers import make_cooperative, make_membership

pytestmark = pytest.mark.browser
D = Decimal
CUSTOMERS = ("Maison Ébène", "Mairie de Bruz", "Biocoop Scarabée", "Théâtre du Vieux-Port")


@pytest.fixture
def shop(transactional_db):
    cooperative = make_cooperative("ateliers", name="Les Ateliers Réunis")
    open_shop(cooperative)
    return cooperative


@pytest.fixture
def camille(shop):
    """A year of work: an invoice a month, paid the month after, and a pay."""
    trader = make_trader(shop, "Camille", "Studio Brume")
    months = months_ending(Month.of(clock.today()), 13)
    with tenant(shop), transaction.atomic():
        for i, month in enumerate(months[:-1]):
            net, party, piece = 2400 + 150 * (i * 5 % 7), CUSTOMERS[i % 4], f"FA-{month}"
            invoice(trader, net, piece=piece, party=party, on=month.first_day)
            if i < 11:
                receipt(trader, net, piece=piece, party=party, on=month.next().first_day)
            if i > 2:
                pay(trader, 1100 + 50 * (i % 3), month=month)
        write(
            trader,
            "ND",
            debit("6251", D(64)),
            debit("6064", D(40)),
            debit("44566", D(8)),
            credit("425", D(112)),
            piece="ND-12",
            label="ND-12 Camille Fournier",
        )
    return trader


def test_an_entrepreneur_reads_where_her_money_comes_from(camille, page, sign_in, look):
    sign_in(page, camille.membership)

    page.goto("/c/ateliers/tresorerie/")
    look(page, "tresorerie")
    page.get_by_label("Réserve").fill("400")
    page.get_by_role("button", name="Enregistrer la réserve").click()
    expect(page.get_by_text("Réserve enregistrée.")).to_be_visible()
    page.get_by_role("link", name="Règlement").first.click()

    expect(page.get_by_role("heading", name="Ce que cela change")).to_be_visible()
    look(page, "tresorerie-mouvement")


def test_an_adviser_reads_the_treasury_of_an_activity(camille, shop, page, sign_in, look):
    sign_in(page, make_membership(shop, "adviser"))

    page.goto(f"/c/ateliers/entrepreneurs/{camille.person.pk}/")
    page.get_by_role("link", name="Trésorerie de Studio Brume").click()
    expect(page.get_by_text("Disponible sur l’activité")).to_be_visible()
    look(page, "tresorerie-enseigne")
    page.get_by_role("link", name="Règlement").first.click()
    expect(page.get_by_role("heading", name="Ce que cela change")).to_be_visible()
    look(page, "tresorerie-enseigne-mouvement")


def test_an_accountant_goes_from_the_balance_to_an_entry_and_closes(
    camille, shop, page, sign_in, look, watch
):
    watch.allow("status of 422")  # a payment too high is refused
    sign_in(page, make_membership(shop, "accountant"))

    page.goto("/c/ateliers/comptabilite/")
    look(page, "comptabilite-balance")
    page.get_by_role("link", name="411 Clients").click()
    look(page, "comptabilite-compte")
    page.get_by_role("link", name="Règlement").first.click()
    look(page, "comptabilite-ecriture")
    page.goto("/c/ateliers/comptabilite/journal/")
    look(page, "comptabilite-journaux")
    page.get_by_role("link", name="À payer").click()
    look(page, "comptabilite-a-payer")
    page.get_by_role("link", name="Payer Urssaf").click()
    look(page, "comptabilite-payer")
    page.get_by_label("Montant payé").fill("9 999 999")
    page.get_by_role("button", name="Enregistrer le versement").click()
    expect(page.get_by_role("main")).to_contain_text("et il est dû")
    look(page, "comptabilite-payer-trop")
    page.get_by_label("Montant payé").fill("100")
    page.get_by_role("button", name="Enregistrer le versement").click()
    expect(page.get_by_text("Versement enregistré")).to_be_visible()
    page.goto("/c/ateliers/comptabilite/contributions/")
    look(page, "comptabilite-contributions")
    page.get_by_role("link", name="Clôtures").click()
    look(page, "comptabilite-clotures")
    last = Month.of(clock.today()).previous()
    page.get_by_role("button", name=f"Clôturer {french_month(last)}").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Clôturer").click()

    expect(page.get_by_text(f"Mois {of_french_month(last)} clôturé.")).to_be_visible()


def test_an_accountant_gives_an_activity_its_accounts(camille, shop, page, sign_in, look):
    sign_in(page, make_membership(shop, "accountant"))

    page.goto("/c/ateliers/comptabilite/")
    page.get_by_role("link", name="Comptes propres").click()
    expect(page.get_by_text("ceux de la coopérative")).to_be_visible()
    page.get_by_role("link", name="Ouvrir un compte").click()
    page.get_by_label("Numéro").fill("4112")
    page.get_by_label("Intitulé").fill("Clients de Studio Brume")
    look(page, "comptabilite-ouvrir-un-compte")
    page.get_by_role("button", name="Ouvrir le compte").click()
    expect(page.get_by_text("Compte 4112 ouvert.")).to_be_visible()
    page.get_by_role("link", name="Changer les comptes de Studio Brume").click()
    page.get_by_label("Début des comptes tiers").fill("411")
    page.get_by_label("Clients", exact=False).select_option("4112")
    look(page, "comptabilite-choisir-les-comptes")
    page.get_by_role("button", name="Enregistrer les comptes").click()
    expect(page.get_by_text("Comptes de Studio Brume enregistrés.")).to_be_visible()
    expect(page.get_by_role("cell").filter(has_text="4112")).to_be_visible()
    look(page, "comptabilite-comptes-propres")
