from decimal import Decimal

import pytest

from cae.management.commands.compute_payslips import answer
from tests.payroll.vectors import disagreements, vectors

CENT = Decimal("0.01")


@pytest.mark.parametrize("case", vectors("vectors.jsonl"), ids=lambda case: case["id"])
def test_the_payslip_agrees_with_the_published_one(case):
    expected = {
        key: value for key, value in case["expected"].items() if key not in case["unsure_lines"]
    }

    result = answer(case["inputs"])

    assert disagreements(result, expected, **case["tolerance"]) == {}


@pytest.mark.parametrize("case", vectors("vectors_inverse.jsonl"), ids=lambda case: case["id"])
def test_the_gross_of_a_budget_fits_it_and_one_cent_more_does_not(case):
    budget = case["inputs"]["cost_budget"]
    without_budget = {k: v for k, v in case["inputs"].items() if k != "cost_budget"}

    result = answer(case["inputs"])
    one_cent_more = answer({**without_budget, "gross": result["gross"] + CENT})

    assert abs(result["gross"] - case["expected"]["gross"]) <= case["tolerance"]["gross"]
    assert result["cost"] + result["unspent"] == budget
    assert result["cost"] <= budget < one_cent_more["cost"]
    assert answer({**without_budget, "gross": result["gross"]}) == {**result, "unspent": 0}
