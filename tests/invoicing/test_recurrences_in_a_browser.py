"""An invoice that comes back, in a real browser: written, made, stopped, taken up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.models import Recurrence
from tests.invoicing.makers import Shop, line, make_shop
from tests.invoicing.test_recurrences import make
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser
LIST = "/c/ateliers/ventes/recurrentes/"


@pytest.fixture
def shop(transactional_db) -> Shop:
    make_cooperative("autre")
    cooperative = make_cooperative(
        "ateliers", name="Les Ateliers Réunis", require_second_factor=False
    )
    with tenant(cooperative), transaction.atomic():
        return make_shop(cooperative)


def test_a_contract_is_billed_each_month(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        invoice = shop.invoice(line("Maintenance du site", price="300"), on=clock.today())
    sign_in(page, shop.seller)
    page.goto(LIST)
    expect(page.get_by_text("Aucune facture récurrente")).to_be_visible()

    page.goto(f"/c/ateliers/ventes/factures/{invoice.pk}/")
    page.get_by_label("Autres actions").click()
    page.get_by_role("link", name="Rendre récurrente").click()
    page.get_by_label("Objet").fill("Maintenance, {mois} {annee}")
    page.get_by_label("Première date").fill("2026-12-01")
    expect(page.locator("#dates")).to_contain_text("mardi 1er décembre 2026")
    expect(page.locator("#apercu")).to_contain_text("Maintenance, décembre 2026")
    page.get_by_label("Automatique").check()
    page.get_by_text("L’envoyer au client une fois émise").click()
    look(page, "recurrence-nouvelle")
    page.get_by_role("button", name="Confirmer").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Maintenance")
    expect(page.get_by_text("du 1er au 31 décembre 2026").first).to_be_visible()

    with tenant(shop.cooperative), transaction.atomic():
        recurrence = Recurrence.objects.get()
        make(recurrence, clock.today() + timedelta(days=10))
        actions.archive_customer(shop.customer, by=shop.seller)
        make(recurrence, clock.today() + timedelta(days=60))
    page.reload()
    expect(page.get_by_text("est archivé").first).to_be_visible()
    look(page, "recurrence")
    page.get_by_role("link", name="Modifier").click()
    look(page, "recurrence-modifier")
    page.goto(LIST)
    look(page, "recurrences")
    with tenant(shop.cooperative), transaction.atomic():
        actions.restore_customer(shop.customer, by=shop.seller)

    page.get_by_role("link", name="Éditions Maison Ébène").click()
    page.get_by_role("button", name="Reprendre").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Reprendre").click()
    expect(page.get_by_text("En cours").first).to_be_visible()
