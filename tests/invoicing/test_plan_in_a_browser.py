"""A quote billed by a deposit, a situation and a last invoice, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import outbox
from cae.core.tenancy import tenant
from invoicing import actions
from tests.invoicing.makers import JUNE_3, D, line
from tests.invoicing.test_sales_in_a_browser import shop  # noqa: F401

pytestmark = pytest.mark.browser


def test_a_quote_is_billed_step_by_step(shop, page, sign_in, look):  # noqa: F811
    lines = (
        line("Dépose et maçonnerie", "3", "333.33", section="Gros œuvre"),
        line("Isolation des combles", "7.5", "41.99", vat="10", section="Gros œuvre"),
        line("Poêle à bois", "1", "1249.95", nature="goods", section="Chauffage"),
    )
    with tenant(shop.cooperative), transaction.atomic():
        quote = shop.quote(*lines, subject="Rénovation d’une longère", deposit_rate=D("0.3"))
    sign_in(page, shop.seller)
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/echeancier/")
    page.get_by_label("Nombre d’échéances égales").fill("3")
    page.get_by_role("button", name="Partager également").click()
    expect(page.get_by_text("Échéance 1 sur 3").first).to_be_visible()
    look(page, "devis-echeancier")

    with tenant(shop.cooperative), transaction.atomic():
        quote = actions.send_quote(quote, on=JUNE_3, by=shop.seller, with_mail=False)
        quote = actions.accept_quote(quote, name="Anne Le Goff", on=JUNE_3, by=shop.seller)
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/")
    page.get_by_role("link", name="Acompte ou situation").click()
    page.get_by_role("button", name="Écrire l’acompte").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Facture d’acompte")
    page.get_by_role("link", name="Modifier").click()
    look(page, "facture-details")
    with tenant(shop.cooperative), transaction.atomic():
        deposit = quote.invoices.get()
        with outbox.muted():
            actions.issue_invoice(deposit, on=JUNE_3, by=shop.accountant)
        shop.pay(deposit, deposit.gross)

    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/facturation/")
    page.get_by_label("Avancement de Dépose et maçonnerie").fill("100")
    page.get_by_label("Avancement de Isolation des combles").fill("40")
    look(page, "plan-de-facturation")
    page.get_by_role("button", name="Écrire la situation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Facture de situation")
    expect(page.get_by_text("Avancement 40\u00a0%").first).to_be_visible()


def test_the_accountant_sets_the_numbers_of_the_year(shop, page, sign_in, look):  # noqa: F811
    sign_in(page, shop.accountant)
    page.goto("/c/ateliers/reglages/numerotation/")
    page.get_by_label("Préfixe des acomptes").fill("AC")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("AC-2026-0001")).to_be_visible()
    look(page, "numerotation")
