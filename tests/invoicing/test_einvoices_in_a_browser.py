"""The electronic invoice, in a real browser: valid, refused and told to the staff, made again."""

from __future__ import annotations

import pytest
from django.db import transaction

from cae.core.tenancy import tenant
from invoicing import actions
from tests.invoicing.makers import make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db):
    cooperative = make_cooperative(
        "ateliers",
        name="Les Ateliers Réunis",
        require_second_factor=False,
        iban="FR7630006000011234567890189",
        registry_town="Rennes",
    )
    with tenant(cooperative), transaction.atomic():
        return make_shop(cooperative)


def test_the_staff_has_a_refused_file_made_again(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        valid = shop.invoice()
        assert actions.judge_invoice(valid).is_valid
        shop.cooperative.vat_number = "ZZ83404833048"
        shop.cooperative.save()
        held = shop.invoice()
        assert not actions.judge_invoice(held).is_valid
    sign_in(page, shop.accountant)
    page.goto(f"/c/ateliers/ventes/factures/{valid.pk}/")
    look(page, "facture-conforme")
    page.goto("/c/ateliers/")
    look(page, "accueil-facture-refusee")

    page.get_by_role("link", name="FA-2026-0002").click()
    page.get_by_text("Détail pour l’assistance").click()
    page.evaluate("scrollTo(0, 0)")  # the bar that stays at the top covers no link there
    look(page, "facture-refusee")
    page.get_by_role("button", name="Refaire le fichier").click()

    page.get_by_text("Le fichier se refait").wait_for()
