"""Building trades: which activities are of them, and the certificates that let them sell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from cae.core import audit, documents
from cae.core.enums import DocumentKind
from cae.core.models import Membership
from cae.core.periods import french_date
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, Insurance
from entrepreneurs.queries.insurances import insurance_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What a certificate says of a ten-year insurance."""

    insurer: str
    contact: str
    policy_number: str
    territory: str
    valid_from: date
    valid_to: date


@transaction.atomic
def set_building(activity: Activity, is_building: bool, *, by: Membership) -> Activity:
    """Say that an activity is of the building trades: it sells nothing without insurance."""
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    before, activity.is_building = activity.is_building, is_building
    if before != is_building:
        activity.save(update_fields=["is_building"])
        audit.record(
            "activity.building_set",
            activity,
            by=by,
            before={"is_building": before},
            after={"is_building": is_building},
        )
    return activity


@transaction.atomic
def add_insurance(
    activity: Activity | None,
    policy: Policy,
    *,
    content: bytes,
    name: str,
    by: Membership,
) -> Insurance:
    """Keep a certificate: of an activity, or of the cooperative for all of them when None.

    :raises ActionRefused: `not_building`, `policy_incomplete`, `bad_dates`; as
        `documents.keep_upload`.
    """
    if activity is not None and not activity.is_building:
        raise ActionRefused(
            f"{activity.name} n’est pas un métier du bâtiment. Dites-le d’abord sur sa fiche.",
            code="not_building",
        )
    words = {
        name: " ".join(getattr(policy, name).split())
        for name in ("insurer", "contact", "policy_number", "territory")
    }
    if not all(words.values()):
        raise ActionRefused(
            "La loi veut l’assureur, ses coordonnées, le contrat et le territoire couvert. "
            "Complétez ce que dit l’attestation.",
            code="policy_incomplete",
        )
    if policy.valid_to < policy.valid_from:
        raise ActionRefused(
            "La fin de validité est avant le début. Corrigez l’une des deux.", code="bad_dates"
        )
    with as_cooperative():
        kept = documents.keep_upload(
            content,
            kind=DocumentKind.CERTIFICATE,
            name=name,
            activity_id=activity.pk if activity else None,
            by=by,
        )
        insurance = Insurance.objects.create(
            activity=activity,
            valid_from=policy.valid_from,
            valid_to=policy.valid_to,
            certificate=kept,
            created_by=by,
            **words,
        )
    audit.record(
        "insurance.added",
        insurance,
        by=by,
        after={
            "insurer": insurance.insurer,
            "policy": insurance.policy_number,
            "valid_to": insurance.valid_to,
        },
    )
    return insurance


@transaction.atomic
def withdraw_insurance(insurance: Insurance, *, by: Membership) -> Insurance:
    """Take back a certificate written by mistake, or a policy that was cancelled.

    :raises ActionRefused: `already_withdrawn`.
    """
    insurance = Insurance.objects.select_for_update().get(pk=insurance.pk)
    if insurance.withdrawn_at is not None:
        raise ActionRefused(
            "Cette attestation est déjà retirée. Déposez celle qui la remplace.",
            code="already_withdrawn",
        )
    insurance.withdrawn_at = timezone.now()
    insurance.save(update_fields=["withdrawn_at"])
    audit.record("insurance.withdrawn", insurance, by=by)
    return insurance


def check_insured(activity: Activity, *, on: date) -> Insurance | None:
    """Return what covers a building activity on a day; None for any other trade.

    :raises ActionRefused: `not_insured`.
    """
    if not activity.is_building:
        return None
    found = insurance_on(activity, on=on)
    if found is None:
        raise ActionRefused(
            f"{activity.name} est un métier du bâtiment et aucune attestation d’assurance "
            f"décennale ne couvre le {french_date(on)}\u00a0: la loi interdit de proposer ou de "
            "facturer des travaux sans elle (C. assur. L241-1). Déposez l’attestation en cours "
            "dans «\u00a0Assurances\u00a0», puis recommencez.",
            code="not_insured",
        )
    return found
