"""Validating payslips: frozen, posted, and their PDF made after commit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounting import actions as accounting
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import euros
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from payroll import queries
from payroll.actions.runs import check_open_month, locked, settle
from payroll.enums import PayslipStatus
from payroll.models import PayrollRun, Payslip, PayslipPart, SalaryChoice
from payroll.posting import Bearer, payslip_entries
from payroll.rules.frozen import frozen, thawed
from payroll.rules.parts import available_of
from payroll.rules.wishes import Wish

_PRODUCE = "payroll.tasks.produce_payslip"


@dataclass(frozen=True, slots=True)
class Refused:
    """A payslip that was not validated, and the sentence that says why."""

    payslip: Payslip
    name: str
    reason: str
    code: str


@dataclass(frozen=True, slots=True)
class Validation:
    """What became of a selection of payslips."""

    validated: Sequence[Payslip]
    refused: Sequence[Refused]


@transaction.atomic
def validate_payslips(
    run: PayrollRun,
    ids: Collection[int],
    *,
    on: date,
    by: Membership | None,
    with_documents: bool = True,
) -> Validation:
    """Validate those of a selection that may be: each is frozen and posted, once.

    The others are left as they are, each with its reason: blocked, a point to check, a choice
    made since, money gone since. What was validated already is left out without a word: two
    officers may press together. `with_documents` makes the PDF after commit; without it they
    are made when somebody asks.

    :raises ActionRefused: `closed_period`; `nothing_selected`; the code of the first refusal
        where nothing at all could be validated.
    """
    run = locked(run)
    check_open_month(Month.of(run.month))
    slips = list(
        run.payslips.filter(pk__in=ids, status=PayslipStatus.DRAFT)
        .order_by("pk")
        .prefetch_related("entrepreneur")
    )
    if not ids:
        raise ActionRefused(
            "Aucun bulletin n’est sélectionné. Cochez ceux à valider.", code="nothing_selected"
        )
    chosen = _choices(slips)
    now_available = _available_now(slips, run, on=on)
    years = queries.years_before(slips)
    accepted, refused = [], []
    for slip in slips:
        reason = _reason_against(
            slip, chosen.get(slip.entrepreneur_id), now_available.get(slip.entrepreneur_id)
        )
        if reason is None and frozen(years[slip.pk]) != slip.inputs["before"]:
            reason = "le début de l’année a changé\u00a0: recalculez", "year_changed"
        if reason is None:
            accepted.append(slip)
        else:
            refused.append(Refused(slip, slip.entrepreneur.full_name, *reason))
    if refused and not accepted:
        raise ActionRefused(_said(refused), code=refused[0].code)
    now = timezone.now()
    for slip in accepted:
        slip.status, slip.validated_by, slip.validated_at = PayslipStatus.VALIDATED, by, now
        slip.taken_back_for = ""
    Payslip.objects.bulk_update(
        accepted, ["status", "validated_by", "validated_at", "taken_back_for"]
    )
    settle(run)
    _post(accepted, run, on=on, by=by)
    for slip in accepted:
        audit.record("payslip.validated", slip, by=by, after={"net_paid": slip.net_paid})
    if with_documents:
        _request(accepted)
    return Validation(accepted, refused)


def request_document(payslip: Payslip) -> None:
    """Have the PDF of a validated payslip made after commit; asked again, it is made once.

    :raises ActionRefused: `not_validated`.
    """
    if payslip.is_draft:
        raise ActionRefused(
            "Ce bulletin n’est pas encore validé\u00a0: son PDF sera prêt ensuite.",
            code="not_validated",
        )
    outbox.enqueue(_PRODUCE, key=queries.document_key(payslip), payslip_id=payslip.pk)


@transaction.atomic
def request_documents(run: PayrollRun) -> int:
    """Have every PDF that a run lacks made after commit; return how many it lacks."""
    run = locked(run)
    lacking = list(run.payslips.filter(document=None).exclude(status=PayslipStatus.DRAFT))
    _request(lacking)
    return len(lacking)


def _request(payslips: Iterable[Payslip]) -> None:
    outbox.enqueue_all(
        _PRODUCE,
        {queries.document_key(slip): {"payslip_id": slip.pk} for slip in payslips},
    )


def bearers_of(slips: Collection[Payslip]) -> dict[int, list[Bearer]]:
    """Return which activities bear each payslip, by its id, in two queries."""
    found: dict[int, list[Bearer]] = {slip.pk: [] for slip in slips}
    parts = PayslipPart.objects.filter(payslip__in=found).prefetch_related("activity__analytic")
    for part in parts.order_by("id"):
        if part.cost:
            found[part.payslip_id].append(Bearer(part.activity.analytic.code, part.cost))
    return found


def entry_date(run: PayrollRun, on: date) -> date:
    """Return the day a pay is posted: that of its validation, within the month it pays."""
    month = Month.of(run.month)
    return min(max(on, month.first_day), month.last_day)


def _choices(slips: Sequence[Payslip]) -> dict[int, SalaryChoice]:
    """Return the choices of these people for the month, held: none changes meanwhile."""
    if not slips:
        return {}
    choices = SalaryChoice.objects.select_for_update().filter(
        entrepreneur__in=[slip.entrepreneur_id for slip in slips], month=slips[0].month
    )
    return {choice.entrepreneur_id: choice for choice in choices}


def _available_now(slips: Sequence[Payslip], run: PayrollRun, *, on: date) -> dict[int, Decimal]:
    people = [slip.entrepreneur_id for slip in slips]
    parts = queries.parts_of(people, Month.of(run.month), on=on)
    return {person: available_of(mine) for person, mine in parts.items()}


def _reason_against(
    slip: Payslip, choice: SalaryChoice | None, available: Decimal | None
) -> tuple[str, str] | None:
    if slip.blocking:
        points = [c.text for c in queries.controls_of(slip) if c.is_blocking]
        return f"bloqué ({', '.join(points).lower()})", "blocked"
    if slip.to_check:
        points = [c.text for c in queries.controls_of(slip) if c.waits]
        return f"à vérifier d’abord ({', '.join(points)})", "to_check"
    if choice is not None and choice.made_at > slip.computed_at and _differs(choice, slip):
        return "un autre salaire a été choisi depuis le calcul\u00a0: recalculez", "choice_changed"
    if available is not None and slip.cost and available < min(slip.cost, slip.available_before):
        return (
            f"il ne reste que {euros(available)} sur l’activité\u00a0: recalculez",
            "balance_changed",
        )
    return None


def _differs(choice: SalaryChoice, slip: Payslip) -> bool:
    wish = thawed(Wish, slip.inputs["wish"])
    return wish.is_carried or wish.mode != choice.mode or wish.amount != (choice.amount or 0)


def _said(refused: Sequence[Refused]) -> str:
    shown = "\u00a0; ".join(f"{r.name}\u00a0: {r.reason}" for r in refused[:3])
    more = f", et {len(refused) - 3} autres" if len(refused) > 3 else ""
    return f"Aucun bulletin n’a été validé. {shown}{more}."


def _post(slips: Sequence[Payslip], run: PayrollRun, *, on: date, by: Membership | None) -> None:
    bearers = bearers_of(slips)
    day = entry_date(run, on)
    entries = [
        entry
        for slip in slips
        for entry in payslip_entries(
            slip.posting_key,
            queries.slip_of(slip),
            bearers[slip.pk],
            person=slip.inputs["person"]["name"],
            on=day,
            pay_on=run.pay_on,
        )
    ]
    accounting.post_all(entries, by=by)
