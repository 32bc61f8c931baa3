"""The letters of SEPA, the keys of accounts."""

from __future__ import annotations

import pytest

from accounting.rules import has_right_key, sepa_text


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Études n° 4 : l’été « à l’œuvre »", "Etudes n 4 : l'ete a l'oeuvre"),
        ("Société Émile & Fils", "Societe Emile + Fils"),
        ("Łukasz Straße Ø", "Lukasz Strasse O"),
        ("№ 12 – 5 €", "N 12 - 5 EUR"),
        ("//ND-2026//0001/", "ND-2026/0001"),
        ("a\tb\nc\u00a0d\u202fe", "a b c d e"),
        ("<b>&amp;", "b +amp,"),
        ("Ελένη", ""),
        ("😀", ""),
    ],
)
def test_a_text_in_the_letters_of_sepa(said, read):
    assert sepa_text(said, 140) == read
    assert sepa_text(read, 140) == read


def test_a_text_is_cut_without_a_space_at_its_end():
    assert sepa_text("Compagnie des Arts", 10) == "Compagnie"
    assert sepa_text("é" * 80, 70) == "e" * 70


@pytest.mark.parametrize(
    ("iban", "is_right"),
    [
        ("FR7630006000011234567890189", True),
        ("DE89370400440532013000", True),
        ("MT84MALT011000012345MTLCAST001S", True),
        ("FR7630006000011234567890188", False),
        ("FR7630006000011234567809189", False),
        ("FR76 3000 6000 0112 3456 7890 189", False),
        ("", False),
        ("FRAA30006000011234567890189", False),
    ],
)
def test_the_key_of_an_account(iban, is_right):
    assert has_right_key(iban) is is_right
