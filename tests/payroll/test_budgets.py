"""How much can be paid, and by which activity: one truth, that of the ledger."""

from datetime import date
from decimal import Decimal

import pytest

from accounting import queries as ledger
from cae.core.money import ZERO
from entrepreneurs import actions as people
from payroll import queries
from payroll.actions import choose_salary, compute_run, validate_payslips
from payroll.enums import SalaryMode
from payroll.models import PayslipPart
from tests.entrepreneurs.makers import make_activity
from tests.payroll.makers import (
    NOVEMBER,
    ON,
    activity_of,
    contribute,
    make_payee,
    make_run,
    provision,
    receive,
    spend,
)


def all_i_can(person):
    choose_salary(person, NOVEMBER, mode=SalaryMode.ALL, on=ON, by=None)


def test_a_budget_is_what_the_ledger_has_less_reserve_and_provisions(camille):
    activity = activity_of(camille)
    spend(activity, "260")
    contribute(activity, "400")
    provision(activity, "90")
    activity = people.set_reserve(activity, Decimal(500), by=None)

    budget = queries.payable_budget(activity, NOVEMBER, on=ON)

    assert budget.available == ledger.available(activity.analytic, ON)
    assert budget.available.total == 4000 - 260 - 400
    assert budget.total == 4000 - 260 - 400 - 500 - 90
    assert queries.payee_of(camille, NOVEMBER, on=ON).budget == budget.total


def test_money_of_later_days_is_not_there_yet(camille):
    receive(activity_of(camille), "1000", on=date(2026, 11, 30))

    assert queries.payee_of(camille, NOVEMBER, on=ON).budget == 4000


def test_the_pay_of_the_month_comes_back_before_it_is_computed_again(camille):
    all_i_can(camille)
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)
    activity = activity_of(camille)

    budget = queries.payable_budget(activity, NOVEMBER, on=ON)

    assert budget.total == 4000
    assert budget.available.total == 4000 - run.payslips.get().cost
    assert queries.payable_budget(activity, NOVEMBER.next(), on=ON).total == (
        budget.available.total
    )


def test_partners_share_an_activity_to_the_cent_whoever_is_paid_first(books):
    ana = make_payee("Ana", "Roux", cash="0", activity="À part")
    bob = make_payee("Bob", "Jolly", cash="0", activity="Ailleurs")
    together = people.open_activity(
        name="Menuiserie du Frêne", shares={ana: 2, bob: 1}, on=date(2026, 1, 1), by=None
    )
    receive(together, "6000.01")
    all_i_can(ana)
    all_i_can(bob)
    run = make_run()
    first = run.payslips.get(entrepreneur=ana)
    assert first.budget == Decimal("4000.01")

    validate_payslips(run, [first.pk], on=ON, by=None)
    compute_run(run, on=ON, by=None)

    second = run.payslips.get(entrepreneur=bob)
    assert second.budget == Decimal("2000.00")
    validate_payslips(run, [second.pk], on=ON, by=None)
    left = ledger.available(together.analytic, ON).total
    assert left == Decimal("6000.01") - first.cost - second.cost >= 0


def test_one_person_with_two_activities_has_one_payslip_that_both_pay(camille):
    other = make_activity(camille, name="Ateliers du soir")
    receive(other, "1000.07")
    all_i_can(camille)

    run = make_run()

    slip = run.payslips.get()
    assert slip.budget == Decimal("5000.07")
    costs = dict(PayslipPart.objects.values_list("activity__name", "cost"))
    assert sum(costs.values()) == slip.cost
    assert costs["Ateliers du soir"] <= Decimal("1000.07")
    validate_payslips(run, [slip.pk], on=ON, by=None)
    for activity in (activity_of_name("Studio Brume"), other):
        assert ledger.available(activity.analytic, ON).total >= ZERO


def test_an_activity_in_deficit_takes_nothing_from_the_other(camille):
    other = make_activity(camille, name="Ateliers du soir")
    spend(other, "300")
    all_i_can(camille)

    slip = make_run().payslips.get()

    assert slip.budget == 4000
    assert set(PayslipPart.objects.values_list("activity__name", "cost")) == {
        ("Studio Brume", slip.cost),
        ("Ateliers du soir", ZERO),
    }


def activity_of_name(name):
    from entrepreneurs.models import Activity

    return Activity.objects.get(name=name)


def test_the_number_of_queries_does_not_depend_on_the_number_of_people(
    camille, django_assert_max_num_queries
):
    with django_assert_max_num_queries(14) as few:
        queries.payees(NOVEMBER, on=ON)
    for i in range(3):
        make_payee(f"Prénom{'abc'[i]}", "Nom", activity=f"Enseigne {i}")
    with django_assert_max_num_queries(14) as many:
        assert len(queries.payees(NOVEMBER, on=ON)) == 4
    assert len(few) == len(many)


@pytest.mark.parametrize("premium", ["0", "40"])
def test_without_money_there_is_no_pay_and_no_mutuelle(books, cooperative, premium):
    cooperative.health_premium = Decimal(premium)
    cooperative.save()
    person = make_payee(cash="0", fixed_part="0")
    all_i_can(person)

    slip = make_run().payslips.get()

    assert (slip.gross, slip.cost, slip.net_paid, slip.blocking) == (ZERO, ZERO, ZERO, 0)
