"""The path: contracts, steps and where they lead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros, to_cents
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused
from entrepreneurs import rules
from entrepreneurs.actions.people import locked
from entrepreneurs.enums import ContractEnd, ContractKind, StepKind
from entrepreneurs.models import Contract, Entrepreneur, PathStep
from entrepreneurs.queries import terms_of


@transaction.atomic
def add_contract(
    person: Entrepreneur,
    *,
    kind: ContractKind,
    starts_on: date,
    ends_on: date | None = None,
    trial_ends_on: date | None = None,
    fixed_part: Decimal = ZERO,
    signed_on: date | None = None,
    on: date,
    by: Membership | None,
) -> Contract:
    """Record a contract and the step of the path it marks, on its first day.

    The person's situation follows from that day on. `fixed_part` is gross EUR a month.

    :raises ActionRefused: what `rules.check_contract` refuses; `negative_fixed_part`;
        `impossible_fixed_part`; `step_out_of_order`.
    """
    person = locked(person)
    if fixed_part < ZERO:
        raise ActionRefused("Une part fixe ne peut pas être négative.", code="negative_fixed_part")
    if fixed_part > rules.HIGHEST_FIXED_PART or fixed_part != to_cents(fixed_part):
        raise ActionRefused(
            "Une part fixe s’écrit au centime, et ne dépasse pas"
            f" {euros(rules.HIGHEST_FIXED_PART, cents=False)} par mois. Vérifiez le montant.",
            code="impossible_fixed_part",
        )
    earlier = terms_of(person)
    rules.check_contract(
        rules.Terms(kind=kind, starts_on=starts_on, ends_on=ends_on, trial_ends_on=trial_ends_on),
        earlier=earlier,
        birth_date=person.birth_date,
    )
    contract = Contract.objects.create(
        entrepreneur=person,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        trial_ends_on=trial_ends_on,
        fixed_part=fixed_part,
        signed_on=signed_on,
    )
    before = [c for c in earlier if c.starts_on < starts_on]
    if step := rules.step_of(kind, before):
        _write_step(person, step, day=starts_on, on=on, contract=contract)
    audit.record(
        "contract.added",
        contract,
        by=by,
        after={"kind": kind.label, "starts_on": starts_on, "ends_on": ends_on},
    )
    return contract


@transaction.atomic
def end_contract(
    contract: Contract, *, ends_on: date, reason: ContractEnd, by: Membership | None
) -> Contract:
    """Set the last day of a contract that ends earlier than foreseen, or had no term.

    :raises ActionRefused: `already_ended`, `ends_before_start`.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    if ends_on < contract.starts_on:
        raise ActionRefused(
            f"Ce contrat commence le {french_date(contract.starts_on)}\u00a0: son dernier jour ne "
            "peut pas être avant.",
            code="ends_before_start",
        )
    if contract.end_reason or (contract.ends_on is not None and contract.ends_on < ends_on):
        assert contract.ends_on is not None
        raise ActionRefused(
            f"Ce contrat se termine déjà le {french_date(contract.ends_on)}. Pour prolonger, "
            "ajoutez un contrat.",
            code="already_ended",
        )
    before, contract.ends_on, contract.end_reason = contract.ends_on, ends_on, reason
    contract.save(update_fields=["ends_on", "end_reason"])
    audit.record(
        "contract.ended",
        contract,
        by=by,
        before={"ends_on": before},
        after={"ends_on": ends_on, "reason": reason.label},
    )
    return contract


@transaction.atomic
def record_step(
    person: Entrepreneur,
    *,
    kind: StepKind,
    day: date,
    on: date,
    by: Membership | None,
    note: str = "",
) -> PathStep:
    """Record a step that comes with no contract: a meeting, a diagnosis, an amendment.

    :raises ActionRefused: `step_of_its_own`, `step_in_future`, `step_out_of_order`.
    """
    if kind not in rules.FREE_STEPS:
        raise ActionRefused(
            f"L’étape «\u00a0{kind.label}\u00a0» s’écrit d’elle-même, avec le contrat, "
            "l’admission ou la "
            "sortie qu’elle marque.",
            code="step_of_its_own",
        )
    person = locked(person)
    step = _write_step(person, kind, day=day, on=on, note=note)
    _trace(step, by=by)
    return step


