"""An accountant pays refunds by transfer, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from invoicing.models import ExpenseSheet
from tests.invoicing.makers import make_seller, make_shop
from tests.invoicing.test_transfers import CAMILLE, NAIMA, OURS, approve, give_iban
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db):
    make_cooperative("autre")
    cooperative = make_cooperative(
        "ateliers", name="Les Ateliers Réunis", require_second_factor=False, iban=OURS
    )
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        naima = make_seller(cooperative, first_name="Naïma", last_name="Benali", name="Sève")
        give_iban(shop, CAMILLE, "Camille Fournier")
        give_iban(naima, NAIMA, "Mme Naïma Benali")
        approve(shop, by=shop.accountant, paid="1120.50")
        approve(naima, by=shop.accountant, paid="80.35")
        return shop


def test_refunds_go_to_the_bank_together(shop, page, sign_in, look):
    sign_in(page, shop.accountant)
    page.goto("/c/ateliers/remboursements/")
    page.get_by_role("link", name="Préparer des virements").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Virements")
    page.get_by_label("Sélectionner Camille Fournier").check()
    page.get_by_label("Sélectionner Naïma Benali").check()
    expect(page.locator("[data-cae-sum]")).to_contain_text("200,85")
    look(page, "virements")
    page.get_by_role("button", name="Préparer un lot").click()
    expect(page.get_by_text("Mme Naïma Benali")).to_be_visible()
    look(page, "lot-ouvert")

    page.get_by_role("button", name="Fermer le lot").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("SEPA-2026-0001")
    with page.expect_download() as download:
        page.get_by_role("link", name="Fichier pour la banque").click()
    assert download.value.suggested_filename == "virements-SEPA-2026-0001.xml"
    page.reload()
    expect(page.get_by_text("Fichier pris")).to_be_visible()
    look(page, "lot-ferme")
    page.get_by_role("button", name="Annuler le lot").first.click()
    expect(page.get_by_text("vérifiez d’abord auprès de la banque")).to_be_visible()
    look(page, "lot-a-annuler")
    page.get_by_role("button", name="Revenir").click()

    with tenant(shop.cooperative), transaction.atomic():
        sheet = ExpenseSheet.objects.get(entrepreneur=shop.person)
    page.goto(f"/c/ateliers/depenses/{sheet.pk}/")
    expect(page.get_by_text("Virement parti à la banque")).to_be_visible()
    page.goto("/c/ateliers/virements/")
    page.get_by_role("link", name="SEPA-2026-0001").click()
    page.get_by_role("button", name="Noter exécuté").click()
    expect(page.get_by_text("Exécuté le")).to_be_visible()
    look(page, "lot-execute")
    page.goto("/c/ateliers/virements/")
    expect(page.get_by_text("Rien n’est à payer par virement")).to_be_visible()
    look(page, "virements-vides")
