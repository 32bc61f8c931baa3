"""The pages of reminders and of accounts: who, what is refused, constant queries; and the API."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import queries
from invoicing.actions import statements
from invoicing.models import ReminderHold, ReminderLevel
from tests.api.conftest import Key
from tests.invoicing.makers import line, make_seller, make_shop
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        stranger.invoice()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@planted
def late(shop):
    with tenant(shop.cooperative):
        return shop.invoice(line(price="1000"), on=clock.today() - timedelta(days=60))


@pytest.fixture
def seller(shop):
    return signed_in(shop.seller)


@pytest.fixture
def staff(shop):
    return signed_in(shop.accountant)


def url(path: str = "") -> str:
    return f"/c/ateliers/{path}"


def test_empty_pages_say_so(shop, seller):
    assert "Personne n’est en retard" in seller.get(url("relances/")).content.decode()
    assert "Aucune facture trouvée" in seller.get(url("relances/?q=zz")).content.decode()
    page = seller.get(url(f"clients/{shop.customer.pk}/releve/")).content.decode()
    assert "Tout est réglé" in page


def test_the_lists_cost_the_same_for_three_rows(shop, late, staff):
    for path in ("relances/", f"clients/{shop.customer.pk}/releve/"):
        staff.get(url(path))
        costs = []
        for _ in range(2):
            with CaptureQueriesContext(connection) as asked:
                assert staff.get(url(path)).status_code == 200
            costs.append(len(asked))
            with tenant(shop.cooperative):
                for _ in range(2):
                    shop.invoice(on=clock.today() - timedelta(days=50))
        assert costs[0] == costs[1], path


def test_a_reminder_is_read_then_sent_once_then_paused(shop, late, seller):
    page = url(f"relances/factures/{late.pk}/")
    shown = seller.get(page).content.decode()
    assert "Rappel amical" in shown and "40,00\u00a0€" in shown
    assert "Mise en demeure" in seller.get(f"{page}?niveau=3").content.decode()

    seller.post(page, {"niveau": "2"})
    again = seller.post(page, {"niveau": "2"}, follow=True)

    assert "déjà été relancée aujourd’hui" in again.content.decode()
    with tenant(shop.cooperative):
        assert [r.rank for r in queries.reminders_of(late)] == [2]
    seller.post(f"{page}pause/", {"what": "invoice", "reason": ""})
    seller.post(f"{page}pause/", {"what": "customer", "reason": "Litige"})
    assert "Litige" in seller.get(page).content.decode()
    assert "En pause" in seller.get(url("relances/")).content.decode()
    with tenant(shop.cooperative):
        hold = ReminderHold.objects.get()
    seller.post(f"{page}pause/{hold.pk}/reprendre/")
    assert "Litige" not in seller.get(page).content.decode()


def test_what_is_not_late_says_so(shop, seller):
    with tenant(shop.cooperative):
        invoice = shop.invoice(on=clock.today())
    page = seller.get(url(f"relances/factures/{invoice.pk}/")).content.decode()
    assert "Rien à relancer aujourd’hui" in page and "Envoyer la relance" not in page


def test_words_are_set_by_staff_only_and_tested_on_oneself(shop, staff, seller):
    with tenant(shop.cooperative):
        level = ReminderLevel.objects.get(rank=1)
    page = url(f"relances/niveaux/{level.pk}/")
    assert seller.get(page).status_code == seller.get(url("relances/niveaux/")).status_code == 404
    assert "Rappel amical" in staff.get(url("relances/niveaux/")).content.decode()
    assert "{echeance}" in staff.get(page).content.decode()
    values = {"label": "Rappel", "days": "5", "subject": "{facture}", "is_active": "on"}

    assert staff.post(page, values | {"body": "{quoi}"}).status_code == 422
    assert staff.post(page, values | {"body": "{reste}"}).status_code == 302
    said = staff.post(f"{page}essai/", follow=True).content.decode()

    assert shop.accountant.user.email in said
    with tenant(shop.cooperative):
        level.refresh_from_db()
        assert (level.days, level.body, level.is_automatic) == (5, "{reste}", False)


def test_a_statement_is_shown_printed_and_mailed(shop, late, seller):
    page = url(f"clients/{shop.customer.pk}/releve/")
    assert late.number in seller.get(page).content.decode()
    assert "se prépare" in seller.get(f"{page}pdf/").content.decode()
    assert seller.get(f"{page}pdf/etat/").status_code == 204
    today = clock.today()
    with tenant(shop.cooperative):
        statements.store_statement(shop.customer, start=today.replace(month=1, day=1), end=today)

    assert seller.get(f"{page}pdf/etat/").status_code == 200
    assert seller.get(f"{page}pdf/")["Content-Type"] == "application/pdf"
    said = seller.post(f"{page}envoyer/", {"du": "pas une date"}, follow=True).content.decode()
    assert shop.customer.email in said


def test_neighbours_and_strangers_find_nothing(shop, late, cooperatives):
    with tenant(shop.cooperative):
        neighbour = make_seller(
            shop.cooperative, first_name="Nour", last_name="Benali", name="Reliures"
        )
    elsewhere = make_membership(cooperatives[1], "accountant", "x@autre.example")
    for stranger in (neighbour.seller, elsewhere):
        browser = signed_in(stranger)
        for path in (f"relances/factures/{late.pk}/", f"clients/{shop.customer.pk}/releve/"):
            assert browser.get(url(path)).status_code == 404
    mine = signed_in(neighbour.seller).get(url("relances/")).content.decode()
    assert late.number not in mine


def test_the_api_does_the_same(shop, late):
    key = Key(shop.seller, shop.activity)
    body = {"invoice": late.pk, "level": 2}

    made = key.post("/api/v1/reminders/", body, format="json").json()
    again = key.post("/api/v1/reminders/", body, format="json")

    assert (made["rank"], made["remaining"]) == (2, "1200.00")
    assert (again.status_code, again.json()["code"]) == (409, "already_reminded")
    wrong = key.post("/api/v1/reminders/", body | {"level": 8}, format="json")
    assert wrong.status_code == 400
    held = key.post(
        "/api/v1/reminder-holds/", {"invoice": late.pk, "reason": "Litige"}, format="json"
    ).json()
    assert held["invoice"] == late.pk
    lifted = key.post(f"/api/v1/reminder-holds/{held['id']}/lift/").json()
    assert lifted["lifted_at"]
    account = key.get(f"/api/v1/statements/{shop.customer.pk}/").json()
    assert (account["closing"], account["late"]) == ("1200.00", "1200.00")
    assert len(key.get("/api/v1/reminder-levels/").json()["results"]) == 3
