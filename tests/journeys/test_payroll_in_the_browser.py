"""A month of pay, from the choice on a phone to the payslip in hand, as each person does it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from playwright.sync_api import expect

from cae.core.clock import today
from cae.core.periods import Month, french_month
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from payroll.actions import choose_salary
from payroll.enums import SalaryMode
from tests.entrepreneurs.makers import give_access, make_cape, make_person
from tests.makers import make_membership
from tests.onboarding.makers import open_one
from tests.payroll.makers import activity_of, contribute, make_payee, receive, spend

pytestmark = pytest.mark.browser

OTHERS = (
    ("Yanis", "Belkacem", "Menuiserie du Frêne", "6120", SalaryMode.ALL, None),
    ("Loïc", "Le Goff", "Sève paysage", "2380", SalaryMode.GROSS, "1110.48"),
    ("Soizic", "Kervella", "Yoga à l’Ouest", "1890", SalaryMode.GROSS, "1900"),
    ("Éléonore", "Prigent", "Traduction ELP", "3910", SalaryMode.NET_PAID, "1700"),
    ("Inès", "Cordier", "Reliure", "2740", SalaryMode.ALL, None),
)


@pytest.fixture
def cooperative(transactional_db):
    opened = open_one()
    opened.require_second_factor = False
    opened.salary_choice_day = 31  # the month may be chosen whatever the day of the test
    opened.health_premium = Decimal("38.00")
    opened.iban = "FR7630006000011234567890189"
    opened.save()
    return opened


@pytest.fixture
def camille(cooperative):
    """Camille, five others who each have something to look at, and a CAPE."""
    day = today()
    month = Month.of(day)
    with tenant(cooperative), transaction.atomic():
        camille = earning("Camille", "Fournier", "Studio Brume", "4860")
        for first, last, activity, turnover, mode, amount in OTHERS:
            person = earning(first, last, activity, turnover)
            choose_salary(
                person,
                month,
                mode=mode,
                amount=amount and Decimal(amount),
                on=day,
                by=None,
                for_them=True,
            )
        people.change_iban(
            person,
            iban="FR7630006000011234567890189",
            holder="Inès Cordier",
            on=day - timedelta(days=4),
            by=None,
        )
        make_cape(make_person("Awa", "Diallo"), day - timedelta(days=40))
        give_access(camille)
    return camille


def earning(first: str, last: str, activity: str, turnover: str):
    """Somebody paid by a customer this month, with the contribution and costs of a real one."""
    day = today()
    person = make_payee(first, last, cash="0", activity=activity)
    trade = activity_of(person)
    receive(trade, turnover, on=day)
    contribute(trade, str(Decimal(turnover) / 10), on=day)
    spend(trade, "260", on=day)
    return person


def test_a_month_of_pay(cooperative, camille, new_page, sign_in, look, worker):
    place = f"/c/{cooperative.slug}/"
    month = french_month(Month.of(today()))

    phone = new_page(width=390)
    sign_in(phone, camille.membership)
    phone.goto(f"{place}salaires/")
    look(phone, "salaires-choisir")
    phone.get_by_label("Un net versé").check()
    phone.get_by_role("textbox", name="Montant").fill("1 500")
    expect(phone.locator("#consequences")).to_contain_text("1 500")
    phone.get_by_role("textbox", name="Montant").fill("15000")
    expect(phone.locator("#consequences")).to_contain_text("Il manque")
    phone.get_by_label("Tout ce que je peux").check()
    expect(phone.locator("#consequences")).not_to_contain_text("Il manque")
    phone.get_by_role("button", name="Choisir ce salaire").click()
    expect(phone.get_by_role("main")).to_contain_text("Votre choix est enregistré")
    look(phone, "salaires-choisi")

    desk = new_page()
    sign_in(desk, make_membership(cooperative, "payroll_officer"))
    desk.goto(f"{place}paie/")
    look(desk, "paie-vide")
    desk.get_by_role("link", name="Réglages").click()
    look(desk, "paie-reglages")
    desk.get_by_role("link", name="Changer").click()
    look(desk, "paie-reglages-changer")
    desk.get_by_label("Taux accidents du travail").fill("1,31")
    desk.get_by_label("Heures équivalentes, sur l’année").check()
    desk.get_by_role("textbox", name="Pourquoi").fill("Notification de la Carsat")
    desk.get_by_role("button", name="Mettre en vigueur").click()
    expect(desk.get_by_role("main")).to_contain_text("Notification de la Carsat")
    look(desk, "paie-reglages-version")
    desk.goto(f"{place}paie/")
    desk.get_by_role("link", name="Ouvrir un mois").first.click()
    look(desk, "paie-ouvrir")
    desk.get_by_role("button", name="Ouvrir la paie").click()
    expect(desk.get_by_role("main")).to_contain_text("Rien n’est encore calculé")
    look(desk, "paie-ouverte")
    desk.get_by_role("button", name="Calculer la paie").click()
    expect(desk.get_by_role("main")).to_contain_text("Solde négatif")
    look(desk, "paie-calculee")

    desk.get_by_role("link", name="Vérifier Inès Cordier").click()
    look(desk, "paie-bulletin-a-verifier")
    desk.get_by_label("Note sur").first.fill("Confirmé par téléphone")
    desk.get_by_role("button", name="C’est vérifié").first.click()
    expect(desk.get_by_role("main")).to_contain_text("Confirmé par téléphone")
    desk.go_back()
    desk.go_back()
    desk.reload()

    desk.get_by_role("link", name="Corriger Soizic Kervella").click()
    desk.get_by_role("link", name="Corriger le salaire").click()
    desk.get_by_label("Tout ce que je peux").check()
    look(desk, "paie-corriger")
    desk.get_by_role("button", name="Choisir ce salaire").click()
    expect(desk.get_by_role("main")).not_to_contain_text("Solde négatif")

    desk.goto(f"{place}paie/")
    desk.get_by_role("link", name=month.capitalize()).click()
    desk.get_by_label("Sélectionner Camille Fournier").check()
    desk.get_by_label("Sélectionner Éléonore Prigent").check()
    look(desk, "paie-selection")
    desk.get_by_role("button", name="Valider la sélection").click()
    expect(desk.get_by_role("main")).to_contain_text("2 bulletins validés sur 6")
    desk.get_by_role("button", name="Valider 4 bulletins prêts").click()
    expect(desk.get_by_role("main")).to_contain_text("tout est validé")
    expect(desk.locator("#bulletins")).to_contain_text("6 PDF sur 6", timeout=60_000)

    desk.get_by_role("link", name="Voir Loïc Le Goff").click()
    desk.get_by_role("button", name="Reprendre").click()
    desk.get_by_role("dialog").get_by_label("Pourquoi").fill("Prime oubliée")
    look(desk, "paie-bulletin-reprendre")
    desk.get_by_role("dialog").get_by_role("button", name="Reprendre").click()
    expect(desk.get_by_role("main")).to_contain_text("Repris après validation")
    look(desk, "paie-bulletin-repris")
    desk.get_by_role("button", name="Valider", exact=True).click()
    expect(desk.get_by_role("link", name="Télécharger le PDF")).to_be_visible()
    desk.goto(f"{place}paie/")
    desk.get_by_role("link", name=month.capitalize()).click()
    expect(desk.locator("#bulletins")).to_contain_text("6 PDF sur 6", timeout=60_000)

    desk.get_by_role("button", name="Préparer 6 virements").click()
    desk.get_by_role("button", name="Préparer les virements", exact=True).click()
    expect(desk.get_by_role("main")).to_contain_text("faits")
    desk.get_by_role("button", name="Retirer la remise").click()
    desk.get_by_role("dialog").get_by_label("Pourquoi").fill("Mauvais compte à débiter")
    look(desk, "paie-remise-retirer")
    desk.get_by_role("dialog").get_by_role("button", name="Retirer la remise").click()
    expect(desk.get_by_role("main")).to_contain_text("Retirée")
    desk.get_by_role("button", name="Préparer 6 virements").click()
    desk.get_by_role("button", name="Préparer les virements", exact=True).click()
    expect(desk.get_by_role("main")).to_contain_text("faits")
    look(desk, "paie-payee")
    desk.get_by_text("Exporter").click()
    with desk.expect_download() as archive:
        desk.get_by_role("link", name="Tous les bulletins (ZIP)").click()
    assert archive.value.suggested_filename.endswith(".zip")

    phone.reload()
    expect(phone.get_by_role("main")).to_contain_text("Viré")
    phone.get_by_role("region", name="Mes bulletins de paie").get_by_role(
        "link", name=month.capitalize(), exact=True
    ).click()
    phone.get_by_text("Sécurité sociale plafonnée").click()
    expect(phone.get_by_role("main")).to_contain_text("Retraite de base")
    look(phone, "salaires-bulletin")
    with phone.expect_download() as payslip:
        phone.get_by_role("link", name="Télécharger le PDF").click()
    assert payslip.value.suggested_filename.endswith("camille-fournier.pdf")
