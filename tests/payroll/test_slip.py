import json
from dataclasses import replace
from decimal import Decimal

import pytest

from cae.core.money import ZERO, to_cents
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from payroll.enums import Fund, Hours, Section, WithholdingKind
from payroll.rules.budget import distribute
from payroll.rules.frozen import frozen, thawed
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.slip import Slip, payslip

SALARIED = Situation(month=Month(2026, 1), headcount=24, accident_rate=Decimal("0.012"))
WITH_MUTUELLE = replace(SALARIED, health_premium=Decimal(50))
SMIC = Decimal("1823.03")


@pytest.mark.parametrize(
    ("month", "gross", "net"),
    [(Month(2026, 1), SMIC, "1443.11"), (Month(2026, 6), Decimal("1867.02"), "1477.93")],
)
def test_the_net_of_the_smic_is_the_official_one(month, gross, net):
    """But for the rounding of its lines: the official figure is computed in one go."""
    slip = payslip(replace(SALARIED, month=month), gross)

    assert abs(slip.net_before_tax - Decimal(net)) <= Decimal("0.02")


def test_every_line_is_its_base_times_its_rate():
    slip = payslip(replace(WITH_MUTUELLE, is_executive=True, headcount=60), Decimal(6000))

    for line in slip.lines:
        if line.base is not None:
            assert line.employer == to_cents(line.base * (line.employer_rate or 0))
            assert line.employee == to_cents(line.base * (line.employee_rate or 0))


def test_sections_follow_the_legal_order():
    slip = payslip(replace(WITH_MUTUELLE, is_executive=True), Decimal(4500))

    assert [section for section, _ in slip.sections()] == list(Section)


def test_every_line_says_what_it_is_for_and_where_it_comes_from():
    slip = payslip(replace(WITH_MUTUELLE, is_executive=True, headcount=60), Decimal(4500))

    for line in slip.lines:
        assert line.label
        assert line.explanation.endswith(".")
        assert line.source
        assert bool(line.how(employer=True)) == bool(line.employer)
        assert bool(line.how(employer=False)) == bool(line.employee)


def test_a_line_says_how_it_was_found():
    pension = payslip(WITH_MUTUELLE, SMIC).line("vieillesse_plafonnee")

    assert pension is not None
    assert pension.how(employer=False) == "1\u00a0823,03\u00a0€ × 6,9\u00a0% = 125,79\u00a0€"


def test_the_reduction_says_what_the_year_had_already_granted():
    january = payslip(SALARIED, Decimal(2000))
    february = payslip(
        replace(SALARIED, month=Month(2026, 2)), Decimal(3000), before=january.year_to_date
    )

    urssaf, pension = february.line("reduction"), february.line("reduction_pension")

    assert urssaf is not None
    assert pension is not None
    assert -february.reduction == urssaf.employer + pension.employer
    assert -pension.employer == to_cents(february.reduction * Decimal("0.0601") / Decimal("0.3981"))
    assert urssaf.how(employer=True) == (
        "5\u00a0000,00\u00a0€ × 0,1719 depuis le début de l’année, moins 629,40\u00a0€"
        " déjà accordés = 230,10\u00a0€, dont 195,36\u00a0€ pour l’Urssaf"
    )


def test_funds_share_every_contribution():
    slip = payslip(replace(WITH_MUTUELLE, is_executive=True, headcount=60), Decimal(3000))

    by_fund = slip.by_fund()

    assert set(by_fund) == set(Fund)
    assert sum(employer for employer, _ in by_fund.values()) == slip.employer_total
    assert sum(employee for _, employee in by_fund.values()) == slip.employee_total


def test_a_rate_of_the_tax_office_is_shown_as_such():
    withholding = payslip(replace(SALARIED, withholding_rate=Decimal("0.03")), SMIC).withholding

    assert (withholding.kind, withholding.rate) == (WithholdingKind.INDIVIDUAL, Decimal("0.03"))
    assert withholding.amount == to_cents(withholding.base * withholding.rate)


def test_the_year_starts_again_in_january():
    december = payslip(replace(SALARIED, month=Month(2025, 12)), Decimal(9000))

    january = payslip(SALARIED, Decimal(2000), before=december.year_to_date)

    assert january == payslip(SALARIED, Decimal(2000))


def test_a_month_is_not_computed_after_a_later_one():
    february = payslip(replace(SALARIED, month=Month(2026, 2)), SMIC)

    with pytest.raises(AssertionError, match="months go forward"):
        payslip(SALARIED, SMIC, before=february.year_to_date)


def test_a_new_rule_of_reduction_inside_a_year_starts_from_nothing():
    april = payslip(replace(SALARIED, month=Month(2025, 4)), Decimal(3200))

    may = payslip(replace(SALARIED, month=Month(2025, 5)), SMIC, before=april.year_to_date)
    alone = payslip(replace(SALARIED, month=Month(2025, 5)), SMIC)

    assert may.reduction == alone.reduction
    assert may.year_to_date.gross == 3200 + SMIC


def test_a_full_year_of_even_pay_is_twelve_times_a_month_to_the_cent():
    before = None
    for number in range(1, 13):
        slip = payslip(replace(SALARIED, month=Month(2026, number)), Decimal(2500), before=before)
        before = slip.year_to_date

    assert before is not None
    assert before.ceiling == 12 * 4005
    assert before.reduction == to_cents(12 * 2500 * Decimal("0.1719"))


@pytest.mark.parametrize("gross", [Decimal(-1), Decimal(1_000_001)])
def test_an_impossible_gross_is_refused(gross):
    with pytest.raises(ActionRefused) as refusal:
        payslip(SALARIED, gross)

    assert refusal.value.code == "impossible_gross"


def test_a_gross_of_nothing_only_owes_the_mutuelle():
    slip = payslip(WITH_MUTUELLE, ZERO)

    assert slip.line("mutuelle") is not None
    assert slip.cost == distribute(WITH_MUTUELLE, ZERO).shortfall > 25
    assert slip.net_paid < -25
    assert slip.withholding.amount == 0


def test_a_slip_is_kept_exactly_as_json():
    january = payslip(replace(WITH_MUTUELLE, hours=Hours.MONTHLY), Decimal("913.37"))
    february = payslip(
        replace(WITH_MUTUELLE, month=Month(2026, 2), withholding_rate=Decimal("0.021")),
        Decimal("4321.05"),
        before=january.year_to_date,
    )

    for slip in (january, february):
        kept = json.loads(json.dumps(frozen(slip)))
        assert thawed(Slip, kept) == slip
        assert thawed(YearToDate, kept["year_to_date"]) == slip.year_to_date
        assert thawed(Situation, kept["situation"]) == slip.situation
