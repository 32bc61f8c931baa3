"""Pay, month after month: chosen, computed, looked at, validated, transferred."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from functools import partial

from cae.core.periods import Month, months_between
from cae.demo.agenda import worked_from, worked_until
from cae.demo.cast import Company, Person
from cae.demo.people import People
from cae.demo.stage import Stage
from payroll import actions, queries
from payroll.actions.runs import salary_day
from payroll.enums import SalaryMode
from payroll.models import PayrollRun, Payslip
from payroll.rules.wishes import Wish

_OPENS, _CHOOSES, _COMPUTES, _VALIDATES = time(9, 30), time(20, 15), time(9, 14), time(11, 40)

_NOTES = {
    "iban_changed": "Confirmé au téléphone.",
    "variation": "Vu avec la personne, c’est voulu.",
    "below_fixed_part": "Mois creux, lissage prévu avec l’accompagnatrice.",
    "in_the_red": "Point prévu avec l’accompagnatrice.",
    "uses_reserve": "La personne le souhaite.",
}


class Payroll:
    """The payroll of a cooperative: whole months before today, the current one left to do."""

    def __init__(self, stage: Stage, people: People, company: Company) -> None:
        self.stage = stage
        self.people = people
        self.company = company
        self.runs: dict[Month, PayrollRun] = {}
        self._satisfied: set[str] = set()

    def write_runs(self, first: Month, *, undecided: frozenset[str] = frozenset()) -> None:
        """Write the months; the `undecided` choose nothing in the demo's own."""
        calendar = self.stage.calendar
        for month in months_between(first, calendar.month):
            opened = min(worked_from(month.first_day.replace(day=4)), calendar.today)
            self._write_choices(month, undecided)
            self.stage.agenda.write(opened, partial(self._open, month), at=_OPENS)
            if month != calendar.month:
                self._write_payment(month)

    def _write_payment(self, month: Month) -> None:
        validated = worked_until(month.first_day.replace(day=25))
        self.stage.agenda.write(validated, partial(self.compute, month), at=_COMPUTES)
        self.stage.agenda.write(validated, partial(self._validate, month), at=_VALIDATES)
        self.stage.agenda.write(salary_day(month), partial(self._pay, month), at=_VALIDATES)

    # ── Choices ──────────────────────────────────────────────────────────────────────

    def _write_choices(self, month: Month, undecided: frozenset[str]) -> None:
        """A choice goes on from month to month: people choose until they have what they want."""
        is_now = month == self.stage.calendar.month
        for person in self.company.people:
            dice = self.stage.chance(f"choice of {person.key} for {month}")
            day = month.first_day.replace(day=dice.randint(12, 20))
            if person.cesa and not (is_now and person.key in undecided):
                self.stage.agenda.write(day, partial(self._choose, person, month), at=_CHOOSES)

    def _choose(self, told: Person, month: Month) -> None:
        is_past = month != self.stage.calendar.month
        if told.key not in self.people.places or (is_past and told.key in self._satisfied):
            return
        person, today = self.people.records[told.key], self.stage.today
        with self.stage.acting(self.people.places[told.key]) as by:
            payee = queries.payee_of(person, month, on=today)
            if payee is None:
                return
            wished = Wish(SalaryMode(told.wish[0]), Decimal(told.wish[1]))
            for wish in (wished, Wish(SalaryMode.ALL)):
                if payee.pay(wish).is_affordable:
                    actions.choose_salary(
                        person, month, mode=wish.mode, amount=wish.amount, on=today, by=by
                    )
                    if wish == wished:
                        self._satisfied.add(told.key)
                    break

    # ── The run ──────────────────────────────────────────────────────────────────────

    def _open(self, month: Month) -> None:
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            self.runs[month] = actions.open_run(month, on=self.stage.today, by=officer)

    def compute(self, month: Month) -> None:
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            actions.compute_run(self.runs[month], on=self.stage.today, by=officer)

    def _validate(self, month: Month) -> None:
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            slips = list(self.runs[month].payslips.order_by("id"))
            for slip in slips:
                self._look_at(slip)
            actions.validate_payslips(
                self.runs[month],
                [slip.pk for slip in slips],
                on=self.stage.today,
                by=officer,
                with_documents=False,
            )

    def _look_at(self, slip: Payslip) -> None:
        officer = self.stage.team["payroll_officer"]
        for control in queries.controls_of(slip):
            if control.waits:
                note = _NOTES.get(control.code.value, "")
                slip = actions.acknowledge_control(
                    slip, control.code, on=self.stage.today, by=officer, note=note
                )

    def _pay(self, month: Month) -> None:
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            actions.pay_run(self.runs[month], on=self.stage.today, by=officer)
