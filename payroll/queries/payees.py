"""Who is paid for a month, what they chose, and everything their pay is computed from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count

from cae.core.money import ZERO
from cae.core.periods import Month, french_date
from entrepreneurs import queries as people
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import Contract, Entrepreneur
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseSheet
from payroll.enums import PayslipStatus, SalaryMode
from payroll.models import Payslip, SalaryChoice
from payroll.queries.budgets import parts_of
from payroll.queries.terms import terms_in_force
from payroll.rules.budget import why_unspent
from payroll.rules.controls import Control, Facts, controls
from payroll.rules.frozen import thawed
from payroll.rules.parts import Part, available_of, budget_of
from payroll.rules.situation import Situation, YearToDate
from payroll.rules.wishes import Pay, Wish, best_pay, wished_pay

#: Contracts that give a payslip here. A CAPE is no employment.
PAID_CONTRACTS = (ContractKind.CESA,)
_BY_SOMEBODY_ELSE = (
    "salaire convenu et temps de travail\u00a0: ce bulletin se fait avec le logiciel de paie de"
    " l’équipe, ou chez votre prestataire de paie"
)
#: Why the other contracts give none, for who reads the run.
WHY_LEFT_OUT = {
    ContractKind.CAPE: "pas de salaire en CAPE\u00a0: c’est un accompagnement, pas un emploi",
    ContractKind.CDI: _BY_SOMEBODY_ELSE,
    ContractKind.CDD: _BY_SOMEBODY_ELSE,
}


@dataclass(frozen=True, slots=True)
class Payee:
    """A person to pay for a month, with all their pay depends on."""

    person: Entrepreneur
    contract: Contract
    month: Month
    situation: Situation
    before: YearToDate | None
    parts: Sequence[Part]
    wish: Wish
    previous_gross: Decimal | None = None
    pending_expenses: int = 0
    earlier_month: Month | None = None
    later_month: Month | None = None

    @property
    def budget(self) -> Decimal:
        return budget_of(self.parts)

    @property
    def available(self) -> Decimal:
        return available_of(self.parts)

    def pay(self, wish: Wish | None = None) -> Pay:
        """Return the pay of a wish, of their own by default.

        :raises ActionRefused: no gross gives this amount, or a rate of the month is not known.
        """
        return wished_pay(self.situation, wish or self.wish, budget=self.budget, before=self.before)

    def best_pay(self) -> Pay:
        """Return the pay of their wish, or the highest possible where no gross gives it.

        :raises ActionRefused: a rate of the month is not known.
        """
        return best_pay(self.situation, self.wish, budget=self.budget, before=self.before)

    def controls(self, pay: Pay, *, pay_on: date) -> list[Control]:
        """Return what a payroll officer must know of this pay, what blocks first."""
        slip = pay.slip
        return controls(
            Facts(
                month=self.month,
                pay_on=pay_on,
                wish=pay.wish,
                gross=slip.gross,
                net_before_tax=slip.net_before_tax,
                cost=slip.cost,
                has_activity=bool(self.parts),
                available=self.available,
                unspent=pay.distribution.unspent,
                why_unspent=why_unspent(pay.distribution, before=self.before),
                is_reduced=pay.is_reduced,
                refusal=pay.refusal,
                fixed_part=self.contract.fixed_part,
                previous_gross=self.previous_gross,
                iban=bool(self.person.iban),
                nir=bool(self.person.nir),
                iban_changed_on=self.person.iban_changed_on,
                pending_expenses=self.pending_expenses,
                earlier_month=self.earlier_month,
                later_month=self.later_month,
            )
        )


@dataclass(frozen=True, slots=True)
class Footing:
    """What the pay of a person is computed from, before they wish for anything."""

    person_id: int
    situation: Situation
    before: YearToDate | None
    parts: Sequence[Part]

    def all_of(self, activity_id: int, extra: Decimal) -> Pay:
        """Return « tout ce que je peux » with `extra` EUR more on one of their activities."""
        parts = [
            replace(part, available=part.available + extra)
            if part.activity_id == activity_id
            else part
            for part in self.parts
        ]
        wish = Wish(SalaryMode.ALL)
        return wished_pay(self.situation, wish, budget=budget_of(parts), before=self.before)


def payees(month: Month, *, on: date) -> list[Payee]:
    """Return everybody a month's payroll pays, by name. A dozen queries, however many people."""
    contracts = people.contracts_in(month, *PAID_CONTRACTS)
    persons = Entrepreneur.objects.filter(pk__in=contracts).order_by("sort_name", "id")
    return _payees(list(persons), contracts, month, on=on)


