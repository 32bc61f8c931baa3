"""Mentions by case and terms of sale: proposed, frozen, versioned."""

from __future__ import annotations

import re

import pytest
from django.db import DatabaseError, connection, transaction

from cae.core import clock
from cae.core.tenancy import tenant
from invoicing import actions
from invoicing.actions.filing import file_under
from invoicing.actions.wording import (
    MentionDetails,
    add_mention,
    archive_mention,
    change_mention,
    write_terms,
)
from invoicing.enums import CustomerKind, MentionCase
from invoicing.models import BusinessType, Mention, Quote, Terms
from invoicing.rules.mentions import OFFERED, cases_of
from tests.invoicing.makers import make_customer, make_seller, make_shop, refused
from tests.invoicing.test_deals import sql_refusal
from tests.invoicing.test_pages import client_of, form, url
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
NEW = url("ventes/devis/nouveau/")
LIVE = {"HX-Request": "true"}


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


@pytest.fixture
def seller(shop):
    return client_of(shop.seller)


@pytest.fixture
def staff(shop):
    return client_of(shop.accountant)


def mediation(**values) -> MentionDetails:
    return MentionDetails(
        **{"title": "Médiation", "text": "Médiateur\u00a0: CM2C.", "is_default": True,
           "case": MentionCase.INDIVIDUAL, **values}
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "natures", "vats", "found"),
    [
        ("company", {"services"}, {"20"}, {"always", "company"}),
        ("public", {"services"}, {"20"}, {"always", "company", "public"}),
        ("individual", {"goods"}, {"training"}, {"always", "individual", "goods", "training"}),
    ],
)
def test_the_cases_a_document_shows(kind, natures, vats, found):
    assert cases_of(kind, natures=natures, vats=vats) == found


def test_what_the_law_says_waits_for_someone_to_confirm(shop, seller, staff, at):
    with at():
        assert Mention.objects.filter(is_to_confirm=True).count() == len(OFFERED)
        seeded = Mention.objects.get(title="Médiation de la consommation")
    assert "Médiation de la consommation" not in seller.get(NEW).content.decode()
    there = url(f"ventes/mentions/{seeded.pk}/")
    assert "À confirmer" in staff.get(there).content.decode()
    assert seller.get(there).status_code == 404

    staff.post(there, {"title": "Médiation", "text": "CM2C", "case": "individual",
                       "on_quotes": "on", "is_default": "on"})  # fmt: skip

    with at():
        seeded.refresh_from_db()
        assert (seeded.is_to_confirm, seeded.on_invoices) == (False, False)
    assert "Médiation" in seller.get(NEW).content.decode()


def test_a_mention_is_ticked_by_its_case_once_and_frozen(shop, seller, at):
    with at():
        mention = add_mention(shop.activity, details=mediation(), by=shop.seller)
        person = make_customer(shop.activity, shop.seller, siret="", name="Mme Le Goff",
                               kind=CustomerKind.INDIVIDUAL)  # fmt: skip
    company = seller.post(NEW, form(customer=shop.customer.pk), headers=LIVE).content.decode()
    ticked = seller.post(NEW, form(customer=person.pk), headers=LIVE).content.decode()
    assert ("CM2C" in company, "CM2C" in ticked) == (False, True)
    seen = re.search(r'name="mentions_seen" value="([^"]*)"', ticked).group(1)

    off = seller.post(NEW, form(customer=person.pk, mentions_seen=seen), headers=LIVE)
    seller.post(NEW, form(customer=person.pk, mentions=[mention.pk], mentions_seen=seen))

    assert "CM2C" not in off.content.decode()
    with at():
        quote = Quote.objects.get()
        change_mention(mention, details=mediation(text="Autre"), by=shop.seller)
        sent = actions.send_quote(quote, on=clock.today(), by=shop.seller)
        assert sent.snapshot["chosen_mentions"] == ["Médiateur\u00a0: CM2C."]
        made = shop.quote(customer=person)
        assert [each["text"] for each in made.mentions] == ["Autre"]
        assert shop.quote().mentions == []


