"""The catalogue: an activity's own, and the cooperative's for all of them."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cae.core.tenancy import tenant
from invoicing.actions.catalogue import ItemDetails, archive_item, change_item, create_item
from invoicing.enums import Entry
from invoicing.models import CatalogueItem, Quote
from tests.invoicing.makers import D, make_seller, make_shop, refused
from tests.invoicing.test_editor import LIVE, rows, sold
from tests.invoicing.test_pages import client_of, form, url
from tests.makers import make_membership
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
NEW = url("ventes/devis/nouveau/")
LIST = url("ventes/catalogue/")


@planted
def shop(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    with tenant(cooperatives[1]):
        stranger = make_shop(cooperatives[1], first_name="Zoé", last_name="Autre", name="Ailleurs")
        create_item(None, details=poster(label="D’ailleurs"), by=stranger.accountant)
    with tenant(cooperatives[0]):
        return make_shop(cooperatives[0])


@pytest.fixture
def at(shop):
    return lambda: tenant(shop.cooperative)


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


@pytest.fixture
def staff(shop):
    return client_of(shop.accountant)


def poster(**values) -> ItemDetails:
    return ItemDetails(**{"label": "Affiche A2", "price": D("85.53"), "vat": "20", **values})


def typed(**values) -> dict[str, str]:
    return {"label": "Affiche A2", "price": "85,53", "entry": "net", "vat": "20", "unit": "C62",
            "nature": "goods", **values}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"label": "  "}, "label_missing"),
        ({"vat": "99"}, "unknown_vat"),
        ({"price": D("-1")}, "bad_price"),
        ({"reference": "AFF-2"}, "reference_twice"),
    ],
)
def test_an_item_that_makes_no_sense_is_refused(shop, at, values, code):
    with at():
        create_item(shop.activity, details=poster(reference="AFF-2"), by=shop.seller)
        with refused(code):
            create_item(shop.activity, details=poster(**values), by=shop.seller)


def test_a_reference_is_free_again_once_archived_and_refused_on_the_way_back(shop, at, seller):
    with at():
        first = create_item(shop.activity, details=poster(reference="A"), by=shop.seller)
        archive_item(first, by=shop.seller)
        with refused("already_archived"):
            archive_item(first, by=shop.seller)
        create_item(shop.activity, details=poster(reference="A"), by=shop.seller)

    seller.post(url(f"ventes/catalogue/{first.pk}/reprendre/"))
    with at():
        first.refresh_from_db()
        assert first.archived_at


def test_postgresql_holds_references_and_prices(shop, at):
    with at():
        create_item(shop.activity, details=poster(reference="A"), by=shop.seller)
        other = create_item(shop.activity, details=poster(reference="B"), by=shop.seller)
        for name, change in {
            "invoicing_catalogueitem_reference_once": "reference = 'A'",
            "invoicing_catalogueitem_price": "unit_price = -1",
            "invoicing_catalogueitem_price ": "entry = 'gross'",
            "invoicing_catalogueitem_price  ": "typed_price = 3",
        }.items():
            with (
                pytest.raises(DatabaseError, match=name.strip()),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(
                    f"UPDATE invoicing_catalogueitem SET {change} WHERE id = %s", [other.pk]
                )


def test_a_seller_adds_corrects_archives_and_takes_back(shop, seller, at):
    assert "Aucun article" in seller.get(LIST).content.decode()

    assert seller.post(url("ventes/catalogue/nouveau/"), typed()).status_code == 302
    with at():
        item = CatalogueItem.objects.get()
    assert (item.activity_id, item.unit_price) == (shop.activity.pk, D("85.53"))
    there = url(f"ventes/catalogue/{item.pk}/")
    assert 'value="85,53"' in seller.get(there).content.decode()
    seller.post(there, typed(price="102,64", entry="gross"))
    page = seller.get(LIST).content.decode()
    assert "102,64" in page and "TTC" in page
    seller.post(f"{there}archiver/")
    assert "Affiche A2" not in seller.get(f"{LIST}?q=affiche").content.decode()
    assert "Affiche A2" in seller.get(f"{LIST}?etat=archive").content.decode()
    seller.post(f"{there}reprendre/")
    assert "Affiche A2" in seller.get(f"{LIST}?q=AFFICHE").content.decode()
    assert "Rien ici" in seller.get(f"{LIST}?q=zzz\0").content.decode()
    assert seller.post(there, typed(price="")).status_code == 422


def test_the_cooperatives_items_are_read_by_all_and_written_by_staff(
    shop, seller, staff, at, cooperatives
):
    staff.post(url("ventes/catalogue/nouveau/"), typed(label="Atelier commun"))
    with at():
        common = CatalogueItem.objects.get()
        mine = create_item(shop.activity, details=poster(label="À moi"), by=shop.seller)
        neighbour = client_of(
            make_seller(cooperatives[0], first_name="Naïma", last_name="Benali", name="Sève").seller
        )

    assert common.activity_id is None
    read = {name: client.get(LIST).content.decode() for name, client in
            (("seller", seller), ("staff", staff), ("neighbour", neighbour))}  # fmt: skip
    assert all("Atelier commun" in page and "ailleurs" not in page for page in read.values())
    assert "À moi" in read["seller"]
    assert "À moi" not in read["neighbour"]
    assert seller.get(url(f"ventes/catalogue/{common.pk}/")).status_code == 404
    for client in (staff, neighbour):
        for verb in ("", "archiver/", "reprendre/"):
            answer = client.post(url(f"ventes/catalogue/{mine.pk}/{verb}"), typed())
            assert answer.status_code == 404
    officer = client_of(make_membership(cooperatives[0], "administrator"))
    assert officer.get(url(f"ventes/catalogue/{common.pk}/")).status_code == 200


def test_the_list_asks_as_much_for_three_items_as_for_one(shop, seller, at):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert seller.get(LIST).status_code == 200
        return len(queries)

    with at():
        create_item(shop.activity, details=poster(), by=shop.seller)
    asked()
    one = asked()
    with at():
        for rank in range(2):
            create_item(shop.activity, details=poster(label=f"Affiche {rank}"), by=shop.seller)
    assert asked() == one


def test_an_item_fills_a_line_as_prices_are_typed_there(shop, seller, at):
    with at():
        item = create_item(shop.activity, details=poster(unit="DAY"), by=shop.seller)

    page = seller.post(
        NEW, rows(sold("Direction", "100"), catalogue=item.pk, entry="gross",
                  entry_of_prices="gross"), headers=LIVE,
    ).content.decode()  # fmt: skip

    assert 'id="prestations"' in page
    assert re.search(r'name="lignes-1-label"\s+value="Affiche A2"', page)
    assert re.search(r'name="lignes-1-unit_price"\s+value="102,636"', page)
    assert "202,64\xa0€" in page
    with at():
        assert not Quote.objects.exists()


def test_an_item_takes_the_blank_line_there_is_and_a_strangers_fills_nothing(shop, seller, at):
    with at():
        item = create_item(shop.activity, details=poster(), by=shop.seller)
    blank = form(catalogue=item.pk, **{"lignes-0-label": "", "lignes-0-unit_price": ""})

    page = seller.post(NEW, blank, headers=LIVE).content.decode()
    none = seller.post(NEW, form(catalogue=item.pk + 1000), headers=LIVE).content.decode()

    assert re.search(r'name="lignes-0-label"\s+value="Affiche A2"', page)
    assert "lignes-1-label" not in page
    assert 'id="prestations"' not in none


def test_a_line_is_kept_in_the_catalogue_and_the_page_stays_as_typed(shop, seller, at):
    page = seller.post(NEW, form(keep="lignes-0", subject="En cours")).content.decode()
    incomplete = seller.post(NEW, form(keep="lignes-0", **{"lignes-0-label": ""}))

    with at():
        item = CatalogueItem.objects.get()
    assert (item.label, item.unit_price, item.unit) == ("Direction artistique", D(420), "DAY")
    assert 'value="En cours"' in page and "gardé au catalogue" in page
    assert incomplete.status_code == 422
    assert "n’est pas complète" in incomplete.content.decode()


def test_a_price_with_vat_gives_the_one_without(shop, at):
    with at():
        item = create_item(shop.activity, details=poster(), by=shop.seller)
        item = change_item(item, details=poster(price=D(90), entry=Entry.GROSS), by=shop.seller)
        assert (item.unit_price, item.typed_price) == (D(75), D(90))
