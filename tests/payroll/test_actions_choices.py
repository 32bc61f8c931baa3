from datetime import date
from decimal import Decimal

import pytest

from cae.core.models import AuditEvent
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from payroll import queries
from payroll.actions import choose_salary, compute_run, validate_payslips
from payroll.enums import SalaryMode
from payroll.models import SalaryChoice
from payroll.rules.wishes import Wish, short_month
from tests.entrepreneurs.makers import make_cape, make_person
from tests.payroll.makers import NOVEMBER, ON, activity_of, make_payee, make_run, receive, spend

ALL, GROSS, NET = SalaryMode.ALL, SalaryMode.GROSS, SalaryMode.NET


def choose(person, mode=GROSS, amount="1500", *, month=NOVEMBER, on=ON, **more):
    amount = None if amount is None else Decimal(amount)
    return choose_salary(person, month, mode=mode, amount=amount, on=on, by=None, **more)


def refused(*args, **kwargs) -> str:
    with pytest.raises(ActionRefused) as refusal:
        choose(*args, **kwargs)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def test_a_choice_replaces_the_one_before_and_leaves_a_trace(camille):
    choose(camille, GROSS, "1500")
    choice = choose(camille, NET, "1200")

    assert SalaryChoice.objects.get() == choice
    assert (choice.mode, choice.amount) == (NET, Decimal(1200))
    assert [e.after["choice"] for e in AuditEvent.objects.filter(action="salary.chosen")] == [
        "Un net avant impôt de 1\u00a0200,00\u00a0€",
        "Un salaire brut de 1\u00a0500,00\u00a0€",
    ]


def test_all_i_can_needs_no_amount(camille):
    choice = choose(camille, ALL, "1500")

    assert choice.amount is None


def test_a_choice_needs_an_amount(camille):
    assert refused(camille, GROSS, None) == "amount_missing"


@pytest.mark.parametrize("amount", ["-1", "1000000.01"])
def test_an_amount_has_bounds(camille, amount):
    assert refused(camille, GROSS, amount) == "impossible_gross"


def test_more_than_the_budget_is_refused(camille):
    assert refused(camille, GROSS, "4000") == "over_budget"
    assert SalaryChoice.objects.count() == 0


def test_the_support_team_may_go_beyond_the_budget(camille):
    assert choose(camille, GROSS, "4000", for_them=True).amount == 4000


def test_a_choice_has_a_deadline(camille):
    assert choose(camille, on=date(2026, 11, 25))
    assert refused(camille, on=date(2026, 11, 26)) == "too_late"
    assert choose(camille, on=date(2026, 11, 26), for_them=True)


@pytest.mark.parametrize("month", [Month(2026, 10), Month(2027, 1)])
def test_only_this_month_and_the_next_can_be_chosen(camille, month):
    assert refused(camille, month=month) == "month_out_of_reach"


def test_the_next_month_can_be_chosen(camille):
    assert choose(camille, month=NOVEMBER.next())


def test_a_cape_has_no_payslip_to_choose(books):
    person = make_person("Awa", "Diallo")
    make_cape(person, date(2026, 6, 1))

    assert refused(person) == "no_payslip"


def test_a_validated_payslip_no_longer_changes(camille):
    choose(camille, GROSS, "1500")
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)

    assert refused(camille, GROSS, "1600") == "already_validated"


def test_a_net_out_of_reach_is_refused(camille):
    assert refused(camille, NET, "999999", for_them=True) == "unreachable_net"


def test_a_choice_goes_on_the_month_after_within_the_budget(camille):
    choose(camille, GROSS, "2500")
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)

    december = make_run(NOVEMBER.next(), on=date(2026, 12, 10))

    slip = december.payslips.get()
    assert 0 < slip.gross < 2500
    assert slip.unspent >= 0
    assert [c["code"] for c in slip.controls if c["level"] == "notice"][:1] == ["choice_reduced"]


def test_who_never_chose_is_paid_the_fixed_part(camille):
    assert make_run().payslips.get().gross == 150


def test_a_choice_made_after_the_computation_waits_for_the_next(camille):
    run = make_run()
    choose(camille, GROSS, "1500")

    with pytest.raises(ActionRefused) as refusal:
        validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)
    assert refusal.value.code == "choice_changed"

    compute_run(run, on=ON, by=None)
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None)
    assert run.payslips.get().gross == 1500


# A short month


def poor(cash="0", spent="212.40", fixed_part="150"):
    person = make_payee(cash=cash, fixed_part=fixed_part)
    spend(activity_of(person), spent)
    return person


def test_who_is_short_may_still_say_all_i_can(books):
    person = poor()

    choice = choose(person, ALL, None)

    assert (choice.mode, choice.amount) == (ALL, None)
    slip = make_run().payslips.get()
    assert (slip.gross, slip.cost, slip.net_paid) == (0, 0, 0)
    assert [c["code"] for c in slip.controls] == ["in_the_red", "below_fixed_part"]


def test_all_i_can_follows_the_money_that_comes(books):
    person = poor()
    choose(person, ALL, None)
    receive(activity_of(person), "2000")

    assert make_run().payslips.get().gross > 1000


def test_no_pay_at_all_may_be_chosen_in_a_short_month(books):
    assert choose(poor(), GROSS, "0").amount == 0


def test_a_short_month_still_refuses_an_amount(books):
    assert refused(poor(), GROSS, "10") == "over_budget"


def test_a_short_month_is_said_with_the_fixed_part(books):
    payee = queries.payee_of(poor(), NOVEMBER, on=ON)

    said = short_month(payee.pay(Wish(ALL)), fixed_part=payee.contract.fixed_part)

    assert said.replace("\u00a0", " ") == (
        "Votre budget est de − 212,40 € : aucun salaire n’est possible pour l’instant."
        " La part fixe de votre contrat, 150,00 €, n’est pas couverte : l’équipe d’appui le verra"
        " et en parlera avec vous. Ce choix suit vos encaissements jusqu’au calcul de la paie."
    )


def test_a_month_that_pays_the_fixed_part_says_nothing(camille):
    payee = queries.payee_of(camille, NOVEMBER, on=ON)

    assert short_month(payee.pay(Wish(ALL)), fixed_part=Decimal(150)) == ""


def test_a_choice_is_written_to_the_cent(camille):
    assert refused(camille, GROSS, "1500.005") == "impossible_gross"
