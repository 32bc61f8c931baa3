"""The branches of the cooperative: settled by it, chosen on a card, and what lists filter by."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.models import AuditEvent
from cae.core.tenancy import OwnIds, tenant
from entrepreneurs import actions
from entrepreneurs.models import Activity, Branch
from entrepreneurs.queries import people
from invoicing.queries import InvoiceFilter
from tests.api.conftest import Key
from tests.invoicing.makers import make_seller, make_shop, refused
from tests.invoicing.test_cards import FIELDS
from tests.makers import make_membership, signed_in

pytestmark = pytest.mark.django_db

NOVEMBER = date(2026, 11, 23)
LISTED = "/c/ateliers/reglages/antennes/"


@pytest.fixture
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def inside(shop):
    with tenant(shop.cooperative):
        yield shop


def test_a_branch_is_added_changed_archived_and_offered_again(inside):
    by = inside.accountant
    branch = actions.add_branch(name=" Saint-Malo ", town="Saint-Malo", by=by)
    branch = actions.change_branch(branch, name="SAINT-MALO", town="", by=by)
    branch = actions.archive_branch(branch, by=by)
    with refused("branch_archived"):
        actions.choose_branch(inside.activity, branch, by=by)
    with refused("branch_archived"):
        actions.archive_branch(branch, by=by)
    with refused("branch_known"):
        actions.add_branch(name="saint-malo", by=by)
    branch = actions.restore_branch(branch, by=by)
    with refused("branch_offered"):
        actions.restore_branch(branch, by=by)
    chosen = actions.choose_branch(inside.activity, branch, by=by)
    actions.archive_branch(branch, by=by)

    # It keeps the one it has, and saying it again writes nothing.
    kept = actions.choose_branch(chosen, branch, by=by)

    assert (branch.name, branch.town, kept.branch) == ("SAINT-MALO", "", branch)
    assert actions.choose_branch(kept, None, by=by).branch is None
    said = AuditEvent.objects.filter(action__contains="branch").order_by("id")
    assert list(said.values_list("action", flat=True)) == [
        "branch.added", "branch.changed", "branch.archived", "branch.restored",
        "activity.branch_chosen", "branch.archived", "activity.branch_chosen",
    ]  # fmt: skip
    last = said.last()
    assert (last.before, last.after) == ({"branch": "SAINT-MALO"}, {"branch": ""})


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("name_missing", {"name": " "}),
        ("too_long", {"name": "x" * 61}),
        ("too_long", {"name": "Fougères", "town": "x" * 61}),
        ("branch_known", {"name": "rennes"}),
    ],
)
def test_a_branch_is_refused(inside, code, values):
    by = inside.accountant
    actions.add_branch(name="Rennes", by=by)
    other = actions.add_branch(name="Vitré", by=by)

    with refused(code):
        actions.add_branch(**values, by=by)
    with refused(code):
        actions.change_branch(other, **values, by=by)


def test_the_database_holds_it(inside):
    by = inside.accountant
    kept, gone = actions.add_branch(name="Rennes", by=by), actions.add_branch(name="Vitré", by=by)
    actions.archive_branch(gone, by=by)
    branches = "entrepreneurs_branch"
    statements = {
        f"UPDATE {branches} SET name = 'RENNES' WHERE id = {gone.pk}": "entrepreneurs_branch_once",
        f"UPDATE {branches} SET name = '' WHERE id = {kept.pk}": "entrepreneurs_branch_named",
        f"DELETE FROM {branches} WHERE id = {kept.pk}": None,
        f"UPDATE entrepreneurs_activity SET branch_id = {gone.pk}"
        f" WHERE id = {inside.activity.pk}": "entrepreneurs_activity_branch_offered",
    }  # fmt: skip
    held = {}
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
        except DatabaseError as error:
            held[statement] = error.__cause__.diag.constraint_name

    assert held == statements
    own = OwnIds(person_id=inside.person.pk, activity_ids=(inside.activity.pk,), analytic_ids=())
    with tenant(inside.cooperative, own=own):
        assert Branch.objects.count() == 2
        with pytest.raises(DatabaseError), transaction.atomic():
            Branch.objects.create(name="À moi")


def test_a_list_is_that_of_a_branch(inside):
    other = make_seller(inside.cooperative, first_name="Yanis", last_name="Belkacem", name="Frêne")
    invoice = inside.invoice()
    branch = actions.add_branch(name="Rennes", by=inside.accountant)
    wanted = InvoiceFilter.read({"antenne": str(branch.pk)})

    assert wanted.query == {"antenne": str(branch.pk)} and wanted.narrows
    actions.choose_branch(other.activity, branch, by=inside.accountant)
    assert not wanted.rows(None, on=NOVEMBER).exists()
    actions.choose_branch(inside.activity, branch, by=inside.accountant)
    assert [row.pk for row in wanted.rows(None, on=NOVEMBER)] == [invoice.pk]
    assert InvoiceFilter.read({"antenne": "Rennes"}).branch is None


def test_people_and_their_branches_are_read_at_once(inside, django_assert_num_queries):
    branch = actions.add_branch(name="Rennes", by=inside.accountant)
    actions.choose_branch(inside.activity, branch, by=inside.accountant)
    for name in ("Frêne", "Hêtre"):
        made = make_seller(inside.cooperative, first_name=name, last_name="Roux", name=name)
        actions.choose_branch(made.activity, branch, by=inside.accountant)

    with django_assert_num_queries(3):
        read = [part.activity.branch for one in people() for part in one.current_parts]

    assert read == [branch] * 3


def test_the_settings_the_card_and_the_lists(shop):
    with tenant(shop.cooperative):
        admin = signed_in(make_membership(shop.cooperative, "administrator"))
        adviser = signed_in(make_membership(shop.cooperative, "adviser"))
        invoice = shop.invoice()
    seller, card = signed_in(shop.seller), f"/c/ateliers/enseignes/{shop.activity.pk}/carte/"
    sales = "/c/ateliers/ventes/factures/"
    assert "Aucune antenne" in admin.get(LISTED).content.decode()
    assert "Antenne" not in adviser.get(card).content.decode()
    assert "Antenne" not in adviser.get(sales).content.decode()
    empty = admin.post(f"{LISTED}nouvelle/", {"name": ""})
    assert empty.status_code == 422

    assert admin.post(f"{LISTED}nouvelle/", {"name": "Rennes"}).status_code == 302
    twin = admin.post(f"{LISTED}nouvelle/", {"name": "rennes"})
    assert twin.status_code == 422 and "Une antenne s’appelle déjà" in twin.content.decode()
    with tenant(shop.cooperative):
        branch = Branch.objects.get()
    assert "Antenne" not in seller.get(card).content.decode()
    assert seller.post(card, FIELDS | {"branch": branch.pk}).status_code == 302
    with tenant(shop.cooperative):
        assert Activity.objects.get(pk=shop.activity.pk).branch is None
    assert adviser.post(card, FIELDS | {"branch": branch.pk}).status_code == 302

    assert "Rennes" in seller.get(card).content.decode()
    assert "Rennes" in adviser.get("/c/ateliers/entrepreneurs/").content.decode()
    assert admin.post(f"{LISTED}{branch.pk}/", {"name": "Rennes sud"}).status_code == 302
    narrowed = adviser.get(sales, {"antenne": branch.pk}).content.decode()
    assert "antenne Rennes sud ×" in narrowed and invoice.number in narrowed
    assert '<label for="antenne">' not in seller.get(sales).content.decode()
    archived = admin.post(f"{LISTED}{branch.pk}/archiver/", follow=True).content.decode()
    assert "Archivée" in archived
    again = admin.post(f"{LISTED}{branch.pk}/archiver/", follow=True).content.decode()
    assert "est archivée" in again
    # The card keeps it when it is written again.
    assert adviser.post(card, FIELDS | {"branch": branch.pk}).status_code == 302
    assert "Rennes sud (archivée)" in adviser.get(sales).content.decode()
    assert admin.post(f"{LISTED}{branch.pk}/remettre/").status_code == 302
    for other in (adviser, seller):
        assert other.get(LISTED).status_code == 404
        assert other.post(f"{LISTED}{branch.pk}/archiver/").status_code == 404
    assert admin.get(f"{LISTED}{branch.pk + 1}/").status_code == 404


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_much_for_one_as_for_three(shop, count, django_assert_max_num_queries):
    with tenant(shop.cooperative):
        admin = signed_in(make_membership(shop.cooperative, "administrator"))
        for name in range(count):
            actions.add_branch(name=f"Antenne {name}", by=shop.accountant)
    admin.get(LISTED)

    with django_assert_max_num_queries(12):
        admin.get(LISTED)


def test_a_program_writes_them_too(shop):
    at, branches = f"/api/v1/activities/{shop.activity.pk}/branch/", "/api/v1/branches/"
    with tenant(shop.cooperative):
        admin = Key(make_membership(shop.cooperative, "administrator"), shop.activity)
        staff = Key(make_membership(shop.cooperative, "adviser"), shop.activity)
    seller = Key(shop.seller, shop.activity)

    made = admin.post(branches, {"name": "Rennes", "town": "Rennes"}, format="json")
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    twin = admin.post(branches, {"name": "RENNES"}, format="json")
    assert (twin.status_code, twin.json()["code"]) == (409, "branch_known")
    changed = admin.put(f"{branches}{pk}/", {"name": "Rennes sud"}, format="json")
    assert changed.json()["name"] == "Rennes sud"
    assert [row["id"] for row in staff.get(branches).json()["results"]] == [pk]
    assert staff.post(branches, {"name": "Vitré"}, format="json").status_code == 404
    assert staff.put(f"{branches}{pk}/", {"name": "Vitré"}, format="json").status_code == 404
    assert staff.post(f"{branches}{pk}/archive/").status_code == 404
    assert seller.get(branches).status_code == 404
    assert seller.put(at, {"branch": pk}, format="json").status_code == 404
    assert staff.put(at, {"branch": pk}, format="json").json()["branch"] == pk
    assert staff.put(at, {"branch": pk + 1}, format="json").status_code == 404
    assert staff.put(at, {"branch": None}, format="json").json()["branch"] is None
    assert admin.post(f"{branches}{pk}/archive/").json()["is_archived"] is True
    gone = staff.put(at, {"branch": pk}, format="json")
    assert (gone.status_code, gone.json()["code"]) == (409, "branch_archived")
    assert admin.post(f"{branches}{pk}/restore/").json()["is_archived"] is False
