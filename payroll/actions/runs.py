"""A run: opened for a month, computed as often as needed."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounting import queries as ledger
from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.periods import Month, of_french_month
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs import queries as people
from payroll import queries, rates
from payroll.enums import ControlCode, PayslipStatus, RunStatus
from payroll.models import PayrollRun, Payslip, PayslipPart
from payroll.rules.controls import Control, acknowledged, still_seen
from payroll.rules.frozen import frozen
from payroll.rules.moves import RUN_MOVES
from payroll.rules.parts import costs
from payroll.rules.wishes import Pay


@transaction.atomic
def open_run(
    month: Month, *, on: date, by: Membership | None, pay_on: date | None = None
) -> PayrollRun:
    """Open the payroll of a month; salaries are transferred on `pay_on`, by default the
    cooperative's day or the last working day before it.

    :raises ActionRefused: `already_open`, `month_out_of_reach`, `closed_period`,
        `unknown_rate`, `pay_day_too_early`.
    """
    if month > Month.of(on).next():
        raise ActionRefused(
            f"La paie {of_french_month(month)} ne peut pas encore être ouverte."
            " Ouvrez celle du mois en cours ou du suivant.",
            code="month_out_of_reach",
        )
    check_open_month(month)
    for name in ("smic", "ceiling", "reduction"):
        rates.get(name, on=month.first_day)
    day = pay_on or salary_day(month)
    if day < month.first_day:
        raise ActionRefused(
            "Les salaires ne peuvent pas être virés avant le mois qu’ils paient."
            " Choisissez un jour du mois, ou plus tard.",
            code="pay_day_too_early",
        )
    try:
        with transaction.atomic():
            run = PayrollRun.objects.create(month=month.first_day, pay_on=day, opened_by=by)
    except IntegrityError as error:
        raise ActionRefused(
            f"La paie {of_french_month(month)} est déjà ouverte.", code="already_open"
        ) from error
    audit.record("payroll.opened", run, by=by, after={"month": str(month), "pay_on": day})
    return run


@transaction.atomic
def compute_run(run: PayrollRun, *, on: date, by: Membership | None) -> PayrollRun:
    """Compute the payslip of everybody the month pays, but those already validated.

    Can be called again: what changed is computed anew, points already looked at stay so while
    their facts do, and who no longer has a contract loses their draft.

    :raises ActionRefused: `closed_period`, `unknown_rate`.
    """
    run = locked(run)
    month = Month.of(run.month)
    check_open_month(month)
    known = {slip.entrepreneur_id: slip for slip in run.payslips.all()}
    everybody = queries.payees(month, on=on)
    to_pay = [payee for payee in everybody if _is_open(known.get(payee.person.pk))]
    _forget_others(run, keep={payee.person.pk for payee in everybody})
    run.computed_at, run.computed_by = timezone.now(), by
    _write(run, [(payee, payee.best_pay()) for payee in to_pay], known)
    run.save(update_fields=["computed_at", "computed_by"])
    settle(run)
    audit.record("payroll.computed", run, by=by, after={"payslips": len(to_pay)})
    return run


@transaction.atomic
def acknowledge_control(
    payslip: Payslip, code: ControlCode, *, on: date, by: Membership, note: str = ""
) -> Payslip:
    """Say that somebody looked at a point of a payslip, with a note for who reads it next.

    :raises ActionRefused: `not_a_draft`, `no_such_control`.
    """
    locked(payslip.run)
    payslip = Payslip.objects.get(pk=payslip.pk)
    _check_draft(payslip)
    before = queries.controls_of(payslip)
    if not any(control.code == code and control.waits for control in before):
        raise ActionRefused(
            "Ce point n’attend plus rien\u00a0: il a été vérifié ou n’a plus lieu d’être."
            " Rechargez la page.",
            code="no_such_control",
        )
    name = people.display_name(by)
    _keep_controls(payslip, acknowledged(before, code, by=name, on=on, note=note.strip()[:200]))
    payslip.save(update_fields=["controls", "blocking", "to_check"])
    audit.record("payslip.control_checked", payslip, by=by, after={"point": code, "note": note})
    return payslip


def salary_day(month: Month) -> date:
    """Return the day salaries of a month leave: the cooperative's, else the working day before."""
    cooperative = Cooperative.objects.only("salary_day").get(pk=current_tenant_id())
    day = month.first_day.replace(day=min(cooperative.salary_day, month.last_day.day))
    closed = holidays.country_holidays("FR", years=day.year)
    while day.weekday() >= 5 or day in closed:
        day -= timedelta(days=1)
    return day


def locked(run: PayrollRun) -> PayrollRun:
    """Return the run as it is now, held until the transaction ends: two officers take turns."""
    return PayrollRun.objects.select_for_update().get(pk=run.pk)


def check_open_month(month: Month) -> None:
    """Refuse to touch the pay of a closed month.

    :raises ActionRefused: `closed_period`.
    """
    closed = ledger.last_closed_month()
    if closed is not None and month <= closed:
        raise ActionRefused(
            f"Le mois {of_french_month(month)} est clôturé\u00a0: sa paie ne change plus."
            " Corrigez par un bulletin du mois suivant.",
            code="closed_period",
        )


