from datetime import date, timedelta
from decimal import Decimal

import pytest

from accounting.actions import close_period
from cae.core.models import AuditEvent, OutboxMessage
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from entrepreneurs import actions as people
from entrepreneurs.enums import ContractEnd, ContractKind
from entrepreneurs.models import Contract
from invoicing.models import ExpenseSheet
from payroll import queries
from payroll.actions import (
    acknowledge_control,
    choose_salary,
    compute_run,
    open_run,
    request_document,
    validate_payslips,
)
from payroll.enums import ControlCode, ControlLevel, RowState, RunStatus, SalaryMode
from payroll.models import PayrollRun, Payslip, SalaryChoice
from tests.entrepreneurs.makers import IBAN, make_activity, make_cape, make_person
from tests.payroll.makers import (
    NOVEMBER,
    ON,
    activity_of,
    make_payee,
    make_run,
    paid_month,
    receive,
    spend,
)

GROSS, ALL = SalaryMode.GROSS, SalaryMode.ALL


def refused(action, *args, **kwargs) -> str:
    with pytest.raises(ActionRefused) as refusal:
        action(*args, **kwargs)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def choose(person, amount, month=NOVEMBER):
    choose_salary(person, month, mode=GROSS, amount=Decimal(amount), on=ON, by=None, for_them=True)


def codes(slip, level=None):
    found = queries.controls_of(slip)
    return [c.code for c in found if level in (None, c.level)]


def validate(run, *slips, on=ON):
    chosen = slips or run.payslips.all()
    return validate_payslips(run, [slip.pk for slip in chosen], on=on, by=None)


# Opening


def test_salaries_leave_on_the_working_day_before(books, cooperative):
    cooperative.salary_day = 29
    cooperative.save()

    assert make_run(computed=False).pay_on == date(2026, 11, 27)  # the 29th is a Sunday


def test_a_month_is_opened_once(books):
    make_run(computed=False)

    assert refused(open_run, NOVEMBER, on=ON, by=None) == "already_open"
    assert PayrollRun.objects.count() == 1


def test_only_the_next_month_may_be_opened_early(books):
    open_run(NOVEMBER.next(), on=ON, by=None)

    assert refused(open_run, Month(2027, 1), on=ON, by=None) == "month_out_of_reach"


def test_a_closed_month_is_not_opened_nor_touched(camille):
    october = Month(2026, 10)
    run = make_run(october, on=date(2026, 10, 23))
    close_period(october, on=ON, by=None)

    assert refused(open_run, Month(2026, 9), on=ON, by=None) == "closed_period"
    assert refused(compute_run, run, on=ON, by=None) == "closed_period"
    assert refused(validate, run) == "closed_period"


def test_a_month_without_legal_values_is_refused(books):
    assert refused(open_run, Month(2031, 1), on=date(2031, 1, 5), by=None) == "unknown_rate"


def test_salaries_do_not_leave_before_their_month(books):
    early = {"on": ON, "by": None, "pay_on": date(2026, 10, 30)}

    assert refused(open_run, NOVEMBER, **early) == "pay_day_too_early"


# Computing


def test_everybody_under_cesa_gets_one_payslip_and_a_cape_none(camille):
    cape = make_person("Awa", "Diallo")
    make_cape(cape, date(2026, 6, 1))

    run = make_run()

    assert [slip.entrepreneur_id for slip in run.payslips.all()] == [camille.pk]
    assert [each.person for each in queries.left_out(NOVEMBER)] == [cape]
    assert run.status == RunStatus.COMPUTED


def test_who_is_left_out_is_said_with_the_reason(camille):
    cape = make_person("Awa", "Diallo")
    make_cape(cape, date(2026, 6, 1))
    cdi = make_person("Bruno", "Evrard")
    people.add_contract(cdi, kind=ContractKind.CDI, starts_on=date(2026, 6, 1), on=ON, by=None)

    assert [(each.person, each.kind) for each in queries.left_out(NOVEMBER)] == [
        (cape, ContractKind.CAPE),
        (cdi, ContractKind.CDI),
    ]
    assert [each.reason.split("\u00a0")[0] for each in queries.left_out(NOVEMBER)] == [
        "pas de salaire en CAPE",
        "salaire convenu et temps de travail",
    ]


