"""Every movement is told in words, from what it did to each position."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounting.enums import JournalKind, Position
from accounting.rules import explanation

D = Decimal


@pytest.mark.parametrize(
    ("kind", "moves", "sentence"),
    [
        (
            JournalKind.BANK,
            {Position.BANK: D(3600), Position.VAT_DUE: D(-600)},
            "Argent reçu : 3 600,00 € reçus en banque, 600,00 € de TVA à reverser.",
        ),
        (JournalKind.BANK, {Position.BANK: D(-12)}, "Argent sorti : 12,00 € sortis de la banque."),
        (
            JournalKind.EXPENSES,
            {Position.REFUNDS: D(-180), Position.VAT_DUE: D(20)},
            "Dépenses approuvées : 20,00 € de TVA en moins à reverser, 180,00 € à rembourser.",
        ),
        (
            JournalKind.PAYROLL,
            {Position.WAGES: D(-760), Position.SOCIAL: D(-520), Position.WITHHOLDING: D(-20)},
            "Paie : 760,00 € de salaire net à virer, 520,00 € de cotisations à payer,"
            " 20,00 € d’impôt prélevé à la source.",
        ),
        (
            JournalKind.INTERNAL,
            {Position.LINK: D(-300)},
            "Contribution coopérative : 300,00 € pour la coopérative.",
        ),
        (
            JournalKind.INTERNAL,
            {Position.LINK: D(10)},
            "Contribution rendue : 10,00 € rendus par la coopérative.",
        ),
    ],
)
def test_a_movement_says_what_it_gave_and_what_it_took(kind, moves, sentence):
    assert explanation(kind, moves).replace("\u00a0", " ") == sentence


@pytest.mark.parametrize("kind", JournalKind)
def test_every_journal_has_its_words(kind):
    assert explanation(kind, {Position.SUPPLIERS: D(-1)}).endswith("à payer au fournisseur.")
