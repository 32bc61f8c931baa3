"""The record of a person kept by the team, and their own path, in a real browser."""

from __future__ import annotations

import pytest
from django.db import transaction

from cae.core.tenancy import tenant
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import IBAN, give_access, make_activity, make_cesa, make_person
from tests.journeys.steps import fill, follow, press, says
from tests.makers import make_membership
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.browser
PLACE = "/c/ateliers-reunis/"


@pytest.fixture
def camille(transactional_db) -> Entrepreneur:
    """Under CESA, with an activity; Yanis may come and share it."""
    cooperative = open_one()
    cooperative.require_second_factor = False
    cooperative.save()
    with tenant(cooperative), transaction.atomic():
        camille = make_person()
        make_cesa(camille)
        make_activity(camille)
        make_person("Yanis", "Belkacem")
        give_access(camille)
    return camille


def test_the_team_keeps_a_record_true(camille, page, sign_in, look):
    sign_in(page, make_membership(camille.tenant, "adviser"))
    record = f"{PLACE}entrepreneurs/{camille.pk}/"

    page.goto(f"{PLACE}entrepreneurs/")
    look(page, "personnes")
    follow(page, "Camille Fournier")
    follow(page, "Corriger")
    fill(page, phone="02 99 00 00 00")
    look(page, "personne-corriger")
    press(page, "Enregistrer")
    says(page, "02 99 00 00 00")

    follow(page, "Noter une étape")
    page.get_by_label("Étape").select_option(label="Avenant")
    fill(page, day="2026-11-20", note="Part fixe relevée")
    look(page, "etape-nouvelle")
    press(page, "Noter l’étape")
    says(page, "Avenant")

    page.get_by_label("Régler Studio Brume").click()
    follow(page, "Plafond sans validation")
    fill(page, ceiling="2 000")
    look(page, "enseigne-plafond")
    press(page, "Enregistrer le plafond")
    says(page, "2 000 € HT")

    page.get_by_label("Autres actions").click()
    follow(page, "Plafond d’émission")
    fill(page, ceiling="2 500")
    look(page, "personne-plafond")
    press(page, "Enregistrer le plafond")
    says(page, "2 500 € HT")

    page.get_by_label("Régler Studio Brume").click()
    follow(page, "Clé de partage")
    page.get_by_label("Personne").last.select_option(label="Yanis Belkacem")
    page.get_by_label("Part", exact=True).last.fill("1")
    look(page, "enseigne-partage")
    press(page, "Enregistrer la clé")
    says(page, "50,0 % à 2")

    page.get_by_label("Régler Studio Brume").click()
    follow(page, "Fermer l’enseigne")
    look(page, "enseigne-fermer")
    press(page, "Fermer l’enseigne")
    says(page, "fermée le")
    page.get_by_label("Régler Studio Brume").click()
    follow(page, "Rouvrir l’enseigne")
    look(page, "enseigne-rouvrir")
    press(page, "Rouvrir l’enseigne")

    follow(page, "Terminer")
    look(page, "contrat-fin")
    page.goto(record)
    page.get_by_label("Autres actions").click()
    follow(page, "Enregistrer une sortie")
    fill(page, day="2026-11-20")
    look(page, "personne-sortie")
    press(page, "Enregistrer la sortie")
    says(page, "Sorti")


def test_an_entrepreneur_reads_their_path_and_keeps_their_account(camille, new_page, sign_in, look):
    page = new_page(width=390)
    sign_in(page, camille.membership)
    page.goto(f"{PLACE}mon-parcours/")
    says(page, "Sans IBAN")
    look(page, "mon-parcours")

    follow(page, "Ajouter mon IBAN")
    fill(page, iban=IBAN, holder="Camille Fournier")
    look(page, "mon-iban")
    press(page, "Enregistrer l’IBAN")
    says(page, "Camille Fournier")
    follow(page, "Changer la réserve")
    fill(page, reserve="400")
    look(page, "ma-reserve")
    press(page, "Enregistrer la réserve")
    says(page, "réserve 400,00 €")
