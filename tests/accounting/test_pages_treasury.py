"""« Ma trésorerie »: the same money as everywhere, each movement explained, nobody else's."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting import queries
from accounting.rules import credit, debit
from cae.core import clock
from cae.core.models import Role
from cae.core.money import euros
from cae.core.periods import Month
from cae.core.tenancy import tenant
from tests.accounting.shop import DAY, invoice, make_trader, open_shop, receipt, write
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
D = Decimal


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        open_shop(cooperative)
    return cooperatives[0]


@planted
def camille(shop):
    trader = make_trader(shop, "Camille", "Studio Brume")
    with tenant(shop):
        invoice(trader, 3000, piece="FA-1")
        receipt(trader, 3000, piece="FA-1")
        invoice(trader, 500, piece="FA-2", party="Mairie de Bruz")
    return trader


def page_of(trader, query: str = "", path: str = "tresorerie/"):
    slug = trader.membership.cooperative.slug
    return signed_in(trader.membership).get(f"/c/{slug}/{path}{query}")


def test_the_total_is_that_of_home_and_of_the_ledger(camille, shop):
    with tenant(shop):
        available = queries.available(camille.activity.analytic_id, clock.today())

    treasury, home = page_of(camille), page_of(camille, path="")

    assert available.total == D("2650.00")  # 3 600 in bank − 600 of VAT − 350 of contribution
    assert treasury.context["money"] == home.context["available"] == available
    figure = f'<p class="hero-figure">{euros(available.total)}</p>'
    assert figure in treasury.content.decode()
    assert figure in home.content.decode()


def test_the_statement_ends_at_the_total_and_says_why(camille):
    page = page_of(camille)

    moves = page.context["page"].object_list
    assert moves[0].balance == page.context["money"].total
    assert [(move.piece, move.amount) for move in moves] == [
        ("FA-2", D(-50)),
        ("FA-1", D(3000)),
        ("FA-1", D(-300)),
    ]
    assert moves[1].explanation in page.content.decode()


def test_what_customers_owe_adds_up_to_the_ledger(camille, shop):
    with tenant(shop):
        expected = queries.expected_of(camille.activity.analytic_id, on=clock.today())
        owed = queries.available(camille.activity.analytic_id, clock.today()).customers

    assert [(item.piece, item.party, item.amount) for item in expected] == [
        ("FA-2", "Mairie de Bruz", D(600))
    ]
    assert sum(item.amount for item in expected) == owed
    assert "Mairie de Bruz" in page_of(camille).content.decode()


def test_a_reserve_is_kept_and_lowers_what_may_be_paid(camille):
    client = signed_in(camille.membership)
    url = f"/c/{camille.membership.cooperative.slug}/tresorerie/?activite={camille.activity.pk}"

    response = client.post(url, {"reserve": "1 000,50"}, follow=True)

    assert response.redirect_chain == [(url, 302)]
    assert response.context["budget"].total == D("1649.50")
    assert "Réserve enregistrée." in response.content.decode()


@pytest.mark.parametrize("typed", ["-5", "beaucoup", ""])
def test_a_reserve_that_is_none_is_refused_with_its_sentence(camille, typed):
    client = signed_in(camille.membership)

    response = client.post(
        f"/c/{camille.membership.cooperative.slug}/tresorerie/", {"reserve": typed}
    )

    assert response.status_code == 422
    assert response.context["form"].errors
    camille_now = page_of(camille).context["activity"]
    assert camille_now.reserve == D(0)


def test_a_month_and_words_narrow_the_statement(camille):
    month, before = Month.of(DAY), Month.of(DAY).previous()

    def found(query: str) -> list[str]:
        return [move.piece for move in page_of(camille, query).context["page"].object_list]

    assert found(f"?mois={month}") == ["FA-2", "FA-1", "FA-1"]
    assert found(f"?mois={before}") == []
    assert found("?q=ebene+regl") == ["FA-1"]
    assert found("?q=3600") == ["FA-1"]
    assert found("?q=rien") == []
    assert found(f"?fin={before}") == []
    assert (
        "Rien n’a changé votre disponible" in page_of(camille, f"?mois={before}").content.decode()
    )


@pytest.mark.parametrize("query", ["?mois=2026-13", "?fin=x", "?page=999", "?activite=x"])
def test_an_address_that_means_nothing_shows_the_whole_statement(camille, query):
    assert page_of(camille, query).status_code == 200


def test_a_movement_opens_line_by_line(camille, shop):
    with tenant(shop):
        received = queries.statement(camille.activity.analytic_id).movements[1]

    page = page_of(camille, path=f"tresorerie/mouvements/{received.entry_id}/")

    assert page.context["amount"] == D(3000)
    assert page.context["explanation"] == received.explanation
    assert [(line.account.number, meaning) for line, meaning in page.context["lines"]] == [
        ("512", "En banque"),
        ("411", "Clients à encaisser"),
        ("44574", "TVA en attente du règlement"),
        ("44571", "TVA à reverser"),
    ]


def test_a_movement_leads_to_its_document_where_one_may_read_it(camille, shop):
    with tenant(shop):
        wrote = {
            key: write(camille, "OD", debit("512", D(1)), credit("706", D(1)), posting_key=key)
            for key in ("sheet:999:approved", "invoice:x", "payment:1:999", "vote:1")
        }

    for entry in wrote.values():
        page = page_of(camille, path=f"tresorerie/mouvements/{entry.pk}/")
        assert page.status_code == 200
        assert page.context["document_url"] == ""


def test_the_neighbour_sees_nothing_of_it(camille, shop):
    soizic = make_trader(shop, "Soizic", "Yoga à l’Ouest")
    with tenant(shop):
        entry = queries.statement(camille.activity.analytic_id).movements[0].entry_id

    assert page_of(soizic, path=f"tresorerie/mouvements/{entry}/").status_code == 404
    asked = page_of(soizic, f"?activite={camille.activity.pk}")
    assert asked.context["activity"] == soizic.activity
    assert "Ébène" not in asked.content.decode()
    refused = signed_in(soizic.membership).post(
        f"/c/{shop.slug}/tresorerie/?activite={camille.activity.pk}", {"reserve": "7"}
    )
    assert refused.status_code == 302
    assert page_of(camille).context["activity"].reserve == 0


def test_another_cooperative_finds_nothing(camille, shop, other_cooperative):
    stranger = make_trader(other_cooperative, "Nadia", "Traiteur")

    assert signed_in(stranger.membership).get(f"/c/{shop.slug}/tresorerie/").status_code == 404


def test_an_activity_with_no_movement_says_what_comes(shop):
    page = page_of(make_trader(shop, "Soizic", "Yoga à l’Ouest")).content.decode()

    assert "Aucun mouvement" in page
    assert "Rien n’est attendu" in page


def test_somebody_without_an_activity_is_told_who_opens_it(shop):
    from tests.entrepreneurs.makers import give_access, make_person

    with tenant(shop):
        membership = give_access(make_person())

    page = signed_in(membership).get(f"/c/{shop.slug}/tresorerie/")

    assert page.status_code == 200
    assert "pas encore ouverte" in page.content.decode()


def test_the_statement_downloads_the_oldest_first(camille):
    rows = page_of(camille, path="tresorerie/releve.csv").content.decode("utf-8").split("\r\n")

    assert rows[0] == "\ufeffDate;Pièce;Libellé;Explication;Montant;Disponible après"
    assert [row.split(";")[-2:] for row in rows[1:-1]] == [
        ["-300,00", "-300,00"],
        ["3000,00", "2700,00"],
        ["-50,00", "2650,00"],
    ]


def test_more_movements_ask_no_more_queries(camille, shop):
    page_of(camille)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page_of(camille)
    with tenant(shop):
        for piece in ("FA-3", "FA-4"):
            invoice(camille, 100, piece=piece)
            receipt(camille, 50, piece=piece)
    with CaptureQueriesContext(connection) as many:
        page_of(camille)

    assert len(many) == len(few)


# What staff of the cooperative read


@pytest.mark.parametrize("code", ["accountant", "adviser", "payroll_officer", "co_manager"])
def test_staff_read_the_same_money_and_change_nothing(camille, shop, code):
    staff = signed_in(make_membership(shop, code))
    path = f"/c/{shop.slug}/tresorerie/enseignes/{camille.activity.pk}/"

    page = staff.get(path)

    own = page_of(camille)
    assert page.context["money"] == own.context["money"]
    assert page.context["statement"] == own.context["statement"]
    text = page.content.decode()
    assert "Camille Fournier" in text
    assert "Enregistrer la réserve" not in text
    assert " votre " not in text.split("<main")[1].lower()
    assert staff.post(path, {"reserve": "7"}).status_code == 405
    assert staff.get(f"/c/{shop.slug}/tresorerie/").status_code == 404


def test_staff_read_a_movement_and_take_the_statement_away(camille, shop):
    from cae.core.models import AuditEvent

    accountant = make_membership(shop, "accountant")
    staff = signed_in(accountant)
    path = f"/c/{shop.slug}/tresorerie/enseignes/{camille.activity.pk}/"
    with tenant(shop):
        entry = queries.statement(camille.activity.analytic_id).movements[1].entry_id

    movement = staff.get(f"{path}mouvements/{entry}/")
    statement = staff.get(f"{path}releve.csv")

    assert movement.context["amount"] == D(3000)
    assert f"/comptabilite/ecritures/{entry}/" in movement.content.decode()
    assert statement.content == page_of(camille, path="tresorerie/releve.csv").content
    with tenant(shop):
        trace = AuditEvent.objects.get(action="activity.statement")
        assert (trace.membership_id, trace.activity_id) == (accountant.pk, camille.activity.pk)


def test_a_movement_of_another_activity_is_not_there(camille, shop):
    soizic = make_trader(shop, "Soizic", "Yoga à l’Ouest")
    staff = signed_in(make_membership(shop, "accountant"))
    with tenant(shop):
        entry = queries.statement(camille.activity.analytic_id).movements[0].entry_id

    path = f"/c/{shop.slug}/tresorerie/enseignes/{soizic.activity.pk}/mouvements/{entry}/"
    assert staff.get(path).status_code == 404


def test_nobody_else_reads_the_money_of_an_activity(camille, shop, other_cooperative):
    soizic = make_trader(shop, "Soizic", "Yoga à l’Ouest")
    stranger = make_membership(other_cooperative, "accountant")
    seller = Role.objects.create(
        cooperative=shop, code="ventes", label="Ventes", rights=["see_sales"]
    )
    readers = [
        soizic.membership,
        camille.membership,  # hers is « Ma trésorerie »
        stranger,
        make_membership(shop, "administrator"),
        make_membership(shop, seller.code),
    ]
    with tenant(shop):
        entry = queries.statement(camille.activity.analytic_id).movements[0].entry_id

    for reader in readers:
        for slug in (shop.slug, reader.cooperative.slug):
            path = f"/c/{slug}/tresorerie/enseignes/{camille.activity.pk}/"
            for page in (path, f"{path}releve.csv", f"{path}mouvements/{entry}/"):
                assert signed_in(reader).get(page).status_code == 404


def test_the_person_page_and_the_list_lead_there_for_those_who_may(camille, shop):
    there = f"/c/{shop.slug}/tresorerie/enseignes/{camille.activity.pk}/"
    pages = (f"/c/{shop.slug}/entrepreneurs/{camille.person.pk}/", f"/c/{shop.slug}/entrepreneurs/")
    adviser = signed_in(make_membership(shop, "adviser"))
    administrator = signed_in(make_membership(shop, "administrator"))

    for page in pages:
        assert there in adviser.get(page).content.decode()
        assert there not in administrator.get(page).content.decode()


def test_staff_ask_no_more_queries_for_more_movements(camille, shop):
    staff = signed_in(make_membership(shop, "accountant"))
    path = f"/c/{shop.slug}/tresorerie/enseignes/{camille.activity.pk}/"
    staff.get(path)
    with CaptureQueriesContext(connection) as few:
        staff.get(path)
    with tenant(shop):
        for piece in ("FA-3", "FA-4"):
            invoice(camille, 100, piece=piece)
            receipt(camille, 50, piece=piece)
    with CaptureQueriesContext(connection) as many:
        staff.get(path)

    assert len(many) == len(few)
