"""What a customer keeps of works, from the quote to its release, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import outbox
from cae.core.tenancy import tenant
from invoicing import actions
from tests.invoicing.makers import JUNE_3, line
from tests.invoicing.test_sales_in_a_browser import shop  # noqa: F401

pytestmark = pytest.mark.browser


def test_part_of_the_works_is_kept_then_released(shop, page, sign_in, look):  # noqa: F811
    with tenant(shop.cooperative), transaction.atomic():
        quote = shop.quote(line("Charpente", "1", "1000"), subject="Charpente d’une longère")
    sign_in(page, shop.seller)
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/")
    page.get_by_role("link", name="Convenir").click()
    page.get_by_label("Retenue de garantie").fill("5")
    look(page, "devis-retenue")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Retenue de garantie de 5\u00a0% TTC")).to_be_visible()

    with tenant(shop.cooperative), transaction.atomic(), outbox.muted():
        sent = actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
        accepted = actions.accept_quote(sent, name="Anne Le Goff", on=JUNE_3, by=shop.seller)
        draft = actions.invoice_from_quote(accepted, by=shop.seller)
        invoice = actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)
        shop.pay(invoice, "1140")
    page.goto(f"/c/ateliers/ventes/factures/{invoice.pk}/")
    expect(page.get_by_text("Retenue à venir")).to_be_visible()
    look(page, "facture-retenue")
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/facturation/")
    look(page, "plan-retenue")
    page.get_by_role("link", name=invoice.number, exact=True).first.click()
    page.get_by_label("Réception des travaux").fill("2026-06-10")
    page.get_by_role("button", name="Enregistrer la réception").click()
    expect(page.get_by_text("10/06/2027", exact=True)).to_be_visible()
    look(page, "retenue")

    sign_in(page, shop.accountant)
    page.goto("/c/ateliers/encaissements/")
    page.get_by_role("link", name="Retenues de garantie").click()
    look(page, "retenues")
    page.get_by_role("link", name=shop.customer.name).click()
    page.get_by_label("Caution bancaire").check()
    page.get_by_role("textbox", name="Banque").fill("Crédit coopératif")
    page.get_by_role("button", name="Libérer 60,00").click()
    expect(page.get_by_text("Caution bancaire").first).to_be_visible()