def settle(run: PayrollRun) -> None:
    """Give a run the status that its payslips make: computed, validated, paid."""
    statuses = set(run.payslips.values_list("status", flat=True))
    if PayslipStatus.DRAFT in statuses or not statuses:
        status = RunStatus.COMPUTED
    elif PayslipStatus.VALIDATED in statuses:
        status = RunStatus.VALIDATED
    else:
        status = RunStatus.PAID
    if run.status != status:
        check_move(RUN_MOVES, run.status, status)
        run.status = status
        run.save(update_fields=["status"])


def _is_open(slip: Payslip | None) -> bool:
    return slip is None or slip.is_draft


def _forget_others(run: PayrollRun, *, keep: set[int]) -> None:
    gone = run.payslips.filter(status=PayslipStatus.DRAFT).exclude(entrepreneur__in=keep)
    PayslipPart.objects.filter(payslip__in=gone).delete()
    gone.delete()


_RESULT = (
    "contract",
    "pay_on",
    "inputs",
    "slip",
    "controls",
    "blocking",
    "to_check",
    "gross",
    "employee_charges",
    "employer_charges",
    "reduction",
    "cost",
    "net_before_tax",
    "net_social",
    "net_taxable",
    "withholding",
    "net_paid",
    "available_before",
    "budget",
    "unspent",
    "reserve_after",
    "computed_at",
)


def _write(
    run: PayrollRun,
    pays: list[tuple[queries.Payee, Pay]],
    known: dict[int, Payslip],
) -> None:
    employer = _employer()
    slips = [
        _computed(known.get(payee.person.pk) or Payslip(run=run), run, payee, pay, employer)
        for payee, pay in pays
    ]
    old = [slip for slip in slips if slip.pk]
    Payslip.objects.bulk_update(old, _RESULT, batch_size=200)
    Payslip.objects.bulk_create([slip for slip in slips if not slip.pk])
    PayslipPart.objects.filter(payslip__in=old).delete()
    PayslipPart.objects.bulk_create(
        part for slip, (payee, _) in zip(slips, pays, strict=True) for part in _parts(slip, payee)
    )


def _computed(
    slip: Payslip,
    run: PayrollRun,
    payee: queries.Payee,
    pay: Pay,
    employer: dict[str, str],
) -> Payslip:
    computed, distribution = pay.slip, pay.distribution
    slip.entrepreneur = payee.person
    slip.contract = payee.contract
    slip.month, slip.pay_on = run.month, run.pay_on
    slip.inputs = {
        "wish": frozen(pay.wish),
        "is_reduced": pay.is_reduced,
        "before": frozen(payee.before),
        "person": _identity(payee),
        "employer": employer,
    }
    slip.slip = frozen(computed)
    slip.gross = computed.gross
    slip.employee_charges = computed.employee_total
    slip.employer_charges = computed.employer_total + computed.reduction
    slip.reduction = computed.reduction
    slip.cost = computed.cost
    slip.net_before_tax = computed.net_before_tax
    slip.net_social = computed.net_social
    slip.net_taxable = computed.net_taxable
    slip.withholding = computed.withholding.amount
    slip.net_paid = computed.net_paid
    slip.available_before = payee.available
    slip.budget = distribution.budget
    slip.unspent = distribution.unspent
    slip.reserve_after = payee.available - computed.cost
    assert run.computed_at is not None
    slip.computed_at = run.computed_at
    before = queries.controls_of(slip) if slip.pk else []
    _keep_controls(slip, still_seen(payee.controls(pay, pay_on=run.pay_on), before))
    return slip


def _parts(slip: Payslip, payee: queries.Payee) -> list[PayslipPart]:
    return [
        PayslipPart(
            entrepreneur_id=slip.entrepreneur_id,
            payslip=slip,
            activity_id=part.activity_id,
            share=part.share,
            detail=frozen(part.detail),
            available=part.available,
            reserve=part.reserve,
            provisions=part.provisions,
            cost=cost,
        )
        for part, cost in zip(payee.parts, costs(payee.parts, slip.cost), strict=True)
    ]


def _keep_controls(slip: Payslip, found: list[Control]) -> None:
    slip.controls = [frozen(control) for control in found]
    slip.blocking = sum(control.is_blocking for control in found)
    slip.to_check = sum(control.waits for control in found)


def _identity(payee: queries.Payee) -> dict[str, str]:
    """Return who is paid, as the payslip will say it for ever."""
    person, contract = payee.person, payee.contract
    return {
        "name": person.full_name,
        "street": person.street,
        "postcode": person.postcode,
        "town": person.town,
        "contract": contract.get_kind_display(),
        "since": contract.starts_on.isoformat(),
        "fixed_part": str(contract.fixed_part),
    }


def _employer() -> dict[str, str]:
    """Return who pays, as the payslip will say it for ever."""
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    names = ("name", "siret", "naf", "street", "postcode", "town")
    return {name: getattr(cooperative, name) for name in names}


def _check_draft(payslip: Payslip) -> None:
    if not payslip.is_draft:
        raise ActionRefused(
            "Ce bulletin est déjà validé\u00a0: il ne change plus.", code="not_a_draft"
        )
