"""What an accountant does with the money of customers, in a real browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounting.actions import open_account
from cae.core import clock
from cae.core.tenancy import tenant
from invoicing.actions.closings import close_days
from tests.invoicing.makers import Shop, line, make_shop
from tests.invoicing.test_folders import PDF
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
    )
    with tenant(cooperative), transaction.atomic():
        return make_shop(cooperative)


def test_a_cheque_for_two_invoices_goes_to_the_bank(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        shop.invoice(line(price="1000"), on=clock.today().replace(month=9))
        shop.invoice(line("Relecture", price="250"), on=clock.today().replace(month=10))
    sign_in(page, shop.accountant)

    page.goto("/c/ateliers/encaissements/")
    look(page, "encaissements")
    page.get_by_role("link", name="Éditions Maison Ébène").first.click()
    page.get_by_label("Montant reçu").fill("1600")
    page.get_by_label("Moyen").select_option(label="Chèque")
    page.get_by_label("Référence").fill("Chèque 1234567")
    look(page, "encaisser-plusieurs")
    page.get_by_role("button", name="Enregistrer l’encaissement").click()
    expect(page.get_by_text("En crédit du client")).to_be_visible()
    look(page, "encaissement")

    page.get_by_role("link", name="Compte du client").click()
    page.get_by_role("link", name="Rendre", exact=True).click()
    expect(page.get_by_label("Montant rendu")).to_have_value("100,00")
    page.get_by_label("Motif").fill("Payé de trop")
    look(page, "rendre")
    page.get_by_role("button", name="Enregistrer le remboursement").click()
    page.get_by_role("link", name="Contre-passer").click()
    look(page, "contre-passer")
    page.get_by_label("L’erreur").fill("Pas viré")
    page.get_by_role("button", name="Contre-passer").click()

    page.goto("/c/ateliers/encaissements/journal/")
    look(page, "encaissements-journal")
    page.get_by_role("link", name="Remises en banque").click()
    page.get_by_label("Éditions Maison Ébène").check()
    look(page, "remises")
    page.get_by_role("button", name="Mettre dans une remise").click()
    look(page, "remise")
    page.get_by_role("button", name="Fermer la remise").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("RB-2026-0001")
    page.goto("/c/ateliers/encaissements/remises/")
    expect(page.get_by_role("link", name="RB-2026-0001")).to_be_visible()
    with tenant(shop.cooperative), transaction.atomic():
        close_days(before=clock.today() + timedelta(days=40))
    page.get_by_role("link", name="Clôtures").click()
    look(page, "clotures-encaissements")
    page.get_by_role("link", name="Vérifier les chaînes").click()
    expect(page.get_by_text("Encaissements\u00a0: intacts.")).to_be_visible()
    look(page, "chaines-verifiees")
    page.goto("/c/ateliers/encaissements/attestation/")
    look(page, "attestation")


def test_the_last_cents_of_an_invoice_are_settled_without_money(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        invoice = shop.invoice(line(price="1000"), on=clock.today().replace(month=9))
        shop.pay(invoice, "1199.40", on=clock.today().replace(month=10))
        open_account("7061", label="Études", by=shop.accountant)
        draft, quote = shop.draft(), shop.quote(dated_on=clock.today())
    sign_in(page, shop.accountant)

    page.goto(f"/c/ateliers/ventes/factures/{invoice.pk}/")
    expect(page.get_by_role("button", name="Solder les 0,60")).to_be_visible()
    page.get_by_text("Joindre une pièce").click()
    page.get_by_label("Fichier").set_input_files(
        {"name": "commande.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    page.get_by_role("button", name="Joindre", exact=True).click()
    expect(page.get_by_role("link", name="commande.pdf")).to_be_visible()
    look(page, "facture-a-solder")
    page.goto(f"/c/ateliers/ventes/factures/{draft.pk}/")
    page.get_by_role("link", name="Changer le taux de contribution").click()
    page.get_by_label("Taux de ce document").fill("8")
    page.get_by_label("Motif").fill("Mission d’intérêt général")
    look(page, "taux-d-un-document")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("taux de ce document : Mission")).to_be_visible()
    look(page, "facture-a-son-taux")
    page.goto(f"/c/ateliers/ventes/devis/{quote.pk}/contribution/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Contribution de ce document")
    look(page, "taux-d-un-devis")
    page.goto(f"/c/ateliers/ventes/factures/{invoice.pk}/comptes/")
    page.get_by_label("Ventes de prestations").select_option("7061")
    page.get_by_label("Motif").fill("Une étude, pas une prestation")
    page.get_by_role("button", name="Reclasser").click()
    expect(page.get_by_text("du 706 au 7061")).to_be_visible()
    look(page, "comptes-d-une-facture")
    page.goto(f"/c/ateliers/ventes/factures/{invoice.pk}/")
    page.get_by_role("link", name="Encaisser").first.click()
    expect(page.get_by_role("button", name="Solder les 0,60")).to_be_visible()
    look(page, "petite-difference")
    page.get_by_role("button", name="Solder les 0,60").click()
    expect(page.get_by_text("Tout est encaissé")).to_be_visible()
    page.goto("/c/ateliers/encaissements/journal/")
    expect(page.get_by_text("Écart", exact=True)).to_be_visible()
    look(page, "journal-avec-ecart")

    with tenant(shop.cooperative), transaction.atomic():
        two_rates = shop.invoice(line(price="100"), line(price="200", vat="10"), on=clock.today())
    page.goto(f"/c/ateliers/encaissements/{two_rates.pk}/")
    page.get_by_label("Montant reçu").fill("120")
    page.get_by_text("Dire la part de chaque taux de TVA").click()
    page.get_by_label("Part à 20").fill("120")
    look(page, "parts-par-taux")
    page.get_by_role("button", name="Enregistrer l’encaissement").click()
    expect(page.get_by_text("120,00 € encaissés sur")).to_be_visible()


def test_a_late_customer_is_reminded_by_hand_then_left_alone(shop, page, sign_in, look):
    with tenant(shop.cooperative), transaction.atomic():
        late = shop.invoice(line(price="1000"), on=clock.today().replace(month=9))
        shop.pay(late, "200", on=clock.today().replace(month=10))
    sign_in(page, shop.seller)

    page.goto("/c/ateliers/relances/")
    look(page, "relances")
    page.get_by_role("link", name="Relancer FA-2026-0001").click()
    expect(page.get_by_text("Indemnité de recouvrement")).to_be_visible()
    look(page, "relancer")
    page.get_by_role("button", name="Envoyer la relance").click()
    expect(page.get_by_text("restaient dus")).to_be_visible()
    page.get_by_text("Mettre en pause").first.click()
    page.get_by_label("Motif").fill("Échéancier convenu")
    page.get_by_role("button", name="Mettre en pause").click()
    expect(page.get_by_text("Relances en pause.").first).to_be_visible()
    page.get_by_role("link", name="Relevé du client").click()
    look(page, "releve")


def test_an_accountant_chooses_the_words_of_reminders(shop, page, sign_in, look, watch):
    watch.allow("status of 422")
    sign_in(page, shop.accountant)

    page.goto("/c/ateliers/relances/niveaux/")
    look(page, "relances-niveaux")
    page.get_by_role("link", name="Modifier Relance ferme").click()
    look(page, "relances-niveau")
    page.get_by_label("Objet du courriel").fill("Facture {numero}")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Rien ne remplace {numero}")).to_be_visible()
    page.get_by_label("Objet du courriel").fill("Facture {facture}")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("Facture {facture}", exact=True)).to_be_visible()
