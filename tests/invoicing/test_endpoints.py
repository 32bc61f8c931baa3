"""Addresses of electronic invoicing: BR-FR-21 and its neighbours, without a database."""

from __future__ import annotations

import pytest

from invoicing.rules.customers import missing_on_invoices
from invoicing.rules.endpoints import endpoint_of, read_endpoint
from invoicing.rules.identifiers import check_vat_of

SIREN, SIRET = "404833048", "40483304800022"


@pytest.mark.parametrize(
    "typed",
    [
        SIREN,
        f"{SIREN}_{SIRET}",
        f"{SIREN}_{SIRET}_SERVICE.ACHATS-2",
        f"{SIREN}_ROUX",
        f"{SIREN}_{'x' * 115}",
    ],
)
def test_the_four_shapes_are_read(typed):
    assert read_endpoint(f" {typed} ", siren=SIREN) == typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("732829320", "commence par le SIREN du client"),
        (f"{SIREN}1", "commence par le SIREN du client"),
        (f"{SIREN}_73282932000074", "pas un établissement"),
        (f"{SIREN}_40483304800023", "pas un établissement"),
        (f"{SIREN}_ROUX_2", "suit un SIRET"),
        (f"{SIREN}_", "introduit un SIRET"),
        (f"{SIREN}_é", "sans accent"),
        (f"{SIREN}_{'x' * 116}", "125 au plus"),
        ("facture@exemple.fr", "sans accent"),
    ],
)
def test_another_shape_is_refused_with_its_reason(typed, said):
    with pytest.raises(ValueError, match=said):
        read_endpoint(typed, siren=SIREN)


def test_without_a_siren_there_is_no_address_to_type():
    with pytest.raises(ValueError, match="renseignez d’abord le SIRET"):
        read_endpoint(SIREN, siren="")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"kind": "company", "siren": SIREN}, ("0225", SIREN)),
        ({"kind": "public", "siren": SIREN, "endpoint": f"{SIREN}_X"}, ("0225", f"{SIREN}_X")),
        ({"kind": "company", "email": "a@b.fr"}, ("EM", "a@b.fr")),
        ({"kind": "individual", "email": "a@b.fr"}, ("EM", "a@b.fr")),
        ({"kind": "foreign"}, ("", "")),
    ],
)
def test_a_document_goes_to_what_was_typed_then_to_the_siren_then_to_the_mail(values, expected):
    assert endpoint_of(**{"siren": "", "endpoint": "", "email": "", **values}) == expected


def test_a_french_vat_number_ends_with_the_siren():
    check_vat_of("FR83404833048", siren=SIREN)
    check_vat_of("BE0403019261", siren="")
    with pytest.raises(ValueError, match="celui d’une autre entreprise"):
        check_vat_of("FR44732829320", siren=SIREN)


@pytest.mark.parametrize(
    ("kind", "missing"),
    [
        ("company", ["l’adresse", "le SIREN ou le SIRET"]),
        ("public", ["l’adresse", "le SIRET, que Chorus Pro demande"]),
        ("individual", ["l’adresse", "un courriel, où recevoir ses factures"]),
    ],
)
def test_what_an_invoice_would_lack_is_said(kind, missing):
    nothing = {"siren": "", "siret": "", "town": "", "vat_number": "", "email": ""}
    assert missing_on_invoices(kind=kind, **nothing) == missing
