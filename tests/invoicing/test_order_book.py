"""The order book: what is accepted and still to bill, however it is billed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cae.core import clock
from cae.core.money import ZERO
from cae.core.tenancy import tenant
from entrepreneurs.queries import own_ids
from invoicing import actions, queries
from invoicing.enums import InvoiceKind as Kind
from invoicing.queries.billing import billing_plan
from invoicing.rules.order_book import (
    Age,
    Billed,
    BilledRow,
    age_of,
    billed_by,
    by_age,
    by_customer,
    total_left,
)
from tests.invoicing.makers import JUNE_3, D, line, make_customer, make_seller, make_shop
from tests.makers import signed_in
from tests.plugins.planted import planted

# How much, without a database


def row(pk: int, kind: Kind, net: str, corrects: int | None = None) -> BilledRow:
    return BilledRow(pk, kind, D(net), corrects)


@pytest.mark.parametrize(
    ("rows", "billed", "left"),
    [
        ([], Billed(ZERO, False), "1000"),
        ([row(1, Kind.DEPOSIT, "300")], Billed(D(300), False), "700"),
        (
            [row(1, Kind.PROGRESS, "400"), row(2, Kind.PROGRESS, "350")],
            Billed(D(750), False),
            "250",
        ),
        # The rest, its deposit taken off.
        ([row(1, Kind.DEPOSIT, "300"), row(2, Kind.FINAL, "700")], Billed(D(1000), True), "0"),
        # Closed for less than was promised: nothing else will come.
        ([row(1, Kind.INVOICE, "900")], Billed(D(900), True), "0"),
        # More than was promised.
        ([row(1, Kind.PROGRESS, "1200")], Billed(D(1200), False), "0"),
        # Part given back: the invoice still closes the quote.
        (
            [row(1, Kind.INVOICE, "1000"), row(2, Kind.CREDIT_NOTE, "100", 1)],
            Billed(D(900), True),
            "0",
        ),
        # Cancelled whole: all is to bill again.
        (
            [row(1, Kind.INVOICE, "1000"), row(2, Kind.CREDIT_NOTE, "1000", 1)],
            Billed(ZERO, False),
            "1000",
        ),
        (
            [row(1, Kind.DEPOSIT, "300"), row(2, Kind.CREDIT_NOTE, "300", 1)],
            Billed(ZERO, False),
            "1000",
        ),
        # Replaced: what it replaces, and what credited that, count no more.
        (
            [
                row(1, Kind.INVOICE, "1000"),
                row(2, Kind.CREDIT_NOTE, "50", 1),
                row(3, Kind.CORRECTIVE, "950", 1),
            ],
            Billed(D(950), True),
            "0",
        ),
        (
            [row(1, Kind.DEPOSIT, "300"), row(2, Kind.CORRECTIVE, "200", 1)],
            Billed(D(200), False),
            "800",
        ),
    ],
)
def test_what_is_left_of_a_quote_of_1000(rows, billed, left):
    assert billed_by(rows) == billed
    assert billed_by(rows).left_of(D(1000)) == D(left)


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (0, Age.RECENT),
        (29, Age.RECENT),
        (30, Age.QUARTER),
        (89, Age.QUARTER),
        (90, Age.HALF_YEAR),
        (179, Age.HALF_YEAR),
        (180, Age.OLD),
    ],
)
def test_how_old_an_order_is(days, age):
    assert age_of(JUNE_3 - timedelta(days=days), on=JUNE_3) == age


# Against real documents

database = pytest.mark.django_db


def accepted(shop, *lines, **values):
    quote = actions.send_quote(shop.quote(*lines, **values), on=JUNE_3, by=shop.seller)
    return actions.accept_quote(quote, name="Marianne Lescop", on=JUNE_3, by=shop.seller)


def issue(shop, invoice):
    return actions.issue_invoice(invoice, on=JUNE_3, by=shop.accountant)


def left_in_book(quote):
    book = queries.order_book(None, on=clock.today())
    return {order.quote_id: order.left for order in book}.get(quote.pk, ZERO)


@database
def test_the_book_says_what_the_plan_of_each_quote_says(shop):
    quote = accepted(shop, line(price="1000"))
    assert left_in_book(quote) == D("1000.00") == billing_plan(quote).remaining_net

    actions.bill_deposit(quote, share=D("0.3"), by=shop.seller)
    assert left_in_book(quote) == D("1000.00"), "a draft bills nothing"
    deposit = issue(shop, quote.invoices.get())
    assert left_in_book(quote) == D("700.00") == billing_plan(quote).remaining_net

    credit = issue(shop, actions.credit_invoice(deposit, reason="Erreur", by=shop.seller))
    assert credit.net == D("300.00")
    assert left_in_book(quote) == D("1000.00") == billing_plan(quote).remaining_net

    deposit = issue(shop, actions.bill_deposit(quote, net=D(250), by=shop.seller))
    shop.pay(deposit, deposit.gross)
    final = issue(shop, actions.bill_rest(quote, by=shop.seller))
    assert (final.kind, left_in_book(quote)) == (Kind.FINAL, ZERO)
    assert billing_plan(quote).is_closed


@database
def test_situations_lower_it_step_by_step(shop):
    quote = accepted(shop, line(price="1000"), line(price="500"))
    for progress, left in (("0.25", "1125.00"), ("0.8", "300.00"), ("1", "0")):
        issue(shop, actions.bill_progress(quote, progress=D(progress), by=shop.seller))
        assert left_in_book(quote) == D(left)


@database
def test_only_what_the_client_accepted_is_in_the_book(shop):
    shop.quote()
    actions.send_quote(shop.quote(), on=JUNE_3, by=shop.seller)
    shop.invoice()
    assert queries.order_book(None, on=JUNE_3) == []


@database
def test_each_reads_their_own_book_and_the_staff_that_of_all(shop):
    other = make_seller(shop.cooperative, first_name="Bilal", last_name="Ozan", name="Sureau")
    mine, theirs = accepted(shop), accepted(other, line(price="200"))

    def read(ids):
        return [order.quote_id for order in queries.order_book(ids, on=clock.today())]

    assert read(None) == [mine.pk, theirs.pk]
    assert read((shop.activity.pk,)) == [mine.pk]
    with tenant(shop.cooperative, membership=other.seller, own=own_ids(other.seller)):
        assert read(None) == [theirs.pk], "whatever is asked, the wall stands"


@database
def test_it_is_grouped_by_customer_and_by_age(shop):
    town = make_customer(shop.activity, shop.seller, name="Ville de Bruz", siret="")
    accepted(shop, line(price="100"))
    accepted(shop, line(price="250"), customer=town)
    accepted(shop, line(price="300"), customer=town)

    book = queries.order_book(None, on=clock.today())

    assert [(g.name, g.count, g.left) for g in by_customer(book)] == [
        ("Ville de Bruz", 2, D("550.00")),
        ("Éditions Maison Ébène", 1, D("100.00")),
    ]
    assert [(g.count, g.left) for g in by_age(book)] == [
        (3, D("650.00")),
        (0, ZERO),
        (0, ZERO),
        (0, ZERO),
    ]
    assert total_left(book) == D("650.00")


# The page


@planted
def open_shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        accepted(make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs"))
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


BOOK = "/c/ateliers/ventes/carnet/"


@database
def test_an_empty_book_says_what_will_come_there(open_shop):
    assert "Rien à facturer" in signed_in(open_shop.seller).get(BOOK).content.decode()


@database
@pytest.mark.parametrize("who", ["seller", "accountant"])
def test_the_page_costs_the_same_for_one_and_three(open_shop, who):
    client = signed_in(getattr(open_shop, who))
    with tenant(open_shop.cooperative):
        accepted(open_shop)
    client.get(BOOK)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            page = client.get(BOOK)
        counts.append(len(asked))
        with tenant(open_shop.cooperative):
            accepted(open_shop)
            accepted(open_shop, subject="Affiches")
    assert counts[0] == counts[1]
    assert page.context["left"] == D("3000.00")


@database
def test_the_page_filters_sorts_and_forgives_what_is_typed(open_shop):
    with tenant(open_shop.cooperative):
        accepted(open_shop, subject="Affiches")
        accepted(open_shop, line(price="50"), subject="Journal")
    client = signed_in(open_shop.seller)

    def shown(**asked):
        return [order.subject for order, _ in client.get(BOOK, asked).context["rows"]]

    assert shown(q="journ") == ["Journal"]
    assert shown(tri="reste") == ["Journal", "Affiches"]
    assert shown(tri="-reste") == ["Affiches", "Journal"]
    assert shown(age="ancien") == []
    assert shown(age="x", tri="x", page="999") == ["Affiches", "Journal"]


@database
def test_a_program_reads_the_same_book(open_shop):
    from tests.api.conftest import Key

    with tenant(open_shop.cooperative):
        quote = accepted(open_shop)
    found = Key(open_shop.seller).get("/api/v1/order-book/").json()

    assert found["left"] == "1000.00"
    assert [(o["quote"], o["left"], o["age"]) for o in found["orders"]] == [
        (quote.pk, "1000.00", "recent")
    ]
    assert found["orders"][0]["accepted_on"] == clock.today().isoformat()
