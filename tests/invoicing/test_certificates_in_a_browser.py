"""From the declaration of the cooperative to the certificate in a customer's mail."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.tenancy import tenant
from invoicing import actions
from tests.invoicing.garden import make_neighbour, served
from tests.invoicing.makers import D, Shop, make_shop
from tests.makers import make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db) -> Shop:
    make_cooperative("autre")
    cooperative = make_cooperative(
        "ateliers",
        name="Les Ateliers Réunis",
        require_second_factor=False,
        email="bonjour@ateliers-reunis.example",
    )
    with tenant(cooperative), transaction.atomic():
        return make_shop(cooperative, name="Sève paysage")


def test_a_garden_is_kept_billed_paid_and_certified(shop, new_page, sign_in, look, site, worker):
    staff, seller = new_page(), new_page()
    sign_in(staff, shop.accountant)
    sign_in(seller, shop.seller)

    # What is declared, and who does what
    staff.goto("/c/ateliers/reglages/services-a-la-personne/")
    staff.get_by_label("Date de la déclaration").fill("2024-03-04")
    staff.get_by_label("Signataire des attestations").fill("Anne Le Goff")
    staff.get_by_label("Qualité du signataire").fill("Gérante")
    staff.get_by_role("button", name="Enregistrer").click()
    staff.get_by_role("link", name="Petits travaux de jardinage").click()
    staff.get_by_label("Couvert par notre déclaration").check()
    look(staff, "service-a-la-personne")
    staff.get_by_role("button", name="Enregistrer").click()
    staff.get_by_role("link", name="Sève paysage").click()
    staff.get_by_label("Petits travaux de jardinage").check()
    look(staff, "services-d-une-enseigne")
    staff.get_by_role("button", name="Enregistrer").click()
    expect(staff.get_by_text("Services de Sève paysage enregistrés.")).to_be_visible()
    look(staff, "services-a-la-personne")

    # A line tells the intervention
    with tenant(shop.cooperative), transaction.atomic():
        customer = make_neighbour(shop)
    seller.goto(f"/c/ateliers/ventes/factures/nouvelle/?client={customer.pk}")
    seller.get_by_label("Objet").fill("Entretien du jardin")
    seller.get_by_label("Désignation").fill("Taille de la haie")
    seller.get_by_label("Quantité").fill("2,5")
    seller.get_by_label("Unité").select_option(label="heure")
    seller.get_by_label("Prix HT").fill("40")
    expect(seller.get_by_label("Fait le")).to_be_hidden()
    seller.get_by_label("Service à la personne").select_option(index=1)
    seller.get_by_label("Son numéro").fill("S-042")
    seller.get_by_label("Fait le").fill("2026-11-20")
    expect(seller.locator("#apercu")).to_contain_text("48,00\u00a0€ TTC l’heure")
    look(seller, "facture-service-a-la-personne")
    seller.get_by_role("button", name="Enregistrer").first.click()
    expect(seller.get_by_text("Intervention de Camille Fournier").first).to_be_visible()

    # What was paid last year
    with tenant(shop.cooperative), transaction.atomic():
        invoice = shop.invoice(
            served(date(2025, 5, 12)), served(date(2025, 5, 20)), on=date(2025, 6, 2),
            customer=customer,
        )  # fmt: skip
        for means, amount in (("transfer", 142), ("cesu", 50)):
            actions.record_payment(
                invoice, amount=D(amount), received_on=date(2025, 7, 1), means=means,
                by=shop.accountant,
            )  # fmt: skip
    staff.goto("/c/ateliers/ventes/attestations/")
    look(staff, "attestations-a-faire")
    staff.get_by_role("button", name="Faire les attestations").click()
    expect(staff.get_by_text("1 faite, 0 corrigée, 0 inchangée")).to_be_visible(timeout=20_000)
    look(staff, "attestations-faites")
    staff.get_by_role("link", name="Jeanne Le Bris", exact=True).click()
    expect(staff.get_by_role("heading", level=1)).to_contain_text("Jeanne Le Bris")
    look(staff, "attestation-fiscale")
    staff.get_by_role("link", name="Envoyer").click()
    look(staff, "attestation-envoyer")
    staff.get_by_role("button", name="Envoyer").click()
    assert "142,00\u00a0€" not in site.wait_for_mail(
        "jeanne.lebris@courriel.example", about="Attestation fiscale 2025"
    )

    # Its activity reads it too
    seller.goto("/c/ateliers/ventes/factures/")
    seller.get_by_role("navigation", name="Ventes").get_by_text("Plus").click()
    seller.get_by_role("link", name="Attestations fiscales").click()
    expect(seller.get_by_text("Envoyée").first).to_be_visible()