def test_a_cesa_that_ends_before_another_contract_is_still_paid(camille):
    people.end_contract(
        camille.contracts.get(),
        ends_on=date(2026, 11, 10),
        reason=ContractEnd.NEXT,
        by=None,
    )
    people.add_contract(
        camille, kind=ContractKind.CDI, starts_on=date(2026, 11, 11), on=ON, by=None
    )

    run = make_run()

    assert [slip.entrepreneur_id for slip in run.payslips.all()] == [camille.pk]
    assert [each.person for each in queries.left_out(NOVEMBER)] == [camille]


def test_a_choice_that_no_gross_gives_any_more_is_a_control_not_a_stop(camille):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    receive(activity_of(camille), "1400000")
    SalaryChoice.objects.create(
        entrepreneur=camille, month=NOVEMBER.first_day, mode="net_paid", amount=Decimal(790_000)
    )
    type(camille).objects.filter(pk=camille.pk).update(withholding_rate=Decimal("0.55"))

    run = make_run()

    slip = run.payslips.get(entrepreneur=camille)
    assert codes(slip, ControlLevel.BLOCK) == [ControlCode.CHOICE_IMPOSSIBLE]
    assert slip.gross > 500_000
    assert codes(run.payslips.get(entrepreneur=awa)) == []


def test_a_month_left_behind_is_blocked_once_a_later_one_is_validated(camille):
    validate(make_run())
    october = make_run(Month(2026, 10), on=ON)

    assert codes(october.payslips.get()) == [ControlCode.LATER_MONTH]


def test_a_payslip_computed_before_the_year_changed_is_not_validated(camille):
    october, november = make_run(Month(2026, 10), on=ON), make_run()
    Payslip.objects.filter(run=november).update(blocking=0, controls=[])
    validate(october)

    assert refused(validate, november) == "year_changed"


def test_computing_again_changes_what_changed_and_nothing_else(camille):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    run = make_run()
    before = dict(run.payslips.values_list("entrepreneur_id", "pk"))
    choose(camille, "1500")

    compute_run(run, on=ON, by=None)

    assert dict(run.payslips.values_list("entrepreneur_id", "pk")) == before
    assert dict(run.payslips.values_list("entrepreneur_id", "gross")) == {
        camille.pk: 1500,
        awa.pk: 150,
    }
    assert run.payslips.get(entrepreneur=camille).parts.count() == 1


def test_computing_again_leaves_validated_payslips_alone(camille):
    run = make_run()
    validate(run)
    choose_salary(camille, NOVEMBER.next(), mode=ALL, on=ON, by=None)
    receive(activity_of(camille), "500")
    before = Payslip.objects.values().get()

    compute_run(run, on=ON, by=None)

    assert Payslip.objects.values().get() == before


def test_who_has_no_contract_any_more_loses_the_draft(camille):
    run = make_run()
    contract = camille.contracts.get()
    contract.ends_on = date(2026, 10, 31)
    contract.save()

    compute_run(run, on=ON, by=None)

    assert run.payslips.count() == 0


def test_a_payslip_keeps_exactly_what_the_engine_answered(camille):
    choose(camille, "1500")
    slip = make_run().payslips.get()

    computed = queries.slip_of(slip)

    payee = queries.payee_of(camille, NOVEMBER, on=ON)
    assert computed == payee.pay().slip
    assert (computed.gross, computed.cost, computed.net_paid) == (
        slip.gross,
        slip.cost,
        slip.net_paid,
    )


def test_the_year_adds_up_month_after_month(camille):
    choose(camille, "3000", month=Month(2026, 10))
    paid_month(Month(2026, 10))

    slip = make_run().payslips.get()

    before = queries.payee_of(camille, NOVEMBER, on=ON).before
    assert before.gross == 3000
    assert queries.slip_of(slip).year_to_date.gross == 3000 + slip.gross


def test_a_new_contract_starts_its_own_year(camille):
    paid_month(Month(2026, 10))
    contract = camille.contracts.get()
    contract.ends_on = date(2026, 10, 31)
    contract.save()
    Contract.objects.create(
        entrepreneur=camille, kind=ContractKind.CESA, starts_on=date(2026, 11, 1)
    )

    assert queries.payee_of(camille, NOVEMBER, on=ON).before is None


# Controls


def test_a_quiet_payslip_has_nothing_to_check(camille):
    slip = make_run().payslips.get()

    assert codes(slip) == []
    assert queries.state_of(slip) == RowState.READY


def test_a_pay_beyond_the_balance_is_blocked(camille):
    choose(camille, "4000")
    slip = make_run().payslips.get()

    assert codes(slip, ControlLevel.BLOCK) == [ControlCode.OVERDRAWN]
    assert slip.reserve_after < 0


