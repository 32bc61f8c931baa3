"""Files made in the background for one person: asked for, shown as they advance, then forgotten.

An app says what a kind of export holds; here is what they all share.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from cae.core import audit, documents, outbox
from cae.core.csv_files import Cell, write_csv
from cae.core.enums import DocumentKind, ExportFormat, ExportStatus
from cae.core.models import Export, Membership
from cae.core.progress import Progress
from cae.core.sheets import MOST_ROWS, write_xlsx
from cae.core.workflow import ActionRefused

KEPT = timedelta(days=7)
#: Asked for and not made yet, for one person.
MOST_WAITING = 3

_MIMES = {
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.ZIP: "application/zip",
}


def exports_of(membership: Membership):
    """Return what a person asked for, the latest first."""
    return Export.objects.filter(membership=membership).select_related("document")


@transaction.atomic
def request_export(
    kind: str,
    *,
    title: str,
    file_format: str,
    filters: Mapping[str, str],
    task: str,
    by: Membership,
    person_id: int | None = None,
) -> Export:
    """Have `task` (its dotted name) make a file for one person after commit.

    :param filters: the query of the list, as its address says it.
    :param person_id: the entrepreneur behind `by`, None for the staff.
    :raises ActionRefused: `too_many_exports`.
    """
    waiting = Export.objects.filter(membership=by, status=ExportStatus.WAITING)
    if waiting.count() >= MOST_WAITING:
        raise ActionRefused(
            "Trois exports se préparent déjà pour vous. Attendez que l’un d’eux soit prêt.",
            code="too_many_exports",
        )
    export = Export.objects.create(
        kind=kind,
        title=title[:160],
        format=file_format,
        filters=dict(filters),
        membership=by,
        entrepreneur_id=person_id,
    )
    audit.record("export.requested", export, by=by, after={"label": export.title})
    outbox.enqueue(task, key=f"export:{export.pk}", export_id=export.pk)
    return export


def progress(export: Export) -> Progress:
    """Return where the worker that makes an export is."""
    return Progress(f"export:{export.pk}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table to write: its rows are read as they are written."""

    head: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    total: int


def write_sheet(export: Export, sheet: Sheet, at: Progress, *, to: Path) -> int:
    """Write a table in the format that was asked for; return how many rows.

    :raises ActionRefused: `too_many_rows`, more than a spreadsheet holds.
    """
    if sheet.total > MOST_ROWS and export.format == ExportFormat.XLSX:
        raise ActionRefused(
            "Ce tableau dépasse le million de lignes d’un tableur. Réduisez la période, ou "
            "demandez-le en CSV.",
            code="too_many_rows",
        )
    rows = at.over(sheet.rows, total=sheet.total)
    if export.format == ExportFormat.XLSX:
        return write_xlsx(to, title=export.title, head=sheet.head, rows=rows)
    with to.open("w", encoding="utf-8", newline="") as out:
        return write_csv(out, head=sheet.head, rows=rows)


def workshop() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for the file being made, gone with it."""
    return tempfile.TemporaryDirectory(prefix="export-")


@transaction.atomic
def deliver(export: Export, path: Path, *, name: str, rows: int) -> Export:
    """Keep the file that was made, for a week, for the person who asked."""
    export = Export.objects.select_for_update().get(pk=export.pk)
    if export.status != ExportStatus.WAITING:
        return export
    export.document = documents.keep_file(
        path,
        kind=DocumentKind.EXPORT,
        name=f"{name}.{export.format}",
        mime=_MIMES[ExportFormat(export.format)],
        entrepreneur_id=export.entrepreneur_id,
        by=export.membership,
    )
    export.status, export.row_count = ExportStatus.READY, rows
    export.ready_at = timezone.now()
    export.expires_at = export.ready_at + KEPT
    export.save()
    return export


@transaction.atomic
def give_up(export: Export, why: str) -> None:
    """Say why an export will not be made."""
    Export.objects.filter(pk=export.pk, status=ExportStatus.WAITING).update(
        status=ExportStatus.FAILED, failure=why[:300]
    )


@transaction.atomic
def forget_old_exports() -> int:
    """Delete the files whose week is over, in the current cooperative; return how many."""
    over = Export.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        status=ExportStatus.READY, expires_at__lt=timezone.now()
    )
    count = 0
    for export in over.select_related("document"):
        document = export.document
        export.status, export.document = ExportStatus.EXPIRED, None
        export.save()
        if document is not None:
            documents.forget_file(document)
        count += 1
    return count