@pytest.mark.parametrize(
    ("values", "code"),
    [({"text": " "}, "text_missing"), ({"title": ""}, "text_missing"),
     ({"on_quotes": False, "on_invoices": False}, "nowhere")],
)  # fmt: skip
def test_a_mention_that_says_nothing_is_refused(shop, at, values, code):
    with at(), refused(code):
        add_mention(shop.activity, details=mediation(**values), by=shop.seller)


def test_an_archived_mention_is_not_proposed_and_a_neighbours_neither(
    shop, seller, at, cooperatives
):
    with at():
        mention = add_mention(shop.activity, details=mediation(title="À moi"), by=shop.seller)
        neighbour = client_of(
            make_seller(cooperatives[0], first_name="Naïma", last_name="Benali", name="Sève").seller
        )
    listed = url("ventes/mentions/")
    assert "À moi" in seller.get(listed).content.decode()
    assert "À moi" not in neighbour.get(listed).content.decode()
    assert neighbour.post(f"{listed}{mention.pk}/archiver/").status_code == 404
    seller.post(f"{listed}{mention.pk}/archiver/")
    assert "À moi" not in seller.get(listed).content.decode()
    with at(), refused("already_archived"):
        archive_mention(mention, by=shop.seller)


def test_terms_are_versioned_and_a_sent_quote_keeps_its_own(shop, seller, staff, at):
    terms = url("ventes/conditions/")
    staff.post(terms, {"text": "Article 1. Prix."})
    seller.post(terms, {"text": "Chez Brume, on livre en juin."})
    assert seller.post(terms, {"text": "Chez Brume, on livre en juin."}).status_code == 422

    with at():
        sent = actions.send_quote(
            shop.quote(dated_on=clock.today()), on=clock.today(), by=shop.seller
        )
        write_terms(None, text="", by=shop.accountant)
        after = shop.quote(dated_on=clock.today())
        after = actions.send_quote(after, on=clock.today(), by=shop.seller)
        with refused("too_long"):
            write_terms(None, text="x" * 60_001, by=shop.accountant)
    assert [(each["of"], each["version"]) for each in sent.snapshot["terms_of_sale"]] == [
        ("", 1), ("Studio Brume", 1),
    ]  # fmt: skip
    assert [each["of"] for each in after.snapshot["terms_of_sale"]] == ["Studio Brume"]


def test_a_type_of_business_has_terms_of_its_own(shop, seller, staff, at):
    with at():
        travel = BusinessType.objects.get(code="travel")
        write_terms(None, text="Pour tous", by=shop.accountant)
        with refused("one_owner"):
            write_terms(shop.activity, text="X", business_type=travel, by=shop.accountant)
    here = url(f"ventes/conditions/?type={travel.pk}")
    assert travel.label in staff.get(here).content.decode()
    assert staff.post(here, {"text": "Annulation"}).url == here
    for wrong in ("?type=x", "?type=999999"):
        assert staff.get(url(f"ventes/conditions/{wrong}")).status_code == 404
    with at():
        on = clock.today()
        filed, other = shop.quote(dated_on=on), shop.quote(dated_on=on)
        file_under(filed, folder=None, business_type=travel, by=shop.seller)
        sent = [actions.send_quote(each, on=on, by=shop.seller) for each in (filed, other)]
        said = [[each["text"] for each in one.snapshot["terms_of_sale"]] for one in sent]
        assert said == [["Pour tous", "Annulation"], ["Pour tous"]]
        both = (
            "INSERT INTO invoicing_terms (tenant_id, activity_id, business_type_id, version, text,"
            " written_at, written_by_id) SELECT tenant_id, activity_id, %s, 9, 'x', now(),"
            " created_by_id FROM invoicing_quote WHERE id = %s"
        )
        assert sql_refusal(both, travel.pk, filed.pk) == "invoicing_terms_whose"


def test_postgresql_keeps_every_version_and_says_where_a_mention_goes(shop, at):
    with at():
        write_terms(None, text="Un", by=shop.accountant)
        add_mention(shop.activity, details=mediation(), by=shop.seller)
        assert Terms.objects.count() == 1
        for statement in (
            "UPDATE invoicing_terms SET text = 'Deux'",
            "DELETE FROM invoicing_terms",
            "UPDATE invoicing_mention SET on_quotes = false, on_invoices = false",
            "UPDATE invoicing_mention SET text = ''",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
