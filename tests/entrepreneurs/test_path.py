"""The path lived through its actions: contracts, steps, deadlines, exits."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from cae.core import audit
from cae.core.workflow import ActionRefused
from entrepreneurs import actions, queries
from entrepreneurs.enums import ContractEnd, ContractKind, Situation, StepKind
from entrepreneurs.models import Contract, PathStep
from entrepreneurs.tasks import refresh_situations
from tests.conftest import JUNE_3
from tests.entrepreneurs.makers import make_cape, make_cesa, make_person


def situation_of(person) -> str:
    person.refresh_from_db()
    return person.situation


def test_contracts_move_the_situation_and_mark_the_path(person):
    make_cape(person, date(2024, 3, 1))
    assert situation_of(person) == Situation.SUPPORTED
    make_cape(person, date(2025, 3, 1))
    make_cesa(person, date(2026, 3, 1))

    assert situation_of(person) == Situation.EMPLOYEE
    assert [(s.kind, s.on) for s in person.steps.all()] == [
        (StepKind.CAPE, date(2024, 3, 1)),
        (StepKind.CAPE_RENEWAL, date(2025, 3, 1)),
        (StepKind.CESA, date(2026, 3, 1)),
    ]


def test_a_fourth_cape_is_refused_and_writes_nothing(person):
    for year in (2022, 2023, 2024):
        make_cape(person, date(year, 3, 1))

    with pytest.raises(ActionRefused) as refused:
        make_cape(person, date(2025, 3, 1))

    assert refused.value.code == "fourth_cape"
    assert (Contract.objects.count(), PathStep.objects.count()) == (3, 3)


def test_the_database_itself_refuses_overlapping_contracts(person):
    make_cape(person, date(2026, 1, 1))

    with pytest.raises(IntegrityError, match="one_at_a_time"), transaction.atomic():
        Contract.objects.create(
            entrepreneur=person, kind=ContractKind.CESA, starts_on=date(2026, 12, 31)
        )
    Contract.objects.create(
        entrepreneur=make_person("Fatou", "Ndiaye"),
        kind=ContractKind.CESA,
        starts_on=date(2026, 12, 31),
    )


def test_a_contract_to_come_moves_nobody_until_its_day(person, cooperative, monkeypatch):
    actions.add_contract(
        person,
        kind=ContractKind.CESA,
        starts_on=date(2026, 7, 1),
        on=JUNE_3,
        by=None,
    )
    assert situation_of(person) == Situation.CANDIDATE
    assert actions.refresh_situations(on=date(2026, 6, 30)) == 0

    monkeypatch.setattr("entrepreneurs.tasks.today", lambda: date(2026, 7, 3))
    assert refresh_situations() == 1

    assert situation_of(person) == Situation.EMPLOYEE
    assert refresh_situations() == 0


def test_a_free_step_is_recorded_with_its_trace(person, officer):
    step = actions.record_step(
        person, kind=StepKind.DIAGNOSIS, day=JUNE_3, on=JUNE_3, note="À revoir", by=officer
    )

    trace = audit.trail(step).get()
    assert (trace.action, trace.after["note"], trace.entrepreneur_id) == (
        "step.recorded",
        "À revoir",
        person.pk,
    )


@pytest.mark.parametrize(
    ("kind", "day", "code"),
    [
        (StepKind.CESA, JUNE_3, "step_of_its_own"),
        (StepKind.ASSOCIATION, JUNE_3, "step_of_its_own"),
        (StepKind.DIAGNOSIS, JUNE_3 + timedelta(days=1), "step_in_future"),
        (StepKind.AMENDMENT, JUNE_3, "step_out_of_order"),
    ],
)
def test_steps_that_do_not_fit_are_refused(person, officer, kind, day, code):
    with pytest.raises(ActionRefused) as refused:
        actions.record_step(person, kind=kind, day=day, on=JUNE_3, by=officer)

    assert refused.value.code == code


def test_a_forgotten_meeting_is_added_to_the_past(person, officer):
    make_cape(person)

    actions.record_step(
        person, kind=StepKind.INFORMATION, day=date(2024, 1, 15), on=JUNE_3, by=officer
    )

    assert situation_of(person) == Situation.SUPPORTED


def test_association_ends_the_deadline(person, officer):
    make_cape(person, date(2024, 3, 1))
    make_cesa(person, date(2025, 3, 1))
    person.refresh_from_db()
    assert queries.association_deadline(person) == date(2027, 3, 2)

    actions.record_association(person, day=JUNE_3, on=JUNE_3, by=officer)

    assert situation_of(person) == Situation.MEMBER
    assert queries.association_deadline(person) is None


def test_leaving_ends_the_contract_and_the_path(person, officer):
    make_cesa(person)

    actions.record_exit(person, day=JUNE_3, reason=ContractEnd.RESIGNATION, on=JUNE_3, by=officer)

    assert situation_of(person) == Situation.LEFT
    contract = person.contracts.get()
    assert (contract.ends_on, contract.end_reason) == (JUNE_3, ContractEnd.RESIGNATION)
    assert queries.contract_on(person, JUNE_3) == contract
    assert queries.contract_on(person, JUNE_3 + timedelta(days=1)) is None


def test_a_contract_ends_once(person, officer):
    contract = make_cesa(person)
    actions.end_contract(contract, ends_on=JUNE_3, reason=ContractEnd.AGREEMENT, by=officer)

    with pytest.raises(ActionRefused) as refused:
        actions.end_contract(contract, ends_on=JUNE_3, reason=ContractEnd.AGREEMENT, by=officer)
    assert refused.value.code == "already_ended"


def test_a_contract_does_not_end_before_it_starts(person, officer):
    contract = make_cesa(person, JUNE_3)

    with pytest.raises(ActionRefused) as refused:
        actions.end_contract(
            contract, ends_on=date(2026, 6, 2), reason=ContractEnd.TRIAL, by=officer
        )
    assert refused.value.code == "ends_before_start"


def test_the_line_of_a_path_joins_renewals_and_announces_what_must_come(person):
    make_cape(person, date(2024, 3, 1))
    make_cape(person, date(2025, 3, 1))
    make_cesa(person, date(2026, 3, 1))
    person.refresh_from_db()

    line = queries.path_of(person, on=JUNE_3)

    assert [(s.label, s.starts_on, s.ends_on, s.state, s.due_on) for s in line] == [
        ("CAPE", date(2024, 3, 1), date(2026, 2, 28), "done", None),
        ("CESA", date(2026, 3, 1), None, "current", None),
        ("Associé·e", None, None, "todo", date(2027, 3, 2)),
    ]


def test_deadlines_come_nearest_first_and_skip_those_who_left(person, officer):
    make_cape(person, date(2025, 8, 1))
    employee = make_person("Fatou", "Ndiaye")
    actions.add_contract(
        employee,
        kind=ContractKind.CESA,
        starts_on=date(2026, 2, 1),
        trial_ends_on=date(2026, 9, 30),
        on=date(2026, 2, 1),
        by=None,
    )
    gone = make_person("Yanis", "Belkacem")
    make_cape(gone, date(2025, 9, 1))
    actions.record_exit(gone, day=JUNE_3, reason=ContractEnd.AGREEMENT, on=JUNE_3, by=officer)

    due = queries.deadlines(on=JUNE_3)

    assert [(d.person, d.label, d.on, d.days_left) for d in due] == [
        (person, "Fin du CAPE", date(2026, 7, 31), 58),
        (employee, "Fin de la période d’essai", date(2026, 9, 30), 119),
    ]
    assert "Devenir associé·e" in [d.label for d in queries.deadlines(on=date(2028, 6, 1))]


def test_contracts_of_a_month_are_found_by_person(person):
    from cae.core.periods import Month

    first = make_cape(person, date(2025, 6, 16))
    second = make_cesa(person, date(2026, 6, 16))

    assert queries.contracts_in(Month(2026, 5)) == {person.pk: first}
    assert queries.contracts_in(Month(2026, 6)) == {person.pk: second}
