from dataclasses import replace
from decimal import Decimal

import pytest

from cae.core.periods import Month
from cae.management.commands.compute_payslips import answer
from payroll.enums import Hours
from payroll.rules.situation import Situation
from payroll.rules.slip import payslip
from tests.payroll.vectors import disagreements, vectors

CENT = Decimal("0.01")
# The yearly vectors give one tolerance, for lines; the one of totals is that of the monthly ones.
TOTALS_OF_A_MONTH = Decimal("0.05")


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


@pytest.mark.parametrize("case", vectors("vectors_cumulative.jsonl"), ids=lambda case: case["id"])
def test_a_year_is_regularised_month_after_month(case):
    months = answer(case["inputs"])["months"]

    assert [month["month"] for month in months] == [month["month"] for month in case["months"]]
    for month, expected in zip(months, case["months"], strict=True):
        assert month["cumulative_gross"] == expected["cumulative_gross"]
        assert month["rgdu_coef"] == expected["rgdu_coef_cumulative"]
        assert (
            disagreements(
                month,
                expected["regularised"],
                line=case["tolerance"]["line"],
                totals=TOTALS_OF_A_MONTH,
            )
            == {}
        )


@pytest.mark.parametrize(
    ("case_id", "monthly", "yearly", "not_regularised"),
    [
        ("Y26-013", "1739.07", "7470.95", "2650.47"),
        ("Y26-017", "2234.23", "7351.76", "3801.09"),
        ("Y26-023", "0.00", "6230.27", "656.92"),
    ],
)
def test_uneven_pay_costs_a_reduction_that_the_yearly_reading_keeps(
    case_id, monthly, yearly, not_regularised
):
    """The table « equivalent hours » of the domain notes, to the euro; here to the cent."""
    case = next(case for case in vectors("vectors_cumulative.jsonl") if case["id"] == case_id)
    grosses = [Decimal(gross) for gross in case["inputs"]["gross"]]
    situation = Situation(
        month=Month(2026, 1),
        headcount=case["inputs"]["effectif"],
        accident_rate=Decimal("0.012"),
    )

    assert reduction_of_year(situation, grosses, Hours.MONTHLY) == Decimal(monthly)
    assert reduction_of_year(situation, grosses, Hours.YEARLY) == Decimal(yearly)
    assert sum(
        payslip(replace(situation, month=Month(2026, i), hours=Hours.MONTHLY), gross).reduction
        for i, gross in enumerate(grosses, start=1)
    ) == Decimal(not_regularised)


def reduction_of_year(situation: Situation, grosses: list[Decimal], hours: Hours) -> Decimal:
    before = None
    for i, gross in enumerate(grosses, start=1):
        month = replace(situation, month=Month(2026, i), hours=hours)
        before = payslip(month, gross, before=before).year_to_date
    assert before is not None
    return before.reduction
