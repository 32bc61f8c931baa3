"""Folders: opened, changed, given phases and files, archived, deleted while empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from cae.core import audit, documents
from cae.core.enums import DocumentKind
from cae.core.models import Membership
from cae.core.tenancy import as_cooperative
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.filing import check_open
from invoicing.actions.locking import locked
from invoicing.models import (
    Customer,
    Filing,
    Folder,
    FolderCustomer,
    FolderFile,
    FolderPhase,
    FolderType,
)
from invoicing.queries.folders import business_types_taken, customers_in

#: What one page and one answer of the API can show.
MOST_PHASES = 50
MOST_FILES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderDetails:
    name: str
    folder_type: FolderType
    code: str = ""
    customers: Sequence[Customer] = ()


@transaction.atomic
def open_folder(activity: Activity, *, details: FolderDetails, by: Membership) -> Folder:
    """Open a folder, empty.

    :raises ActionRefused: `name_missing`, `code_taken`, `type_withdrawn`, `not_its_activity`.
    """
    folder = Folder(activity=activity, created_by=by)
    _write(folder, details)
    audit.record("folder.opened", folder, by=by, after=_said(details))
    return folder


@transaction.atomic
def change_folder(folder: Folder, *, details: FolderDetails, by: Membership) -> Folder:
    """Change the name, the code, the type or the customers of a folder.

    :raises ActionRefused: as `open_folder`; `folder_archived`; `type_holds`, the new type does
        not take what is filed.
    """
    folder = locked(folder)
    check_open(folder)
    held = Filing.objects.filter(folder=folder).values_list("business_type", flat=True).order_by()
    taken = {each.pk for each in business_types_taken(details.folder_type.pk)}
    if folder.folder_type_id != details.folder_type.pk and set(held) - taken:
        raise ActionRefused(
            f"Le type «\u00a0{details.folder_type}\u00a0» ne prend pas ce que ce dossier "
            "contient déjà. Changez d’abord le type de ces affaires.",
            code="type_holds",
        )
    _write(folder, details)
    audit.record("folder.changed", folder, by=by, after=_said(details))
    return folder


@transaction.atomic
def archive_folder(folder: Folder, *, by: Membership) -> Folder:
    """Put a folder away: it stays readable, nothing more enters it.

    :raises ActionRefused: `folder_archived`.
    """
    folder = locked(folder)
    check_open(folder)
    folder.archived_at = timezone.now()
    folder.save(update_fields=["archived_at"])
    audit.record("folder.archived", folder, by=by)
    return folder


@transaction.atomic
def restore_folder(folder: Folder, *, by: Membership) -> Folder:
    """Take an archived folder up again; one in use stays as it is."""
    folder = locked(folder)
    if folder.archived_at is not None:
        folder.archived_at = None
        folder.save(update_fields=["archived_at"])
        audit.record("folder.restored", folder, by=by)
    return folder


@transaction.atomic
def delete_folder(folder: Folder, *, by: Membership) -> None:
    """Delete a folder that holds nothing; its customers stay theirs.

    :raises ActionRefused: `not_empty`.
    """
    folder = locked(folder)
    if folder.filings.exists() or folder.files.exists():
        raise ActionRefused(
            "Ce dossier contient des affaires, des documents ou des fichiers. Archivez-le, ou "
            "sortez-les d’abord.",
            code="not_empty",
        )
    audit.record("folder.deleted", folder, by=by, before={"name": str(folder)})
    folder.phases.all().delete()
    folder.members.all().delete()
    folder.delete()


@transaction.atomic
def add_phase(folder: Folder, *, name: str, by: Membership) -> FolderPhase:
    """Add a phase after those the folder has.

    :raises ActionRefused: `folder_archived`, `name_missing`, `phase_known`, `too_many`.
    """
    folder = locked(folder)
    check_open(folder)
    name = " ".join(name.split())[:80]
    if not name:
        raise ActionRefused("Donnez un nom à cette phase.", code="name_missing")
    names = list(folder.phases.values_list("name", flat=True))
    if name in names:
        raise ActionRefused(f"La phase «\u00a0{name}\u00a0» existe déjà.", code="phase_known")
    if len(names) >= MOST_PHASES:
        raise ActionRefused(
            f"Un dossier a {MOST_PHASES} phases au plus. Ouvrez-en un autre.", code="too_many"
        )
    phase = FolderPhase.objects.create(activity_id=folder.activity_id, folder=folder, name=name)
    audit.record("folder.phase_added", folder, by=by, after={"name": name})
    return phase


@transaction.atomic
def remove_phase(phase: FolderPhase, *, by: Membership) -> None:
    """Take away a phase in which nothing is filed.

    :raises ActionRefused: `folder_archived`, `not_empty`.
    """
    folder = locked(phase.folder)
    check_open(folder)
    if phase.filings.exists():
        raise ActionRefused(
            f"La phase «\u00a0{phase}\u00a0» contient encore quelque chose. Classez-le ailleurs "
            "d’abord.",
            code="not_empty",
        )
    audit.record("folder.phase_removed", folder, by=by, before={"name": phase.name})
    phase.delete()


@transaction.atomic
def add_folder_file(folder: Folder, *, content: bytes, name: str, by: Membership) -> FolderFile:
    """Put a PDF or a photo in a folder.

    :raises ActionRefused: `folder_archived`, `too_many`; as `keep_upload`.
    """
    folder = locked(folder)
    check_open(folder)
    if folder.files.count() >= MOST_FILES:
        raise ActionRefused(
            f"Un dossier a {MOST_FILES} fichiers au plus. Retirez-en, ou ouvrez-en un autre.",
            code="too_many",
        )
    kept = documents.keep_upload(
        content, kind=DocumentKind.FOLDER, name=name, activity_id=folder.activity_id, by=by
    )
    added = FolderFile.objects.create(
        activity_id=folder.activity_id, folder=folder, document=kept, added_by=by
    )
    audit.record("folder.file_added", folder, by=by, after={"name": kept.name})
    return added


@transaction.atomic
def remove_folder_file(file: FolderFile, *, by: Membership) -> None:
    """Take a file out of its folder, and forget its bytes.

    :raises ActionRefused: `folder_archived`.
    """
    folder = locked(file.folder)
    check_open(folder)
    document = file.document
    audit.record("folder.file_removed", folder, by=by, before={"name": document.name})
    file.delete()
    with as_cooperative():
        documents.forget_file(document)


def leave_folders(customer: Customer) -> None:
    """Take a customer who is deleted or forgotten out of the folders; their names forget it."""
    places = FolderCustomer.objects.filter(customer=customer)
    folders = list(Folder.objects.filter(pk__in=places.order_by().values("folder")))
    places.delete()
    for folder in folders:
        write_search(folder)


def write_search(folder: Folder) -> None:
    """Write what a folder is found by: its code, its name, its customers."""
    names = (customer.name for customer in customers_in(folder))
    folder.search = folded(folder.code, folder.name, *names)[:600]
    folder.save(update_fields=["search"])


def _write(folder: Folder, details: FolderDetails) -> None:
    name, code = " ".join(details.name.split())[:160], " ".join(details.code.split())[:20]
    if not name:
        raise ActionRefused("Donnez un nom à ce dossier.", code="name_missing")
    if not details.folder_type.is_offered and folder.folder_type_id != details.folder_type.pk:
        raise ActionRefused(
            f"Le type «\u00a0{details.folder_type}\u00a0» n’est plus proposé. Choisissez-en un "
            "autre.",
            code="type_withdrawn",
        )
    if any(customer.activity_id != folder.activity_id for customer in details.customers):
        raise ActionRefused("Ce client est d’une autre enseigne.", code="not_its_activity")
    folder.name, folder.code, folder.folder_type = name, code, details.folder_type
    taken = Folder.objects.filter(activity=folder.activity_id, code=code).exclude(pk=folder.pk)
    try:
        with transaction.atomic():
            if code and taken.exists():
                raise IntegrityError
            folder.save()
    except IntegrityError as error:
        raise ActionRefused(
            f"Le code «\u00a0{code}\u00a0» est déjà celui d’un autre dossier. Changez-le.",
            code="code_taken",
        ) from error
    _set_customers(folder, details.customers)
    write_search(folder)


def _set_customers(folder: Folder, customers: Iterable[Customer]) -> None:
    wanted = {customer.pk for customer in customers}
    known = set(folder.members.values_list("customer", flat=True))
    folder.members.exclude(customer__in=wanted).delete()
    FolderCustomer.objects.bulk_create(
        FolderCustomer(activity_id=folder.activity_id, folder=folder, customer_id=pk)
        for pk in sorted(wanted - known)
    )


def _said(details: FolderDetails) -> dict[str, object]:
    return {
        "name": details.name,
        "code": details.code,
        "type": details.folder_type.label,
    }
