"""The schemes cooperatives publish, and what holds for any of them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.enums import ContributionBasis, ContributionMeasure, CostNature
from accounting.rules import (
    Bracket,
    Contribution,
    contribution,
    floor_shortfall,
    measured_basis,
    yearly_contribution,
)

D = Decimal


def brackets(*pairs):
    return tuple(Bracket(D(above), D(rate)) for above, rate in pairs)


ASTROLABE_CAPE = Contribution(
    brackets=brackets((0, "0.11"), (40_000, "0.10"), (80_000, "0.09")), floor=D(1200)
)
ASTROLABE_CESA = Contribution(brackets=ASTROLABE_CAPE.brackets, floor=D(2160))
ENCOM1 = Contribution(
    brackets=brackets((0, "0.10"), (35_000, "0.08"), (45_000, "0.06")),
    basis=ContributionBasis.CASHED,
    fixed_fee=D(16 + 3),
)
COOPANAME = Contribution.flat(D("0.135"), measure=ContributionMeasure.GROSS_MARGIN, fixed_fee=D(30))
CAP_SERVICES = Contribution.flat(D("0.10"), measure=ContributionMeasure.LESS_RESALE)
OPTEOS = Contribution.flat(D("0.115"))
COSTS = {
    CostNature.OVERHEAD: D(500),
    CostNature.RESALE: D(4000),
    CostNature.MATERIALS: D(1000),
    CostNature.SUBCONTRACTING: D(2000),
    CostNature.MISSION: D(300),
}


@pytest.mark.parametrize(
    ("rule", "basis", "due"),
    [
        (ASTROLABE_CAPE, 10_000, "1100.00"),
        (ASTROLABE_CAPE, 40_000, "4400.00"),
        (ASTROLABE_CAPE, 60_000, "6400.00"),
        (ASTROLABE_CAPE, 90_000, "9300.00"),
        (ENCOM1, 35_000, "3500.00"),
        (ENCOM1, 45_000, "4300.00"),
        (ENCOM1, 50_000, "4600.00"),
        (OPTEOS, 2142, "246.33"),
        (Contribution.flat(D("0.12")), "1234.56", "148.15"),  # Coodyssée, Équinoxe Sport
        (Contribution.flat(D("0.10")), "0.05", "0.01"),
        (Contribution.flat(D("0.10"), cap=D(5000)), 90_000, "5000.00"),
    ],
)
def test_published_schemes(rule, basis, due):
    assert str(yearly_contribution(rule, D(basis))) == due


def test_opteos_leaves_the_cost_of_a_salary():
    assert D(2142) - contribution(OPTEOS, before=D(0), amount=D(2142)) == D("1895.67")


def test_each_invoice_takes_the_bracket_the_year_has_reached():
    invoices = [D(30_000), D(20_000), D(40_000)]

    levies, before = [], D(0)
    for invoice in invoices:
        levies.append(contribution(ASTROLABE_CAPE, before=before, amount=invoice))
        before += invoice

    assert levies == [D("3300.00"), D("2100.00"), D("3900.00")]
    assert sum(levies) == D("9300.00")


def test_a_credit_note_gives_back_what_the_invoice_took():
    taken = contribution(ASTROLABE_CAPE, before=D(39_000), amount=D(5000))

    assert contribution(ASTROLABE_CAPE, before=D(44_000), amount=D(-5000)) == -taken
    assert contribution(ASTROLABE_CAPE, before=D(0), amount=D(-100)) == D("-11.00")


@pytest.mark.parametrize(
    ("rule", "levied", "months", "missing"),
    [
        (ASTROLABE_CAPE, "1100.00", 12, "100.00"),
        (ASTROLABE_CESA, "1100.00", 12, "1060.00"),
        (ASTROLABE_CESA, "0", 5, "900.00"),
        (ASTROLABE_CESA, "2160.00", 12, "0.00"),
        (ASTROLABE_CESA, "9300.00", 12, "0.00"),
        (OPTEOS, "0", 12, "0.00"),
    ],
)
def test_the_floor_is_settled_by_what_is_missing(rule, levied, months, missing):
    assert floor_shortfall(rule, levied=D(levied), months=months) == D(missing)


@pytest.mark.parametrize(
    ("measure", "basis"),
    [
        (ContributionMeasure.TURNOVER, 20_000),
        (ContributionMeasure.LESS_RESALE, 16_000),
        (ContributionMeasure.GROSS_MARGIN, 12_700),
    ],
)
def test_a_measure_excludes_some_costs(measure, basis):
    assert measured_basis(measure, turnover=D(20_000), costs=COSTS) == basis


def test_cap_services_takes_nothing_on_what_is_resold():
    basis = measured_basis(CAP_SERVICES.measure, turnover=D(20_000), costs=COSTS)

    assert yearly_contribution(CAP_SERVICES, basis) == D("1600.00")


def test_coopaname_takes_a_share_of_the_margin_and_a_monthly_fee():
    basis = measured_basis(COOPANAME.measure, turnover=D(20_000), costs=COSTS)

    assert yearly_contribution(COOPANAME, basis) == D("1714.50")
    assert COOPANAME.fixed_fee * 12 == D(360)


@pytest.mark.parametrize(
    "wrong", [(), ((10, "0.1"),), ((0, "0.1"), (0, "0.2")), ((0, "0.1"), (9, "0"), (5, "0"))]
)
def test_brackets_start_above_zero_and_go_up(wrong):
    with pytest.raises(ValueError, match="brackets"):
        Contribution(brackets=brackets(*wrong))


amounts = st.decimals(D(-50_000), D(90_000), places=2)
rates = st.decimals(D(0), D("0.3"), places=4)
rules = st.builds(
    lambda rates, starts, cap: Contribution(
        brackets=tuple(
            Bracket(D(start), rate)
            for start, rate in zip([0, *sorted(starts)], rates, strict=False)
        ),
        cap=cap,
    ),
    st.lists(rates, min_size=1, max_size=4),
    st.sets(st.integers(1, 99_999), min_size=3, max_size=3),
    st.none() | st.decimals(D(0), D(9000), places=2),
)


@given(rules, st.lists(amounts, max_size=12))
def test_the_lines_of_a_year_add_up_to_the_rule_of_the_year(rule, basis):
    levies, before = [], D(0)
    for amount in basis:
        levies.append(contribution(rule, before=before, amount=amount))
        before += amount

    assert sum(levies) == yearly_contribution(rule, sum(basis, D(0)))
