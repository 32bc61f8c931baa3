"""What one sale brings: the pay with it less the pay without, by the engine that really pays."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounting.actions import levy_contribution, set_contribution_rule
from accounting.enums import ContributionBasis
from accounting.rules import Bracket, Contribution
from cae.core.models import Cooperative
from cae.core.money import ZERO, to_cents
from entrepreneurs import actions as people
from payroll.enums import SalaryMode
from payroll.queries import Hypotheses, brought, contribution_on, payee_of, simulate
from payroll.rules.wishes import Wish
from tests.entrepreneurs.makers import make_activity, make_cape, make_person
from tests.payroll.makers import (
    NOVEMBER,
    ON,
    activity_of,
    make_payee,
    paid_month,
    receive,
    spend,
)

D = Decimal


def vote(terms: Contribution) -> None:
    set_contribution_rule(terms, label="Taux voté", valid_from=date(2024, 1, 1), by=None)


def levy(activity, basis: str) -> None:
    levy_contribution(
        activity.analytic,
        moment=ContributionBasis.INVOICED,
        basis=D(basis),
        on=date(2026, 6, 3),
        piece="F-1",
        posting_key="test:levy",
        by=None,
    )


def of(activity, net: str, *persons, levied: bool = False):
    return brought(
        activity,
        persons,
        net=D(net),
        on=ON,
        contribution=contribution_on(activity, D(net), on=ON),
        levied=levied,
    )


@pytest.mark.parametrize("net", ["0.07", "85", "1224.49", "2465", "6200", "41000"])
def test_on_an_empty_account_it_agrees_with_the_simulator_to_the_cent(books, net):
    camille = make_payee(cash="0")
    vote(Contribution.flat(D("0.10")))
    activity = activity_of(camille)

    found = of(activity, net, camille)

    same = simulate(camille, activity, Hypotheses(D(net), ZERO), on=ON)
    assert found.contribution == same.contribution
    assert found.salary == same.net
    assert found.social == same.pay.contributions
    assert found.rest == same.reserve
    assert found.segments == [segment for segment in same.segments if segment.label != "Frais"]


def test_it_is_the_difference_of_two_real_pays(camille):
    activity = activity_of(camille)
    before = payee_of(camille, NOVEMBER, on=ON).pay(Wish(SalaryMode.ALL)).slip

    found = of(activity, "1000", camille)

    receive(activity, "920")  # all but the eight percent kept
    after = payee_of(camille, NOVEMBER, on=ON).pay(Wish(SalaryMode.ALL)).slip
    assert found.budget == 4000
    assert found.salary == after.net_before_tax - before.net_before_tax
    assert found.salary + found.social == after.cost - before.cost
    assert sum(segment.amount for segment in found.segments) == found.net == 1000


def test_the_contribution_starts_from_what_the_year_has_counted(camille):
    vote(Contribution(brackets=(Bracket(ZERO, D("0.10")), Bracket(D(10000), D("0.05")))))
    activity = activity_of(camille)
    levy(activity, "9500")

    assert contribution_on(activity, D(2000), on=ON) == D("50.00") + D("75.00")
    assert contribution_on(activity, D(-1000), on=ON) == D("-100.00")


def test_a_cap_reached_takes_nothing_more_nor_does_a_floor_or_a_fee(camille):
    vote(
        Contribution.flat(D("0.10"), cap=D(1000), floor=D(300), fixed_fee=D(25)),
    )
    activity = activity_of(camille)
    levy(activity, "9900")

    assert contribution_on(activity, D(500), on=ON) == D("10.00")


def test_without_a_rule_nothing_is_taken(camille):
    assert contribution_on(activity_of(camille), D(500), on=ON) == ZERO


def test_a_contribution_already_taken_is_not_taken_twice(books):
    vote(Contribution.flat(D("0.10")))
    camille = make_payee(cash="0")
    activity = activity_of(camille)
    expected = of(activity, "2000", camille)
    levy(activity, "2000")

    found = of(activity, "2000", camille, levied=True)

    assert found == expected


def test_what_is_missing_is_filled_first(books):
    camille = make_payee(cash="0")
    activity = activity_of(camille)
    spend(activity, "300")

    small, large = of(activity, "300", camille), of(activity, "2300", camille)

    assert small.budget == -300
    assert (small.salary, small.rest) == (ZERO, D(300))
    assert large.salary > 0
    assert large.rest > 300


def test_a_loss_takes_pay_back_and_keeps_nothing_aside(camille):
    vote(Contribution.flat(D("0.10")))
    activity = activity_of(camille)

    found = of(activity, "-1000", camille)

    assert found.contribution == -100
    assert found.salary < 0 and found.social < 0
    assert found.salary + found.social + found.rest == -900
    assert abs(found.rest) < D("0.5")  # what the last cents of a gross cannot spend


def test_under_cape_there_is_no_pay(books):
    nour = make_person("Nour", "Benali")
    make_cape(nour, starts_on=date(2026, 3, 1))
    activity = make_activity(nour, name="Reliures")
    vote(Contribution.flat(D("0.10")))

    found = of(activity, "1000", nour)

    assert (found.paid, found.salary, found.social) == (0, ZERO, ZERO)
    assert [(s.label, s.amount) for s in found.segments] == [
        ("Contribution coopérative", D(100)),
        ("Sur le compte de l’activité", D(900)),
    ]


def test_another_activity_counts_in_the_pay_it_adds_to(camille):
    other = make_activity(camille, name="Ateliers du soir")

    found = of(other, "1000", camille)

    assert found.budget == 4000
    assert found == of(activity_of_name(camille, "Studio Brume"), "1000", camille)


def test_an_activity_in_deficit_brings_nothing_until_it_is_filled(camille):
    other = make_activity(camille, name="Ateliers du soir")
    spend(other, "1000")

    found = of(other, "800", camille)

    assert (found.budget, found.salary, found.rest) == (D(4000), ZERO, D(800))


def test_partners_have_their_part_each_and_the_sum_for_staff(books):
    ana = make_payee("Ana", "Roux", cash="0", activity="À part")
    bob = make_payee("Bob", "Jolly", cash="0", activity="Ailleurs")
    together = people.open_activity(
        name="Menuiserie du Frêne", shares={ana: 2, bob: 1}, on=date(2026, 1, 1), by=None
    )
    vote(Contribution.flat(D("0.10")))

    hers, his, both = (of(together, "3000", *who) for who in ([ana], [bob], [ana, bob]))

    assert (hers.net, his.net, both.net) == (D(2000), D(1000), D(3000))
    assert (hers.contribution, his.contribution) == (D(200), D(100))
    assert both.salary == hers.salary + his.salary
    alone = simulate(bob, together, Hypotheses(D(1000), ZERO), on=ON)
    assert his.salary == alone.net


def test_a_month_already_paid_leads_to_the_next(camille):
    paid_month(NOVEMBER)

    assert of(activity_of(camille), "1000", camille).month == NOVEMBER.next()


def test_a_premium_is_paid_once(books):
    """The mutuelle comes with the first gross: a second sale brings more than the first."""
    Cooperative.objects.update(health_premium=D("80.00"))
    camille = make_payee(cash="0")
    activity = activity_of(camille)
    first = of(activity, "500", camille)
    receive(activity, "500")

    second = of(activity, "500", camille)

    assert second.salary > first.salary


def activity_of_name(person, name):
    from entrepreneurs.models import Activity

    return Activity.objects.get(members__entrepreneur=person, name=name)


def test_cents_add_up_whatever_the_share(books):
    ana, bob, eve = (
        make_payee(name, "X", cash="0", activity=f"de {name}") for name in ("Ana", "Bob", "Eve")
    )
    together = people.open_activity(
        name="À trois", shares={ana: 1, bob: 1, eve: 1}, on=date(2026, 1, 1), by=None
    )

    found = of(together, "1000", ana)

    assert found.net == to_cents(D(1000) / 3)
    assert sum(segment.amount for segment in found.segments) == found.net
