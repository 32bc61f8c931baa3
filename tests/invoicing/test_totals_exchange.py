from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cae.core.workflow import ActionRefused
from invoicing.rules.exchange import MOST_LINES, read_document, written_totals
from invoicing.rules.totals import document_totals

LINE = {"qty": "1", "unit_price": "10", "vat_category": "S", "vat_rate": "20"}


def totals_of(doc):
    return written_totals(document_totals(read_document(doc)))


def test_numbers_may_be_written_as_json_numbers():
    doc = {"lines": [{**LINE, "qty": 1, "unit_price": Decimal("10.0"), "vat_rate": 20}]}

    assert totals_of(doc) == totals_of({"lines": [LINE]})


def test_null_is_the_same_as_absent():
    doc = {"lines": [{**LINE, "base_qty": None, "allowances": None}], "prepaid": None}

    assert totals_of(doc) == totals_of({"lines": [LINE]})


def test_an_amount_wins_over_its_percentage():
    allowance = {"amount": "3.00", "percent": "33.33", "vat_category": "S", "vat_rate": "20"}

    totals = totals_of({"lines": [LINE], "allowances": [allowance]})

    assert totals["document_adjustments"] == ["-3.00"]


def test_a_line_may_have_charges():
    totals = totals_of({"lines": [{**LINE, "charges": [{"percent": "5"}]}]})

    assert (totals["line_adjustments"], totals["line_nets"]) == ([["+0.50"]], ["10.50"])


@pytest.mark.parametrize(
    ("doc", "sentence"),
    [
        (None, "Le document : un objet JSON est attendu."),
        ([], "Le document : un objet JSON est attendu."),
        ({}, "Le document : « lines » doit avoir au moins un élément."),
        ({"lines": {}}, "Le document : « lines » doit être une liste."),
        ({"lines": ["x"]}, "Lines n° 1 : un objet JSON est attendu."),
        ({"lines": [LINE, {}]}, "Lines n° 2 : « qty » manque."),
        (
            {"lines": [LINE] * (MOST_LINES + 1)},
            f"Le document : « lines » a plus de {MOST_LINES} éléments.",
        ),
        (
            {"lines": [{**LINE, "vat_category": "X"}]},
            "Lines n° 1 : « vat_category » doit être l’une de S, Z, E, AE, K, G, O.",
        ),
        (
            {"lines": [{**LINE, "vat_category": ["S"]}]},
            "Lines n° 1 : « vat_category » doit être l’une de S, Z, E, AE, K, G, O.",
        ),
        (
            {"lines": [{**LINE, "vat_category": "E"}]},
            "Lines n° 1 : la catégorie de TVA E ne va pas avec un taux de 20.",
        ),
        (
            {"lines": [{**LINE, "vat_rate": "101"}]},
            "Lines n° 1 : « vat_rate » doit être entre 0 et 100.",
        ),
        (
            {"lines": [{**LINE, "vat_rate": "5.555"}]},
            "Lines n° 1 : « vat_rate » a plus de 2 décimales.",
        ),
        (
            {"lines": [{**LINE, "base_qty": "0"}]},
            "Lines n° 1 : « base_qty » doit être plus grand que zéro.",
        ),
        (
            {"lines": [{**LINE, "unit_price": "-1"}]},
            "Lines n° 1 : « unit_price » ne peut pas être négatif, c’est la quantité qui l’est.",
        ),
        (
            {"lines": [{**LINE, "allowances": [{"reason": "Remise"}]}]},
            "Lines n° 1, allowances n° 1 : il faut « amount » ou « percent ».",
        ),
        ({"lines": [LINE], "prepaid": "0.001"}, "Le document : « prepaid » a plus de 2 décimales."),
        (
            {"lines": [LINE], "charges": [{"amount": "5"}]},
            "Charges n° 1 : « vat_category » doit être l’une de S, Z, E, AE, K, G, O.",
        ),
    ],
)
def test_a_bad_document_is_refused_with_its_place(doc, sentence):
    with pytest.raises(ActionRefused) as refusal:
        read_document(doc)

    assert refusal.value.message.replace("\u00a0", " ") == sentence
    assert refusal.value.code == "unreadable_document"


keys = st.sampled_from(
    [
        "lines",
        "allowances",
        "charges",
        "prepaid",
        "rounding",
        "qty",
        "unit_price",
        "base_qty",
        "vat_category",
        "vat_rate",
        "percent",
        "amount",
        "basis",
    ]
)


@pytest.mark.parametrize(
    "quantity",
    [
        *("NaN", "Infinity", "1e400", "", " 1", "1,5", "+1", "1_000", "٣", "0x1", "--1", "1\n"),
        *("1" * 13, "0." + "1" * 5000, True, [], {}, 10**12, 10**4000),
        *(Decimal("NaN"), Decimal("1E+400"), Decimal("1E-400"), 1e300, float("nan"), float("inf")),
    ],
)
def test_what_is_not_a_bounded_decimal_is_refused(quantity):
    with pytest.raises(ActionRefused, match=r"doit être un nombre décimal"):
        read_document({"lines": [{**LINE, "qty": quantity}]})


scalars = st.sampled_from(
    [None, True, 0, -1, 10**30, 0.1, Decimal("NaN"), Decimal("1E+99"), "", "x", "1e9", "20", "S"]
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(keys, json_values), st.dictionaries(keys, json_values))
def test_any_json_is_answered_or_refused(around, inside):
    doc = {"lines": [{**LINE, **inside}], **around}

    try:
        assert set(totals_of(doc)) == set(totals_of({"lines": [LINE]}))
    except ActionRefused as refusal:
        assert refusal.message.endswith(".")
