"""An order between two activities, in a real browser: written, proposed, accepted, undone."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import deals
from tests.invoicing.makers import D, Shop, line, make_seller, make_shop
from tests.invoicing.test_internal_orders import draft
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def sides(transactional_db) -> tuple[Shop, Shop]:
    make_cooperative("autre")
    cooperative = make_cooperative(
        "ateliers", name="Les Ateliers Réunis", require_second_factor=False
    )
    with tenant(cooperative), transaction.atomic():
        seller = make_shop(cooperative)
        buyer = make_seller(
            cooperative, first_name="Bilal", last_name="Ozan", name="Atelier Sureau"
        )
        buyer.activity.validation_ceiling = D(5000)
        buyer.pay(buyer.invoice(line(price="2400"), on=clock.today()), "2880", on=clock.today())
        return seller, buyer


def test_two_activities_agree(sides, page, new_page, sign_in, look):
    seller, buyer = sides
    sign_in(page, seller.seller)
    page.goto("/c/ateliers/ventes/internes/")
    page.get_by_role("link", name="Nouvelle commande").first.click()
    page.locator(".combobox input").fill("Atelier")
    page.get_by_role("option", name="Atelier Sureau").click()
    page.get_by_label("Objet").fill("Relecture du catalogue")
    page.get_by_label("Désignation").fill("Relecture, 48 pages")
    page.get_by_label("Quantité").fill("2")
    page.get_by_label("Prix").fill("150,50")
    expect(page.locator("#totaux")).to_contain_text("301,00")
    look(page, "commande-interne-nouvelle")
    page.get_by_role("button", name="Enregistrer").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Commande interne")
    page.get_by_role("link", name="Modifier").click()
    look(page, "commande-interne-modifier")
    page.go_back()
    page.get_by_role("button", name="Proposer").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Proposer").click()
    expect(page.get_by_text("n’a pas encore répondu")).to_be_visible()

    other = new_page()
    sign_in(other, buyer.seller)
    other.goto("/c/ateliers/")
    other.get_by_role("link", name="Répondre").click()
    expect(other.get_by_text("Disponible ensuite")).to_be_visible()
    look(other, "commande-interne-a-repondre")
    other.get_by_role("button", name="Accepter").first.click()
    other.get_by_role("dialog").get_by_role("button", name="Accepter").click()
    expect(other.get_by_role("heading", level=1)).to_contain_text("INT-")
    other.goto("/c/ateliers/ventes/internes/")
    look(other, "commandes-internes")

    page.reload()
    page.get_by_role("button", name="Annuler").first.click()
    page.get_by_label("Pourquoi").fill("Catalogue abandonné")
    page.get_by_role("dialog").get_by_role("button", name="Annuler la commande").click()
    expect(page.get_by_text("Catalogue abandonné").first).to_be_visible()
    look(page, "commande-interne-annulee")


def test_the_cooperative_answers_in_its_inbox(sides, page, sign_in, look):
    seller, _ = sides
    with tenant(seller.cooperative), transaction.atomic():
        found = draft(seller, None, subject="Animation d’un atelier", on=clock.today())
        actions.propose_internal_order(found, by=seller.seller)
    sign_in(page, seller.accountant)
    page.goto("/c/ateliers/a-valider/")
    look(page, "a-valider-commande-interne")
    page.get_by_role("button", name="Accepter la commande").click()
    expect(page.get_by_text("Tout est validé")).to_be_visible()


def test_the_order_book_looks_as_drawn(sides, page, sign_in, look):
    seller, buyer = sides
    with tenant(seller.cooperative), transaction.atomic():
        for shop, price in ((seller, "1000"), (seller, "480"), (buyer, "3200")):
            quote = shop.quote(line(price=price), dated_on=clock.today())
            quote = actions.send_quote(quote, on=clock.today(), by=shop.seller)
            actions.accept_quote(quote, name="Marianne Lescop", on=clock.today(), by=shop.seller)
        deposit = actions.bill_deposit(quote, share=D("0.3"), by=buyer.seller)
        actions.issue_invoice(deposit, on=clock.today(), by=buyer.accountant)
    sign_in(page, seller.accountant)
    page.goto("/c/ateliers/ventes/carnet/")
    look(page, "carnet-de-commandes")


def test_a_deal_looks_as_drawn(sides, page, sign_in, look):
    seller, buyer = sides
    with tenant(seller.cooperative), transaction.atomic():
        deal = deals.open_deal(
            buyer.activity, name="Boutique", customer=buyer.customer, by=buyer.seller
        )
        invoice = buyer.invoice(line(price="1800"), on=clock.today())
        deals.link_to_deal(deal, invoice, by=buyer.seller)
        order = actions.propose_internal_order(draft(seller, buyer), by=seller.seller)
        order = actions.accept_internal_order(order, on=clock.today(), by=buyer.seller)
        deals.link_to_deal(deal, order, by=buyer.seller)
    sign_in(page, buyer.seller)
    for path, name in (
        ("", "affaires"),
        ("nouvelle/", "affaire-nouvelle"),
        (f"{deal.pk}/", "affaire"),
    ):
        page.goto(f"/c/ateliers/ventes/affaires/{path}")
        look(page, name)