@transaction.atomic
def record_association(
    person: Entrepreneur, *, day: date, on: date, by: Membership | None, note: str = ""
) -> PathStep:
    """Mark the day a person became associate; governance calls it when it admits a member.

    :raises ActionRefused: `step_out_of_order`, `step_in_future`.
    """
    person = locked(person)
    step = _write_step(person, StepKind.ASSOCIATION, day=day, on=on, note=note)
    _trace(step, by=by)
    return step


@transaction.atomic
def record_membership_end(
    person: Entrepreneur, *, day: date, on: date, by: Membership | None, note: str = ""
) -> PathStep:
    """Mark the day a person stopped being associate while their contract goes on.

    :raises ActionRefused: `step_out_of_order`, `step_in_future`.
    """
    person = locked(person)
    step = _write_step(person, StepKind.MEMBERSHIP_END, day=day, on=on, note=note)
    _trace(step, by=by)
    return step


@transaction.atomic
def record_exit(
    person: Entrepreneur,
    *,
    day: date,
    reason: ContractEnd,
    on: date,
    by: Membership | None,
    note: str = "",
) -> PathStep:
    """Record that a person leaves: the running contract ends that day, the path with it.

    Parts in activities stay open: what is still owed to the person passes through them.

    :raises ActionRefused: `step_out_of_order`, `step_in_future`, `already_ended`.
    """
    person = locked(person)
    for contract in person.contracts.filter(starts_on__lte=day):
        if contract.ends_on is None or contract.ends_on > day:
            end_contract(contract, ends_on=day, reason=reason, by=by)
    step = _write_step(person, StepKind.EXIT, day=day, on=on, note=note or reason.label)
    _trace(step, by=by)
    return step


@transaction.atomic
def refresh_situations(*, on: date) -> int:
    """Move to their situation those whose dated step has come; return how many moved.

    Looks a month back: a night without this task loses nothing.
    """
    recent = PathStep.objects.filter(on__range=(on - timedelta(days=31), on))
    people = Entrepreneur.objects.filter(pk__in=recent.values("entrepreneur_id"))
    return sum(_follow_path(locked(person), on=on) for person in people)


def _write_step(
    person: Entrepreneur,
    kind: StepKind,
    *,
    day: date,
    on: date,
    contract: Contract | None = None,
    note: str = "",
) -> PathStep:
    """Write the step, check the whole path still holds, and move the situation."""
    if day > on and contract is None:
        raise ActionRefused(
            "Cette étape est dans l’avenir. Notez-la le jour venu.", code="step_in_future"
        )
    step = PathStep.objects.create(
        entrepreneur=person, kind=kind, on=day, contract=contract, note=note.strip()
    )
    rules.situation_after(kinds_until(person, date.max))
    _follow_path(person, on=on)
    return step


def _follow_path(person: Entrepreneur, *, on: date) -> bool:
    """Set the situation the steps until `on` lead to; tell whether it moved."""
    situation = rules.situation_after(kinds_until(person, on))
    if situation == person.situation:
        return False
    person.situation = situation
    person.save(update_fields=["situation"])
    return True


def kinds_until(person: Entrepreneur, day: date) -> list[StepKind]:
    """Return the steps of a path until a day, in the order of time."""
    steps = person.steps.filter(on__lte=day).order_by("on", "id")
    return [StepKind(kind) for kind in steps.values_list("kind", flat=True)]


def _trace(step: PathStep, *, by: Membership | None) -> None:
    audit.record(
        "step.recorded",
        step,
        by=by,
        after={"kind": StepKind(step.kind).label, "on": step.on, "note": step.note},
    )
