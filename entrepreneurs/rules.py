"""The path: what may follow what, how long a CAPE may last, by when one becomes associate.

Sources: Code de commerce, L127-1 to L127-7 and R127-1 (CAPE); Code du travail, L7331-1 to
L7332-7 (CESA).
"""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from cae.core.periods import Month, french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.enums import ContractKind, Situation, StepKind

#: A CAPE lasts twelve months at most and is renewed twice: thirty-six months in all.
CAPE_MONTHS = 12
CAPE_CONTRACTS = 3
#: Of a CESA, renewal included, less the time already spent under CAPE (L7332-1).
TRIAL_MONTHS = 8
#: To become associate, from the CESA on, less earlier contracts (L7331-3).
ASSOCIATION_YEARS = 3
ADULT_AGE = 18
#: Youth cooperatives: other contracts are signed from sixteen on, with the parents' consent.
WORKING_AGE = 16

#: Above the highest rate of income tax and its surtaxes: beyond it, a rate is a typing error.
HIGHEST_WITHHOLDING = Decimal("0.55")
#: In EUR a month: what the payroll can compute; beyond it, an amount is a typing error.
HIGHEST_FIXED_PART = Decimal(1_000_000)

#: Days before an end at which the path warns, longest first: 12, 6, 3 and 1 months.
ALERT_DAYS = (365, 182, 91, 30)

#: The situations each step may start from, and the one it leads to (None: it stays).
STEPS: dict[StepKind, tuple[frozenset[Situation], Situation | None]] = {
    StepKind.INFORMATION: (
        frozenset({Situation.CANDIDATE, Situation.LEFT}),
        Situation.CANDIDATE,
    ),
    StepKind.DIAGNOSIS: (frozenset({Situation.CANDIDATE, Situation.LEFT}), Situation.CANDIDATE),
    StepKind.CAPE: (frozenset({Situation.CANDIDATE, Situation.LEFT}), Situation.SUPPORTED),
    StepKind.CAPE_RENEWAL: (frozenset({Situation.SUPPORTED}), None),
    StepKind.CESA: (
        frozenset({Situation.CANDIDATE, Situation.SUPPORTED, Situation.LEFT}),
        Situation.EMPLOYEE,
    ),
    StepKind.AMENDMENT: (
        frozenset({Situation.SUPPORTED, Situation.EMPLOYEE, Situation.MEMBER}),
        None,
    ),
    StepKind.ASSOCIATION: (frozenset({Situation.EMPLOYEE}), Situation.MEMBER),
    StepKind.MEMBERSHIP_END: (frozenset({Situation.MEMBER}), Situation.EMPLOYEE),
    StepKind.EXIT: (
        frozenset({Situation.CANDIDATE, Situation.SUPPORTED, Situation.EMPLOYEE, Situation.MEMBER}),
        Situation.LEFT,
    ),
}

