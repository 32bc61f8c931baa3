"""The pages of recurring invoices: written, shown, decided, each to its own people."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing.actions import recurrences as acts
from invoicing.models import Customer, Recurrence
from tests.invoicing.makers import line, make_seller, make_shop
from tests.invoicing.test_billing import accepted
from tests.invoicing.test_recurrences import DECEMBER_1, make, recurring_one
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
ROOT = "/c/ateliers/ventes/recurrentes/"
FORM = {
    "subject": "Maintenance, {mois} {annee}",
    "payment_days": "30",
    "entry": "net",
    "every": "1",
    "unit": "month",
    "day": "1",
    "starts_on": "2026-12-01",
    "covered": "ahead",
    "mode": "review",
    "lignes-TOTAL_FORMS": "1",
    "lignes-INITIAL_FORMS": "0",
    "lignes-0-kind": "line",
    "lignes-0-label": "Maintenance {periode}",
    "lignes-0-quantity": "1",
    "lignes-0-unit": "LS",
    "lignes-0-unit_price": "300",
    "lignes-0-vat": "20",
    "lignes-0-nature": "services",
    "lignes-0-ORDER": "1",
}


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        recurring_one(stranger, subject="Ailleurs")
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@planted
def one(shop) -> Recurrence:
    with tenant(shop.cooperative):
        return recurring_one(shop)


@pytest.fixture
def client(shop) -> Client:
    return signed_in(shop.seller)


def form(shop, **values: str) -> dict[str, str]:
    return FORM | {"customer": str(shop.customer.pk)} | values


def text(response) -> str:
    return response.content.decode()


def test_one_is_written_from_its_form(client, shop):
    page = client.post(f"{ROOT}nouvelle/", form(shop), follow=True)

    with tenant(shop.cooperative):
        found = Recurrence.objects.get()
        assert (found.subject, found.next_on) == ("Maintenance, {mois} {annee}", DECEMBER_1)
    assert page.redirect_chain == [(f"{ROOT}{found.pk}/", 302)]
    assert "Première facture le 1er décembre 2026" in text(page)
    assert "Maintenance, décembre 2026" in text(page)


def test_it_may_come_with_a_new_customer(client, shop):
    client.post(
        f"{ROOT}nouvelle/",
        form(
            shop,
            customer="",
            **{
                "client-kind": "company",
                "client-name": "Librairie du Port",
                "client-country": "FR",
            },
        ),
    )

    with tenant(shop.cooperative):
        assert Recurrence.objects.get().customer_name == "Librairie du Port"


def test_dates_are_shown_as_one_types(client, shop):
    said = form(shop, every="3", day="31")
    shown = text(client.post(f"{ROOT}nouvelle/", said, headers={"HX-Request": "true"}))

    assert "jeudi 31 décembre 2026" in shown
    assert "du 1er janvier au 31 mars 2027" in shown
    assert "Maintenance, janvier 2027" in shown  # the subject of the preview
    with tenant(shop.cooperative):
        assert not Recurrence.objects.exists()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"starts_on": ""}, "Complétez le rythme"),
        ({"every": "0"}, "Complétez le rythme"),
        ({"ends_on": "2026-11-30"}, "Aucune date n’est à venir"),
    ],
)
def test_without_dates_the_page_says_why(client, shop, values, said):
    answer = client.post(f"{ROOT}nouvelle/", form(shop, **values), headers={"HX-Request": "true"})

    assert said in text(answer)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"starts_on": "2026-11-22"}, "La première date est passée"),
        ({"subject": "Suivi {moi}"}, "Rien ne remplace {moi}"),
        ({"ends_on": "2027-01-01", "times": "3"}, "pas les deux"),
        ({"is_sent": "on"}, "ne part pas toute seule"),
        ({"lignes-0-unit_price": "0"}, "est à zéro"),
        ({"mode": "never"}, "Sélectionnez un choix valide"),
    ],
)
def test_what_is_refused_is_said_on_the_form(client, shop, values, said):
    answer = client.post(f"{ROOT}nouvelle/", form(shop, **values))

    assert answer.status_code == 422
    assert said in text(answer)
    with tenant(shop.cooperative):
        assert not Recurrence.objects.exists()


def test_nothing_saves_itself(client, shop):
    answer = client.post(f"{ROOT}nouvelle/", form(shop, do="autosave"))

    assert answer.status_code == 204
    with tenant(shop.cooperative):
        assert not Recurrence.objects.exists()


def test_one_is_made_from_an_invoice_or_a_quote(client, shop):
    with tenant(shop.cooperative):
        invoice = shop.invoice(line("Hébergement annuel", price="120"))
        quote = accepted(shop, line("Entretien de la chaudière", price="90"))
        credit = shop.draft()

    page = text(client.get(f"{ROOT}nouvelle/?facture={invoice.pk}"))
    assert "Hébergement annuel" in page
    assert "144,00" in page
    page = text(client.get(f"{ROOT}nouvelle/?devis={quote.pk}"))
    assert "Entretien de la chaudière" in page
    assert client.get(f"{ROOT}nouvelle/?facture={credit.pk + 100}").status_code == 404


def test_it_is_changed_for_what_comes(client, shop, one):
    shown = text(client.get(f"{ROOT}{one.pk}/modifier/"))
    assert "Maintenance {periode}" in shown
    assert "mardi 1er décembre 2026" in shown

    client.post(f"{ROOT}{one.pk}/modifier/", form(shop, **{"lignes-0-unit_price": "350"}))

    with tenant(shop.cooperative):
        assert Recurrence.objects.get().gross == 420


def test_it_is_paused_taken_up_skipped_and_ended(client, shop, one):
    page = client.post(f"{ROOT}{one.pk}/pause/", follow=True)
    assert "Rien ne se fait jusqu’à la reprise" in text(page)
    page = client.post(f"{ROOT}{one.pk}/reprendre/", follow=True)
    assert "En cours" in text(page)
    page = client.post(f"{ROOT}{one.pk}/sauter/", {"date": "2026-12-01"}, follow=True)
    assert "Celle du 1er décembre 2026 est sautée" in text(page)
    page = client.post(f"{ROOT}{one.pk}/sauter/", {"date": "2026-12-01"}, follow=True)
    assert "Cette date n’est plus la prochaine" in text(page)
    assert client.post(f"{ROOT}{one.pk}/sauter/", {"date": "demain"}).status_code == 404
    page = client.post(f"{ROOT}{one.pk}/terminer/", follow=True)
    assert "Plus rien ne se fera" in text(page)
    assert client.get(f"{ROOT}{one.pk}/modifier/").status_code == 302


def test_what_passed_during_a_pause_may_be_billed(client, shop, one):
    with tenant(shop.cooperative):
        acts.pause_recurrence(one, by=shop.seller)
        Recurrence.objects.update(starts_on=date(2026, 10, 1), next_on=date(2026, 10, 1))
    assert "la première est le 1er octobre 2026" in text(client.get(f"{ROOT}{one.pk}/"))

    client.post(f"{ROOT}{one.pk}/reprendre/", {"bill_missed": "on"})

    with tenant(shop.cooperative):
        assert Recurrence.objects.get().next_on == date(2026, 10, 1)


def test_one_that_stopped_says_why_and_its_history_what_it_made(client, shop, one):
    with tenant(shop.cooperative):
        make(one, DECEMBER_1)
        Customer.objects.update(archived_at="2026-12-02T00:00:00Z")
        make(one, date(2027, 1, 1))

    page = text(client.get(f"{ROOT}{one.pk}/"))

    assert "Arrêtée\u00a0: celle du 1er janvier 2027" in page
    assert "est archivé" in page
    assert "À relire" in page
    home = text(client.get("/c/ateliers/"))
    assert "Relire une facture récurrente" in home
    assert "Une facture récurrente s’est arrêtée" in home


def test_an_invoice_says_where_it_comes_from(client, shop, one):
    with tenant(shop.cooperative):
        (occurrence,) = make(one, DECEMBER_1)

    page = text(client.get(f"/c/ateliers/ventes/factures/{occurrence.invoice_id}/"))

    assert f"{ROOT}{one.pk}/" in page


def test_the_list_of_invoices_keeps_those_that_come_back(client, shop, one):
    with tenant(shop.cooperative):
        make(one, DECEMBER_1)
        shop.draft(subject="Affiche du festival")

    page = text(client.get("/c/ateliers/ventes/factures/?etat=recurring"))

    assert "Maintenance, décembre 2026" in page
    assert "Affiche du festival" not in page


def test_staff_reads_and_writes_nothing(shop, one):
    staff = signed_in(shop.accountant)

    assert "Studio Brume" in text(staff.get(f"{ROOT}{one.pk}/"))
    assert "Maintenance" in text(staff.get(ROOT))
    for name in ("pause", "reprendre", "sauter", "terminer"):
        assert staff.post(f"{ROOT}{one.pk}/{name}/").status_code == 404
    assert staff.get(f"{ROOT}{one.pk}/modifier/").status_code == 404


def test_neighbours_and_other_cooperatives_find_nothing(shop, one, cooperatives):
    with tenant(shop.cooperative):
        neighbour = make_seller(
            shop.cooperative, first_name="Naïma", last_name="Benali", name="Sève"
        )
    client = signed_in(neighbour.seller)
    for path in ("", "modifier/"):
        assert client.get(f"{ROOT}{one.pk}/{path}").status_code == 404
    for name in ("pause", "reprendre", "sauter", "terminer"):
        assert client.post(f"{ROOT}{one.pk}/{name}/").status_code == 404
    with tenant(cooperatives[0]):
        invoice = shop.draft()
    assert client.get(f"{ROOT}nouvelle/?facture={invoice.pk}").status_code == 404
    assert "Aucune facture récurrente" in text(client.get(ROOT))
    with tenant(shop.cooperative):
        administrator = make_membership(shop.cooperative, "administrator")
    assert signed_in(administrator).get(ROOT).status_code == 404


def test_the_list_asks_as_much_for_one_row_as_for_three(client, shop, one):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page = client.get(ROOT)
        assert page.status_code == 200
        return len(asked)

    queries()
    first = queries()
    with tenant(shop.cooperative):
        recurring_one(shop)
        recurring_one(shop)

    assert queries() == first


def test_the_page_asks_as_much_for_one_invoice_as_for_three(client, shop, one):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"{ROOT}{one.pk}/").status_code == 200
        return len(asked)

    with tenant(shop.cooperative):
        make(one, DECEMBER_1)
    queries()
    first = queries()
    with tenant(shop.cooperative):
        make(one, date(2027, 2, 1))

    # One made on each of two more dates.
    assert queries() == first


def test_searching_and_states(client, shop, one):
    with tenant(shop.cooperative):
        paused = recurring_one(shop, subject="Loyer de l’atelier")
        acts.pause_recurrence(paused, by=shop.seller)

    shown = text(client.get(f"{ROOT}?etat=paused"))
    assert "Loyer" in shown
    assert "Maintenance" not in shown
    assert "Rien ici" in text(client.get(f"{ROOT}?q=introuvable"))
    assert "Loyer" in text(client.get(f"{ROOT}?q=atelier&etat=inconnu"))
