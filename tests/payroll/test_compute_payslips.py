import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from cae.core.money import to_cents
from cae.core.workflow import ActionRefused
from cae.management.commands.compute_payslips import Command, answer
from tests.payroll.vectors import vectors

SMIC = vectors("vectors.jsonl")[0]["inputs"] | {"gross": Decimal("1823.03")}


def run(*lines: str) -> list[dict]:
    out = io.StringIO()
    source = io.BytesIO("\n".join(lines).encode())
    call_command(Command(), source=source, stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def line(id_: str, inputs: object) -> str:
    return json.dumps({"id": id_, "inputs": inputs}, default=str)


def refused(**changes: object) -> str:
    with pytest.raises(ActionRefused) as refusal:
        answer({**SMIC, **changes})
    assert refusal.value.message.endswith((".", "!"))
    return refusal.value.message


def test_each_line_gets_its_payslip():
    first, second = run(line("a", SMIC), line("b", SMIC | {"gross": "50.00"}))

    assert (first["id"], first["result"]["gross"]) == ("a", "1823.03")
    assert (second["id"], second["result"]["net_paid"]) == ("b", "8.96")


def test_a_bad_line_is_said_and_the_others_are_answered():
    out = io.StringIO()
    source = io.BytesIO(b'{"id": 1, "inputs": {}}\n' + line("after", SMIC).encode())

    with pytest.raises(CommandError):
        call_command(Command(), source=source, stdout=out)

    bad, good = (json.loads(text) for text in out.getvalue().splitlines())
    assert bad == {"id": 1, "error": "Il manque « at_rate » dans « inputs ». Ajoutez cette clé."}
    assert good["result"]["gross"] == "1823.03"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"gross": -1}, "hors limites"),
        ({"gross": Decimal("1E+400")}, "hors limites"),
        ({"gross": Decimal("1E-400")}, "trop précis"),
        ({"gross": Decimal("1823.035")}, "trop précis"),
        ({"gross": 10**4000}, "hors limites"),
        ({"gross": True}, "pas un nombre"),
        ({"gross": None}, "pas un nombre"),
        ({"gross": "1e3"}, "pas un nombre"),
        ({"gross": {"a": 1}}, "pas un nombre"),
        ({"cost_budget": 3000}, "soit « gross »"),
        ({"month": "2026-13"}, "mois"),
        ({"month": 202601}, "mois"),
        ({"month": "2031-01"}, "janvier 2031"),
        ({"month": "2024-12"}, "décembre 2024"),
        ({"month": "0001-01"}, "pas connue"),
        ({"month": "9999-12"}, "pas connue"),
        ({"quotite": 0}, "quotite"),
        ({"quotite": 100.5}, "pas un nombre"),
        ({"quotite": 101}, "entre 0 et 100"),
        ({"effectif": Decimal("2.5")}, "effectif"),
        ({"cadre": "oui"}, "true ou false"),
        ({"cadre": 1}, "true ou false"),
        ({"at_rate": Decimal("1.23456")}, "4 décimales"),
        ({"mutuelle_er_share": 200}, "entre 0 et 100"),
        ({"zone": "lune"}, "zone"),
        ({"zone": []}, "zone"),
        ({"gross": Decimal("NaN")}, "hors limites"),
        ({"gross": Decimal("-Infinity")}, "hors limites"),
        ({"pas_rate": 90}, "pas_rate"),
        ({"cadr": True}, "pas une clé connue"),
    ],
)
def test_an_impossible_value_is_refused_with_a_sentence(changes, word):
    assert word in refused(**changes)


@pytest.mark.parametrize("inputs", [None, [], 3, "x", [SMIC]])
def test_inputs_must_be_an_object(inputs):
    with pytest.raises(ActionRefused) as refusal:
        answer(inputs)

    assert "objet JSON" in refusal.value.message


def test_an_individual_rate_replaces_the_neutral_grid():
    result = answer({**SMIC, "pas_rate": Decimal("4.2")})

    assert result["pas_rate_percent"] == Decimal("4.2")
    assert result["pas_amount"] == to_cents(result["net_taxable"] * Decimal("0.042"))


def test_a_budget_below_the_mutuelle_gives_no_gross_and_the_shortfall():
    inputs = {k: v for k, v in SMIC.items() if k != "gross"}

    result = answer({**inputs, "cost_budget": 10})

    assert result["gross"] == 0
    assert result["unspent"] == 10 - result["cost"] < 0


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=300, deadline=None)
@given(key=st.sampled_from([*SMIC, "pas_rate", "zone"]), value=JSON_VALUES)
def test_any_value_of_any_key_is_answered_or_refused(key, value):
    try:
        result = answer({**SMIC, key: value})
    except ActionRefused as refusal:
        assert refusal.message
    else:
        assert result["cost"] >= 0


YEAR = {name: value for name, value in SMIC.items() if name not in ("month", "gross")}


def test_a_list_of_gross_is_a_year_from_january_2026():
    months = answer({**YEAR, "gross": [2000, Decimal("2000.50")]})["months"]

    assert [(month["month"], month["cumulative_gross"]) for month in months] == [
        ("2026-01", 2000),
        ("2026-02", Decimal("4000.50")),
    ]


def test_months_may_be_given_and_a_new_year_starts_from_nothing():
    months = answer({**YEAR, "gross": [2000, 2000], "months": ["2025-12", "2026-01"]})["months"]

    assert [month["cumulative_gross"] for month in months] == [2000, 2000]


@pytest.mark.parametrize(
    ("inputs", "word"),
    [
        ({"gross": []}, "0 mois"),
        ({"gross": [1] * 37}, "37 mois"),
        ({"gross": [1] * 13}, "janvier 2027"),
        ({"gross": [1, None]}, "pas un nombre"),
        ({"gross": [1, [2]]}, "pas un nombre"),
        ({"gross": [1, 2], "months": ["2026-01"]}, "autant de mois"),
        ({"gross": [1, 2], "months": "2026-01"}, "autant de mois"),
        ({"gross": [1, 2], "months": ["2026-02", "2026-01"]}, "ordre du temps"),
        ({"gross": [1, 2], "months": ["2026-01", "2026-01"]}, "ordre du temps"),
        ({"gross": [1], "months": [None]}, "mois"),
        ({"gross": [1], "month": "2026-01"}, "pas une clé connue"),
        ({"gross": [1], "cost_budget": 1}, "soit « gross »"),
    ],
)
def test_an_impossible_year_is_refused(inputs, word):
    with pytest.raises(ActionRefused) as refusal:
        answer({**YEAR, **inputs})

    assert word in refusal.value.message
