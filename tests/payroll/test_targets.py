"""From a wish to a gross: exact, on the lowest or highest cent, whatever rounding does."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from payroll.enums import Hours, HoursSmic, SalaryMode, TaxZone
from payroll.rules.budget import choose, distribute, why_unspent
from payroll.rules.gross import gross_for_cost, gross_for_net, gross_for_net_paid
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.slip import calculation, payslip

CENT = Decimal("0.01")

CESA = Situation(
    month=Month(2026, 11),
    headcount=24,
    accident_rate=Decimal("0.012"),
    mobility_rate=Decimal("0.0155"),
    health_premium=Decimal(50),
    hours=Hours.MONTHLY,
)

# A busy machine is no failure.
patient = settings(deadline=None, max_examples=60)

rates = st.integers(0, 600).map(lambda n: Decimal(n).scaleb(-4))
situations = st.builds(
    Situation,
    month=st.integers(0, 23).map(Month(2025, 1).plus),
    headcount=st.sampled_from([5, 10, 11, 49, 50, 400]),
    accident_rate=rates,
    mobility_rate=rates,
    health_premium=st.integers(0, 15000).map(lambda n: Decimal(n).scaleb(-2)),
    health_employer_share=st.sampled_from([Decimal("0.5"), Decimal("0.55"), Decimal(1)]),
    working_time=st.sampled_from([Decimal("0.2"), Decimal("0.2857"), Decimal("0.8"), Decimal(1)]),
    hours=st.sampled_from(Hours),
    hours_smic=st.sampled_from(HoursSmic),
    is_executive=st.booleans(),
    is_in_alsace_moselle=st.booleans(),
    tax_zone=st.sampled_from(TaxZone),
    withholding_rate=st.none() | st.integers(0, 430).map(lambda n: Decimal(n).scaleb(-3)),
)
amounts = st.integers(0, 1_500_000).map(lambda n: Decimal(n).scaleb(-2))


@st.composite
def years(draw) -> tuple[Situation, YearToDate | None]:
    """A situation, and the year before its month for some."""
    situation = draw(situations)
    before = None
    for number in range(draw(st.integers(1, situation.month.number)), situation.month.number):
        month = replace(situation, month=Month(situation.month.year, number))
        before = payslip(month, draw(amounts), before=before).year_to_date
    return situation, before


@patient
@given(year=years(), gross=amounts)
def test_the_totals_are_the_sums_of_the_lines(year, gross):
    situation, before = year
    slip = payslip(situation, gross, before=before)

    employee = sum((line.employee for line in slip.lines), ZERO)
    employer = sum((line.employer for line in slip.lines), ZERO)
    assert slip.employee_total == employee
    assert slip.employer_total == employer
    assert slip.cost == gross + employer
    assert slip.net_before_tax == gross - employee
    assert slip.net_paid == slip.net_before_tax - slip.withholding.amount


@patient
@given(year=years(), gross=amounts)
def test_a_search_computes_what_the_slip_shows(year, gross):
    situation, before = year
    slip = payslip(situation, gross, before=before)
    month = calculation(situation, before)
    in_cents = int(gross * 100)

    assert month.cost(in_cents) == slip.cost * 100
    assert month.net(in_cents) == slip.net_before_tax * 100
    assert month.net_taxable(in_cents) == slip.net_taxable * 100
    assert month.net_paid(in_cents) == slip.net_paid * 100


@patient
@given(situation=situations, gross=amounts)
@example(situation=CESA, gross=Decimal("5469.09"))
@example(situation=CESA, gross=Decimal("4005.00"))
@example(situation=CESA, gross=Decimal("1823.03"))
def test_the_cost_never_falls_within_a_month(situation, gross):
    month = calculation(situation, None)
    start = int(gross * 100)

    costs = [month.cost(start + cents) for cents in range(50)]

    assert costs == sorted(costs)


@patient
@given(year=years(), budget=amounts)
def test_the_gross_of_a_budget_is_the_highest_that_fits(year, budget):
    situation, before = year
    gross = gross_for_cost(situation, budget, before=before)
    month = calculation(situation, before)
    found, available = int(gross * 100), int(budget * 100)

    assert month.cost(found) <= available or found == 0
    # Further than any step of the reduction on any year drawn here can reach.
    assert all(month.cost(found + cents) > available for cents in range(1, 4000))


@patient
@given(year=years(), net=amounts)
def test_the_gross_of_a_net_is_the_lowest_that_reaches_it(year, net):
    situation, before = year
    gross = gross_for_net(situation, net, before=before)
    month = calculation(situation, before)

    assert_lowest(month.net, found=int(gross * 100), target=int(net * 100))


@patient
@given(year=years(), net=amounts)
def test_the_gross_of_a_net_paid_is_the_lowest_that_reaches_it(year, net):
    situation, before = year
    gross = gross_for_net_paid(situation, net, before=before)
    month = calculation(situation, before)

    assert_lowest(month.net_paid, found=int(gross * 100), target=int(net * 100))


def assert_lowest(net, *, found: int, target: int) -> None:
    assert net(found) >= target
    near = range(max(0, found - 1500), found)
    sparse = range(0, found, max(1, found // 1500))
    assert all(net(gross) < target for gross in near)
    assert all(net(gross) < target for gross in sparse)


@pytest.mark.parametrize("threshold", [1698_00, 2315_00, 4019_00])
def test_every_net_around_a_threshold_of_the_tax_grid_gets_its_lowest_gross(threshold):
    """Exhaustive where the net falls: each net just above a fall is reached at two grosses."""
    month = calculation(CESA, None)
    fall = next(gross for gross in range(0, 6000_00, 100) if month.net_taxable(gross) >= threshold)
    grosses = range(fall - 30_00, fall + 120_00)
    lowest: dict[int, int] = {}
    highest = month.net_paid(grosses[0])
    for gross in grosses:
        for net in range(highest, month.net_paid(gross)):
            lowest[net + 1] = gross
        highest = max(highest, month.net_paid(gross))

    nets = list(lowest)[100::29]
    found = {net: int(gross_for_net_paid(CESA, Decimal(net).scaleb(-2)) * 100) for net in nets}

    assert found == {net: lowest[net] for net in nets}


def test_a_net_beyond_reach_is_refused():
    with pytest.raises(ActionRefused) as refusal:
        gross_for_net(CESA, Decimal(900_000))

    assert refusal.value.code == "unreachable_net"


def test_a_negative_budget_is_refused():
    with pytest.raises(ActionRefused) as refusal:
        gross_for_cost(CESA, Decimal(-1))

    assert refusal.value.code == "negative_budget"


@patient
@given(year=years(), budget=amounts)
def test_a_budget_is_shared_to_the_cent(year, budget):
    situation, before = year
    shared = distribute(situation, budget, before=before)

    parts = (
        shared.slip.net_paid,
        shared.slip.withholding.amount,
        shared.contributions,
        shared.unspent,
    )
    assert sum(parts) == budget
    assert shared.is_affordable == (shared.shortfall == 0)


def test_a_budget_below_nothing_gives_no_gross():
    shared = distribute(CESA, Decimal(-10))

    assert (shared.slip.gross, shared.is_affordable) == (0, False)
    assert shared.shortfall == 10 + shared.slip.cost


@pytest.mark.parametrize(
    ("mode", "figure"),
    [
        (SalaryMode.GROSS, "gross"),
        (SalaryMode.NET, "net_before_tax"),
        (SalaryMode.NET_PAID, "net_paid"),
        (SalaryMode.COST, "cost"),
    ],
)
def test_each_mode_fixes_its_figure(mode, figure):
    chosen = choose(CESA, mode=mode, amount=Decimal(1500), budget=Decimal(3000))

    assert abs(getattr(chosen.slip, figure) - 1500) <= CENT
    assert chosen.unspent == 3000 - chosen.slip.cost


def test_all_i_can_spends_the_budget():
    chosen = choose(CESA, mode=SalaryMode.ALL, amount=ZERO, budget=Decimal(3000))

    assert chosen == distribute(CESA, Decimal(3000))
    assert chosen.unspent < Decimal("0.50")


def test_a_large_unspent_part_is_explained():
    at_three_smic = why_unspent(distribute(CESA, Decimal("7900")))
    at_the_ceiling = why_unspent(distribute(CESA, payslip(CESA, Decimal(4005)).cost + 6))

    assert at_three_smic is not None
    assert at_three_smic.startswith("Ce salaire est au seuil où la réduction")
    assert "109,39\u00a0€" in at_three_smic
    assert at_the_ceiling is not None
    assert at_the_ceiling.startswith("Au-dessus du plafond de la sécurité sociale (4\u00a0005,00")
    assert why_unspent(distribute(CESA, Decimal(3000))) is None
