"""Pages of pay: who opens them, what they show, what they refuse, how much they ask."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from cae.core import clock
from cae.core.models import AuditEvent, OutboxMessage
from cae.core.money import euros
from cae.core.periods import Month
from cae.core.tenancy import current_tenant_id, tenant
from payroll import queries
from payroll.actions import choose_salary, compute_run, pay_run, store_payslip, validate_payslips
from payroll.enums import PayslipStatus, SalaryMode
from payroll.models import PayrollRun, Payslip, SalaryChoice, TransferBatch
from payroll.rules.wishes import Wish
from tests.entrepreneurs.makers import give_access, make_cape, make_person
from tests.makers import make_membership, signed_in
from tests.payroll.makers import (
    NOVEMBER,
    ON,
    activity_of,
    make_payee,
    make_run,
    paid_month,
    receive,
)


@pytest.fixture(autouse=True)
def no_second_factor(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()


@pytest.fixture(autouse=True)
def day(monkeypatch):
    """The pages read the clock: it is 23 November 2026."""
    monkeypatch.setattr(clock, "today", lambda: ON)


@pytest.fixture
def staff(officer):
    return signed_in(officer)


@pytest.fixture
def own(camille):
    return signed_in(give_access(camille))


@pytest.fixture
def url(cooperative):
    def of(name: str, *args: object) -> str:
        return reverse(f"payroll:{name}", args=[cooperative.slug, *args])

    return of


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def validated(run=None) -> Payslip:
    run = run or make_run()
    validate_payslips(run, [slip.pk for slip in run.payslips.all()], on=ON, by=None)
    return run.payslips.first()


# Choosing one's salary


def test_the_page_shows_the_budget_and_what_holds_without_a_choice(own, url):
    page = text_of(own.get(url("salaries")))

    assert "Salaire de novembre 2026" in page
    assert "jusqu’au mercredi 25 novembre 2026 inclus" in page
    assert "4 000,00 €" in page
    assert "Sans nouveau choix, le dernier continue" in page
    assert "Un salaire brut de 150,00 €" in page


def test_a_choice_is_kept_and_shown(own, url, camille):
    response = own.post(
        url("salaries"), {"mode": "gross", "amount": "1 500,00", "nonce": "a"}, follow=True
    )

    assert "Votre choix est enregistré" in text_of(response)
    assert said(response) == ["Salaire de novembre 2026 choisi."]
    choice = SalaryChoice.objects.get()
    assert (choice.mode, choice.amount, choice.made_by) == ("gross", 1500, camille.membership)


def test_a_double_click_chooses_once(own, url):
    for _ in range(2):
        own.post(url("salaries"), {"mode": "all", "nonce": "twice"})

    assert AuditEvent.objects.filter(action="salary.chosen").count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"mode": "gross", "amount": "9000"}, "Choisissez un montant plus petit"),
        ({"mode": "gross"}, "Écrivez le montant"),
        ({"mode": "gross", "amount": "mille"}, "Ce nombre n’est pas lisible"),
        ({"mode": "gross", "amount": "-5"}, "supérieure ou égale à 0"),
        ({"mode": "lots"}, "lots"),
        ({}, "obligatoire"),
    ],
)
def test_an_impossible_choice_is_said_and_not_kept(own, url, data, sentence):
    response = own.post(url("salaries"), {**data, "nonce": "x"})

    assert response.status_code == 422
    assert sentence in text_of(response)
    assert SalaryChoice.objects.count() == 0


def test_without_script_the_consequences_come_with_a_button(own, url):
    response = own.post(
        url("salaries"), {"mode": "gross", "amount": "1500", "preview": "1", "nonce": "x"}
    )

    assert response.context["shown"].slip.gross == 1500
    assert SalaryChoice.objects.count() == 0


@pytest.mark.parametrize("mode", [m for m in SalaryMode if m != SalaryMode.ALL])
def test_each_choice_shows_at_once_what_it_does(own, url, mode, camille):
    page = text_of(own.post(url("salary_preview"), {"mode": mode, "amount": "1500"}))

    payee = queries.payee_of(camille, NOVEMBER, on=ON)
    slip = payee.pay(Wish(mode, Decimal(1500))).slip
    for figure in (slip.gross, slip.net_before_tax, slip.net_paid, slip.cost, 4000 - slip.cost):
        assert euros(figure).replace("\u00a0", " ") in page
    assert 'hx-swap-oob="outerMorph"' in page


def test_a_choice_beyond_the_budget_shows_what_is_missing(own, url):
    page = text_of(own.post(url("salary_preview"), {"mode": "cost", "amount": "4500"}))

    assert "Il manque" in page


def test_an_unfinished_choice_asks_to_be_completed(own, url):
    assert "Complétez votre choix" in text_of(own.post(url("salary_preview"), {"mode": "net"}))


def test_after_the_deadline_the_next_month_is_proposed(own, url, monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: date(2026, 11, 26))

    assert "Salaire de décembre 2026" in text_of(own.get(url("salaries")))
    page = text_of(own.get(url("salaries") + "?mois=2026-11"))
    assert "La date limite est passée" in page


def test_a_validated_month_can_no_longer_be_chosen(own, url):
    validated()

    page = text_of(own.get(url("salaries") + "?mois=2026-11"))
    assert "Votre bulletin est validé" in page
    assert "Novembre 2026" in page


def test_a_cape_has_nothing_to_choose(books, url):
    person = make_person("Awa", "Diallo")
    make_cape(person, date(2026, 6, 1))
    client = signed_in(give_access(person))

    page = text_of(client.get(url("salaries")))

    assert "Votre contrat ne donne pas de bulletin de paie" in page
    assert "Pas encore de bulletin" in page


def test_a_month_of_another_address_is_ignored(own, url):
    assert own.get(url("salaries") + "?mois=1999-01").status_code == 200


def test_only_entrepreneurs_choose(staff, url):
    assert staff.get(url("salaries")).status_code == 404


# One's own payslips


def test_a_person_reads_each_line_with_its_rule(own, url):
    slip = validated()

    page = text_of(own.get(url("own_payslip", slip.pk)))

    assert "150,00 € × 6,9 % = 10,35 €" in page
    assert "CSS art." in page
    assert "Comment ce salaire est obtenu" in page


def test_a_draft_is_not_shown_to_its_person(own, url):
    slip = make_run().payslips.get()

    assert own.get(url("own_payslip", slip.pk)).status_code == 404
    assert own.get(url("own_payslip_pdf", slip.pk)).status_code == 404


def test_a_neighbours_payslip_does_not_exist(own, url):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    run = make_run()
    validated(run)
    hers = run.payslips.get(entrepreneur=awa)

    assert own.get(url("own_payslip", hers.pk)).status_code == 404
    assert own.get(url("own_payslip_pdf", hers.pk)).status_code == 404


def test_a_download_leaves_a_trace(own, url, camille):
    slip = store_payslip(validated().pk)

    response = own.get(url("own_payslip_pdf", slip.pk))

    assert response["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    event = AuditEvent.objects.get(action="payslip.downloaded")
    assert (event.membership, event.entrepreneur_id) == (camille.membership, camille.pk)


def test_a_pdf_not_made_yet_is_asked_for(own, url):
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None, with_documents=False)

    response = own.get(url("own_payslip_pdf", run.payslips.get().pk))

    assert response.status_code == 202
    assert OutboxMessage.objects.count() == 1


# Runs


def test_without_a_run_the_page_says_what_to_do(staff, url, books):
    assert "Aucune paie encore" in text_of(staff.get(url("runs")))


def test_a_month_is_opened_then_computed(staff, url, camille):
    response = staff.post(url("open"), {"month": "2026-11", "nonce": "a"}, follow=True)
    assert "Rien n’est encore calculé" in text_of(response)
    run = PayrollRun.objects.get()

    response = staff.post(url("compute", run.pk), follow=True)

    page = text_of(response)
    assert "Paie de novembre 2026" in page
    assert "Virements le vendredi 27 novembre 2026 · 1 bulletin" in page
    assert "Camille Fournier" in page
    assert "Valider 1 bulletin prêt" in page


def test_a_month_already_open_is_said_in_the_form(staff, url, books):
    make_run(computed=False)

    response = staff.post(url("open"), {"month": "2026-11", "nonce": "b"})

    assert response.status_code == 422
    assert "est déjà ouverte" in text_of(response)


def test_the_run_counts_and_filters(staff, url, camille):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    choose_salary(
        awa,
        NOVEMBER,
        mode=SalaryMode.GROSS,
        amount=Decimal(9000),
        on=ON,
        by=None,
        for_them=True,
    )
    run = make_run()

    chips = {c["label"]: c["count"] for c in staff.get(url("run", run.pk)).context["chips"]}
    assert chips == {"Toutes": 2, "À vérifier": 0, "Bloquées": 1, "Prêtes": 1, "Validées": 0}
    page = text_of(staff.get(url("run", run.pk) + "?etat=blocked"))
    assert "Awa Diallo" in page
    assert "Camille Fournier" not in page
    assert "Solde négatif" in page
    assert "disabled" in page
    page = text_of(staff.get(url("run", run.pk) + "?q=seve"))
    assert "Camille Fournier" not in page


def test_a_filter_that_finds_nothing_says_so(staff, url, camille):
    run = make_run()

    assert "Aucun bulletin ne correspond" in text_of(staff.get(url("run", run.pk) + "?q=zzz"))


def test_who_is_left_out_of_a_run_is_named_with_the_reason(staff, url, camille):
    make_cape(make_person("Awa", "Diallo"), date(2026, 6, 1))
    run = make_run()

    page = text_of(staff.get(url("run", run.pk)))

    assert "Hors de cette paie : 1 personne" in page
    assert "Awa Diallo" in page
    assert "Pas de salaire en CAPE" in page


def test_the_number_of_queries_does_not_depend_on_the_rows(
    staff, url, camille, django_assert_max_num_queries
):
    run = make_run()
    with django_assert_max_num_queries(45) as few:
        staff.get(url("run", run.pk))
    for i in range(3):
        make_payee(f"Prénom{'abc'[i]}", "Nom", activity=f"Enseigne {i}")
    compute_run(run, on=ON, by=None)
    with django_assert_max_num_queries(45) as many:
        staff.get(url("run", run.pk))
    assert len(many) <= len(few)


def test_a_selection_is_validated_and_the_rest_said(staff, url, camille):
    awa = make_payee("Awa", "Diallo", activity="Sève", fixed_part="9000")
    run = make_run()
    ids = [slip.pk for slip in run.payslips.all()]

    response = staff.post(url("validate", run.pk), {"pk": ids}, follow=True)

    assert said(response) == [
        "1 bulletin validé.",
        "Awa Diallo\u00a0: à vérifier d’abord (Sous la part fixe).",
    ]
    assert run.payslips.get(entrepreneur=awa).is_draft
    assert OutboxMessage.objects.count() == 1


def test_every_ready_payslip_is_validated_at_once(staff, url, camille):
    make_payee("Awa", "Diallo", activity="Sève")
    run = make_run()

    staff.post(url("validate", run.pk), {"all": "1"})

    assert set(run.payslips.values_list("status", flat=True)) == {PayslipStatus.VALIDATED}


def test_an_empty_selection_is_refused_with_a_sentence(staff, url, camille):
    run = make_run()

    response = staff.post(url("validate", run.pk), {"pk": "x"}, follow=True)

    assert said(response) == ["Aucun bulletin n’est sélectionné. Cochez ceux à valider."]


def test_transfers_are_prepared_then_downloaded(staff, url, camille):
    run = make_run()
    validated(run)

    response = staff.post(url("pay", run.pk), {"pay_on": "2026-11-27"}, follow=True)

    batch = TransferBatch.objects.get()
    assert said(response) == ["1 virement préparé, remise VIR-2026-0001."]
    file = staff.get(url("transfers", batch.pk))
    assert file["Content-Disposition"] == (
        'attachment; filename="virements-2026-11-VIR-2026-0001.xml"'
    )
    assert AuditEvent.objects.filter(action="transfers.downloaded").count() == 1


def test_paying_nothing_is_refused(staff, url, camille):
    run = make_run()

    response = staff.post(url("pay", run.pk), follow=True)

    assert said(response)[0].startswith("Aucun bulletin validé n’attend son virement.")


def test_the_progress_answers_only_what_changed(staff, url, camille):
    run = make_run()
    slip = validated(run)

    assert staff.get(url("progress", run.pk) + "?fait=0").status_code == 204
    assert "every 2s" in text_of(staff.get(url("progress", run.pk) + "?fait=9"))
    store_payslip(slip.pk)
    page = text_of(staff.get(url("progress", run.pk) + "?fait=0"))
    assert "1 PDF sur 1" in page
    assert "every 2s" not in page


def test_pdfs_of_the_past_are_made_on_demand(staff, url, camille):
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None, with_documents=False)
    assert "Produire les PDF qui manquent" in text_of(staff.get(url("run", run.pk)))

    staff.post(url("produce", run.pk))

    assert OutboxMessage.objects.count() == 1


def test_all_payslips_come_in_one_file(staff, url, camille):
    run = make_run()
    store_payslip(validated(run).pk)

    response = staff.get(url("archive", run.pk))

    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as bundle:
        (name,) = bundle.namelist()
        assert name.endswith("bulletin-2026-11-camille-fournier.pdf")
        assert bundle.read(name).startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="payroll.downloaded").count() == 1


def test_an_archive_of_nothing_says_so(staff, url, camille):
    run = make_run()

    assert said(staff.get(url("archive", run.pk), follow=True)) == [
        "Aucun bulletin n’est encore produit. Validez-en d’abord."
    ]


def test_the_table_is_exported_and_inert(staff, url, books):
    make_payee("Ana", "=Roux", activity="Studio")
    run = make_run()

    text = staff.get(url("export", run.pk)).content.decode("utf-8-sig")

    head, line, *_ = text.splitlines()
    assert head.startswith("Personne;Enseignes;État;Brut;")
    assert line.startswith("Ana =Roux;Studio;À valider;150,00;")


# One payslip


def test_the_detail_says_how_the_gross_was_obtained(staff, url, camille):
    choose_salary(camille, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)
    slip = make_run().payslips.get()

    page = text_of(staff.get(url("payslip", slip.pk)))

    assert "En banque" in page
    assert "un centime de plus n’y tiendrait pas" in page
    assert "Vieillesse" in page or "Sécurité sociale plafonnée" in page


def test_a_point_is_checked_with_a_note(staff, url, camille, officer):
    type(camille).objects.update(nir="")
    slip = make_run().payslips.get()

    response = staff.post(
        url("check", slip.pk), {"code": "no_nir", "note": "Demandé à Camille"}, follow=True
    )

    page = text_of(response)
    assert "Demandé à Camille" in page
    assert "Point vérifié" in page
    assert Payslip.objects.get().to_check == 0
    assert staff.post(url("check", slip.pk), {"code": "nope"}).status_code == 404


def test_a_blocked_salary_is_corrected_and_computed_again(staff, url, camille):
    choose_salary(
        camille,
        NOVEMBER,
        mode=SalaryMode.GROSS,
        amount=Decimal(9000),
        on=ON,
        by=None,
        for_them=True,
    )
    slip = make_run().payslips.get()
    assert slip.blocking == 1

    response = staff.post(url("correct", slip.pk), {"mode": "all", "nonce": "c"}, follow=True)

    assert "Salaire corrigé, paie recalculée." in said(response)
    slip.refresh_from_db()
    assert (slip.blocking, slip.unspent >= 0) == (0, True)


def test_a_refused_correction_is_said(staff, url, camille):
    slip = make_run().payslips.get()

    response = staff.post(
        url("correct", slip.pk), {"mode": "net", "amount": "999999", "nonce": "d"}
    )

    assert response.status_code == 422
    assert "Ce net n’est pas possible" in text_of(response)


def test_one_payslip_is_validated_from_its_page(staff, url, camille):
    slip = make_run().payslips.get()

    staff.post(url("validate_one", slip.pk))

    slip.refresh_from_db()
    assert slip.status == PayslipStatus.VALIDATED


def test_staff_download_a_payslip_and_it_is_traced(staff, url, camille):
    slip = store_payslip(validated().pk)

    assert staff.get(url("payslip_pdf", slip.pk))["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.filter(action="payslip.downloaded").count() == 1


# Taking back


def test_a_validated_run_is_taken_back_with_its_reason(staff, url, camille):
    run = make_run()
    validated(run)

    assert "Reprendre le bulletin validé" in text_of(staff.get(url("run", run.pk)))
    nothing = staff.post(url("take_back", run.pk), {"reason": ""}, follow=True)
    assert said(nothing)[0].startswith("Dites pourquoi")
    response = staff.post(url("take_back", run.pk), {"reason": "Prime oubliée"}, follow=True)

    assert said(response) == ["1 bulletin repris."]
    slip = run.payslips.get()
    assert (slip.is_draft, slip.taken_back_for) == (True, "Prime oubliée")


def test_one_payslip_is_taken_back_from_its_page(staff, own, url, camille):
    slip = validated()

    response = staff.post(url("take_back_one", slip.pk), {"reason": "Prime oubliée"}, follow=True)

    page = text_of(response)
    assert "Repris après validation" in page
    assert "Prime oubliée" in page
    assert own.get(url("own_payslip", slip.pk)).status_code == 404
    assert "Votre bulletin est repris" in text_of(own.get(url("salaries")))


def test_a_batch_is_withdrawn_until_its_file_is_taken(staff, url, camille):
    run = make_run()
    validated(run)
    first = pay_run(run, on=ON, by=None)

    assert "À porter à la banque" in text_of(staff.get(url("run", run.pk)))
    staff.post(url("withdraw", first.pk), {"reason": "Mauvais compte"})
    page = text_of(staff.get(url("run", run.pk)))
    assert "Mauvais compte" in page
    assert f"{first.number} (SEPA)" not in page
    second = pay_run(run, on=ON, by=None)
    staff.get(url("transfers", second.pk))

    assert "Prise pour la banque" in text_of(staff.get(url("run", run.pk)))
    response = staff.post(url("withdraw", second.pk), {"reason": "Trop tard"}, follow=True)
    assert "les virements sont partis" in " ".join(said(response)).replace("\u00a0", " ")


def test_a_withdrawn_file_is_not_there_any_more(staff, url, camille):
    run = make_run()
    validated(run)
    batch = pay_run(run, on=ON, by=None)
    staff.post(url("withdraw", batch.pk), {"reason": "Mauvais compte"})

    response = staff.get(url("transfers", batch.pk), follow=True)

    assert "a été retirée" in " ".join(said(response))


# Who may


@pytest.mark.parametrize("role", ["adviser", "accountant", "co_manager", "administrator"])
def test_other_roles_find_no_payroll(cooperative, url, camille, role):
    run = make_run()
    client = signed_in(make_membership(cooperative, role))

    for name, pk in [("run", run.pk), ("payslip", run.payslips.get().pk), ("archive", run.pk)]:
        assert client.get(url(name, pk)).status_code == 404
    for name in ("compute", "validate", "pay", "produce"):
        assert client.post(url(name, run.pk)).status_code == 404
    assert run.payslips.get().is_draft


def test_who_only_prepares_neither_validates_nor_pays(cooperative, url, camille, officer):
    role = officer.role
    role.rights = [right for right in role.rights if right != "validate_payroll"]
    role.save()
    client = signed_in(officer)
    run = make_run()

    page = text_of(client.get(url("run", run.pk)))
    assert "Valider" not in page.split("Bulletins de novembre")[0]
    assert client.post(url("validate", run.pk), {"all": "1"}).status_code == 404
    assert client.post(url("pay", run.pk)).status_code == 404
    assert client.post(url("take_back", run.pk), {"reason": "x"}).status_code == 404


def test_another_cooperatives_payroll_does_not_exist(other_cooperative, url, camille):
    here = current_tenant_id()
    run = make_run()
    slip = run.payslips.get()
    stranger = signed_in(make_membership(other_cooperative, "payroll_officer"))

    def there(name, *args):
        return reverse(f"payroll:{name}", args=[other_cooperative.slug, *args])

    assert stranger.get(url("run", run.pk)).status_code == 404
    assert stranger.get(there("run", run.pk)).status_code == 404
    assert stranger.get(there("payslip", slip.pk)).status_code == 404
    assert stranger.post(there("validate", run.pk), {"all": "1"}).status_code == 404
    with tenant(here):
        assert run.payslips.get().is_draft


def test_an_entrepreneur_finds_no_payroll(own, url, camille):
    run = make_run()

    assert own.get(url("run", run.pk)).status_code == 404
    assert own.get(url("payslip", run.payslips.get().pk)).status_code == 404


def test_two_months_of_history_are_listed(own, url, camille):
    receive(activity_of(camille), "2000")
    paid_month(Month(2026, 9))
    paid_month(Month(2026, 10))

    page = text_of(own.get(url("salaries")))
    assert page.index("Octobre 2026") < page.index("Septembre 2026")
    assert page.count("Viré") == 2


def test_a_run_over_offers_its_files(staff, url, camille):
    run = make_run()
    store_payslip(validated(run).pk)
    pay_run(run, on=ON, by=None)

    page = text_of(staff.get(url("run", run.pk)))

    assert "Tous les bulletins (ZIP)" in page
    assert "VIR-2026-0001 (SEPA)" in page
    assert "Recalculer" not in page
