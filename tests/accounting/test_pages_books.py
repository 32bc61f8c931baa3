"""« Comptabilité »: balance, accounts, journals, closings and contributions agree."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounting import queries
from accounting.actions import reverse
from accounting.models import ClosedPeriod, Entry
from accounting.rules import credit, debit
from cae.core import clock
from cae.core.periods import Month
from cae.core.tenancy import tenant
from tests.accounting.shop import DAY, invoice, make_trader, open_shop, receipt, write
from tests.makers import make_membership, signed_in
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
D = Decimal
LAST_MONTH = Month.of(DAY).previous()


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
    return trader


@planted
def accountant(shop):
    return make_membership(shop, "accountant")


def get(membership, path: str = "", query: str = ""):
    slug = membership.cooperative.slug
    return signed_in(membership).get(f"/c/{slug}/comptabilite/{path}{query}")


def rows_of(response) -> list[list[str]]:
    lines = response.content.decode("utf-8").removeprefix("\ufeff").split("\r\n")
    return [line.split(";") for line in lines[1:-1]]


def test_the_general_balance_balances_and_leaves_the_contribution_out(camille, accountant):
    page = get(accountant)

    numbers = {row.number for row in page.context["rows"]}
    totals = page.context["totals"]
    assert numbers == {"411", "44571", "44574", "512", "706"}
    assert totals.debit == totals.credit == D("7800.00")
    assert totals.closing_debit == totals.closing_credit == D("3600.00")
    assert totals.opening == 0


def test_the_balance_of_an_activity_has_its_contribution(camille, accountant):
    page = get(accountant, query=f"?enseigne={camille.activity.analytic_id}")

    closings = {row.number: row.closing for row in page.context["rows"]}
    assert closings["6041"] == D(300)
    assert sum(closings.values()) == 0


def test_what_is_earned_in_a_year_is_carried_to_the_next_in_one_row(camille, accountant):
    year = get(accountant).context["asked"].start.year
    earned = {row.number: row.closing for row in get(accountant).context["rows"]}["706"]

    page = get(accountant, query=f"?du={year + 1}-01&au={year + 1}-12")

    rows = {row.number: row for row in page.context["rows"]}
    assert "706" not in rows
    assert rows["12"].opening == rows["12"].closing == earned == D(-3000)
    assert page.context["totals"].opening == 0
    assert "Résultats des exercices précédents" in page.content.decode()
    assert "/comptes/12/" not in page.content.decode()
    account = get(accountant, "comptes/706/", f"?du={year + 1}-01&au={year + 1}-12")
    assert account.context["opening"] == 0


def test_within_a_year_an_account_of_result_goes_on_from_month_to_month(camille, accountant):
    year = get(accountant).context["asked"].start.year

    page = get(accountant, query=f"?du={year}-12&au={year}-12")

    rows = {row.number: row for row in page.context["rows"]}
    assert rows["706"].opening == rows["706"].closing == D(-3000)
    assert "12" not in rows
    account = get(accountant, "comptes/706/", f"?du={year}-12&au={year}-12")
    assert account.context["opening"] == D(-3000)


def test_a_period_that_ends_before_it_starts_is_refused(camille, accountant):
    page = get(accountant, query="?du=2026-05&au=2026-04")

    assert page.status_code == 200
    assert page.context["asked"].form.errors == {
        "au": ["Ce mois est avant le premier. Choisissez-en un plus tard."]
    }


@pytest.mark.parametrize("query", ["?du=x", "?au=2026-99", "?enseigne=999999", "?enseigne=x"])
def test_an_address_that_means_nothing_shows_the_fiscal_year(camille, accountant, query, shop):
    page = get(accountant, query=query)

    with tenant(shop):
        year = queries.fiscal_year(clock.today())
    assert (page.context["asked"].start, page.context["asked"].end) == year


def test_an_account_opens_line_by_line_and_ends_at_its_balance(camille, accountant):
    page = get(accountant, "comptes/411/")

    assert [balance for _, balance in page.context["rows"]] == [D(3600), D(0)]
    assert page.context["closing"] == 0
    assert get(accountant, "comptes/999/").status_code == 404


def test_the_balance_goes_on_from_one_page_to_the_next(camille, accountant, shop):
    with tenant(shop):
        for i in range(60):
            write(camille, "BQ", debit("512", D(1)), credit("706", D(1)), piece=f"P{i}")

    last = get(accountant, "comptes/512/", "?page=2")

    assert last.context["page"].paginator.count == 61
    assert last.context["rows"][-1][1] == last.context["closing"] == D(3660)


def test_an_account_that_begins_alike_is_another(camille, accountant, shop):
    with tenant(shop):
        write(camille, "OD", debit("4117", D(9)), credit("706", D(9)))

    assert get(accountant, "comptes/411/").context["closing"] == 0


def test_the_journal_of_a_month_lists_its_entries(camille, accountant):
    page = get(accountant, "journal/")

    listed = [(e.journal.code, e.number, total) for e, total in page.context["rows"]]
    assert listed == [("BQ", 1, D(4200)), ("IN", 1, D(600)), ("VT", 1, D(3600))]
    only = get(accountant, "journal/", f"?mois={Month.of(DAY)}&journal=VT")
    assert [e.journal.code for e, _ in only.context["rows"]] == ["VT"]
    assert get(accountant, "journal/", f"?mois={LAST_MONTH}").context["rows"] == []


def test_an_entry_shows_what_cancelled_it_and_what_it_cancels(camille, accountant, shop):
    with tenant(shop):
        wrong = write(camille, "OD", debit("512", D(9)), credit("706", D(9)), label="Erreur")
        opposite = reverse(wrong, on=DAY, by=accountant)

    page = get(accountant, f"ecritures/{wrong.pk}/")
    other = get(accountant, f"ecritures/{opposite.pk}/")

    assert page.context["reversed_by"] == opposite
    assert "Cette écriture a été annulée." in page.content.decode()
    assert [event.action for event, _ in page.context["trail"]] == ["entry.reversed"]
    assert other.context["entry"].reverses == wrong
    assert "Cette écriture en annule une autre." in other.content.decode()


def test_a_month_is_closed_once_with_those_before(camille, accountant, shop):
    with tenant(shop):
        two_months_ago = LAST_MONTH.previous().first_day
        write(camille, "OD", debit("512", D(9)), credit("706", D(9)), on=two_months_ago)
    url = f"/c/{shop.slug}/comptabilite/clotures/{LAST_MONTH}/"

    page = signed_in(accountant).post(url, follow=True)

    states = {row.month: row.closed_with for row in page.context["months"] if row.closed}
    assert states == {LAST_MONTH: None, LAST_MONTH.previous(): LAST_MONTH}
    assert "clôturé." in page.content.decode()
    again = signed_in(accountant).post(
        url,
        headers={"referer": f"http://testserver/c/{shop.slug}/comptabilite/clotures/"},
        follow=True,
    )
    assert "est déjà clôturé" in again.content.decode()
    with tenant(shop):
        assert ClosedPeriod.objects.count() == 1


def test_this_month_cannot_be_closed(camille, accountant, shop):
    page = signed_in(accountant).post(
        f"/c/{shop.slug}/comptabilite/clotures/{Month.of(clock.today())}/",
        headers={"referer": f"http://testserver/c/{shop.slug}/comptabilite/clotures/"},
        follow=True,
    )

    assert "n’est pas terminé" in page.content.decode()
    assert not any(row.may_close for row in page.context["months"])


def test_who_may_only_look_is_not_offered_to_close(camille, shop):
    co_manager = make_membership(shop, "co_manager")
    with tenant(shop):
        write(camille, "OD", debit("512", D(9)), credit("706", D(9)), on=LAST_MONTH.first_day)

    page = get(co_manager, "clotures/")
    tried = signed_in(co_manager).post(f"/c/{shop.slug}/comptabilite/clotures/{LAST_MONTH}/")

    assert any(row.may_close for row in page.context["months"])
    assert "cloture-" not in page.content.decode()
    assert tried.status_code == 404


def test_a_month_that_is_none_is_not_found(accountant, shop):
    url = f"/c/{shop.slug}/comptabilite/clotures/2026-13/"

    assert signed_in(accountant).post(url).status_code == 404


def test_contributions_add_up_to_the_account(camille, accountant, shop):
    page = get(accountant, "contributions/")

    assert [(row.analytic.label, row.basis, row.total) for row in page.context["rows"]] == [
        ("Studio Brume", D(3000), D(300))
    ]
    assert page.context["rows"][0].rate == D("0.100")
    with tenant(shop):
        taken = queries.balance_of("6041", analytic=camille.activity.analytic_id)
    assert page.context["total"] == taken
    assert [rule.label for rule in page.context["rules"]] == ["Taux voté"]


def test_tables_download(camille, accountant):
    balance = rows_of(get(accountant, "balance.csv"))
    account = rows_of(get(accountant, "comptes/411/lignes.csv"))
    given = rows_of(get(accountant, "contributions.csv"))

    assert balance[0] == ["411", "Clients", "0,00", "3600,00", "3600,00", "0,00"]
    assert [row[-2] for row in account] == ["3600,00", "0,00"]
    assert given == [
        [camille.activity.code, "Studio Brume", "3000,00", "300,00", "0,00", "0,00", "300,00"]
    ]


def test_a_customer_named_like_a_formula_runs_nothing(camille, accountant, shop):
    with tenant(shop):
        invoice(camille, 10, piece="FA-9", party="=1+1")

    rows = rows_of(get(accountant, "comptes/411/lignes.csv"))

    assert rows[-1][5] == "'=1+1"


def test_new_books_say_what_comes(shop, accountant):
    assert "Aucune écriture sur cette période" in get(accountant).content.decode()
    assert "Aucune écriture en" in get(accountant, "journal/").content.decode()
    assert "Aucun mois à clôturer" in get(accountant, "clotures/").content.decode()
    assert "Aucune contribution" in get(accountant, "contributions/").content.decode()
    assert "Aucune ligne" in get(accountant, "comptes/512/").content.decode()


def test_another_cooperative_finds_nothing(camille, other_cooperative, shop):
    stranger = make_membership(other_cooperative, "accountant")
    with tenant(shop):
        entry = Entry.objects.first()

    assert get(stranger, f"ecritures/{entry.pk}/").status_code == 404
    assert get(stranger).context["rows"] == []
    assert signed_in(stranger).get(f"/c/{shop.slug}/comptabilite/").status_code == 404


def test_an_entrepreneur_does_not_open_the_books(camille, shop):
    for path in ("", "journal/", "clotures/", "contributions/", "comptes/512/"):
        assert get(camille.membership, path).status_code == 404


PAGES = ("", "journal/", "clotures/", "contributions/", "comptes/411/")


@pytest.mark.parametrize("path", PAGES)
def test_more_rows_ask_no_more_queries(camille, accountant, shop, path):
    get(accountant, path)
    with CaptureQueriesContext(connection) as few:
        get(accountant, path)
    with tenant(shop):
        for name in ("Soizic", "Nadia"):
            trader = make_trader(shop, name, name)
            invoice(trader, 100, piece=f"F-{name}")
            receipt(trader, 100, piece=f"F-{name}")
            earlier = LAST_MONTH.last_day - timedelta(days=40)
            write(trader, "OD", debit("512", D(9)), credit("706", D(9)), on=earlier)
    with CaptureQueriesContext(connection) as many:
        get(accountant, path)

    assert len(many) == len(few)


def test_an_entry_and_a_closing_name_people_by_their_name(camille, shop):
    from entrepreneurs.models import StaffMember

    sophie = make_membership(shop, "accountant", "s.renaud@ateliers.example")
    with tenant(shop):
        StaffMember.objects.create(membership=sophie, first_name="Sophie", last_name="Renaud")
        write(camille, "OD", debit("512", D(9)), credit("706", D(9)), on=LAST_MONTH.first_day)
        wrong = write(camille, "OD", debit("512", D(9)), credit("706", D(9)), label="Erreur")
        opposite = reverse(wrong, on=DAY, by=sophie)
    signed_in(sophie).post(f"/c/{shop.slug}/comptabilite/clotures/{LAST_MONTH}/")

    for path in (f"ecritures/{opposite.pk}/", f"ecritures/{wrong.pk}/", "clotures/"):
        page = get(sophie, path).content.decode()
        assert "Sophie Renaud" in page
        assert "s.renaud@" not in page.split("<main")[1]


def test_an_entry_nobody_signed_is_the_product_s(camille, accountant, shop):
    with tenant(shop):
        entry = Entry.objects.first()

    assert get(accountant, f"ecritures/{entry.pk}/").context["author"] == "Alvéole"