def test_a_pay_that_takes_the_reserve_is_to_check(camille):
    people.set_reserve(activity_of(camille), Decimal(3500), by=None)
    choose(camille, "1000")

    assert codes(make_run().payslips.get()) == [ControlCode.USES_RESERVE]


def test_an_activity_in_the_red_without_pay_is_to_check(books):
    person = make_payee(cash="0", fixed_part="0")
    spend(activity_of(person), "100")

    slip = make_run().payslips.get()

    assert codes(slip) == [ControlCode.IN_THE_RED]
    assert slip.blocking == 0


def test_no_account_to_pay_is_blocked(camille):
    type(camille).objects.update(iban="")

    assert codes(make_run().payslips.get()) == [ControlCode.NO_IBAN]


def test_a_recent_change_of_account_is_to_check(camille):
    people.change_iban(
        camille, iban="FR7630006000011234567890189", holder="C. F.", on=date(2026, 11, 18), by=None
    )

    slip = make_run().payslips.get()

    (control,) = queries.controls_of(slip)
    assert (control.code, control.text) == (
        ControlCode.IBAN_CHANGED,
        "IBAN modifié le 18 nov.",
    )


def test_a_change_of_account_older_than_a_month_is_not(camille):
    old = date(2026, 11, 27) - timedelta(days=31)
    people.change_iban(camille, iban=IBAN, holder="C. F.", on=old, by=None)

    assert codes(make_run().payslips.get()) == []


def test_a_pay_below_the_fixed_part_is_to_check(camille):
    choose(camille, "100")

    assert codes(make_run().payslips.get()) == [ControlCode.BELOW_FIXED_PART]


def test_a_missing_nir_is_to_check(camille):
    type(camille).objects.update(nir="")

    assert codes(make_run().payslips.get()) == [ControlCode.NO_NIR]


@pytest.mark.parametrize(
    ("before", "now", "text"),
    [
        ("1000", "1380", "+38\u00a0% sur octobre"),
        ("1000", "700", "\u2212\u00a030\u00a0% sur octobre"),
    ],
)
def test_a_variation_above_a_quarter_is_to_check(camille, before, now, text):
    choose(camille, before, month=Month(2026, 10))
    paid_month(Month(2026, 10))
    choose(camille, now)

    (control,) = queries.controls_of(make_run().payslips.get())
    assert (control.code, control.text) == (ControlCode.VARIATION, text)


def test_a_variation_of_a_quarter_is_not(camille):
    choose(camille, "1000", month=Month(2026, 10))
    paid_month(Month(2026, 10))
    choose(camille, "1250")

    assert codes(make_run().payslips.get()) == []


def test_a_pending_expense_is_to_check(camille, officer):
    make_sheet(camille, officer)

    (control,) = queries.controls_of(make_run().payslips.get())
    assert (control.code, control.text) == (
        ControlCode.PENDING_EXPENSE,
        "1 note de frais en attente",
    )


def make_sheet(person, officer):
    """A sheet that waits: only its status is read here."""
    from django.utils import timezone

    sheet = ExpenseSheet.objects.create(
        entrepreneur=person,
        activity=activity_of(person),
        person_name=person.full_name,
        month=NOVEMBER.first_day,
        created_by=officer,
    )
    sheet.status, sheet.number = "submitted", "ND-1"
    sheet.submitted_by, sheet.submitted_at = officer, timezone.now()
    sheet.save()


def test_without_an_activity_nothing_can_pay(camille):
    choose(camille, "150")
    part = camille.parts.get()
    part.valid_to = date(2026, 10, 31)
    part.save()

    assert codes(make_run().payslips.get(), ControlLevel.BLOCK) == [ControlCode.NO_ACTIVITY]


def test_an_earlier_month_still_waiting_blocks_the_next(camille):
    october = make_run(Month(2026, 10), on=date(2026, 10, 23))

    run = make_run()

    assert codes(run.payslips.get()) == [ControlCode.EARLIER_MONTH]
    validate(october, on=date(2026, 10, 23))
    compute_run(run, on=ON, by=None)
    assert codes(run.payslips.get()) == []


def test_an_unspent_budget_is_explained(camille):
    receive(activity_of(camille), "1503.89")
    choose_salary(camille, NOVEMBER, mode=ALL, on=ON, by=None)
    slip = make_run().payslips.get()

    if slip.unspent > 5:
        assert codes(slip) == [ControlCode.UNSPENT]
    assert slip.blocking == slip.to_check == 0


# Acknowledging


