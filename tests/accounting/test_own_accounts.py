"""The accounts an activity has of its own, else the cooperative, else the usual ones."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounting import actions, queries
from accounting.enums import AccountUse
from accounting.models import Account, AccountChoice
from accounting.rules import Accounts, cascade, fits, third_party_account
from cae.core.models import AuditEvent
from cae.core.tenancy import OwnIds, tenant
from tests.accounting.shop import make_trader, open_shop
from tests.api.conftest import Key
from tests.invoicing.makers import refused
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

# ── Rules ────────────────────────────────────────────────────────────────────────────────


def test_the_first_that_says_an_account_has_it():
    own, common = {"customers": "4112", "bank": ""}, {"customers": "4111", "bank": "51201"}

    assert cascade(own, common) == Accounts(customers="4112", bank="51201")
    assert cascade() == Accounts()


@pytest.mark.parametrize(
    ("use", "right", "wrong"),
    [
        ("customers", ("411", "4111", "411900"), ("4117", "41171", "416", "4191", "401")),
        ("services", ("706", "70601", "701", "7085"), ("70", "709", "7091", "758", "606")),
        ("goods", ("707", "7071"), ("709", "512")),
        ("expenses", ("425", "4251"), ("421", "467")),
        ("bank", ("512", "51201"), ("5112", "530", "511")),
        ("internal", ("6042", "60421"), ("604", "6041", "606")),
    ],
)
def test_a_use_has_its_beginnings(use, right, wrong):
    assert [number for number in right if not fits(use, number)] == []
    assert [number for number in wrong if fits(use, number)] == []


def test_two_customers_of_one_name_have_two_accounts():
    assert third_party_account("411", "EDITIONSEBENE", taken=set()) == "411EDITIO"
    taken = {"411EDITIO", "411EDITIO2"}
    assert third_party_account("411", "EDITIONSEBENE", taken=taken) == "411EDITIO3"
    longest = {f"ABCDEFGHEDITIO{rank or ''}" for rank in (0, *range(2, 999))}
    assert len(third_party_account("ABCDEFGH", "EDITIONS", taken=longest)) == 17


# ── Actions ──────────────────────────────────────────────────────────────────────────────


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
        open_shop(cooperative)
    return cooperatives[0]


@planted
def camille(shop):
    return make_trader(shop, "Camille", "Studio Brume")


@planted
def accountant(shop):
    return make_membership(shop, "accountant")


def choose(analytic, by, *, party_prefix: str = "", **accounts: str) -> AccountChoice:
    return actions.choose_accounts(analytic, accounts=accounts, party_prefix=party_prefix, by=by)


@pytest.mark.django_db
def test_an_activity_follows_the_cooperative_where_it_says_nothing(shop, camille, accountant):
    with tenant(shop):
        analytic, own = camille.activity.analytic, queries.cooperative_analytic()
        for number in ("4111", "4112", "51201"):
            actions.open_account(number, label=f"Compte {number}", by=accountant)
        assert queries.accounts_of(analytic) == Accounts()

        choose(own, accountant, customers="4111", bank="51201", party_prefix="c ")
        choose(analytic, accountant, customers=" 4112 ")
        choose(analytic, accountant, customers="4112")  # nothing changes, nothing is traced

        assert queries.accounts_of(None) == Accounts(
            customers="4111", bank="51201", party_prefix="C"
        )
        found = queries.accounts_of(analytic)
        assert (found.customers, found.bank, found.services) == ("4112", "51201", "706")
        choose(analytic, accountant)
        assert queries.accounts_of(analytic).customers == "4111"
        traces = AuditEvent.objects.filter(action="accounts.chosen").order_by("id")
        assert [(t.before, t.after) for t in traces][1:] == [
            ({"customers": ""}, {"of": "Studio Brume", "customers": "4112"}),
            ({"customers": "4112"}, {"of": "Studio Brume", "customers": ""}),
        ]


@pytest.mark.django_db
def test_what_would_make_the_books_wrong_is_refused(shop, camille, accountant):
    with tenant(shop):
        analytic = camille.activity.analytic
        for values, code in (
            ({"customers": "4119"}, "unknown_account"),
            ({"customers": "4117"}, "wrong_class"),
            ({"bank": "530"}, "wrong_class"),
            ({"services": "709"}, "wrong_class"),
            ({"party_prefix": "411-é"}, "bad_prefix"),
        ):
            with refused(code):
                choose(analytic, accountant, **values)
        for number, label, code in (
            ("41", "Court", "bad_number"),
            ("912", "Classe 9", "bad_number"),
            ("4111", " ", "label_missing"),
            ("411", "Encore", "account_exists"),
            ("339", "Stocks", "unknown_root"),
        ):
            with refused(code):
                actions.open_account(number, label=label, by=accountant)
        assert not AccountChoice.objects.exists()


# ── The database ─────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        *(
            (
                f"UPDATE accounting_accountchoice SET {use.value}_id = "
                "(SELECT id FROM accounting_account WHERE number = '6451')",
                "accounting_accountchoice_class",
            )
            for use in AccountUse
        ),
        (
            "UPDATE accounting_accountchoice SET customers_id = "
            "(SELECT id FROM accounting_account WHERE number = '4117')",
            "accounting_accountchoice_class",
        ),
        (
            "UPDATE accounting_accountchoice SET party_prefix = 'é'",
            "accounting_accountchoice_prefix",
        ),
        (
            "INSERT INTO accounting_accountchoice (tenant_id, analytic_id)"
            " SELECT tenant_id, analytic_id FROM accounting_accountchoice",
            "accounting_accountchoice_once",
        ),
        ("DELETE FROM accounting_accountchoice", None),
        ("UPDATE accounting_account SET number = '4118' WHERE number = '411'", None),
    ],
)
def test_the_database_holds_it(shop, accountant, statement, constraint):
    with tenant(shop):
        choose(queries.cooperative_analytic(), accountant, bank="512")

        with (
            pytest.raises(DatabaseError) as error,
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

        assert error.value.__cause__.diag.constraint_name == constraint


@pytest.mark.django_db
def test_an_entrepreneur_reads_it_and_writes_nothing(shop, camille, accountant):
    analytic = camille.activity.analytic
    with tenant(shop):
        choose(analytic, accountant, bank="512")
    own = OwnIds(
        person_id=camille.person.pk,
        activity_ids=(camille.activity.pk,),
        analytic_ids=(analytic.pk,),
    )
    with tenant(shop, own=own):
        assert AccountChoice.objects.update(bank=None) == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Account.objects.create(number="4119", label="À moi")
        with pytest.raises(DatabaseError), transaction.atomic():
            AccountChoice.objects.create(analytic=None)


# ── Pages and programs ───────────────────────────────────────────────────────────────────

PAGE = "/c/ateliers/comptabilite/comptes-propres/"


@pytest.mark.django_db
def test_who_keeps_the_books_opens_an_account_and_chooses_it(shop, camille, accountant):
    books, analytic = signed_in(accountant), camille.activity.analytic_id
    new = "/c/ateliers/comptabilite/plan/nouveau/"

    assert "ceux de la coopérative" in books.get(PAGE).content.decode()
    wrong = books.post(new, {"number": "12", "label": "Trop court"})
    assert wrong.status_code == 422 and "de 3 à 8 chiffres" in wrong.content.decode()
    assert books.post(new, {"number": "4112", "label": "Clients Brume"}).status_code == 302
    here = f"{PAGE}{analytic}/"
    assert "4112 Clients Brume" in books.get(here).content.decode()
    assert books.post(here, {"customers": "4117"}).status_code == 422
    bad = books.post(here, {"customers": "4112", "party_prefix": "é"})
    assert bad.status_code == 422 and "huit lettres" in bad.content.decode()
    assert books.post(here, {"customers": "4112", "party_prefix": "c"}).status_code == 302
    shown = books.get(PAGE).content.decode()
    assert "4112" in shown and "ceux de la coopérative" not in shown
    with tenant(shop):
        assert queries.accounts_of(analytic) == Accounts(customers="4112", party_prefix="C")
    person = f"/c/ateliers/entrepreneurs/{camille.person.pk}/"
    assert here in books.get(person).content.decode()


@pytest.mark.django_db
def test_others_do_not(shop, cooperatives, camille):
    seller = signed_in(camille.membership)
    adviser, director = (signed_in(make_membership(shop, r)) for r in ("adviser", "co_manager"))
    stranger = signed_in(make_membership(cooperatives[1], "accountant"))
    here = f"{PAGE}{camille.activity.analytic_id}/"
    for each in (seller, adviser, stranger):
        assert each.get(PAGE).status_code == each.get(here).status_code == 404
        assert each.post(here, {"bank": "512"}).status_code == 404
    assert director.get(PAGE).status_code == 200
    assert director.get(here).status_code == 404
    theirs = f"/c/{cooperatives[1].slug}/comptabilite/comptes-propres/"
    assert stranger.get(f"{theirs}{camille.activity.analytic_id}/").status_code == 404


@pytest.mark.django_db
def test_the_list_asks_as_much_for_three_as_for_one(shop, camille, accountant):
    browser = signed_in(accountant)
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        browser.get(PAGE)
    for name in ("Yanis", "Zoé"):
        trader = make_trader(shop, name, f"Enseigne {name}")
        with tenant(shop):
            choose(trader.activity.analytic, accountant, bank="512")

    browser.get(PAGE)  # its device is seen again after a while: not what is measured
    with CaptureQueriesContext(connection) as three:
        browser.get(PAGE)

    assert len(three) == len(one)


@pytest.mark.django_db
def test_a_program_chooses_too(shop, camille, accountant):
    key, seller = Key(accountant, camille.activity), Key(camille.membership, camille.activity)
    here = f"/api/v1/own-accounts/{camille.activity.analytic_id}/"

    opened = key.post("/api/v1/accounts/", {"number": "4112", "label": "Brume"}, format="json")
    assert (opened.status_code, opened.json()["needs_analytic"]) == (201, True)
    again = key.post("/api/v1/accounts/", {"number": "4112", "label": "Brume"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "account_exists")
    put = key.put(here, {"customers": "4112"}, format="json")
    assert put.status_code == 200, put.content
    said = key.get(here).json()
    assert (said["own"]["customers"], said["own"]["bank"]) == ("4112", "")
    assert (said["accounts"]["customers"], said["accounts"]["bank"]) == ("4112", "512")
    first, *_ = key.get("/api/v1/own-accounts/").json()
    assert first["is_cooperative"] is True
    wrong = key.put(here, {"bank": "530"}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (409, "wrong_class")
    assert seller.get(here).status_code == seller.put(here, {}, format="json").status_code == 404
    director = Key(make_membership(shop, "co_manager"), camille.activity)
    assert director.get(here).status_code == 200
    assert director.put(here, {}, format="json").status_code == 404
    assert director.post("/api/v1/accounts/", {"number": "1", "label": "x"}).status_code == 404
