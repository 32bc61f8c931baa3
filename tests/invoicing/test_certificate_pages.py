"""The pages of services à la personne: settings, lines of the editor, certificates."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import certificates
from invoicing.models import (
    ActivityService,
    DocumentMail,
    Invoice,
    PersonalServiceDeclaration,
    Quote,
    TaxCertificate,
    TaxCertificateRun,
)
from tests.invoicing.garden import (
    kind_of_service,
    make_garden,
    make_neighbour,
    served,
)
from tests.invoicing.makers import D, make_seller, make_shop
from tests.invoicing.test_editor import rows, sold
from tests.invoicing.test_pages import client_of, url
from tests.makers import make_membership
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
LIST, SETTINGS = url("ventes/attestations/"), url("reglages/services-a-la-personne/")
MAY_12, JUNE_2 = date(2025, 5, 12), date(2025, 6, 2)


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    return lambda: tenant(shop.cooperative)


@pytest.fixture
def garden(shop, at):
    with at():
        return make_garden(shop, "gardening", "handyman")


@pytest.fixture
def staff(shop):
    return client_of(shop.accountant)


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


def pay_for(garden, customer, *, means: str = "transfer") -> Invoice:
    invoice = garden.shop.invoice(served(MAY_12), on=JUNE_2, customer=customer)
    actions.record_payment(
        invoice, amount=D(96), received_on=date(2025, 7, 1), means=means,
        by=garden.shop.accountant,
    )  # fmt: skip
    return invoice


def certify(garden, at) -> TaxCertificate:
    with at():
        pay_for(garden, garden.customer)
        return certificates.make_certificate(
            garden.customer, year=2025, on=date(2026, 1, 6), by=garden.shop.accountant
        )


# ── Settings ─────────────────────────────────────────────────────────────────────────


def test_staff_writes_the_declaration_opens_a_service_and_gives_it_to_an_activity(shop, staff, at):
    assert "Numéro de déclaration" in staff.get(SETTINGS).content.decode()
    said = {
        "number": f"SAP{shop.cooperative.siren}", "declared_on": "2024-03-04",
        "signed_by": "Anne Le Goff", "signed_as": "Gérante",
    }  # fmt: skip
    assert staff.post(SETTINGS, {**said, "number": "SAP1"}).status_code == 422
    assert staff.post(SETTINGS, said).status_code == 302
    assert "Aucun service ouvert" in staff.get(SETTINGS).content.decode()
    with at():
        kind = kind_of_service("gardening")
    page = f"{SETTINGS}{kind.pk}/"

    assert staff.post(page, {"is_offered": "on"}).status_code == 422
    answer = staff.post(
        page, {"is_offered": "on", "vat_rates": ["0.1", "0.2"], "longest_minutes": "4 h"}
    )
    assert answer.status_code == 302
    own = f"{SETTINGS}enseignes/{shop.activity.pk}/"
    assert staff.post(own, {"services": ["handyman"]}).status_code == 422
    assert staff.post(own, {"services": ["gardening"]}).status_code == 302

    with at():
        kind.refresh_from_db()
        assert (kind.vat_rates, kind.yearly_cap, kind.longest_minutes) == (
            [D("0.1"), D("0.2")], None, 240,
        )  # fmt: skip
        assert ActivityService.objects.get().kind_id == kind.pk
        assert PersonalServiceDeclaration.objects.get().signed_by == "Anne Le Goff"
    assert "Petits travaux de jardinage" in staff.get(SETTINGS).content.decode()


def test_settings_are_not_a_seller_s(garden, seller, at):
    with at():
        kind = kind_of_service("gardening")
    for page in (SETTINGS, f"{SETTINGS}{kind.pk}/",
                 f"{SETTINGS}enseignes/{garden.shop.activity.pk}/"):  # fmt: skip
        assert seller.get(page).status_code == 404
    assert client_of(garden.shop.accountant).get(f"{SETTINGS}999999/").status_code == 404


# ── Lines ────────────────────────────────────────────────────────────────────────────


def test_a_line_of_a_service_is_typed_and_comes_back(garden, seller, at):
    posted = rows(
        sold(
            "Tonte", "40", quantity="2,5", unit="HUR", service="gardening",
            worker_name="Camille Fournier", worker_number="S-042", done_on="2026-11-20",
            minutes="2 h 30",
        ),
        sold("Terreau", "30"),
        customer=str(garden.customer.pk),
    )  # fmt: skip
    answer = seller.post(url("ventes/factures/nouvelle/"), posted)
    assert answer.status_code == 302

    with at():
        invoice = Invoice.objects.get()
        told, other = invoice.lines.all()
        assert (told.service.code, told.minutes, told.worker_number) == ("gardening", 150, "S-042")
        assert (other.service, other.worker_name) == (None, "")
    page = seller.get(url(f"ventes/factures/{invoice.pk}/modifier/")).content.decode()
    assert 'value="2\u00a0h\u00a030"' in page and 'value="S-042"' in page


def test_hours_say_how_long_and_a_new_line_names_the_last_worker(garden, seller, at):
    posted = rows(
        sold("Tonte", "40", quantity="2", unit="HUR", service="gardening", worker_name="Loïc",
             worker_number="S-7", done_on="2026-11-20"),
        customer=str(garden.customer.pk),
    )  # fmt: skip
    seller.post(url("ventes/factures/nouvelle/"), posted)

    with at():
        assert Invoice.objects.get().lines.get().minutes == 120
    assert 'value="S-7"' in seller.get(url("ventes/factures/nouvelle/")).content.decode()


@pytest.mark.parametrize("typed", ["deux heures", "0", "99999 min"])
def test_a_duration_that_cannot_be_read_is_said(garden, seller, typed):
    posted = rows(
        sold("Tonte", "40", service="gardening", minutes=typed), customer=str(garden.customer.pk)
    )
    answer = seller.post(url("ventes/factures/nouvelle/"), posted)

    assert answer.status_code == 422
    assert "Durée" in answer.content.decode()


def test_a_quote_says_the_service_and_no_worker(garden, seller, at):
    page = seller.get(url("ventes/devis/nouveau/")).content.decode()
    assert "Service à la personne" in page and "Intervenant·e" not in page
    posted = rows(
        sold("Tonte", "40", service="gardening"), customer=str(garden.customer.pk),
        dated_on="2026-11-23", valid_until="2026-12-23",
    )  # fmt: skip
    assert seller.post(url("ventes/devis/nouveau/"), posted).status_code == 302

    with at():
        assert Quote.objects.get().lines.get().service.code == "gardening"


def test_an_activity_without_services_is_not_asked(shop, seller):
    assert "Service à la personne" not in seller.get(
        url("ventes/factures/nouvelle/")
    ).content.decode()  # fmt: skip


# ── Certificates ─────────────────────────────────────────────────────────────────────


def test_without_a_declaration_the_list_says_what_it_is_for(shop, staff, seller):
    for client in (staff, seller):
        page = client.get(LIST).content.decode()
        assert "Aucune déclaration de services à la personne" in page
        sales = client.get(url("ventes/factures/")).content.decode()
        assert "Attestations fiscales" not in sales  # and no way leads there


def test_the_list_shows_who_paid_and_who_is_to_be_certified(garden, staff, seller, at):
    with at():
        pay_for(garden, garden.customer)
        pay_for(garden, make_neighbour(garden.shop, name="Pierre Goudal"), means="cash")

    page = staff.get(f"{LIST}?annee=2025").content.decode()
    assert "1 attestation à faire" in page and "96,00\u00a0€" in page
    assert "Rien à attester" in page
    assert "Pierre" not in staff.get(f"{LIST}?annee=2025&q=jeanne").content.decode()
    assert "Pierre" not in staff.get(f"{LIST}?annee=2025&etat=a-faire").content.decode()
    assert "Rien de réglé en 2024" in staff.get(f"{LIST}?annee=2024").content.decode()
    own = seller.get(f"{LIST}?annee=2025").content.decode()
    assert "Jeanne Le Bris" in own and "Faire les attestations" not in own


def test_the_list_asks_as_much_of_the_database_for_one_row_as_for_three(garden, staff, at):
    counts = []
    for names in (["Jeanne Deux"], ["Pierre Goudal", "Anne Le Gall"]):
        with at():
            for name in names:
                pay_for(garden, make_neighbour(garden.shop, name=name))
        staff.get(f"{LIST}?annee=2025")
        with CaptureQueriesContext(
            connection,
        ) as asked:
            staff.get(f"{LIST}?annee=2025")
        counts.append(len(asked))

    assert counts[0] == counts[1]


def test_staff_makes_one_then_all(garden, staff, at):
    with at():
        pay_for(garden, garden.customer)
        pay_for(garden, make_neighbour(garden.shop, name="Pierre Goudal"))

    staff.post(url(f"ventes/attestations/2025/{garden.customer.pk}/"))
    assert "1 attestation à faire" in staff.get(f"{LIST}?annee=2025").content.decode()
    staff.post(url("ventes/attestations/faire/"), {"annee": "2025", "do": "send"})
    page = staff.get(f"{LIST}?annee=2025").content.decode()
    assert "se préparent" in page and "/etat/?annee=2025" in page
    with at():
        run = TaxCertificateRun.objects.get()
        certificates.make_certificates(run, on=date(2026, 11, 23))

    after = staff.get(url("ventes/attestations/etat/?annee=2025"))
    assert after["HX-Refresh"] == "true"
    assert "1 faite, 0 corrigée, 1 inchangée, 2 envoyées" in after.content.decode()
    assert "En route" in staff.get(f"{LIST}?annee=2025&etat=envoyees").content.decode()


def test_a_year_that_runs_is_shown_and_not_certified(garden, staff, at):
    with at():
        invoice = garden.shop.invoice(served(MAY_12), on=date(2026, 3, 2), customer=garden.customer)
        garden.shop.pay(invoice, 96, on=date(2026, 3, 9))

    page = staff.get(f"{LIST}?annee=2026").content.decode()
    assert "L’année 2026 n’est pas finie" in page and "Année en cours" in page
    answer = staff.post(
        url("ventes/attestations/faire/"), {"annee": "2026", "do": "make"}, follow=True
    )
    assert "ses attestations se font à partir du" in answer.content.decode()


def test_a_certificate_is_read_downloaded_and_sent(garden, staff, seller, at):
    certificate = certify(garden, at)
    page = url(f"ventes/attestations/{certificate.pk}/")

    for client in (staff, seller):
        shown = client.get(page).content.decode()
        assert "AF-2025-0001" in shown and "S-042" in shown and "En vigueur" in shown
        assert client.get(f"{page}pdf/etat/").status_code == 204
        assert "se prépare" in client.get(f"{page}pdf/").content.decode()
    with at():
        certificates.store_certificate(certificate)
    answer = seller.get(f"{page}pdf/")
    assert answer["Content-Type"] == "application/pdf"
    assert seller.get(f"{page}pdf/etat/").status_code == 200

    letter = seller.get(f"{page}envoyer/").content.decode()
    assert "jeanne.lebris@courriel.example" in letter
    assert "AF-2025-0001.pdf" in letter
    sent = seller.post(
        f"{page}envoyer/",
        {"to": "jeanne@x.example", "subject": "Votre attestation {annee}",
         "body": "Bonjour {contact}, {duree}.", "do": "send"},
    )  # fmt: skip
    assert sent.status_code == 302
    with at():
        mail = DocumentMail.objects.get()
        assert (mail.subject, mail.body) == (
            "Votre attestation 2025", "Bonjour Jeanne Le Bris, 2\u00a0h.",
        )  # fmt: skip
    assert "Messages envoyés" in staff.get(page).content.decode()


def test_a_certificate_that_no_longer_says_the_truth_is_made_again(garden, staff, at):
    certificate = certify(garden, at)
    page = url(f"ventes/attestations/{certificate.pk}/")
    with at():
        payment = garden.customer.payments.get()
        actions.reverse_payment(
            payment, on=date(2026, 2, 3), reason="Impayé", by=garden.shop.accountant
        )

    assert "Les règlements ont changé depuis" in staff.get(page).content.decode()
    assert "À refaire" in staff.get(f"{LIST}?annee=2025").content.decode()
    staff.post(url(f"ventes/attestations/2025/{garden.customer.pk}/"))
    assert "Une version corrigée remplace celle-ci" in staff.get(page).content.decode()
    assert staff.get(f"{page}envoyer/").status_code == 302
    with at():
        last = TaxCertificate.objects.get(version=2)
    assert "Aucun règlement ne subsiste" in staff.get(
        url(f"ventes/attestations/{last.pk}/")
    ).content.decode()  # fmt: skip


def test_neither_a_neighbour_nor_another_cooperative_sees_a_certificate(garden, at, cooperatives):
    certificate = certify(garden, at)
    with at():
        neighbour = make_seller(
            garden.shop.cooperative, first_name="Zoé", last_name="Voisine", name="À côté"
        )
    with tenant(cooperatives[1]):
        other = make_seller(cooperatives[1], first_name="Ana", last_name="Loin", name="Au loin")

    page = f"ventes/attestations/{certificate.pk}/"
    for client in (client_of(neighbour.seller), client_of(other.seller)):
        for path in (page, f"{page}pdf/", f"{page}envoyer/"):
            assert client.get(url(path)).status_code == 404
    assert "Jeanne" not in client_of(neighbour.seller).get(f"{LIST}?annee=2025").content.decode()
    refused = client_of(neighbour.seller).post(
        url(f"ventes/attestations/2025/{garden.customer.pk}/")
    )
    assert refused.status_code == 404


def test_in_january_the_inbox_says_what_is_due(garden, staff, at, monkeypatch):
    with at():
        pay_for(garden, garden.customer)

    assert "attestation" not in staff.get(url("a-valider/")).content.decode()
    monkeypatch.setattr("cae.core.clock.today", lambda: date(2026, 1, 6))
    page = staff.get(url("a-valider/")).content.decode()
    assert "1 attestation fiscale 2025 à faire" in page


def test_who_may_not_read_the_certificates_is_not_led_to_them(garden, at):
    with at():
        administrator = make_membership(garden.shop.cooperative, "administrator")

    assert LIST in client_of(garden.shop.accountant).get(SETTINGS).content.decode()
    assert LIST not in client_of(administrator).get(SETTINGS).content.decode()
