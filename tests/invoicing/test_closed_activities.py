"""An activity closes: what it leaves is read first, what it sold stays, it sells no more."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from cae.core import clock
from cae.core.models import AuditEvent
from entrepreneurs import actions as people
from entrepreneurs.queries import open_activities_of
from invoicing import actions
from invoicing.queries.hanging import hanging_of
from tests.api.conftest import Key
from tests.invoicing.makers import JUNE_3, D, line, refused
from tests.makers import make_membership, signed_in

pytestmark = pytest.mark.django_db
MAY_31 = date(2026, 5, 31)


@pytest.fixture
def adviser(shop):
    shop.cooperative.require_second_factor = False
    shop.cooperative.save()
    return make_membership(shop.cooperative, "adviser", "anne@exemple.fr")


def test_what_hangs_is_counted(shop, adviser):
    shop.invoice(line(price="100"))
    shop.draft()
    found = hanging_of(shop.activity, on=clock.today(), money=True)
    blind = hanging_of(shop.activity, on=clock.today(), money=False)

    assert (found.unpaid, found.drafts, found.owed, found.is_nothing) == (1, 1, D("120.00"), False)
    assert (blind.unpaid, blind.owed, blind.balance) == (1, None, None)


def test_a_closed_activity_issues_nothing_but_credit_notes(shop, seller, staff, adviser):
    sold = shop.invoice(line(price="100"), on=MAY_31)
    draft = shop.draft()
    people.close_activity(shop.activity, on=MAY_31, by=adviser)
    draft.refresh_from_db()

    with refused("activity_closed"):
        actions.issue_invoice(draft, on=JUNE_3, by=staff)
    credit = actions.credit_invoice(sold, reason="Erreur", by=staff)
    assert actions.issue_invoice(credit, on=JUNE_3, by=staff).number


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE invoicing_invoice SET status = 'issued', issued_on = '2026-06-01' WHERE id = %s",
        "UPDATE invoicing_quote SET status = 'sent', dated_on = '2026-06-01' WHERE id = %s",
    ],
)
def test_the_database_holds_it(shop, adviser, change):
    row = shop.quote() if "quote" in change else shop.draft()
    people.close_activity(shop.activity, on=MAY_31, by=adviser)
    with (
        pytest.raises(IntegrityError, match="is closed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change, [row.pk])


def test_it_is_no_longer_offered(shop, seller, adviser):
    today = clock.today()
    people.close_activity(shop.activity, on=today - timedelta(days=1), by=adviser)
    browser = signed_in(seller)

    assert open_activities_of(shop.person, on=today) == []
    assert 'name="siret"' not in browser.get("/c/ateliers/clients/nouveau/").content.decode()
    asked = {"activite": shop.activity.pk}
    assert browser.get("/c/ateliers/clients/nouveau/", asked).status_code == 404


def test_a_closing_is_taken_back_within_reason(shop, adviser):
    with refused("not_closed"):
        people.reopen_activity(shop.activity, on=JUNE_3, by=adviser)
    people.close_activity(shop.activity, on=MAY_31, by=adviser)
    with refused("closed_too_long"):
        people.reopen_activity(shop.activity, on=date(2027, 6, 3), by=adviser)
    part = shop.activity.members.get()
    shop.activity.members.update(valid_to=MAY_31)
    with refused("nobody_left"):
        people.reopen_activity(shop.activity, on=JUNE_3, by=adviser)
    shop.activity.members.update(valid_to=part.valid_to)
    assert people.reopen_activity(shop.activity, on=JUNE_3, by=adviser).closed_on is None
    assert AuditEvent.objects.filter(action="activity.reopened").count() == 1


def test_the_page_says_what_stays_then_closes(shop, adviser):
    shop.draft()
    browser = signed_in(adviser)
    here = f"/c/ateliers/enseignes/{shop.activity.pk}/fermer/"
    page = browser.get(here).content.decode()
    refusal = browser.post(here, {"on": "1999-01-01"})
    done = browser.post(here, {"on": "2026-11-20"})
    shop.activity.refresh_from_db()

    assert "Factures non émises" in page
    assert (refusal.status_code, done.status_code) == (422, 302)
    assert shop.activity.closed_on == date(2026, 11, 20)
    again = browser.post(f"/c/ateliers/enseignes/{shop.activity.pk}/rouvrir/", {"nonce": "x"})
    shop.activity.refresh_from_db()
    assert (again.status_code, shop.activity.closed_on) == (302, None)


def test_a_program_closes_and_reopens(shop, seller, adviser):
    here = f"/api/v1/activities/{shop.activity.pk}/"
    program = Key(adviser)
    assert program.get(f"{here}hanging/").json()["drafts"] == 0
    assert program.post(f"{here}close/", {"on": "2026-11-20"}).json()["closed_on"] == "2026-11-20"
    assert program.post(f"{here}close/", {"on": "2026-11-20"}).json()["code"] == "already_closed"
    assert program.post(f"{here}reopen/").json()["closed_on"] is None
    assert Key(seller).post(f"{here}close/", {"on": "2026-11-20"}).status_code == 404
