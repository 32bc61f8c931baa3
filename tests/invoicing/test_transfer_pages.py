"""The pages of transfers: who, what is refused, constant queries; and the API."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting import queries
from accounting.models import Transfer
from cae.core import clock
from cae.core.tenancy import tenant
from invoicing.models import ExpenseSheet
from tests.api.conftest import Key
from tests.invoicing.makers import make_shop
from tests.invoicing.test_transfers import CAMILLE, OURS, approve, give_iban
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.iban = OURS
        cooperative.save()
    with tenant(cooperatives[0]):
        shop = make_shop(cooperatives[0])
        give_iban(shop, CAMILLE, "Camille Fournier")
        return shop


@pytest.fixture
def staff(shop):
    return signed_in(shop.accountant)


def url(path: str = "") -> str:
    return f"/c/ateliers/virements/{path}"


def wait(shop, count: int = 1) -> list[int]:
    with tenant(shop.cooperative):
        for _ in range(count):
            approve(shop, by=shop.accountant)
        return [transfer.pk for transfer in queries.waiting_transfers()]


def prepared(shop, staff, count: int = 1) -> str:
    answer = staff.post(url("preparer/"), {"pk": wait(shop, count)})
    assert answer.status_code == 302
    return answer.url


def close(staff, page: str):
    return staff.post(f"{page}fermer/", {"execute_on": clock.today()}, follow=True)


def cost(staff, path: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert staff.get(path).status_code == 200
    return len(asked)


def test_the_lists_cost_the_same_for_three_rows(shop, staff):
    for path in (url(), "/c/ateliers/remboursements/"):
        wait(shop)
        staff.get(path)
        once = cost(staff, path)
        wait(shop, 2)
        assert cost(staff, path) == once, path


def test_a_batch_and_those_in_it_cost_the_same_for_three_rows(shop, staff):
    page = prepared(shop, staff)
    paths = (url(), page, "/c/ateliers/remboursements/")
    once = [cost(staff, path) for path in paths]
    prepared(shop, staff, 2)
    assert [cost(staff, path) for path in paths] == once


def test_an_empty_page_says_what_comes(shop, staff):
    assert "Rien n’est à payer par virement" in staff.get(url()).content.decode()


def test_a_batch_from_its_ticks_to_its_execution(shop, staff):
    page = prepared(shop, staff)
    shown = staff.get(page).content.decode()
    assert "Camille Fournier" in shown
    assert "•••• 3000" in shown
    assert CAMILLE not in shown

    shown = close(staff, page).content.decode()
    assert "SEPA-2026-0001" in shown
    answer = staff.get(f"{page}fichier/")
    assert answer["Content-Type"] == "application/xml"
    assert "virements-SEPA-2026-0001.xml" in answer["Content-Disposition"]
    assert CAMILLE in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    refunds = staff.get("/c/ateliers/remboursements/").content.decode()
    assert "Lot SEPA-2026-0001" in refunds
    assert "Noter le remboursement" not in refunds

    done = staff.post(f"{page}executer/", {"executed_on": clock.today()}, follow=True)
    assert "les notes sont remboursées" in done.content.decode()
    with tenant(shop.cooperative):
        assert ExpenseSheet.objects.get().status == "refunded"
    again = staff.post(f"{page}executer/", {"executed_on": clock.today()}, follow=True)
    assert "est déjà noté exécuté" in again.content.decode()


def test_a_person_reads_where_their_refund_is(shop, staff):
    page = prepared(shop, staff)
    person = signed_in(shop.seller)
    with tenant(shop.cooperative):
        sheet = f"/c/ateliers/depenses/{ExpenseSheet.objects.get().pk}/"
    assert "Virement en préparation" in person.get(sheet).content.decode()
    close(staff, page)
    assert "Virement en préparation" in person.get(sheet).content.decode()
    staff.get(f"{page}fichier/")
    assert "Virement parti à la banque" in person.get(sheet).content.decode()


def test_what_is_wrong_is_said_on_the_page(shop, staff):
    page = prepared(shop, staff)
    for path, data, said in (
        ("fermer/", {"execute_on": "demain"}, 422),
        ("executer/", {}, 422),
        ("annuler/", {"reason": ""}, 422),
    ):
        assert staff.post(page + path, data).status_code == said
    refused = staff.get(f"{page}fichier/", follow=True).content.decode()
    assert "Ce lot est encore ouvert" in refused
    nothing = staff.post(url("preparer/"), {}, follow=True, HTTP_REFERER=url())
    assert "Cochez au moins un virement" in nothing.content.decode()
    with tenant(shop.cooperative):
        pk = Transfer.objects.get().pk
    out = staff.post(f"{page}retirer/{pk}/", follow=True)
    assert "Ce lot est vide" in out.content.decode()
    gone = staff.post(f"{page}annuler/", {"reason": "Erreur"}, follow=True).content.decode()
    assert "Annulé\u00a0: Erreur." in gone


def test_the_other_cooperative_has_nothing_here(shop, staff, other_cooperative):
    page = prepared(shop, staff)
    stranger = signed_in(make_membership(other_cooperative, "accountant", "ailleurs@exemple.fr"))
    elsewhere = page.replace("/ateliers/", f"/{other_cooperative.slug}/")
    for path in (elsewhere, f"{elsewhere}fichier/"):
        assert stranger.get(path).status_code == 404
    assert signed_in(shop.seller).get(page).status_code == 404


def test_the_api_does_what_the_pages_do(shop):
    staff = Key(shop.accountant)
    today = clock.today().isoformat()
    batches = "/api/v1/transfer-batches/"
    wait(shop, 2)
    found = staff.get("/api/v1/transfers/").json()["results"]
    assert [each["state"] for each in found] == ["waiting", "waiting"]
    ids = [each["id"] for each in found]

    made = staff.post(batches, {"transfers": ids}, format="json")
    assert made.status_code == 201, made.data
    here = f"{batches}{made.json()['id']}/"
    out = staff.post(f"{here}take-out/", {"transfer": ids[0]}, format="json").json()
    assert out["transfers"] == ids[1:]
    closed = staff.post(f"{here}close/", {"execute_on": today}, format="json").json()
    assert (closed["state"], closed["number"]) == ("closed", "SEPA-2026-0001")
    assert CAMILLE not in str(staff.get("/api/v1/transfers/").json())
    late = staff.post(f"{here}take-out/", {"transfer": ids[1]}, format="json")
    assert (late.status_code, late.json()["code"]) == (409, "batch_closed")
    done = staff.post(f"{here}execute/", {"executed_on": today}, format="json").json()
    assert (done["state"], done["executed_on"]) == ("executed", today)

    again = staff.post(batches, {"transfers": ids[:1]}, format="json").json()
    gone = staff.post(f"{batches}{again['id']}/cancel/", {"reason": "Erreur"}, format="json")
    assert gone.json()["state"] == "cancelled"
    assert Key(shop.seller).get(batches).status_code == 404
