"""Where deals, quotes and invoices are filed: in a folder, under a type of business."""

from __future__ import annotations

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.models import (
    BusinessType,
    Deal,
    Filing,
    Folder,
    FolderPhase,
    Invoice,
    Quote,
)
from invoicing.queries.folders import business_types_taken, followed

_FOLLOWS = {
    "deal": "Ce document suit son affaire\u00a0: classez l’affaire.",
    "quote": "Cette facture suit son devis\u00a0: classez le devis.",
    "invoice": "Ce document suit la facture qu’il corrige\u00a0: classez cette facture.",
}


@transaction.atomic
def file_under(
    filed: Deal | Quote | Invoice,
    *,
    folder: Folder | None,
    phase: FolderPhase | None = None,
    business_type: BusinessType | None = None,
    by: Membership,
) -> Filing | None:
    """File a deal or a document, or take it out: nothing named leaves nothing.

    Without a type, it keeps the one it has where the folder takes it, else has the first that
    the folder takes.

    :raises ActionRefused: `follows_its_deal`, `follows_its_quote`, `follows_its_invoice`,
        `folder_archived`, `not_its_activity`, `not_its_phase`, `type_not_allowed`,
        `type_withdrawn`.
    """
    filed = locked(filed)
    if (other := followed(filed)) is not None:
        raise ActionRefused(_FOLLOWS[other], code=f"follows_its_{other}")
    name = _column(filed)
    earlier = Filing.objects.filter(**{name: filed}).select_related("folder").first()
    folder = locked(folder) if folder is not None else None
    _check_place(filed, folder, phase, earlier)
    chosen = _type_for(folder, business_type, earlier)
    places = (
        folder.pk if folder else None,
        phase.pk if phase else None,
        chosen.pk if chosen else None,
    )
    if earlier and places == (earlier.folder_id, earlier.phase_id, earlier.business_type_id):
        return earlier
    for each in {earlier.folder if earlier else None, folder} - {None}:
        assert each is not None
        check_open(each)
    if chosen is None:
        if earlier is not None:
            audit.record("sale.unfiled", filed, by=by, before=_said(earlier))
            earlier.delete()
        return None
    filing = earlier or Filing(activity_id=filed.activity_id, **{name: filed})
    before = _said(earlier) if earlier else {}
    filing.folder, filing.phase, filing.business_type = folder, phase, chosen
    filing.save()
    audit.record("sale.filed", filed, by=by, before=before, after=_said(filing))
    return filing


def join_filing(deal: Deal, document: Quote | Invoice) -> None:
    """Have a document that enters a deal follow it: the deal is filed as it was, if it was not.

    :raises ActionRefused: `folder_archived`.
    """
    own = Filing.objects.filter(**{_column(document): document}).select_related("folder").first()
    if own is None:
        return
    if own.folder is not None:
        check_open(own.folder)
    own.delete()
    if not Filing.objects.filter(deal=deal).exists():
        Filing.objects.create(
            activity_id=deal.activity_id,
            deal=deal,
            folder=own.folder,
            phase_id=own.phase_id,
            business_type_id=own.business_type_id,
        )


def check_open(folder: Folder) -> None:
    """Refuse to change an archived folder."""
    if folder.archived_at is not None:
        raise ActionRefused(
            f"Le dossier «\u00a0{folder}\u00a0» est archivé. Reprenez-le d’abord pour le changer.",
            code="folder_archived",
        )


def _column(filed: Deal | Quote | Invoice) -> str:
    return {Deal: "deal", Quote: "quote", Invoice: "invoice"}[type(filed)]


def _check_place(
    filed: Deal | Quote | Invoice,
    folder: Folder | None,
    phase: FolderPhase | None,
    earlier: Filing | None,
) -> None:
    if folder is not None and folder.activity_id != filed.activity_id:
        raise ActionRefused("Ce dossier est d’une autre enseigne.", code="not_its_activity")
    if phase is not None and (folder is None or phase.folder_id != folder.pk):
        raise ActionRefused("Cette phase n’est pas de ce dossier.", code="not_its_phase")


def _type_for(
    folder: Folder | None, wanted: BusinessType | None, earlier: Filing | None
) -> BusinessType | None:
    kept = earlier.business_type if earlier else None
    if wanted is not None and not wanted.is_offered and wanted != kept:
        raise ActionRefused(
            f"Le type «\u00a0{wanted}\u00a0» n’est plus proposé. Choisissez-en un autre.",
            code="type_withdrawn",
        )
    if folder is None:
        return wanted
    taken = business_types_taken(folder.folder_type_id)
    if wanted is None:
        return kept if kept in taken else next(iter(taken), None) or _none_taken(folder)
    if wanted not in taken:
        raise ActionRefused(
            f"Un dossier «\u00a0{folder.folder_type}\u00a0» ne prend pas le type "
            f"«\u00a0{wanted}\u00a0». Il prend\u00a0: {', '.join(map(str, taken)) or 'aucun'}.",
            code="type_not_allowed",
        )
    return wanted


def _none_taken(folder: Folder) -> BusinessType:
    raise ActionRefused(
        f"Un dossier «\u00a0{folder.folder_type}\u00a0» ne prend aucun type d’affaire "
        "proposé. Demandez à la coopérative d’en permettre un.",
        code="type_not_allowed",
    )


def _said(filing: Filing) -> dict[str, str]:
    return {
        "folder": str(filing.folder or ""),
        "phase": str(filing.phase or ""),
        "business_type": str(filing.business_type),
    }
