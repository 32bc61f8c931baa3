"""Records of persons: opening one, keeping it true, the identifiers it holds."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import euros, percent
from cae.core.workflow import ActionRefused
from entrepreneurs import rules
from entrepreneurs.identifiers import clean_iban, clean_nir, masked
from entrepreneurs.models import Entrepreneur, StaffMember

#: What `update_person` may change; situation, identifiers and access have their own verbs.
_PLAIN_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "street",
    "postcode",
    "town",
    "birth_date",
)


@transaction.atomic
def register_entrepreneur(
    *,
    first_name: str,
    last_name: str,
    email: str,
    by: Membership | None,
    adviser: StaffMember | None = None,
    nir: str = "",
    knowingly: bool = False,
    **identity: Any,
) -> Entrepreneur:
    """Open the record of a person, as a candidate.

    `identity` takes phone, street, postcode, town and birth_date. `knowingly` opens it even
    where another record looks like the same person.

    :raises ActionRefused: `duplicate_person`, `invalid_nir`.
    """
    assert set(identity) <= set(_PLAIN_FIELDS), f"unknown: {set(identity) - set(_PLAIN_FIELDS)}"
    name = rules.sort_name(first_name, last_name)
    if not knowingly:
        _refuse_duplicate(name, email=email)
    person = Entrepreneur.objects.create(
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        sort_name=name,
        email=email.strip().lower(),
        adviser=adviser,
        nir=clean_nir(nir) if nir else "",
        **identity,
    )
    audit.record("entrepreneur.registered", person, by=by, after={"name": person.full_name})
    return person


@transaction.atomic
def register_staff(
    *, first_name: str, last_name: str, email: str, by: Membership | None, **details: str
) -> StaffMember:
    """Open the record of someone of the team; `details` takes phone and job."""
    staff = StaffMember.objects.create(
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        sort_name=rules.sort_name(first_name, last_name),
        email=email.strip().lower(),
        **details,
    )
    audit.record("staff.registered", staff, by=by, after={"name": staff.full_name})
    return staff


@transaction.atomic
def update_person(person: Entrepreneur, *, by: Membership, **changes: Any) -> Entrepreneur:
    """Correct the plain fields of a record; the trace keeps what changed and nothing else."""
    assert set(changes) <= set(_PLAIN_FIELDS), f"unknown: {set(changes) - set(_PLAIN_FIELDS)}"
    person = locked(person)
    before = {name: getattr(person, name) for name in changes}
    changed = {name: value for name, value in changes.items() if before[name] != value}
    if not changed:
        return person
    for name, value in changed.items():
        setattr(person, name, value)
    person.sort_name = rules.sort_name(person.first_name, person.last_name)
    person.save(update_fields=[*changed, "sort_name"])
    audit.record(
        "entrepreneur.updated",
        person,
        by=by,
        before={name: before[name] for name in changed},
        after=changed,
    )
    return person


@transaction.atomic
def set_nir(person: Entrepreneur, nir: str, *, by: Membership) -> Entrepreneur:
    """Keep a social security number, sealed, or take it off; the trace shows its end only.

    :raises ActionRefused: `invalid_nir`.
    """
    person = locked(person)
    before, person.nir = person.nir, clean_nir(nir) if nir else ""
    person.save(update_fields=["nir"])
    audit.record(
        "entrepreneur.nir_changed",
        person,
        by=by,
        before={"nir": masked(before)},
        after={"nir": masked(person.nir)},
    )
    return person


@transaction.atomic
def change_iban(
    person: Entrepreneur, *, iban: str, holder: str, on: date, by: Membership | None
) -> Entrepreneur:
    """Keep the account salaries and refunds go to, sealed, and the day it changed.

    The payroll run warns about a recent change: it is how transfers are diverted.

    :raises ActionRefused: `invalid_iban`, `holder_missing`.
    """
    if not holder.strip():
        raise ActionRefused(
            "Le nom du titulaire manque\u00a0: recopiez-le depuis le relevé d’identité bancaire.",
            code="holder_missing",
        )
    person = locked(person)
    clean = clean_iban(iban)
    if (clean, holder.strip()) == (person.iban, person.iban_holder):
        return person
    before = {"iban": masked(person.iban), "holder": person.iban_holder}
    person.iban, person.iban_holder, person.iban_changed_on = clean, holder.strip(), on
    person.save(update_fields=["iban", "iban_holder", "iban_changed_on"])
    audit.record(
        "entrepreneur.iban_changed",
        person,
        by=by,
        before=before,
        after={"iban": masked(clean), "holder": person.iban_holder},
    )
    return person


@transaction.atomic
def set_adviser(
    person: Entrepreneur, adviser: StaffMember | None, *, by: Membership
) -> Entrepreneur:
    """Entrust a person to someone of the team, or to nobody."""
    person = locked(person)
    before, person.adviser = person.adviser, adviser
    person.save(update_fields=["adviser"])
    audit.record(
        "entrepreneur.adviser_changed",
        person,
        by=by,
        before={"adviser": before.full_name if before else None},
        after={"adviser": adviser.full_name if adviser else None},
    )
    return person


@transaction.atomic
def set_person_ceiling(
    person: Entrepreneur, amount: Decimal | None, *, by: Membership
) -> Entrepreneur:
    """Keep the net amount under which a person issues alone, in EUR; None: each activity's.

    :raises ActionRefused: `negative_ceiling`.
    """
    if amount is not None and amount < 0:
        raise ActionRefused(
            "Un plafond ne peut pas être négatif. Écrivez 0 pour que tout soit validé.",
            code="negative_ceiling",
        )
    person = locked(person)
    before, person.validation_ceiling = person.validation_ceiling, amount
    person.save(update_fields=["validation_ceiling"])
    audit.record(
        "entrepreneur.ceiling_set",
        person,
        by=by,
        before={"ceiling": None if before is None else euros(before)},
        after={"ceiling": None if amount is None else euros(amount)},
    )
    return person


@transaction.atomic
def set_withholding_rate(
    person: Entrepreneur, rate: Decimal | None, *, by: Membership
) -> Entrepreneur:
    """Keep the personal rate of the withholding tax, as a fraction; None: the neutral grid.

    :raises ActionRefused: `invalid_rate`.
    """
    if rate is not None:
        _check_withholding(rate)
    person = locked(person)
    before, person.withholding_rate = person.withholding_rate, rate
    person.save(update_fields=["withholding_rate"])
    audit.record(
        "entrepreneur.withholding_rate_changed",
        person,
        by=by,
        before={"rate": before},
        after={"rate": rate},
    )
    return person


def _check_withholding(rate: Decimal) -> None:
    highest = rules.HIGHEST_WITHHOLDING
    if not 0 <= rate <= highest:
        raise ActionRefused(
            f"Le taux du prélèvement se lit entre 0 et {percent(highest)}. Recopiez-le depuis"
            " l’avis.",
            code="invalid_rate",
        )
    if rate != round(rate, 4):
        raise ActionRefused(
            "Le taux du prélèvement a deux décimales au plus. Recopiez-le depuis l’avis.",
            code="invalid_rate",
        )


def locked(person: Entrepreneur) -> Entrepreneur:
    """Return the record as it is now, held until the transaction ends."""
    return Entrepreneur.objects.select_for_update().get(pk=person.pk)


def _refuse_duplicate(name: str, *, email: str) -> None:
    twin = (
        Entrepreneur.objects.filter(sort_name=name).first()
        or Entrepreneur.objects.filter(email__iexact=email.strip()).first()
    )
    if twin is not None:
        raise ActionRefused(
            f"Une fiche existe déjà pour {twin.full_name} ({twin.email}). Ouvrez-la, ou "
            "confirmez qu’il s’agit de quelqu’un d’autre.",
            code="duplicate_person",
        )
