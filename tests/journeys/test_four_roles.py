"""A cooperative's first month: an administrator, the support team, an entrepreneur, a co-manager.

Each does their work in their own browser, on what the others have just done: nothing is put in
the database but the colleagues of the entrepreneur, and the life of the cooperative, which has
no form yet.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounting import queries as ledger
from accounting.models import Account, Journal
from cae.core.clock import PARIS, today
from cae.core.enums import Right
from cae.core.models import Cooperative, User
from cae.core.money import euros
from cae.core.periods import Month
from cae.core.tenancy import tenant
from entrepreneurs import actions as people
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import Activity, ContractType
from governance import actions as governance
from governance.enums import AssemblyKind
from governance.rules import Votes
from invoicing.models import ExpenseType, Invoice, MileageScale, VatRate
from payroll.actions import choose_salary
from payroll.enums import SalaryMode
from payroll.models import Payslip, Transfer
from tests.entrepreneurs.makers import IBAN, NIR, make_cape, make_person
from tests.journeys.steps import (
    fill,
    follow,
    give_a_second_factor,
    join,
    pdf_behind,
    press,
    read,
    says,
    sign_in_by_form,
    ticket,
    write_line,
)
from tests.makers import PASSWORD
from tests.payroll.makers import activity_of, contribute, make_payee, receive, spend

# One long story: on a busy machine it takes more than a test may.
pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]
D = Decimal

PLACE = "/c/ateliers-reunis/"
AGNES, SOPHIE, JEANNE, CAMILLE = (
    f"{name}@ateliers.example" for name in ("agnes", "sophie", "jeanne", "camille")
)
#: What the support team does, in one role of the cooperative's own.
TEAM = (
    Right.SEE_SALES, Right.VALIDATE_INVOICE, Right.VALIDATE_EXPENSE, Right.RECORD_PAYMENT,
    Right.SEE_ACCOUNTS, Right.SEE_PEOPLE, Right.MANAGE_PEOPLE, Right.RUN_PAYROLL,
    Right.VALIDATE_PAYROLL, Right.SEE_AUDIT,
)  # fmt: skip
OTHERS = (
    ("Yanis", "Belkacem", "Menuiserie du Frêne", "6120", SalaryMode.ALL, None),
    ("Loïc", "Le Goff", "Sève paysage", "2380", SalaryMode.GROSS, "1110.48"),
    ("Soizic", "Kervella", "Yoga à l’Ouest", "1890", SalaryMode.GROSS, "1900"),
    ("Éléonore", "Prigent", "Traduction ELP", "3910", SalaryMode.NET_PAID, "1700"),
    ("Inès", "Cordier", "Reliure", "2740", SalaryMode.ALL, None),
)


def test_four_people_and_the_first_month_of_a_cooperative(new_page, site, look, worker):
    agnes, sophie, jeanne = new_page(), new_page(), new_page()
    camille = new_page(width=390)

    open_the_cooperative(agnes, look)
    cooperative = Cooperative.objects.get()
    everything_is_seeded(cooperative)
    compose_the_team(agnes, look)
    invite_staff(agnes, look, "Sophie", "Marchand", SOPHIE, "Équipe d’appui")
    invite_staff(agnes, look, "Jeanne", "Kerouac", JEANNE, "Cogérant·e")
    enter(sophie, site, SOPHIE, look)
    enter(jeanne, site, JEANNE)
    says(jeanne, "Trésorerie")
    look(jeanne, "pilotage-vide")

    welcome_an_entrepreneur(sophie, look)
    enter(camille, site, CAMILLE)
    look(camille, "accueil-vide")
    sell(camille, new_page(width=390), site, look)
    ask_validation(camille, look)
    send_it_back(sophie, look)
    correct_and_ask_again(camille, look)
    accept_it(sophie, look)
    read_the_invoice(camille, look)
    cash_it(sophie, look)
    spend_and_be_refunded(camille, sophie, look)

    bring_colleagues(cooperative)
    choose_a_salary(camille, look)
    run_the_month(sophie, look)
    take_the_payslip(camille, look)
    steer(jeanne, cooperative, look)
    everything_agrees(cooperative, camille=camille, sophie=sophie)


# -- The administrator ---------------------------------------------------------------------------


def open_the_cooperative(page, look) -> None:
    """Six steps, then a second factor: she is in her own cooperative."""
    User.objects.create_user(AGNES, PASSWORD, is_platform_admin=True)
    page.goto("/plateforme/cooperatives/")
    sign_in_by_form(page, AGNES)
    says(page, "Aucune coopérative encore")
    look(page, "plateforme-vide")
    follow(page, "Ouvrir une coopérative")
    fill(page, name="Les Ateliers Réunis", slug="ateliers-reunis", siren="732 829 320",
         siret="732 829 320 00074", capital="3 000", registry_town="Rennes")  # fmt: skip
    page.get_by_label("Forme juridique").select_option("scop_sarl")
    look(page, "ouverture-identite")
    press(page, "Continuer")
    fill(page, street="12 allée du Chêne", postcode="35000", town="Rennes",
         email="contact@ateliers.example", iban="FR7630006000011234567890189")  # fmt: skip
    look(page, "ouverture-coordonnees")
    press(page, "Continuer")
    page.get_by_label("Premier mois de l’exercice").select_option("1")
    page.get_by_label("sur les encaissements").check()
    look(page, "ouverture-comptes")
    press(page, "Continuer")
    page.get_by_label("Au-dessus de, par an").fill("0")
    page.get_by_label("Taux").fill("10")
    look(page, "ouverture-contribution")
    press(page, "Continuer")
    fill(page, first_name="Agnès", last_name="Le Bihan", email=AGNES)
    look(page, "ouverture-administration")
    press(page, "Continuer")
    says(page, "Les Ateliers Réunis", "732 829 320")
    look(page, "ouverture-verifier")
    press(page, "Ouvrir la coopérative")
    give_a_second_factor(page)
    expect(page).to_have_url(re.compile(f"{PLACE}$"))
    look(page, "bureau-administratrice")


def everything_is_seeded(cooperative) -> None:
    with tenant(cooperative), transaction.atomic():
        assert Account.objects.filter(number="706").exists()
        assert {"VT", "AC", "BQ", "OD", "IN"} <= set(Journal.objects.values_list("code", flat=True))
        assert {D("0.200"), D("0.100"), D("0.055")} <= set(
            VatRate.objects.values_list("rate", flat=True)
        )
        assert ExpenseType.objects.filter(code="supplies").exists()
        assert MileageScale.objects.exists()
        assert set(ContractType.objects.values_list("kind", flat=True)) >= {
            ContractKind.CAPE,
            ContractKind.CESA,
        }


def compose_the_team(page, look) -> None:
    page.goto(f"{PLACE}reglages/")
    says(page, "Contribution coopérative", "En vigueur")
    look(page, "reglages")
    follow(page, "Rôles")
    look(page, "roles")
    follow(page, "Composer un rôle")
    page.get_by_label("Nom du rôle").fill("Équipe d’appui")
    for right in TEAM:
        page.locator(f"input[name=rights][value={right.value}]").check()
    look(page, "role-compose")
    press(page, "Enregistrer le rôle")
    says(page, "Équipe d’appui")


def invite_staff(page, look, first_name: str, last_name: str, email: str, role: str) -> None:
    page.goto(f"{PLACE}reglages/acces/")
    follow(page, "Inviter une personne")
    fill(page, first_name=first_name, last_name=last_name, email=email)
    page.get_by_label("Rôle").select_option(label=role)
    look(page, "acces-inviter")
    press(page, "Envoyer l’invitation")
    says(page, "Invitations en attente", email)
    look(page, "acces")


def enter(page, site, email: str, look=None) -> None:
    """Open the mail, accept the invitation and, where the role asks for it, a second factor."""
    join(page, site.wait_for_mail(email, about="Les Ateliers Réunis"))
    if look:
        look(page, "invitation")
    press(page, "Ouvrir mon compte")
    if email != CAMILLE:
        give_a_second_factor(page)
    expect(page).to_have_url(re.compile(f"{PLACE}$"))


# -- The support team ------------------------------------------------------------------------------


def welcome_an_entrepreneur(page, look) -> None:
    """The record, the contract, the activity and the bank account; then the invitation."""
    look(page, "bureau-vide")
    follow(page, "Entrepreneurs")
    look(page, "personnes-vide")
    follow(page, "Nouvelle personne")
    fill(page, first_name="Camille", last_name="Fournier", email=CAMILLE,
         birth_date="1955-08-12", nir=NIR)  # fmt: skip
    look(page, "personne-nouvelle")
    press(page, "Ouvrir la fiche")
    says(page, "Aucun contrat", "Aucune enseigne")
    record = page.url
    look(page, "personne-vide")

    follow(page, "Ajouter un contrat")
    follow(page, "CESA")
    fill(page, starts_on="2026-11-01", fixed_part="150")
    look(page, "contrat-nouveau")
    press(page, "Enregistrer le CESA")
    follow(page, "Ouvrir une enseigne")
    fill(page, name="Studio Brume", trade="Graphisme", opened_on="2026-11-01")
    look(page, "enseigne-nouvelle")
    press(page, "Ouvrir l’enseigne")
    page.goto(f"{record}iban/")
    fill(page, iban=IBAN, holder="Camille Fournier")
    look(page, "personne-iban")
    press(page, "Enregistrer l’IBAN")
    press(page, "Inviter")
    says(page, "Invitation envoyée", "Studio Brume", "En cours")
    look(page, "personne")


def send_it_back(page, look) -> None:
    page.goto(f"{PLACE}a-valider/")
    says(page, "Théâtre du Vieux-Port", "Programme de la saison")
    look(page, "a-valider-facture")
    press(page, "Demander une correction")
    page.get_by_role("dialog").get_by_label("Que faut-il corriger").fill(
        "Précisez la saison dans l’objet."
    )
    look(page, "a-valider-refus")
    press(page, "Renvoyer avec ce motif")
    says(page, "Tout est validé")
    look(page, "a-valider-vide")


def accept_it(page, look) -> None:
    page.reload()
    says(page, "Programme de la saison 2027")
    press(page, "Valider et émettre")
    says(page, "Tout est validé")


def cash_it(page, look) -> None:
    page.goto(f"{PLACE}encaissements/")
    says(page, "Théâtre du Vieux-Port")
    look(page, "encaissements")
    follow(page, "Encaisser FA-")
    look(page, "encaisser")
    press(page, "Enregistrer l’encaissement")
    page.goto(f"{PLACE}encaissements/")
    says(page, "Tout est encaissé")


# -- The entrepreneur ------------------------------------------------------------------------------


def sell(page, client, site, look) -> None:
    """A blank client and a quote in one page; the client signs without an account."""
    follow(page, "Écrire un devis")
    page.get_by_label("Nom", exact=True).fill("Théâtre du Vieux-Port")
    page.get_by_label("Courriel").fill("m.lescop@vieux-port.example")
    page.get_by_role("textbox", name="Code postal facultatif").fill("35400")
    page.get_by_role("textbox", name="Ville facultatif").fill("Saint-Malo")
    page.get_by_label("Objet").fill("Programme de la saison")
    write_line(page, 0, "Conception graphique", quantity="7", price="420")
    expect(page.locator("#totaux")).to_contain_text("3 528,00 €")
    press(page, "Ajouter une ligne")
    write_line(page, 1, "Illustrations", quantity="14", price="85,00", rate="10")
    expect(page.locator("#lignes-1-total")).to_have_text("1 190,00 €")
    expect(page.locator("#apercu")).to_contain_text("Théâtre du Vieux-Port")
    expect(page.locator("#apport")).to_contain_text("413,00 €")  # ten percent of 4 130
    look(page, "devis-editeur")
    press(page, "Enregistrer")
    follow(page, "Envoyer")
    expect(page.locator("#apercu")).to_contain_text("Voici notre devis")
    press(page, "Envoyer", exact=True)
    expect(page.locator(".pill").first).to_have_text("Envoyé")
    look(page, "devis")

    mail = site.wait_for_mail("m.lescop@vieux-port.example", about="Devis")
    client.goto(re.search(r"/p/\S+", mail).group())
    look(client, "devis-client")
    client.get_by_label("Nom et prénom").fill("Marianne Lescop")
    client.get_by_label("Fonction").fill("Administratrice")
    client.get_by_label("Bon pour accord").check()
    press(client, "Recevoir le code et signer")
    mail = site.wait_for_mail("m.lescop@vieux-port.example", about="code")
    client.get_by_label("Code reçu").fill(re.search(r"\b\d{6}\b", mail).group())
    press(client, "Signer le devis")
    expect(client.get_by_text("Par Marianne Lescop, Administratrice")).to_be_visible()


def ask_validation(page, look) -> None:
    page.goto(PLACE)
    says(page, "Facturer un devis accepté")
    look(page, "accueil-devis-accepte")
    follow(page, "Facturer")
    press(page, "Facturer")
    says(page, "Au-delà de votre plafond")
    look(page, "facture-brouillon")
    press(page, "Soumettre à validation")
    says(page, "Soumise à l’équipe d’appui")
    look(page, "facture-soumise")


def correct_and_ask_again(page, look) -> None:
    page.goto(PLACE)
    says(page, "Précisez la saison dans l’objet.")
    follow(page, "Corriger")
    look(page, "facture-a-corriger")
    follow(page, "Modifier")
    page.get_by_label("Objet").fill("Programme de la saison 2027")
    press(page, "Enregistrer")
    press(page, "Soumettre à validation")
    says(page, "Soumise à l’équipe d’appui")


def read_the_invoice(page, look) -> None:
    page.reload()
    says(page, "Document définitif")
    look(page, "facture")
    name, text = pdf_behind(page, "PDF")
    assert name.startswith("Facture FA-")
    for said in ("Théâtre du Vieux-Port", "Programme de la saison 2027", "4 837,00", "Rennes"):
        assert said in text, said


def spend_and_be_refunded(phone, desk, look) -> None:
    phone.goto(f"{PLACE}depenses/")
    look(phone, "depenses-vide")
    follow(phone, "Ajouter une dépense")
    phone.get_by_label("Justificatif").set_input_files(ticket())
    phone.get_by_label("Type de dépense").select_option(label="Fournitures")
    phone.get_by_label("Fournisseur ou motif").fill("Papeterie du Port")
    phone.get_by_label("Montant payé").fill("24,00")
    phone.get_by_label("dont TVA").fill("4")
    look(phone, "depense-nouvelle")
    press(phone, "Ajouter la dépense")
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Dépenses de")
    look(phone, "depenses-note")
    press(phone, "Envoyer la note")
    says(phone, "À approuver")

    desk.goto(f"{PLACE}a-valider/")
    expect(desk.get_by_role("img", name="Justificatif de Papeterie du Port")).to_be_visible()
    look(desk, "a-valider")
    press(desk, "Approuver la note")
    says(desk, "Tout est validé")
    desk.goto(f"{PLACE}remboursements/")
    look(desk, "remboursements")
    press(desk, "Rembourser")
    press(desk, "Noter le remboursement")
    says(desk, "Tout est remboursé")
    phone.reload()
    says(phone, "Remboursée")


def choose_a_salary(page, look) -> None:
    """What each choice costs is seen before it is made."""
    page.goto(f"{PLACE}salaires/")
    look(page, "salaires-choisir")
    page.get_by_label("Un net versé").check()
    page.get_by_role("textbox", name="Montant").fill("1 500")
    expect(page.locator("#consequences")).to_contain_text("1 500")
    page.get_by_role("textbox", name="Montant").fill("15000")
    expect(page.locator("#consequences")).to_contain_text("Il manque")
    page.get_by_label("Un salaire brut").check()
    page.get_by_role("textbox", name="Montant").fill("1 800")
    expect(page.locator("#consequences")).to_contain_text("1 800")
    page.get_by_label("Tout ce que je peux").check()
    expect(page.locator("#consequences")).not_to_contain_text("Il manque")
    press(page, "Choisir ce salaire")
    says(page, "Votre choix est enregistré")
    look(page, "salaires-choisi")


def take_the_payslip(page, look) -> None:
    page.reload()
    says(page, "Viré")
    page.get_by_role("region", name="Mes bulletins de paie").get_by_role(
        "link", name="Novembre 2026", exact=True
    ).click()
    page.get_by_text("Sécurité sociale plafonnée").click()
    says(page, "Retraite de base")
    look(page, "salaires-bulletin")
    name, text = pdf_behind(page, "Télécharger le PDF")
    assert name.endswith("camille-fournier.pdf")
    for said in ("Camille FOURNIER", "Les Ateliers Réunis", "novembre 2026"):
        assert said.lower() in text.lower(), said


# -- Pay -----------------------------------------------------------------------------------------


def bring_colleagues(cooperative) -> None:
    """Five people who each have something to look at, and a CAPE who is not paid."""
    day = today()
    with tenant(cooperative), transaction.atomic():
        for first, last, activity, turnover, mode, amount in OTHERS:
            person = make_payee(first, last, cash="0", activity=activity)
            trade = activity_of(person)
            receive(trade, turnover, on=day)
            contribute(trade, str(D(turnover) / 10), on=day)
            spend(trade, "260", on=day)
            choose_salary(
                person, Month.of(day), mode=mode, amount=amount and D(amount),
                on=day, by=None, for_them=True,
            )  # fmt: skip
        people.change_iban(
            person,
            iban="FR7630006000011234567890189",
            holder="Inès Cordier",
            on=day - timedelta(days=4),
            by=None,
        )
        make_cape(make_person("Awa", "Diallo"), day - timedelta(days=40))


def run_the_month(page, look) -> None:
    page.goto(f"{PLACE}paie/")
    look(page, "paie-vide")
    follow(page, "Réglages")
    look(page, "paie-reglages")
    follow(page, "Changer")
    look(page, "paie-reglages-changer")
    page.get_by_label("Taux accidents du travail").fill("1,31")
    page.get_by_label("Complémentaire santé, prime mensuelle").fill("38")
    page.get_by_label("Heures équivalentes, sur l’année").check()
    page.get_by_role("textbox", name="Pourquoi").fill("Notification de la Carsat")
    press(page, "Mettre en vigueur")
    says(page, "Notification de la Carsat")
    look(page, "paie-reglages-version")

    page.goto(f"{PLACE}paie/")
    follow(page, "Ouvrir un mois")
    look(page, "paie-ouvrir")
    press(page, "Ouvrir la paie")
    says(page, "Rien n’est encore calculé")
    look(page, "paie-ouverte")
    press(page, "Calculer la paie")
    says(page, "Solde négatif")
    look(page, "paie-calculee")

    month = page.url
    follow(page, "Vérifier Inès Cordier")
    look(page, "paie-bulletin-a-verifier")
    confirm_the_iban(page)
    page.goto(month)
    follow(page, "Vérifier Camille Fournier")
    confirm_the_iban(page)
    page.goto(month)
    follow(page, "Corriger Soizic Kervella")
    follow(page, "Corriger le salaire")
    page.get_by_label("Tout ce que je peux").check()
    look(page, "paie-corriger")
    press(page, "Choisir ce salaire")
    expect(page.get_by_role("main")).not_to_contain_text("Solde négatif")

    page.goto(f"{PLACE}paie/")
    follow(page, "Novembre 2026")
    page.get_by_label("Sélectionner Loïc Le Goff").check()
    page.get_by_label("Sélectionner Éléonore Prigent").check()
    look(page, "paie-selection")
    press(page, "Valider la sélection")
    says(page, "2 bulletins validés sur 6")
    press(page, "Valider 4 bulletins prêts")
    says(page, "tout est validé")
    expect(page.locator("#bulletins")).to_contain_text("6 PDF sur 6", timeout=60_000)
    take_one_back(page, look)
    page.goto(month)
    expect(page.locator("#bulletins")).to_contain_text("6 PDF sur 6", timeout=60_000)

    prepare_the_transfers(page)
    press(page, "Retirer la remise")
    page.get_by_role("dialog").get_by_label("Pourquoi").fill("Mauvais compte à débiter")
    look(page, "paie-remise-retirer")
    page.get_by_role("dialog").get_by_role("button", name="Retirer la remise").click()
    says(page, "Retirée")
    prepare_the_transfers(page)
    look(page, "paie-payee")
    page.get_by_text("Exporter").click()
    with page.expect_download() as archive:
        follow(page, "Tous les bulletins (ZIP)")
    assert archive.value.suggested_filename.endswith(".zip")
    follow(page, "Camille Fournier")
    name, text = pdf_behind(page, "PDF")
    assert name.endswith("camille-fournier.pdf")
    assert "camille fournier" in text.lower()


def confirm_the_iban(page) -> None:
    page.get_by_label("Note sur").first.fill("Confirmé par téléphone")
    press(page, "C’est vérifié")
    says(page, "Confirmé par téléphone")


def take_one_back(page, look) -> None:
    """No salary has left yet: a validated payslip is opened again, and says why."""
    follow(page, "Voir Loïc Le Goff")
    press(page, "Reprendre")
    page.get_by_role("dialog").get_by_label("Pourquoi").fill("Prime oubliée")
    look(page, "paie-bulletin-reprendre")
    page.get_by_role("dialog").get_by_role("button", name="Reprendre").click()
    says(page, "Repris après validation")
    look(page, "paie-bulletin-repris")
    press(page, "Valider", exact=True)
    expect(page.get_by_role("link", name="Télécharger le PDF")).to_be_visible()


def prepare_the_transfers(page) -> None:
    press(page, "Préparer 6 virements")
    press(page, "Préparer les virements", exact=True)
    says(page, "faits")


# -- The co-manager ------------------------------------------------------------------------------


def steer(page, cooperative, look) -> None:
    hold_an_assembly(cooperative)
    page.goto(PLACE)
    says(page, "Chiffre d’affaires de la coopérative")
    look(page, "pilotage")
    follow(page, "Associés")
    says(page, "Capital souscrit", "Nolwenn Prigent")
    look(page, "associes")
    follow(page, "Nolwenn Prigent")
    says(page, "Mouvements de parts")
    look(page, "associe")
    follow(page, "Assemblées")
    look(page, "assemblees")
    follow(page, "Assemblée générale ordinaire")
    says(page, "Rapport de gestion et comptes 2025", "Quorum", "Adoptée", "3 pour")
    look(page, "assemblee")


def hold_an_assembly(cooperative) -> None:
    """Three associates, and what they decided together this autumn."""
    at = datetime.combine(date(2026, 11, 19), time(18), tzinfo=PARIS)
    with tenant(cooperative), transaction.atomic():
        for name in ("Prigent", "Morvan", "Le Bihan"):
            governance.admit_member(
                None,
                first_name="Nolwenn",
                last_name=name,
                email=f"nolwenn.{name}@exemple.fr".replace(" ", "").lower(),
                shares=5,
                nominal=D("20.00"),
                day=date(2026, 1, 15),
                on=date(2026, 1, 15),
                by=None,
            )
        assembly = governance.prepare_assembly(
            kind=AssemblyKind.ORDINARY,
            held_on=at.date(),
            held_at=at.time(),
            place="Maison des coopératives, Rennes",
            is_remote=False,
            by=None,
        )
        governance.add_resolution(assembly, title="Rapport de gestion et comptes 2025", by=None)
        governance.convene_assembly(assembly, on=date(2026, 11, 2), by=None)
        governance.open_assembly(assembly, at=at, chair="Nolwenn Prigent", by=None)
        governance.record_attendance(assembly, in_room=3, represented=0, by=None)
        for resolution in assembly.resolutions.all():
            governance.record_result(
                resolution, Votes(for_=3, against=0, abstained=0), at=at, by=None
            )
        governance.close_assembly(assembly, at=at, by=None)


# -- The money -----------------------------------------------------------------------------------


def everything_agrees(cooperative, *, camille, sophie) -> None:
    """Home, statement, trial balance, slip and transfer say what the ledger says."""
    with tenant(cooperative), transaction.atomic():
        studio = Activity.objects.get(name="Studio Brume")
        slip = Payslip.objects.get(entrepreneur__last_name="Fournier")
        transfer = Transfer.objects.filter(payslip=slip).latest("pk")
        invoice = Invoice.objects.get()
        left = ledger.available(studio.analytic_id, today()).total
        balance = ledger.trial_balance(date(2026, 1, 1), date(2026, 12, 31))
        assert sum((row.debit - row.credit for row in balance), D(0)) == 0
    # 4 130 of work less 10 %, less the 20 of the ticket: all of it was there to be paid.
    assert (invoice.net, invoice.gross) == (D("4130.00"), D("4837.00"))
    assert slip.budget == D("3697.00")
    assert slip.cost + left == slip.budget
    assert transfer.amount == slip.net_paid

    camille.goto(PLACE)
    assert f"Disponible sur votre activité {plain(left)}" in read(camille)
    camille.goto(f"{PLACE}tresorerie/")
    assert f"Disponible {plain(left)}" in read(camille)
    camille.goto(f"{PLACE}salaires/")
    assert plain(slip.net_paid) in read(camille)
    sophie.goto(f"{PLACE}comptabilite/")
    total = plain(sum((row.debit for row in balance), D(0)))
    assert f"Total {plain(D(0))} {total} {total}" in read(sophie)


def plain(amount: Decimal) -> str:
    return re.sub(r"\s+", " ", euros(amount))
