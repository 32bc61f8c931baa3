"""The numbers of invoices: pieces, series, what locks them, what is taken up from elsewhere."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core.tenancy import tenant
from invoicing import actions, queries
from invoicing.enums import Restart
from invoicing.models import Numbering
from invoicing.rules.numbers import Pattern, check_pattern, number_of, rank_in, series_of
from tests.invoicing.makers import JUNE_3, D, make_seller, make_shop, refused
from tests.invoicing.test_billing import accepted, issued, through
from tests.invoicing.test_pages import client_of

NOVEMBER_2 = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("pieces", "kind", "number", "series"),
    [
        ({}, "invoice", "FA-2026-0042", "FA-2026"),
        ({}, "credit_note", "AV-2026-0042", "AV-2026"),
        ({"credit_prefix": "FA"}, "credit_note", "FA-2026-0042", "FA-2026"),
        ({"deposit_prefix": "AC"}, "deposit", "AC-2026-0042", "AC-2026"),
        ({"separator": "/", "year_digits": 2, "width": 6}, "final", "FA/26/000042", "FA-2026"),
        ({"has_month": True}, "invoice", "FA-2026-11-0042", "FA-2026"),
        (
            {"has_month": True, "restart": Restart.MONTH},
            "progress", "FA-2026-11-0042", "FA-2026-11",
        ),
        ({"year_digits": 0, "restart": Restart.NEVER}, "invoice", "FA-0042", "FA"),
        ({"per_activity": True}, "invoice", "FA-2026-BRU01-0042", "FA-2026-BRU01"),
    ],
)  # fmt: skip
def test_a_number_is_made_of_its_pieces(pieces, kind, number, series):
    pattern = Pattern(**pieces)
    check_pattern(pattern)

    found = number_of(pattern, kind, on=NOVEMBER_2, code="BRU-01", rank=42)

    assert (found, rank_in(found)) == (number, 42)
    assert series_of(pattern, kind, on=NOVEMBER_2, code="BRU-01") == series


@pytest.mark.parametrize(
    ("pieces", "code"),
    [
        ({"year_digits": 0}, "year_missing"),
        ({"restart": Restart.MONTH}, "month_missing"),
        ({"invoice_prefix": "F 1"}, "bad_prefix"),
        ({"credit_prefix": ""}, "bad_prefix"),
        ({"width": 2}, "bad_width"),
        ({"start": 10, "per_activity": True}, "bad_start"),
        ({"start": 10, "restart": Restart.MONTH, "has_month": True}, "bad_start"),
    ],
)
def test_a_pattern_that_may_give_a_number_twice_is_refused(pieces, code):
    with refused(code):
        check_pattern(Pattern(**pieces))


@pytest.mark.django_db
def test_each_kind_takes_its_number_in_its_series(shop, staff):
    actions.set_numbering(2026, Pattern(deposit_prefix="AC", credit_prefix="FA"), by=staff)
    quote = accepted(shop)
    deposit = through(shop, actions.bill_deposit(quote, share=D("0.25"), by=shop.seller))
    final = issued(shop, actions.bill_rest(quote, by=shop.seller))
    credit = issued(shop, actions.credit_invoice(final, reason="X", by=shop.seller))

    assert [i.number for i in (deposit, final, credit)] == [
        "AC-2026-0001", "FA-2026-0001", "FA-2026-0002",
    ]  # fmt: skip
    assert queries.series_gaps() == []


@pytest.mark.django_db
def test_a_series_for_each_activity(shop, staff, cooperative):
    other = make_seller(cooperative, first_name="Nour", last_name="Benali", name="Sève")
    actions.set_numbering(2026, Pattern(per_activity=True), by=staff)

    numbers = [shop.invoice().number, other.invoice().number, shop.invoice().number]

    mine, hers = (s.activity.analytic.code.replace("-", "") for s in (shop, other))
    assert numbers == [f"FA-2026-{mine}-0001", f"FA-2026-{hers}-0001", f"FA-2026-{mine}-0002"]
    assert queries.series_gaps() == []


@pytest.mark.django_db
def test_numbers_given_elsewhere_are_taken_up_in_their_year_alone(shop, staff):
    actions.set_numbering(2026, Pattern(start=187), by=staff)

    numbers = [
        shop.invoice().number,
        shop.invoice().number,
        shop.invoice(on=date(2027, 1, 4)).number,
    ]

    assert numbers == ["FA-2026-0188", "FA-2026-0189", "FA-2027-0001"]
    assert queries.series_gaps() == []


@pytest.mark.django_db
def test_a_counter_that_never_begins_again_goes_on(shop, staff):
    actions.set_numbering(2026, Pattern(restart=Restart.NEVER, year_digits=0, start=9), by=staff)

    numbers = [shop.invoice().number, shop.invoice(on=date(2027, 1, 4)).number]

    assert numbers == ["FA-0010", "FA-0011"]
    assert queries.series_gaps() == []
    with refused("bad_start"):
        actions.set_numbering(
            2028, Pattern(restart=Restart.NEVER, year_digits=0, start=500), by=staff
        )


@pytest.mark.django_db
def test_a_year_that_has_begun_keeps_its_rule(shop, staff):
    actions.set_numbering(2026, Pattern(width=5), by=staff)
    actions.set_numbering(2026, Pattern(width=6), by=staff)  # nothing is numbered yet
    assert shop.invoice().number == "FA-2026-000001"

    with refused("numbering_used"):
        actions.set_numbering(2026, Pattern(), by=staff)
    with refused("numbering_used"):
        actions.set_numbering(2025, Pattern(), by=staff)
    actions.set_numbering(2027, Pattern(invoice_prefix="F"), by=staff)

    assert shop.invoice(on=date(2027, 1, 4)).number == "F-2027-0001"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE invoicing_numbering SET width = 3 WHERE year = 2026",
        "DELETE FROM invoicing_numbering WHERE year = 2026",
        "UPDATE invoicing_numbering SET year = 2030 WHERE year = 2026",
        "INSERT INTO invoicing_numbering (tenant_id, year, invoice_prefix, deposit_prefix, "
        "credit_prefix, separator, year_digits, has_month, per_activity, restart, width, start) "
        "SELECT tenant_id, 2025, 'X', 'X', 'X', '-', 4, false, false, 'year', 4, 0 "
        "FROM invoicing_numbering",
        "UPDATE invoicing_numbering SET year_digits = 0 WHERE year = 2027",
        "UPDATE invoicing_numbering SET restart = 'month' WHERE year = 2027",
        "UPDATE invoicing_numbering SET invoice_prefix = 'F A' WHERE year = 2027",
        "UPDATE invoicing_numbering SET start = 5, per_activity = true WHERE year = 2027",
    ],
)
def test_the_database_keeps_the_rule_of_numbers_that_are_given(shop, staff, sql):
    actions.set_numbering(2026, Pattern(width=5), by=staff)
    shop.invoice()
    actions.set_numbering(2027, Pattern(), by=staff)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)

    assert Numbering.objects.count() == 2


@pytest.mark.django_db
def test_the_page_shows_the_next_numbers_and_locks_the_year(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        shop = make_shop(cooperatives[0])
    staff, url = client_of(shop.accountant), "/c/ateliers/reglages/numerotation/"
    page = staff.get(url).content.decode()
    assert ("FA-2026-0001" in page, "FA-2026-0002" in page, "AV-2026-0001" in page) == (True,) * 3
    typed = {
        "year": "2026", "invoice_prefix": "F", "deposit_prefix": "F", "credit_prefix": "A",
        "separator": "/", "year_digits": "0", "restart": "year", "width": "4", "start": "0",
    }  # fmt: skip

    refusal = staff.post(url, typed)
    saved = staff.post(url, typed | {"year_digits": "2"})

    assert (refusal.status_code, "mettez" in refusal.content.decode()) == (422, True)
    assert saved.status_code == 302
    assert "F/26/0001" in staff.get(url).content.decode()
    with tenant(cooperatives[0]):
        shop.invoice(on=JUNE_3)
    page = staff.get(url).content.decode()
    assert ("ne change plus" in page, "Enregistrer" in page) == (True, False)
    assert "Enregistrer" in staff.get(f"{url}?annee=2027").content.decode()
    assert staff.post(url, typed | {"year_digits": "2"}).status_code == 422
    assert client_of(shop.seller).get(url).status_code == 404
