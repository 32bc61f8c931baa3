"""The types of folders and of business, as a cooperative decides them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.models import BusinessType, FolderType, FolderTypeAllows
from invoicing.queries.folders import business_types_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessTypeDetails:
    label: str
    mention: str = ""
    is_offered: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderTypeDetails:
    label: str
    allowed: Collection[BusinessType]
    hint: str = ""
    is_offered: bool = True


@transaction.atomic
def write_business_type(
    found: BusinessType | None, *, details: BusinessTypeDetails, by: Membership
) -> BusinessType:
    """Add a type of business, or change one, which confirms its mention.

    What is already sent or issued keeps its words.

    :raises ActionRefused: `label_missing`, `label_taken`.
    """
    row = locked(found) if found else BusinessType(position=_last(BusinessType))
    label = _label(row, details.label)
    before = {"label": row.label, "mention": row.mention, "is_offered": row.is_offered}
    row.label, row.mention = label, details.mention.strip()[:600]
    row.is_offered, row.is_to_confirm = details.is_offered, False
    row.save()
    audit.record(
        "business_type.written",
        row,
        by=by,
        before=before if found else {},
        after={"label": label, "mention": row.mention, "is_offered": row.is_offered},
    )
    return row


@transaction.atomic
def write_folder_type(
    found: FolderType | None, *, details: FolderTypeDetails, by: Membership
) -> FolderType:
    """Add a type of folder, or change one; what is filed already stays where it is.

    :raises ActionRefused: `label_missing`, `label_taken`, `nothing_allowed`.
    """
    row = locked(found) if found else FolderType(position=_last(FolderType))
    label = _label(row, details.label)
    if not details.allowed:
        raise ActionRefused(
            "Un type de dossier prend au moins un type d’affaire. Cochez-en un, ou cessez de "
            "proposer ce type.",
            code="nothing_allowed",
        )
    before = _said(row) if found else {}
    row.label, row.hint = label, " ".join(details.hint.split())[:160]
    row.is_offered = details.is_offered
    row.save()
    wanted = {each.pk for each in details.allowed}
    known = set(row.allowed.values_list("business_type", flat=True))
    row.allowed.exclude(business_type__in=wanted).delete()
    FolderTypeAllows.objects.bulk_create(
        FolderTypeAllows(folder_type=row, business_type_id=pk) for pk in sorted(wanted - known)
    )
    audit.record("folder_type.written", row, by=by, before=before, after=_said(row))
    return row


def _label(row: BusinessType | FolderType, typed: str) -> str:
    label = " ".join(typed.split())[:60]
    if not label:
        raise ActionRefused(
            "Donnez un intitulé\u00a0: c’est lui qu’on choisit.", code="label_missing"
        )
    same: Any = type(row)._default_manager.filter(label=label).exclude(pk=row.pk)
    if same.exists():
        raise ActionRefused(
            f"L’intitulé «\u00a0{label}\u00a0» est déjà pris. Choisissez-en un autre.",
            code="label_taken",
        )
    return label


def _last(model: Any) -> int:
    return min(model._default_manager.count() + 1, 30_000)


def _said(row: FolderType) -> dict[str, object]:
    return {
        "label": row.label,
        "hint": row.hint,
        "is_offered": row.is_offered,
        "allowed": [each.label for each in business_types_taken(row.pk, withdrawn=True)],
    }