def payee_of(person: Entrepreneur, month: Month, *, on: date) -> Payee | None:
    """Return one person to pay for a month; None where their contract gives no payslip."""
    contract = people.contracts_in(month, *PAID_CONTRACTS).get(person.pk)
    if contract is None:
        return None
    return _payees([person], {person.pk: contract}, month, on=on)[0]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Somebody a month's payroll does not pay, and why."""

    person: Entrepreneur
    kind: ContractKind
    reason: str


def left_out(month: Month) -> list[LeftOut]:
    """Return who has a contract in a month that gives no payslip here, by name.

    With them, who was paid the month before and has no contract any more.
    """
    others = {
        pk: ContractKind(contract.kind)
        for pk, contract in people.contracts_in(month, *WHY_LEFT_OUT).items()
    }
    now = people.contracts_in(month)
    ended = {
        pk: contract
        for pk, contract in people.contracts_in(month.previous(), *PAID_CONTRACTS).items()
        if pk not in now and contract.ends_on is not None
    }
    persons = Entrepreneur.objects.defer("nir", "iban").filter(pk__in=[*others, *ended])
    return [
        LeftOut(person, others[person.pk], WHY_LEFT_OUT[others[person.pk]])
        if person.pk in others
        else LeftOut(person, ContractKind(ended[person.pk].kind), _why_ended(ended[person.pk]))
        for person in persons.order_by("sort_name", "id")
    ]


def _why_ended(contract: Contract) -> str:
    assert contract.ends_on is not None
    return (
        f"contrat terminé le {french_date(contract.ends_on)}\u00a0: plus de bulletin\u00a0; ce qui"
        " reste sur l’activité se règle à la sortie"
    )


def footings(persons: Sequence[Entrepreneur], month: Month, *, on: date) -> list[Footing]:
    """Return what the pay of these people stands on, of those a month pays, in their order.

    Seven queries, however many people: what a pay is computed from, and nothing of the choice
    nor of the controls.
    """
    contracts = people.contracts_in(month, *PAID_CONTRACTS)
    paid = [person for person in persons if person.pk in contracts]
    if not paid:
        return []
    ids = [person.pk for person in paid]
    terms = terms_in_force(month)
    presence = people.presence_in(month, *PAID_CONTRACTS)
    parts = parts_of(ids, month, on=on)
    slips = _slips_of_the_year(ids, month)
    return [
        Footing(
            person_id=person.pk,
            situation=terms.situation(
                month,
                withholding_rate=person.withholding_rate,
                presence=presence[person.pk],
            ),
            before=_before(slips.get(person.pk, []), contracts[person.pk].pk, month),
            parts=parts[person.pk],
        )
        for person in paid
    ]


def years_before(slips: Sequence[Payslip]) -> dict[int, YearToDate | None]:
    """Return what the year adds up to now before each payslip of one run, by its id."""
    if not slips:
        return {}
    month = Month.of(slips[0].month)
    years = _slips_of_the_year([slip.entrepreneur_id for slip in slips], month)
    return {
        slip.pk: _before(years.get(slip.entrepreneur_id, []), slip.contract_id, month)
        for slip in slips
    }


def validated_after(slips: Sequence[Payslip]) -> dict[int, Month]:
    """Return the next month already validated after each payslip of one run, by its id.

    Those with none are left out. A later payslip of the year was computed from this one.
    """
    if not slips:
        return {}
    month = Month.of(slips[0].month)
    years = _slips_of_the_year([slip.entrepreneur_id for slip in slips], month)
    found = {
        slip.pk: _validated_after(years.get(slip.entrepreneur_id, []), slip.contract_id, month)
        for slip in slips
    }
    return {pk: later for pk, later in found.items() if later is not None}


def wish_of(person: Entrepreneur, month: Month) -> SalaryChoice | None:
    """Return the choice a person made for a month, None where the last one goes on."""
    return SalaryChoice.objects.filter(entrepreneur=person, month=month.first_day).first()