def test_a_checked_point_stays_checked_while_its_fact_stays(camille, officer):
    choose(camille, "100")
    run = make_run()

    acknowledge_control(
        run.payslips.get(), ControlCode.BELOW_FIXED_PART, on=ON, by=officer, note=" Vu avec elle "
    )

    slip = run.payslips.get()
    (control,) = queries.controls_of(slip)
    assert (slip.to_check, control.seen_by, control.note) == (
        0,
        officer.user.email,
        "Vu avec elle",
    )
    compute_run(run, on=ON, by=None)
    assert run.payslips.get().to_check == 0
    choose(camille, "90")
    compute_run(run, on=ON, by=None)
    assert run.payslips.get().to_check == 1


def test_a_point_is_checked_once(camille, officer):
    choose(camille, "100")
    slip = make_run().payslips.get()
    seen = {"on": ON, "by": officer}
    acknowledge_control(slip, ControlCode.BELOW_FIXED_PART, **seen)

    assert refused(acknowledge_control, slip, ControlCode.BELOW_FIXED_PART, **seen) == (
        "no_such_control"
    )
    assert refused(acknowledge_control, slip, ControlCode.OVERDRAWN, **seen) == "no_such_control"


def test_a_validated_payslip_is_checked_no_more(camille, officer):
    run = make_run()
    validate(run)

    assert (
        refused(acknowledge_control, run.payslips.get(), ControlCode.NO_NIR, on=ON, by=officer)
        == "not_a_draft"
    )


# Validating


def test_blocked_and_unchecked_payslips_are_left_and_the_others_validated(camille):
    awa = make_payee("Awa", "Diallo", activity="Sève")
    choose(awa, "9000")
    bob = make_payee("Bob", "Jolly", activity="Traiteur")
    choose(bob, "100")
    run = make_run()

    outcome = validate(run)

    assert [slip.entrepreneur_id for slip in outcome.validated] == [camille.pk]
    assert {r.name: r.code for r in outcome.refused} == {
        "Awa Diallo": "blocked",
        "Bob Jolly": "to_check",
    }
    assert queries.run_figures(run).states == {
        RowState.TO_CHECK: 1,
        RowState.BLOCKED: 1,
        RowState.READY: 0,
        RowState.VALIDATED: 1,
    }


def test_only_refused_payslips_make_a_refusal(camille):
    choose(camille, "9000")
    run = make_run()

    assert refused(validate, run) == "blocked"
    assert run.payslips.get().is_draft


def test_nothing_selected_is_refused(camille):
    run = make_run()

    assert refused(validate_payslips, run, [], on=ON, by=None) == "nothing_selected"


def test_validating_twice_does_it_once(camille):
    run = make_run()
    validate(run)

    outcome = validate(run)

    assert (outcome.validated, outcome.refused) == ([], [])
    assert AuditEvent.objects.filter(action="payslip.validated").count() == 1


def test_money_gone_since_the_computation_is_refused(camille):
    choose(camille, "2500")
    run = make_run()
    spend(activity_of(camille), "1000")

    assert refused(validate, run) == "balance_changed"


def test_money_come_since_the_computation_does_not_matter(camille):
    run = make_run()
    receive(activity_of(camille), "1000")

    assert len(validate(run).validated) == 1


def test_the_pdf_is_asked_for_once(camille):
    run = make_run()
    validate(run)
    slip = run.payslips.get()

    request_document(slip)

    message = OutboxMessage.objects.get()
    assert (message.task, message.arguments) == (
        "payroll.tasks.produce_payslip",
        {"payslip_id": slip.pk},
    )


def test_the_pdfs_of_the_past_may_wait(camille):
    run = make_run()
    validate_payslips(run, [run.payslips.get().pk], on=ON, by=None, with_documents=False)

    assert OutboxMessage.objects.count() == 0


def test_a_draft_has_no_pdf(camille):
    assert refused(request_document, make_run().payslips.get()) == "not_validated"


def test_a_run_is_validated_when_its_last_payslip_is(camille):
    make_payee("Awa", "Diallo", activity="Sève")
    run = make_run()
    first, second = run.payslips.all()

    validate(run, first)
    run.refresh_from_db()
    assert run.status == RunStatus.COMPUTED
    validate(run, second)
    run.refresh_from_db()
    assert run.status == RunStatus.VALIDATED


def test_two_activities_of_one_person_are_named_in_the_row(camille):
    make_activity(camille, name="Ateliers du soir")
    run = make_run()

    (row,) = queries.rows(list(queries.run_slips(run)))

    assert row.activities == "Studio Brume, Ateliers du soir"