#: Steps a person records; the others follow a contract, an admission or an exit.
FREE_STEPS = (StepKind.INFORMATION, StepKind.DIAGNOSIS, StepKind.AMENDMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """A contract as the law sees it; both days included, `ends_on` None while open-ended."""

    kind: ContractKind
    starts_on: date
    ends_on: date | None = None
    trial_ends_on: date | None = None


def sort_name(first_name: str, last_name: str) -> str:
    """Return `le goff loic`: last then first name, lower-case, without accents."""
    words = unicodedata.normalize("NFKD", f"{last_name} {first_name}".replace("œ", "oe"))
    bare = "".join(letter for letter in words if not unicodedata.combining(letter))
    return " ".join(bare.casefold().split())[:140]


def plus_months(day: date, months: int) -> date:
    """Return the same day that many months later, or the last of a shorter month."""
    month = Month.of(day).plus(months)
    return date(month.year, month.number, min(day.day, monthrange(month.year, month.number)[1]))


def term(starts_on: date, *, months: int) -> date:
    """Return the last day of a contract of that many months: 1 March + 12 is 28 February."""
    return plus_months(starts_on, months) - timedelta(days=1)


def age_on(birth_date: date, day: date) -> int:
    """Return the age in whole years on a day."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def days_before(day: date, contracts: Iterable[Terms], *, kind: ContractKind | None = None) -> int:
    """Return the days under contract before `day`, of one kind or of all.

    Days are counted both ends included; a contract still open on `day` stops the day before.
    """
    total = 0
    for contract in contracts:
        if contract.starts_on >= day or (kind is not None and contract.kind != kind):
            continue
        last = min(contract.ends_on or day, day - timedelta(days=1))
        total += (last - contract.starts_on).days + 1
    return total


def association_deadline(contracts: Sequence[Terms]) -> date | None:
    """Return the day by which a CESA must have led to association; None without a CESA.

    Three years from the latest CESA, less the days of CAPE and of any earlier contract, and
    never before the CESA itself: three full CAPE leave nothing.
    Source: Code du travail, L7331-3.
    """
    starts = [c.starts_on for c in contracts if c.kind == ContractKind.CESA]
    if not starts:
        return None
    start = max(starts)
    spent = days_before(start, contracts)
    return max(start, plus_months(start, 12 * ASSOCIATION_YEARS) - timedelta(days=spent))


def latest_trial_end(starts_on: date, contracts: Iterable[Terms]) -> date:
    """Return the last day the trial of a CESA may reach; before its start when none is left.

    Source: Code du travail, L7332-1.
    """
    spent = days_before(starts_on, contracts, kind=ContractKind.CAPE)
    return term(starts_on, months=TRIAL_MONTHS) - timedelta(days=spent)


def check_contract(new: Terms, *, earlier: Sequence[Terms], birth_date: date | None) -> None:
    """Refuse a contract the law or the path does not allow after the `earlier` ones.

    :raises ActionRefused: `overlap`, `no_term`, `open_ended`, `ends_before_start`,
        `cape_after_cesa`, `fourth_cape`, `cape_too_long`, `birth_date_missing`, `minor`,
        `trial_too_long`.
    """
    _check_days(new)
    _check_free_days(new, earlier)
    if new.kind == ContractKind.CAPE:
        _check_cape(new, earlier)
    _check_age(new, birth_date)
    if new.kind == ContractKind.CESA and new.trial_ends_on is not None:
        _check_trial(new, earlier)


def step_of(kind: ContractKind, earlier: Iterable[Terms]) -> StepKind | None:
    """Return the step of the path a new contract marks; None for an ordinary work contract."""
    if kind == ContractKind.CESA:
        return StepKind.CESA
    if kind == ContractKind.CAPE:
        is_renewal = any(c.kind == ContractKind.CAPE for c in earlier)
        return StepKind.CAPE_RENEWAL if is_renewal else StepKind.CAPE
    return None


def situation_after(steps: Iterable[StepKind]) -> Situation:
    """Return where these steps, in the order of time, lead a candidate.

    :raises ActionRefused: code `step_out_of_order`, at the first that may not follow.
    """
    situation = Situation.CANDIDATE
    for step in steps:
        allowed, target = STEPS[step]
        if situation not in allowed:
            raise ActionRefused(
                f"L’étape «\u00a0{step.label}\u00a0» ne peut pas suivre la situation "
                f"«\u00a0{situation.label}\u00a0». Vérifiez la date, ou l’étape qui manque "
                "avant elle.",
                code="step_out_of_order",
            )
        situation = target or situation
    return situation


def _check_days(new: Terms) -> None:
    needs_term = new.kind in (ContractKind.CAPE, ContractKind.CDD)
    if needs_term and new.ends_on is None:
        raise ActionRefused(
            f"Un {new.kind.label} a un terme\u00a0: indiquez son dernier jour.", code="no_term"
        )
    if not needs_term and new.ends_on is not None:
        raise ActionRefused(
            f"Un {new.kind.label} n’a pas de terme prévu. Laissez le dernier jour vide\u00a0; "
            "vous pourrez le terminer plus tard.",
            code="open_ended",
        )
    if new.ends_on is not None and new.ends_on < new.starts_on:
        raise ActionRefused(
            "Le dernier jour précède le premier. Corrigez l’une des deux dates.",
            code="ends_before_start",
        )


def _check_free_days(new: Terms, earlier: Sequence[Terms]) -> None:
    for other in earlier:
        starts_after = other.starts_on > (new.ends_on or date.max)
        if starts_after or (other.ends_on is not None and other.ends_on < new.starts_on):
            continue
        until = f"au {french_date(other.ends_on)}" if other.ends_on else "sans terme"
        raise ActionRefused(
            f"Le {other.kind.label} du {french_date(other.starts_on)} {until} couvre déjà ces "
            "jours. Terminez-le d’abord, ou changez la date de début.",
            code="overlap",
        )


def _check_cape(new: Terms, earlier: Sequence[Terms]) -> None:
    assert new.ends_on is not None
    if any(c.kind == ContractKind.CESA for c in earlier):
        raise ActionRefused(
            "Un CAPE prépare un CESA, il ne le suit pas. Proposez un nouveau CESA.",
            code="cape_after_cesa",
        )
    if sum(c.kind == ContractKind.CAPE for c in earlier) >= CAPE_CONTRACTS:
        raise ActionRefused(
            "Cette personne a déjà eu trois CAPE\u00a0: la loi ne permet que deux renouvellements. "
            "Proposez un CESA ou une sortie.",
            code="fourth_cape",
        )
    longest = term(new.starts_on, months=CAPE_MONTHS)
    if new.ends_on > longest:
        raise ActionRefused(
            "Un CAPE dure douze mois au plus\u00a0: celui-ci peut aller jusqu’au "
            f"{french_date(longest)}. Renouvelez-le ensuite.",
            code="cape_too_long",
        )


def _check_age(new: Terms, birth_date: date | None) -> None:
    if birth_date is None:
        if new.kind != ContractKind.CESA:
            return
        raise ActionRefused(
            f"La date de naissance manque\u00a0: elle est nécessaire pour un {new.kind.label}. "
            "Complétez la fiche d’abord.",
            code="birth_date_missing",
        )
    age = age_on(birth_date, new.starts_on)
    floor = ADULT_AGE if new.kind == ContractKind.CESA else WORKING_AGE
    if age < floor:
        raise ActionRefused(
            f"Cette personne a {age} ans le {french_date(new.starts_on)}\u00a0: un "
            f"{new.kind.label} "
            f"se signe à partir de {floor} ans.",
            code="minor",
        )


def _check_trial(new: Terms, earlier: Sequence[Terms]) -> None:
    assert new.trial_ends_on is not None
    latest = latest_trial_end(new.starts_on, earlier)
    if new.trial_ends_on <= latest:
        return
    allowed = (
        f"elle peut aller jusqu’au {french_date(latest)}"
        if latest >= new.starts_on
        else "il n’en reste pas, laissez ce champ vide"
    )
    raise ActionRefused(
        f"Cette période d’essai est trop longue\u00a0: huit mois au plus, moins le temps passé "
        f"en CAPE, donc {allowed}.",
        code="trial_too_long",
    )
