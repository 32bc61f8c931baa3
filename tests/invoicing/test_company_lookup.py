"""The public directory of companies: a real server on this machine answers for it."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from django.db import IntegrityError, connection, transaction

from invoicing.models import Customer
from invoicing.queries.companies import found_companies
from invoicing.rules.companies import Company, read_companies
from invoicing.rules.identifiers import vat_number_of
from tests.api.conftest import Key
from tests.invoicing.directories import GOOD, SEAT, TOLD
from tests.invoicing.makers import SIREN, SIRET, make_customer, refused
from tests.makers import signed_in

NEW = "/c/ateliers/clients/nouveau/"
READ = Company(
    siren=SIREN,
    siret=SIRET,
    name="MAISON EBENE",
    vat_number=vat_number_of(SIREN),
    legal_form="Société par actions simplifiée (SAS)",
    naf="58.11Z",
    street="12 RUE DE LA MONNAIE",
    complement="BATIMENT B",
    postcode="35000",
    town="RENNES",
    is_public=False,
    has_ceased=False,
)


# What is read of an answer


def test_a_good_answer_is_read():
    assert read_companies(GOOD) == [READ]


def test_the_vat_number_is_computed():
    assert vat_number_of("404833048") == "FR83404833048"


def test_the_establishment_asked_for_is_preferred_to_the_seat():
    other = f"{SIREN}00031"
    asked = {"siret": other, "adresse": "3 QUAI SUD 29200 BREST", "etat_administratif": "F"}
    found = read_companies({"results": [TOLD | {"matching_etablissements": [asked]}]}, siret=other)

    assert [(c.street, c.postcode, c.town, c.has_ceased) for c in found] == [
        ("3 QUAI SUD", "29200", "BREST", True)
    ]


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"results": {}}, {"results": None}])
def test_what_is_not_an_answer_is_refused(answer):
    with pytest.raises(ValueError, match="not an answer"):
        read_companies(answer)


@pytest.mark.parametrize(
    "told",
    [
        7,
        {},
        TOLD | {"siren": "404833049"},
        TOLD | {"siren": 404833048},
        TOLD | {"nom_raison_sociale": "[ND]", "nom_complet": "\u202e\u200b \x00"},
    ],
)
def test_a_company_told_wrongly_is_left_out(told):
    assert read_companies({"results": [told]}) == []


def test_what_comes_back_is_cut_and_cleaned():
    seat = SEAT | {
        "siret": "1" * 14,
        "libelle_voie": "\u202ede la\r\nMonnaie\x00 " + "x" * 5000,
        "code_postal": "<b>35",
        "libelle_commune": ["RENNES"],
        "complement_adresse": "[ND]",
    }
    told = TOLD | {
        "nom_raison_sociale": "A" * 10_000,
        "nature_juridique": {"x": 1},
        "activite_principale": "'; DROP",
        "siege": seat,
    }
    company = read_companies({"results": [told] * 50})[0]

    assert len(company.name) == 160
    assert company.street.startswith("12 RUE de la Monnaie xxx") and len(company.street) == 120
    assert (company.siret, company.postcode, company.town, company.complement) == ("",) * 4
    assert (company.legal_form, company.naf) == ("", "")
    assert len(read_companies({"results": [told] * 50})) == 10


# A server that answers


@pytest.mark.django_db
def test_a_company_is_searched_once_in_ten_minutes(shop, seller, directory):
    assert found_companies(" 404 833 048 ", by=seller) == [READ]
    assert found_companies("404833048", by=seller) == [READ]
    assert directory.asked == ["/search?q=404833048&page=1&per_page=10"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (429, b"{}"),
        (302, b""),
        (200, b""),
        (200, b"<html>maintenance</html>"),
        (200, b"\xff\xfe\x00"),
        (200, b"[" * 100_000),
        (200, b'{"results": 3}'),
        (200, b'{"results": []}' + b" " * 300_000),
    ],
)
def test_nonsense_costs_a_sentence(shop, seller, directory, status, body):
    directory.status, directory.body = status, body
    with refused("directory_unavailable"):
        found_companies("Maison Ébène", by=seller)


@pytest.mark.django_db
def test_a_slow_directory_is_not_waited_for(shop, seller, directory, settings):
    directory.hangs, settings.COMPANY_DIRECTORY_SECONDS = True, 0.2
    with refused("directory_unavailable"):
        found_companies("Maison Ébène", by=seller)


@pytest.mark.django_db
@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "ftp://x", "http://[", "http://x:y", "x"])
def test_an_address_that_is_none_costs_a_sentence(shop, seller, directory, settings, url):
    settings.COMPANY_DIRECTORY_URL = url
    with refused("directory_unavailable"):
        found_companies("Maison Ébène", by=seller)


@pytest.mark.django_db
def test_a_cooperative_may_do_without(shop, seller, directory):
    seller.cooperative.company_directory = False
    with refused("directory_off"):
        found_companies("Maison Ébène", by=seller)
    assert directory.asked == []


@pytest.mark.django_db
def test_searches_are_not_endless(shop, seller, directory):
    with refused("search_too_short"):
        found_companies(" a\0b ", by=seller)
    for number in range(30):
        found_companies(f"Maison {number}", by=seller)
    with refused("too_many_searches"):
        found_companies("Maison Ébène", by=seller)


# The page


@pytest.mark.django_db
def test_a_form_is_filled_and_nothing_is_written(shop, seller, directory):
    browser = signed_in(seller)
    listed = browser.get(NEW, {"annuaire": "Maison Ébène"}).content.decode()
    filled = browser.get(NEW, {"annuaire": "Maison Ébène", "prise": SIREN}).content.decode()

    assert f"prise={SIREN}" in listed and "12 RUE" not in listed
    for value in (SIRET, "MAISON EBENE", "12 RUE DE LA MONNAIE", "58.11Z", vat_number_of(SIREN)):
        assert f'value="{value}"' in filled
    assert Customer.objects.count() == 1


@pytest.mark.django_db
def test_a_record_is_completed(shop, seller, directory):
    customer = make_customer(shop.activity, seller, name="Ébène", siret="", phone="0299000000")
    page = signed_in(seller).get(
        f"/c/ateliers/clients/{customer.pk}/modifier/", {"annuaire": "ebene", "prise": SIREN}
    )

    assert 'value="MAISON EBENE"' in page.content.decode()
    assert 'value="0299000000"' in page.content.decode()
    customer.refresh_from_db()
    assert customer.name == "Ébène"


@pytest.mark.django_db
def test_a_program_looks_a_company_up(shop, seller, directory, settings):
    program = Key(seller)
    found = program.get("/api/v1/customers/lookup/", {"q": SIRET})
    settings.COMPANY_DIRECTORY_URL = ""
    refusal = program.get("/api/v1/customers/lookup/", {"q": "Maison Ébène"})

    assert found.json() == [asdict(READ)]
    assert (refusal.status_code, refusal.json()["code"]) == (409, "directory_off")
    assert Key(shop.accountant).get("/api/v1/customers/lookup/").json()["code"] == "directory_off"


@pytest.mark.django_db
def test_the_form_works_by_hand_when_nothing_answers(shop, seller, directory, settings):
    browser = signed_in(seller)
    directory.status = 500
    page = browser.get(NEW, {"annuaire": "Maison Ébène"}).content.decode()
    assert "L’annuaire des entreprises ne répond pas" in page and 'name="siret"' in page
    directory.status, directory.body = 200, b'{"results": []}'
    page = browser.get(NEW, {"annuaire": "Maison Ébène"}).content.decode()
    assert "Aucune entreprise à ce nom" in page
    settings.COMPANY_DIRECTORY_URL = ""
    page = browser.get(NEW, {"annuaire": "Maison Ébène"}).content.decode()
    assert "Chercher l’entreprise" not in page and 'name="siret"' in page


@pytest.mark.django_db
def test_the_database_holds_the_activity_code(shop):
    with pytest.raises(IntegrityError, match="invoicing_customer_naf"), transaction.atomic():
        Customer.objects.filter(pk=shop.customer.pk).update(naf="6201Z")
    with (
        pytest.raises(IntegrityError, match="invoicing_customer_naf"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE invoicing_customer SET kind = 'foreign', country = 'BE', siren = '',"
            " siret = '', naf = '62.01Z' WHERE id = %s",
            [shop.customer.pk],
        )
