"""From a movement of the treasury to the document that wrote it."""

from __future__ import annotations

import pytest

from cae.core.tenancy import tenant
from cae.home.pieces import document_url
from tests.entrepreneurs.makers import own_ids
from tests.invoicing.makers import make_seller, make_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(cooperative, inside):
    return make_shop(cooperative)


def test_an_invoice_and_its_receipt_lead_to_the_invoice(shop):
    invoice = shop.invoice()
    page = f"/c/ateliers/ventes/factures/{invoice.pk}/"

    with tenant(shop.cooperative, membership=shop.seller, own=own_ids(shop.person)):
        for key in (
            f"invoice:{invoice.pk}:issued",
            f"invoice:{invoice.pk}:issued:contribution",
            f"payment:7:{invoice.pk}",
        ):
            assert document_url(key, slug="ateliers") == page


def test_a_sheet_leads_to_the_sheet(shop):
    sheet = shop.spend().sheet

    assert document_url(f"sheet:{sheet.pk}:approved", slug="ateliers").endswith(
        f"/depenses/{sheet.pk}/"
    )


def test_a_neighbour_is_led_nowhere(shop, cooperative):
    invoice = shop.invoice()
    soizic = make_seller(cooperative, first_name="Soizic", last_name="Kervella", name="Yoga")

    with tenant(cooperative, membership=soizic.seller, own=own_ids(soizic.person)):
        assert document_url(f"invoice:{invoice.pk}:issued", slug="ateliers") == ""


@pytest.mark.parametrize("key", ["", "invoice", "invoice:x:issued", "vote:1", "payment:1:x"])
def test_another_key_leads_nowhere(shop, key):
    assert document_url(key, slug="ateliers") == ""
