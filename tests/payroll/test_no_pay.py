"""A month without pay: nothing is owed, and the year is put right with the next month paid."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cae.core.periods import Month, months_between
from payroll.actions import choose_salary
from payroll.enums import Hours, SalaryMode
from payroll.rules.situation import Situation
from payroll.rules.slip import payslip
from payroll.rules.wishes import Wish, wished_pay
from tests.payroll.makers import NOVEMBER, ON, activity_of, make_payee, make_run, paid_month, spend

CESA = Situation(
    month=Month(2026, 1),
    headcount=24,
    accident_rate=Decimal("0.012"),
    hours=Hours.MONTHLY,
    health_premium=Decimal(40),
)
ALL = Wish(SalaryMode.ALL)


def paid(month, gross, before=None):
    wish = Wish(SalaryMode.GROSS, Decimal(gross))
    return wished_pay(replace(CESA, month=month), wish, budget=Decimal(50_000), before=before).slip


def test_no_pay_after_a_high_one_owes_nothing():
    october = paid(Month(2026, 10), "9000")

    november = wished_pay(
        replace(CESA, month=NOVEMBER), ALL, budget=Decimal(0), before=october.year_to_date
    ).slip

    assert (november.gross, november.cost, november.net_before_tax, november.lines) == (0, 0, 0, ())
    assert november.year_to_date.ceiling == october.year_to_date.ceiling
    assert november.year_to_date.waiting_ceiling == november.ceiling


@given(grosses=st.lists(st.sampled_from(["0", "150", "1500", "4200", "9000"]), max_size=11))
def test_the_year_is_the_same_once_somebody_is_paid_again(grosses):
    """Skipped months change when ceilings are regularised, not what the year adds up to."""
    months = months_between(Month(2026, 1), Month(2026, 12))
    skipping = counting = None
    totals = [Decimal(0), Decimal(0)]
    for month, gross in zip(months, [*grosses, "2000"], strict=False):
        skipped = paid(month, gross, skipping)
        counted = payslip(
            replace(CESA, month=month, health_premium=Decimal(0 if gross == "0" else 40)),
            Decimal(gross),
            before=counting,
        )
        skipping, counting = skipped.year_to_date, counted.year_to_date
        totals[0] += skipped.employee_total
        totals[1] += counted.employee_total

    assert replace(skipping, net_taxable=0, withheld=0) == replace(
        counting, net_taxable=0, withheld=0
    )
    assert abs(totals[0] - totals[1]) < Decimal("0.50")  # each line of each month is rounded


def test_a_month_without_money_after_a_good_one_is_not_blocked(books):
    person = make_payee(cash="14000", fixed_part="0")
    october = Month(2026, 10)
    choose_salary(
        person, october, mode=SalaryMode.GROSS, amount=Decimal(9000), on=ON, by=None, for_them=True
    )
    paid_month(october)
    spend(activity_of(person), "5000")
    choose_salary(person, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)

    slip = make_run().payslips.get()

    assert (slip.gross, slip.net_paid, slip.blocking) == (0, 0, 0)
