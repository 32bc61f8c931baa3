"""From a movement of the treasury to the document that wrote it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from accounting.models import Entry
from cae.core.tenancy import tenant
from cae.home.pieces import document_url
from invoicing.actions.expenses import submit_sheet
from tests.core.test_documents import picture, receive
from tests.entrepreneurs.makers import give_access, own_ids
from tests.invoicing.makers import make_seller, make_shop
from tests.makers import make_membership, signed_in
from tests.payroll.makers import NOVEMBER, make_payee, open_books, paid_month
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


def request_of(membership):
    return SimpleNamespace(membership=membership, cooperative=membership.cooperative)


@planted
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
            assert document_url(request_of(shop.seller), key) == page


def test_a_sheet_leads_to_the_sheet(shop):
    sheet = shop.spend(voucher=receive(picture())).sheet

    page = f"/c/ateliers/depenses/{sheet.pk}/"
    key = f"sheet:{sheet.pk}:approved"

    assert document_url(request_of(shop.seller), key) == page
    assert document_url(request_of(shop.accountant), key) == ""  # a draft is its author's
    submit_sheet(sheet, by=shop.seller)
    assert document_url(request_of(shop.accountant), key) == page


def test_a_neighbour_is_led_nowhere(shop, cooperative):
    invoice = shop.invoice()
    soizic = make_seller(cooperative, first_name="Soizic", last_name="Kervella", name="Yoga")

    with tenant(cooperative, membership=soizic.seller, own=own_ids(soizic.person)):
        assert document_url(request_of(soizic.seller), f"invoice:{invoice.pk}:issued") == ""


@pytest.mark.parametrize("key", ["", "invoice", "invoice:x:issued", "vote:1", "payment:1:x"])
def test_another_key_leads_nowhere(shop, key):
    assert document_url(request_of(shop.accountant), key) == ""


def test_a_payslip_leads_to_it_for_its_person_and_for_who_pays_only(cooperative, inside):
    open_books(cooperative)
    camille = make_payee()
    membership = give_access(camille)
    run = paid_month(NOVEMBER)
    slip = run.payslips.get()
    keys = Entry.objects.values_list("posting_key", flat=True)
    of_slip = next(key for key in keys if key.startswith("payslip:"))
    of_transfers = next(key for key in keys if key.startswith("transfers:"))
    officer, accountant = (
        make_membership(cooperative, role) for role in ("payroll_officer", "accountant")
    )

    found = {
        who.role.code: (
            document_url(request_of(who), of_slip),
            document_url(request_of(who), of_transfers),
        )
        for who in (membership, officer, accountant)
    }

    assert found == {
        "entrepreneur": (f"/c/ateliers/salaires/{slip.pk}/", ""),
        "payroll_officer": (
            f"/c/ateliers/paie/bulletins/{slip.pk}/",
            f"/c/ateliers/paie/{run.pk}/",
        ),
        "accountant": ("", ""),
    }


def test_an_entry_of_the_books_leads_to_its_document(shop, cooperative):
    cooperative.require_second_factor = False
    cooperative.save()
    invoice = shop.invoice()
    entry = Entry.objects.get(posting_key=f"invoice:{invoice.pk}:issued")

    page = signed_in(shop.accountant).get(f"/c/ateliers/comptabilite/ecritures/{entry.pk}/")

    assert f'<a href="/c/ateliers/ventes/factures/{invoice.pk}/">' in page.content.decode()
