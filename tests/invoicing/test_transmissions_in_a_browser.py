"""An invoice deposited by hand, from the settings to its answer, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.models import Transmission
from tests.invoicing.test_sales_in_a_browser import shop  # noqa: F401
from tests.makers import make_membership

pytestmark = pytest.mark.browser


def test_an_invoice_is_deposited_by_hand_and_refused(shop, page, sign_in, look):  # noqa: F811
    with tenant(shop.cooperative), transaction.atomic():
        administrator = make_membership(shop.cooperative, "administrator")
    sign_in(page, administrator)
    page.goto("/c/ateliers/reglages/depot-des-factures/")
    page.get_by_role("radio", name="À la main").first.check()
    page.get_by_label("Factures émises depuis le").first.fill("2026-06-01")
    page.get_by_role("button", name="Enregistrer la plateforme").click()
    expect(page.get_by_text("Dépôt enregistré.")).to_be_visible()
    look(page, "reglages-depot")

    with tenant(shop.cooperative), transaction.atomic():
        for _ in range(2):
            assert actions.judge_invoice(shop.invoice()).is_valid
        assert Transmission.objects.count() == 2
    sign_in(page, shop.accountant)
    page.goto("/c/ateliers/")
    expect(page.get_by_text("2 factures à déposer.")).to_be_visible()
    page.goto("/c/ateliers/ventes/depots/")
    look(page, "depots")
    page.get_by_label("FA-2026-0001").check()
    page.get_by_role("button", name="Noter comme déposées").click()
    expect(page.get_by_text("Dépôts notés.")).to_be_visible()
    page.get_by_role("link", name="En cours").click()
    page.get_by_role("link", name="FA-2026-0001").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dépôt")
    page.get_by_label("État").select_option("210")
    page.get_by_label("Motif").select_option("CMD_ERR")
    look(page, "depot")
    page.get_by_role("button", name="Noter la réponse").click()
    expect(page.get_by_text("Cette facture ne peut plus être déposée.")).to_be_visible()
    look(page, "depot-refuse")
    page.get_by_role("link", name="Voir la facture").click()
    expect(page.get_by_text("Refusée (210)")).to_be_visible()
