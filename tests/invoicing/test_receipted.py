"""« Facture acquittée »: made by a worker of a paid invoice, the sealed document left alone."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from cae.core.documents import content_of
from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import credits
from invoicing.actions.receipted import ask_for_receipted, store_receipted
from invoicing.documents.receipted import receipted_snapshot
from invoicing.models import ReceiptedFile
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, make_shop, refused
from tests.makers import signed_in

pytestmark = pytest.mark.django_db

JULY_4 = date(2026, 7, 4)


def test_a_paid_invoice_says_when_and_how_it_was_paid(shop):
    invoice = shop.invoice()
    shop.pay(invoice, "200")
    with refused("not_paid"):
        ask_for_receipted(invoice)
    shop.pay(invoice, "1000", on=JULY_4)

    assert ask_for_receipted(invoice) is None
    assert OutboxMessage.objects.filter(task="invoicing.tasks.produce_receipted").count() == 1
    made = store_receipted(invoice)

    assert ask_for_receipted(invoice) == store_receipted(invoice) == made
    text = "".join(p.extract_text() for p in PdfReader(BytesIO(content_of(made.document))).pages)
    assert "Acquittée le 4 juillet 2026" in text
    assert "Virement" in text and "03/06/2026" in text
    assert made.document.name == f"Facture acquittée {invoice.number}.pdf"
    before = invoice.fingerprint
    invoice.refresh_from_db()
    assert invoice.fingerprint == before


def test_a_payment_taken_back_makes_another_copy(shop):
    invoice = shop.invoice()
    payment = shop.pay(invoice, "1200")
    first = store_receipted(invoice)
    credits.reverse_payment(payment, on=JUNE_3, reason="Impayé", by=shop.accountant)
    assert receipted_snapshot(invoice) is None
    assert store_receipted(invoice) is None
    with refused("not_paid"):
        ask_for_receipted(invoice)

    shop.pay(invoice, "1200", on=JULY_4)

    assert store_receipted(invoice) != first
    assert ReceiptedFile.objects.count() == 2


def test_a_cancelled_invoice_was_never_paid(shop):
    invoice = shop.invoice()
    credit = actions.credit_invoice(invoice, reason="Annulée", by=shop.seller)
    actions.issue_invoice(credit, on=JUNE_3, by=shop.accountant)

    assert receipted_snapshot(invoice) is None


def test_the_page_and_a_program_hand_it_over(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        other = stranger.invoice()
    with tenant(cooperatives[0]):
        shop = make_shop(cooperatives[0])
        invoice = shop.invoice()
        shop.pay(invoice, "1200")
    seller, at = signed_in(shop.seller), f"/c/ateliers/ventes/factures/{invoice.pk}/"
    key = Key(shop.seller, shop.activity)

    assert "Facture acquittée" in seller.get(at).content.decode()
    assert "se prépare" in seller.get(f"{at}acquittee/pdf/").content.decode()
    assert seller.get(f"{at}acquittee/pdf/etat/").status_code == 204
    assert key.get(f"/api/v1/invoices/{invoice.pk}/receipted/").status_code == 202
    with tenant(shop.cooperative):
        store_receipted(invoice)
    assert seller.get(f"{at}acquittee/pdf/")["Content-Type"] == "application/pdf"
    assert seller.get(f"{at}acquittee/pdf/etat/").status_code == 200
    assert key.get(f"/api/v1/invoices/{invoice.pk}/receipted/").status_code == 200
    theirs = f"/c/ateliers/ventes/factures/{other.pk}/acquittee/pdf/"
    assert seller.get(theirs).status_code == 404
