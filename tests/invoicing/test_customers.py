"""Customers: identifiers checked, duplicates warned, archived and never lost."""

from __future__ import annotations

import pytest

from invoicing import actions
from invoicing.models import Customer
from invoicing.queries import customer_figures, customers_of, searched
from invoicing.rules.identifiers import read_siren, read_siret, read_vat_number
from tests.invoicing.makers import JUNE_3, SIREN, SIRET, D, line, make_customer, refused

pytestmark = pytest.mark.django_db


def test_the_siren_is_read_in_the_siret(shop):
    assert (shop.customer.siret, shop.customer.siren) == (SIRET, SIREN)
    assert shop.customer.search.startswith("editions maison ebene marianne lescop rennes")


def test_what_is_typed_is_read_with_its_spaces():
    assert read_siren("404 833 048") == SIREN
    assert read_siret("404 833 048 00022") == SIRET
    assert read_vat_number("FR 83 404833048") == "FR83404833048"
    for read, typed, sentence in (
        (read_siren, "812 345 67", "Il manque un chiffre."),
        (read_siren, "404833049", "Ce SIREN n’existe pas"),
        (read_siren, "40483304X", "9 chiffres"),
        (read_siret, "404833048000221", "Il y a un chiffre de trop."),
        (read_vat_number, "FR00404833048", "Ce numéro de TVA n’existe pas"),
    ):
        with pytest.raises(ValueError, match=sentence):
            read(typed)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"siret": "40483304800023"}, "bad_siret"),
        ({"siret": "", "siren": "123456789"}, "bad_siren"),
        ({"siret": "", "vat_number": "FR1"}, "bad_vat_number"),
        ({}, "siret_twice"),
        ({"siret": "", "name": " "}, "name_missing"),
        ({"siret": "", "siren": SIREN, "kind": "individual"}, "individual_with_siren"),
    ],
)
def test_a_customer_that_cannot_be_is_refused(shop, values, code):
    with refused(code):
        make_customer(shop.activity, shop.seller, **values)
    assert Customer.objects.count() == 1


def test_an_archived_customer_leaves_the_lists_and_gives_its_siret_back(shop, seller):
    actions.archive_customer(shop.customer, by=seller)
    assert list(customers_of((shop.activity.pk,))) == []

    twin = make_customer(shop.activity, seller)
    with refused("siret_twice"):
        actions.restore_customer(shop.customer, by=seller)
    actions.archive_customer(twin, by=seller)
    assert actions.restore_customer(shop.customer, by=seller).archived_at is None


def test_changing_a_customer_leaves_issued_invoices_as_they_were(shop, seller):
    invoice = shop.invoice()

    actions.change_customer(shop.customer, name="Ébène SAS", by=seller)

    invoice.refresh_from_db()
    assert invoice.customer_name == "Éditions Maison Ébène"


def test_figures_take_credit_notes_off(shop, seller, staff):
    invoice = shop.invoice(line(price="1000"))
    shop.pay(shop.invoice(line(price="500")), "100")
    credit = actions.credit_invoice(invoice, reason="Remise", by=seller)
    actions.change_invoice(
        credit, content=shop.invoice_content(line(price="200"), subject="Avoir"), by=seller
    )
    actions.issue_invoice(credit, on=JUNE_3, by=staff)

    figures = customer_figures([shop.customer.pk], on=JUNE_3.replace(month=8))[shop.customer.pk]

    assert (figures.billed, figures.owed, figures.late) == (D("1300"), D("1460"), D("1460"))


def test_search_ignores_accents_case_and_order(shop):
    for text, found in (("EBENE édi", 1), ("404833048", 1), ("xyz", 0), ("", 1)):
        assert searched(Customer.objects.all(), text, amount="").count() == found