def _payees(
    persons: Sequence[Entrepreneur], contracts: dict[int, Contract], month: Month, *, on: date
) -> list[Payee]:
    terms = terms_in_force(month)
    presence = people.presence_in(month, *PAID_CONTRACTS)
    ids = [person.pk for person in persons]
    parts = parts_of(ids, month, on=on)
    wishes = _wishes(ids, month)
    slips = _slips_of_the_year(ids, month)
    previous = _gross_of(ids, month.previous())
    pending = _pending_expenses(ids)
    found = []
    for person in persons:
        contract = contracts[person.pk]
        year = slips.get(person.pk, [])
        found.append(
            Payee(
                person=person,
                contract=contract,
                month=month,
                situation=terms.situation(
                    month,
                    withholding_rate=person.withholding_rate,
                    presence=presence[person.pk],
                ),
                before=_before(year, contract.pk, month),
                parts=parts[person.pk],
                wish=wishes.get(person.pk) or _by_contract(contract),
                previous_gross=previous.get(person.pk),
                pending_expenses=pending.get(person.pk, 0),
                earlier_month=_waiting(year, month),
                later_month=_validated_after(year, contract.pk, month),
            )
        )
    return found


def _by_contract(contract: Contract) -> Wish:
    """Who never chose anything is paid the fixed part of the contract."""
    return Wish(SalaryMode.GROSS, contract.fixed_part, is_carried=True)


def _wishes(ids: Collection[int], month: Month) -> dict[int, Wish]:
    latest = (
        SalaryChoice.objects.filter(entrepreneur__in=ids, month__lte=month.first_day)
        .order_by("entrepreneur_id", "-month")
        .distinct("entrepreneur_id")
    )
    return {
        choice.entrepreneur_id: Wish(
            SalaryMode(choice.mode),
            choice.amount or ZERO,
            is_carried=choice.month != month.first_day,
        )
        for choice in latest
    }


def _slips_of_the_year(ids: Collection[int], month: Month) -> dict[int, list[dict[str, Any]]]:
    """Return the payslips of the other months of the calendar year, oldest first."""
    slips = (
        Payslip.objects.filter(entrepreneur__in=ids, month__year=month.year)
        .exclude(month=month.first_day)
        .order_by("month", "id")
        .values("entrepreneur_id", "contract_id", "month", "status", "slip__year_to_date")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for slip in slips:
        found.setdefault(slip["entrepreneur_id"], []).append(dict(slip))
    return found


def _before(year: Sequence[dict[str, Any]], contract_id: int, month: Month) -> YearToDate | None:
    """Return what the year adds up to: it starts again in January and with each contract."""
    kept = [
        slip["slip__year_to_date"]
        for slip in _validated(year, contract_id)
        if slip["month"] < month.first_day
    ]
    return thawed(YearToDate, kept[-1]) if kept else None


def _waiting(year: Sequence[dict[str, Any]], month: Month) -> Month | None:
    drafts = [
        slip["month"]
        for slip in year
        if slip["status"] == PayslipStatus.DRAFT and slip["month"] < month.first_day
    ]
    return Month.of(drafts[0]) if drafts else None


def _validated_after(
    year: Sequence[dict[str, Any]], contract_id: int, month: Month
) -> Month | None:
    later = [
        slip["month"] for slip in _validated(year, contract_id) if slip["month"] > month.first_day
    ]
    return Month.of(later[0]) if later else None


def _validated(year: Sequence[dict[str, Any]], contract_id: int) -> list[dict[str, Any]]:
    return [
        slip
        for slip in year
        if slip["status"] != PayslipStatus.DRAFT and slip["contract_id"] == contract_id
    ]


def _gross_of(ids: Collection[int], month: Month) -> dict[int, Decimal]:
    slips = Payslip.objects.filter(entrepreneur__in=ids, month=month.first_day).order_by("id")
    return dict(slips.values_list("entrepreneur_id", "gross"))


def _pending_expenses(ids: Collection[int]) -> dict[int, int]:
    """Return how many expense sheets of each person wait to be approved."""
    return dict(
        ExpenseSheet.objects.filter(entrepreneur__in=ids, status=ExpenseSheetStatus.SUBMITTED)
        .order_by()
        .values_list("entrepreneur_id")
        .annotate(Count("id"))
    )
