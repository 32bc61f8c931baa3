"""The lists and the records of sales, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from tests.invoicing.makers import D, Shop, line, make_customer, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db) -> Shop:
    make_cooperative("autre")
    cooperative = make_cooperative(
        "ateliers",
        name="Les Ateliers Réunis",
        require_second_factor=False,
        iban="FR7630006000011234567890189",
        registry_town="Rennes",
        vat_number="FR44732829320",
    )
    with tenant(cooperative), transaction.atomic():
        shop = make_shop(cooperative)
        shop.activity.validation_ceiling = D(5000)
        shop.activity.save()
        return shop


def test_the_lists_look_as_drawn(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        late = shop.invoice(line(price="1120"), on=clock.today().replace(year=2025))
        shop.pay(shop.invoice(line(price="2400"), on=late.issued_on), "2880", on=late.issued_on)
        actions.submit_invoice(shop.draft(subject="Affiches"), by=shop.seller)
        make_customer(shop.activity, shop.seller, name="Mairie de Bruz", siret="")
        quote = shop.quote(subject="Refonte du journal")
        draft = shop.draft(subject="Refonte du journal")
    sign_in(page, shop.seller)
    for path, name in (
        ("ventes/factures/", "factures"),
        ("ventes/devis/", "devis-liste"),
        ("clients/", "clients"),
        (f"clients/{shop.customer.pk}/", "client"),
        ("clients/nouveau/", "client-nouveau"),
        (f"clients/{shop.customer.pk}/modifier/", "client-modifier"),
        (f"ventes/factures/{late.pk}/", "facture-en-retard"),
        ("ventes/factures/nouvelle/", "facture-nouvelle"),
        (f"ventes/factures/{draft.pk}/modifier/", "facture-modifier"),
        (f"ventes/devis/{quote.pk}/modifier/", "devis-modifier"),
        ("depenses/trajet/", "trajet-nouveau"),
        ("aide/", "aide"),
    ):
        page.goto(f"/c/ateliers/{path}")
        look(page, name)
