"""What is read in a search before any row is."""

from decimal import Decimal

import pytest

from cae.core.periods import months_called
from cae.core.search import LONGEST, MOST_WORDS, sought

D = Decimal


@pytest.mark.parametrize(
    ("typed", "lowest", "highest"),
    [
        ("1250", "1250", "1250.99"),
        ("1 250", "1250", "1250.99"),
        ("1\u00a0250 €", "1250", "1250.99"),
        ("1\u202f250,00", "1250", "1250"),
        ("1250,5", "1250.50", "1250.50"),
        ("-84,10", "84.10", "84.10"),
    ],
)
def test_an_amount_is_read_as_it_is_written(typed, lowest, highest):
    assert sought(typed).amounts == (D(lowest), D(highest))


@pytest.mark.parametrize("typed", ["0042", "FA-2026-0042", "12 rue", "1,234,567", "1250,555", "∞"])
def test_what_is_not_an_amount_is_only_words(typed):
    assert sought(typed).amounts is None


def test_an_amount_is_also_the_digits_of_a_number():
    assert sought("404 833 048").words == ("404833048",)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  Éditions   ÉBÈNE ", ("editions", "ebene")),
        ("l’atelier d'Œuvre", ("atelier", "oeuvre")),
        ("« Brume », (Rennes)", ("brume", "rennes")),
        ("brume brume", ("brume",)),
        ("50%_off\\", ("50%_off\\",)),
        ("a", ()),
        ("", ()),
        ("\x00\x00", ()),
        ("bru\x00me", ("bru", "me")),
    ],
)
def test_words_lose_accents_case_and_punctuation(typed, words):
    assert sought(typed).words == words


def test_a_very_long_search_is_cut():
    wanted = sought("mot" * 10_000)
    many = sought(" ".join(f"m{n}" for n in range(100)))

    assert wanted.text == ("mot" * 10_000)[:LONGEST]
    assert len(many.words) == MOST_WORDS


@pytest.mark.parametrize(
    ("word", "months"),
    [("nov", [11]), ("Août", [8]), ("aou", [8]), ("juil.", [7]), ("ju", []), ("juin", [6])],
)
def test_a_month_is_known_by_its_first_letters(word, months):
    assert months_called(word) == months
