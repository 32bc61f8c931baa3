"""Who is paid for a month, what they chose, and everything their pay is computed from."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count

from cae.core.models import Cooperative
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused
from entrepreneurs import queries as people
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import Contract, Entrepreneur
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseSheet
from payroll.enums import Hours, PayslipStatus, SalaryMode
from payroll.models import Payslip, SalaryChoice
from payroll.queries.budgets import parts_of
from payroll.rules.budget import why_unspent
from payroll.rules.controls import Control, Facts, controls
from payroll.rules.frozen import thawed
from payroll.rules.parts import Part, available_of, budget_of
from payroll.rules.situation import HIGHEST_WITHHOLDING, Situation, YearToDate
from payroll.rules.wishes import Pay, Wish, wished_pay

#: Contracts that give a payslip here. A CAPE is no employment.
PAID_CONTRACTS = (ContractKind.CESA,)


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
                fixed_part=self.contract.fixed_part,
                previous_gross=self.previous_gross,
                iban=bool(self.person.iban),
                nir=bool(self.person.nir),
                iban_changed_on=self.person.iban_changed_on,
                pending_expenses=self.pending_expenses,
                earlier_month=self.earlier_month,
            )
        )


def payees(month: Month, *, on: date) -> list[Payee]:
    """Return everybody a month's payroll pays, by name. A dozen queries, however many people."""
    contracts = {
        pk: contract
        for pk, contract in people.contracts_in(month).items()
        if contract.kind in PAID_CONTRACTS
    }
    persons = Entrepreneur.objects.filter(pk__in=contracts).order_by("sort_name", "id")
    return _payees(list(persons), contracts, month, on=on)


def payee_of(person: Entrepreneur, month: Month, *, on: date) -> Payee | None:
    """Return one person to pay for a month; None where their contract gives no payslip."""
    contract = people.contracts_in(month).get(person.pk)
    if contract is None or contract.kind not in PAID_CONTRACTS:
        return None
    return _payees([person], {person.pk: contract}, month, on=on)[0]


def unpaid_people(month: Month) -> list[Entrepreneur]:
    """Return who has a contract in a month that gives no payslip: CAPE, by name."""
    others = [pk for pk, c in people.contracts_in(month).items() if c.kind not in PAID_CONTRACTS]
    return list(Entrepreneur.objects.filter(pk__in=others).order_by("sort_name", "id"))


def situation_of(person: Entrepreneur, cooperative: Cooperative, month: Month) -> Situation:
    """Return what the engine must know of a person and of their establishment.

    A CESA has no working time: its hours are deduced from the gross, month by month.

    :raises ActionRefused: `impossible_withholding`.
    """
    rate = person.withholding_rate
    if rate is not None and rate > HIGHEST_WITHHOLDING:
        raise ActionRefused(
            f"Le taux d’impôt de {person.full_name} dépasse tout ce que la loi prévoit."
            " Corrigez-le sur sa fiche, puis recommencez.",
            code="impossible_withholding",
        )
    return Situation(
        month=month,
        headcount=cooperative.headcount,
        accident_rate=cooperative.accident_rate,
        mobility_rate=cooperative.mobility_rate,
        health_premium=cooperative.health_premium,
        health_employer_share=cooperative.health_employer_share,
        hours=Hours.MONTHLY,
        withholding_rate=rate,
    )


def wish_of(person: Entrepreneur, month: Month) -> SalaryChoice | None:
    """Return the choice a person made for a month, None where the last one goes on."""
    return SalaryChoice.objects.filter(entrepreneur=person, month=month.first_day).first()


def _payees(
    persons: Sequence[Entrepreneur], contracts: dict[int, Contract], month: Month, *, on: date
) -> list[Payee]:
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
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
                situation=situation_of(person, cooperative, month),
                before=_before(year, contract),
                parts=parts[person.pk],
                wish=wishes.get(person.pk) or _by_contract(contract),
                previous_gross=previous.get(person.pk),
                pending_expenses=pending.get(person.pk, 0),
                earlier_month=_waiting(year),
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
    """Return the payslips of the months before, in the calendar year, oldest first."""
    january = Month(month.year, 1).first_day
    slips = (
        Payslip.objects.filter(entrepreneur__in=ids, month__gte=january)
        .filter(month__lt=month.first_day)
        .order_by("month", "id")
        .values("entrepreneur_id", "contract_id", "month", "status", "slip__year_to_date")
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for slip in slips:
        found.setdefault(slip["entrepreneur_id"], []).append(dict(slip))
    return found


def _before(year: Sequence[dict[str, Any]], contract: Contract) -> YearToDate | None:
    """Return what the year adds up to: it starts again in January and with each contract."""
    kept = [
        slip
        for slip in year
        if slip["status"] != PayslipStatus.DRAFT and slip["contract_id"] == contract.pk
    ]
    return thawed(YearToDate, kept[-1]["slip__year_to_date"]) if kept else None


def _waiting(year: Sequence[dict[str, Any]]) -> Month | None:
    drafts = [slip["month"] for slip in year if slip["status"] == PayslipStatus.DRAFT]
    return Month.of(drafts[0]) if drafts else None


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
