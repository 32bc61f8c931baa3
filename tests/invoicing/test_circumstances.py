"""Whose order a document answers, where one works or delivers, and when it was done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions import Place
from invoicing.documents.snapshots import quote_snapshot
from invoicing.models import Invoice
from tests.invoicing.makers import JUNE_3, line, make_customer, make_shop, refused
from tests.invoicing.test_pages import client_of, posted_back, url
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
SITE = Place(street="2 place de l’Église", postcode="35890", town="Laillé")
MAY_4 = date(2026, 5, 4)


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    return lambda: tenant(shop.cooperative)


def town_hall(shop, **values):
    return make_customer(
        shop.activity,
        shop.seller,
        **{
            "kind": "public", "name": "Commune de Laillé", "siret": "",
            "chorus_service": "VOIRIE", "chorus_commitment": "EJ-2026-42", **values,
        },
    )  # fmt: skip


def test_a_quote_says_where_when_and_for_which_order_and_its_invoice_too(shop, at):
    with at():
        quote = shop.quote(
            place=SITE, starts_on=MAY_4, duration=" trois  semaines ", order_reference="BC-7"
        )
        sent = actions.send_quote(quote, on=JUNE_3, by=shop.seller)
        actions.accept_quote(sent, name="Marianne Lescop", on=JUNE_3)
        draft = actions.invoice_from_quote(sent, by=shop.seller)
        invoice = actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)

    place = {"street": SITE.street, "complement": "", "postcode": "35890", "town": "Laillé",
             "country": "FR"}  # fmt: skip
    said = ("starts_on", "duration", "order_reference", "delivery")
    assert [sent.snapshot[name] for name in said] == ["2026-05-04", "trois semaines", "BC-7", place]
    assert [invoice.snapshot[name] for name in said[2:]] == ["BC-7", place]


def test_a_public_body_gives_its_commitment_and_its_service(shop, at):
    with at():
        mairie = town_hall(shop)
        given = shop.invoice(customer=mairie)
        typed = shop.draft(customer=mairie, order_reference="EJ-2026-43")

    assert (given.snapshot["order_reference"], given.snapshot["buyer_reference"]) == (
        "EJ-2026-42",
        "VOIRIE",
    )
    assert typed.order_reference == "EJ-2026-43"


def test_it_is_delivered_where_the_customer_asks_unless_said(shop, at):
    with at():
        elsewhere = town_hall(
            shop, delivery_street="Zone des Lilas", delivery_postcode="35580",
            delivery_town="Guichen", delivery_country="FR",
        )  # fmt: skip
        theirs = shop.draft(customer=elsewhere)
        said = shop.draft(customer=elsewhere, place=SITE)

    assert (theirs.delivery_town, said.delivery_town) == ("Guichen", "Laillé")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"place": Place(street="2 place de l’Église")}, "bad_place"),
        ({"place": replace(SITE, country="ZZ")}, "bad_place"),
        ({"supplied_from": JUNE_3, "supplied_on": MAY_4}, "bad_dates"),
    ],
)
def test_what_does_not_hold_is_refused(shop, at, values, code):
    with at():
        with refused(code):
            shop.draft(**values)
        assert Invoice.objects.count() == 0


def test_a_service_that_has_not_begun_is_not_issued(shop, at):
    with at():
        draft = shop.draft(supplied_from=date(2026, 6, 4))
        with refused("bad_dates"):
            actions.issue_invoice(draft, on=JUNE_3, by=shop.accountant)


def test_postgresql_holds_the_period(shop, at):
    with at():
        draft = shop.draft(supplied_from=MAY_4, supplied_on=JUNE_3)
        with (
            pytest.raises(IntegrityError, match="invoicing_invoice_supplied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                "UPDATE invoicing_invoice SET supplied_on = '2026-05-03' WHERE id = %s", [draft.pk]
            )


def test_the_editor_keeps_them_and_the_preview_shows_them(shop, at):
    seller = client_of(shop.seller)
    with at():
        quote = shop.quote(line(), place=SITE, starts_on=MAY_4, duration="trois semaines")
        invoice = shop.draft(line(), place=SITE, supplied_from=MAY_4, supplied_on=JUNE_3)
        quote.refresh_from_db()
        before = quote_snapshot(quote, list(quote.lines.all()), on=JUNE_3)
    for kind, pk in (("devis", quote.pk), ("factures", invoice.pk)):
        path = url(f"ventes/{kind}/{pk}/modifier/")
        page = seller.get(path)
        assert "Laillé" in page.content.decode()
        answer = seller.post(path, posted_back(page) | {"order_reference": "BC-9"})
        assert answer.status_code == 302, answer.context["form"].errors
    with at():
        quote.refresh_from_db()
        invoice.refresh_from_db()
        after = quote_snapshot(quote, list(quote.lines.all()), on=JUNE_3)
    assert after == before | {"order_reference": "BC-9"}
    assert (invoice.supplied_from, invoice.supplied_on, invoice.delivery_town) == (
        MAY_4, JUNE_3, "Laillé",
    )  # fmt: skip


def test_half_an_address_is_said_at_its_field(shop, at):
    seller = client_of(shop.seller)
    with at():
        quote = shop.quote(line())
    path = url(f"ventes/devis/{quote.pk}/modifier/")

    answer = seller.post(path, posted_back(seller.get(path)) | {"delivery_street": "2 place"})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["delivery_town"]
