from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from cae.core.workflow import ActionRefused
from payroll import rates
from payroll.rules.contributions import RULES

JANUARY_2026 = date(2026, 1, 1)


def test_a_value_holds_until_the_next_one_begins():
    assert rates.get("smic", on=date(2026, 5, 31)).value == Decimal("12.02")
    assert rates.get("smic", on=date(2026, 6, 1)).value == Decimal("12.31")


def test_the_smic_of_the_reduction_does_not_follow_the_rise_of_june_2026():
    assert rates.get("reduction_smic", on=date(2026, 6, 1)).value == Decimal("12.02")


def test_a_rate_depends_on_the_size_of_the_employer():
    small = rates.get("formation", on=JANUARY_2026, headcount=10)
    large = rates.get("formation", on=JANUARY_2026, headcount=11)

    assert (small.employer, large.employer) == (Decimal("0.0055"), Decimal("0.01"))


def test_what_is_not_due_is_not_found():
    assert rates.find("peec", on=JANUARY_2026, headcount=49) is None
    assert rates.find("maladie_complement", on=JANUARY_2026) is None


def test_a_month_without_a_table_is_refused_with_the_name_of_what_is_missing():
    with pytest.raises(ActionRefused) as refusal:
        rates.get("ceiling", on=date(2027, 1, 1))

    assert refusal.value.code == "unknown_rate"
    assert "«\u00a0Plafond mensuel de la sécurité sociale\u00a0»" in refusal.value.message
    assert "janvier 2027" in refusal.value.message


def test_one_file_adds_a_year(tmp_path):
    for path in Path(rates.__file__).parent.glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "2027.toml").write_text(
        """
        [[smic]]
        label = "SMIC horaire brut"
        starts_on = 2027-01-01
        value = 12.50
        source = "Décret 2026-9999"
        """,
        encoding="utf-8",
    )

    *_, until_december, from_january = rates.read(tmp_path)["smic"]

    assert (until_december.starts_on, until_december.ends_on) == (
        date(2026, 6, 1),
        date(2026, 12, 31),
    )
    assert (from_january.value, from_january.ends_on) == (Decimal("12.50"), None)


def test_every_contribution_has_its_rates():
    assert {rule.code for rule in RULES} <= rates.rows().keys()


@pytest.mark.parametrize("name", rates.rows())
def test_rows_of_one_name_follow_each_other_without_gap_or_overlap(name):
    sizes = {(row.headcount_from, row.headcount_below) for row in rates.rows()[name]}
    for size in sizes:
        rows = [
            row for row in rates.rows()[name] if (row.headcount_from, row.headcount_below) == size
        ]
        for earlier, later in pairwise(rows):
            assert earlier.ends_on is not None
            assert earlier.ends_on + timedelta(days=1) == later.starts_on


@pytest.mark.parametrize("name", rates.rows())
def test_every_row_cites_its_text_in_exact_numbers(name):
    for row in rates.rows()[name]:
        numbers = [row.employer, row.employee, *row.numbers.values()]
        numbers += [number for bracket in row.brackets for number in bracket]
        assert row.source
        assert row.label
        assert all(type(number) is Decimal for number in numbers)


@pytest.mark.parametrize("name", [name for name in rates.rows() if name.startswith("pas_")])
def test_a_tax_grid_starts_at_zero_and_rises(name):
    for grid in rates.rows()[name]:
        assert grid.brackets[0] == (0, 0)
        assert list(grid.brackets) == sorted(set(grid.brackets))
        assert len(grid.brackets) == 20
