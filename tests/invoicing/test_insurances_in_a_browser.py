"""A building trade puts its insurance on file before its first quote, in a real browser."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from entrepreneurs.actions import set_building
from tests.invoicing.test_insurances import photo
from tests.invoicing.test_sales_in_a_browser import shop  # noqa: F401

pytestmark = pytest.mark.browser


def test_a_certificate_is_put_on_file(shop, page, sign_in, look):  # noqa: F811
    with tenant(shop.cooperative), transaction.atomic():
        set_building(shop.activity, True, by=shop.accountant)
    sign_in(page, shop.seller)
    page.goto("/c/ateliers/assurances/")
    expect(page.get_by_text("Non couverte")).to_be_visible()
    page.get_by_role("link", name="Déposer").click()
    page.get_by_label("Assureur", exact=True).fill("Mutuelle du Bâti")
    page.get_by_label("Numéro de contrat").fill("D-778")
    page.get_by_label("Coordonnées de l’assureur").fill("12 quai Sud, 69000 Lyon")
    page.get_by_label("Valable du").fill("2026-01-01")
    page.get_by_label("au", exact=True).fill(str(date(2026, 12, 20)))
    page.locator("input[type=file]").set_input_files(
        {"name": "attestation.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    )
    look(page, "assurance-deposer")
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.get_by_text("Finit bientôt")).to_be_visible()
    look(page, "assurances")
