"""The page of an invoice says where its electronic face stands; the staff reads what is refused."""

from __future__ import annotations

import pytest

from cae.core.models import OutboxMessage
from cae.core.tenancy import tenant
from invoicing import actions, tasks
from tests.invoicing.makers import make_seller, make_shop
from tests.makers import signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    """A shop made before anyone comes: requests enter their cooperative themselves."""
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@planted
def held(shop) -> int:
    """An issued invoice whose file is refused: the seller has no VAT number."""
    shop.cooperative.vat_number = "ZZ83404833048"
    shop.cooperative.save()
    with tenant(shop.cooperative):
        invoice = shop.invoice()
        assert not actions.judge_invoice(invoice).is_valid
        return invoice.pk


def place(shop, path: str) -> str:
    return f"/c/{shop.cooperative.slug}/{path}"


def page(shop, membership, path: str) -> str:
    response = signed_in(membership).get(place(shop, path))
    assert response.status_code == 200
    return response.content.decode()


def asked_again(shop) -> bool:
    with tenant(shop.cooperative):
        return OutboxMessage.objects.filter(task="invoicing.tasks.make_invoice_again").exists()


def test_the_page_says_where_it_stands(shop):
    with tenant(shop.cooperative):
        pk = shop.invoice().pk
    path = f"ventes/factures/{pk}/"
    assert "En préparation" in page(shop, shop.accountant, path)
    with tenant(shop.cooperative):
        tasks.produce_invoice_pdf.run(invoice_id=pk)
    assert "En cours de contrôle" in page(shop, shop.accountant, path)
    with tenant(shop.cooperative):
        tasks.judge_invoice.run(invoice_id=pk)

    said = page(shop, shop.accountant, path)

    assert "Conforme" in said
    assert "Refaire le fichier" not in said


def test_a_draft_has_no_electronic_face(shop):
    with tenant(shop.cooperative):
        pk = shop.draft().pk

    assert "Facture électronique" not in page(shop, shop.seller, f"ventes/factures/{pk}/")


def test_a_refused_one_says_why_and_the_staff_may_have_it_made_again(shop, held):
    path = f"ventes/factures/{held}/"
    for membership, may in ((shop.accountant, True), (shop.seller, False)):
        said = page(shop, membership, path)
        assert "Refusée par les contrôles" in said
        assert "Un numéro de TVA ne commence pas par les deux lettres de son pays" in said
        assert ("Refaire le fichier" in said, "BR-CO-09" in said) == (may, may)
    assert "Envoyer au client" not in page(shop, shop.seller, path)

    assert signed_in(shop.accountant).post(place(shop, f"{path}refaire/")).status_code == 302

    assert asked_again(shop)


def test_the_staff_reads_it_on_its_first_page_and_sellers_do_not(shop, held):
    assert "1 facture émise ne peut pas être envoyée" in page(shop, shop.accountant, "")
    assert "ne peut pas être envoyée" not in page(shop, shop.seller, "")


def test_the_neighbour_and_a_seller_may_not_have_it_made_again(shop, held):
    with tenant(shop.cooperative):
        neighbour = make_seller(
            shop.cooperative, first_name="Yann", last_name="Le Bris", name="Frêne"
        )

    for membership in (neighbour.seller, shop.seller):
        answer = signed_in(membership).post(place(shop, f"ventes/factures/{held}/refaire/"))
        assert answer.status_code == 404
    assert not asked_again(shop)
