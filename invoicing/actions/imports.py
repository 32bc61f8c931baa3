"""Customers read from a file: sent, its columns named, checked by a worker, then written by one.

The check and the writing decide each row the same way; what the check says is what will be. Rows
are written some hundreds at a time with how far they are: a worker that dies is followed by one
that goes on, and the same file sent twice changes nothing the second time.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cae.core import audit, documents, outbox
from cae.core.csv_files import write_csv, written
from cae.core.enums import DocumentKind
from cae.core.exports import workshop
from cae.core.models import Membership
from cae.core.progress import Progress
from cae.core.tables import MAX_BYTES, Shape, count_rows, rows_of, shape_of
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.acting import acting_for
from invoicing.actions.customers import check_customer
from invoicing.actions.locking import locked
from invoicing.enums import CustomerKind, ImportStatus
from invoicing.models import Customer, CustomerImport
from invoicing.rules.columns import FIELDS, guessed, read_row

_AT_ONCE = 500
_SHOWN = 20
_SAMPLE = 5
#: Not asked of the model: what nobody types, and what `read_row` has bounded.
_NOT_TYPED = {f.name for f in Customer._meta.fields} - set(FIELDS) | {"payment_days"}
_WRITTEN = [*FIELDS, "siren", "search"]

Outcome = str  # created, updated, unchanged, refused


def progress(imported: CustomerImport) -> Progress:
    """Return where the worker that reads a file is."""
    return Progress(f"import:{imported.pk}")


def start_from(upload: UploadedFile, activity: Activity, *, by: Membership) -> CustomerImport:
    """Write an upload where it can be read again, and begin its import.

    :raises ActionRefused: as `start_import`.
    """
    _refuse_too_large(upload.size or 0)
    with workshop() as folder:
        path = Path(folder) / "sent"
        with path.open("wb") as out:
            for chunk in upload.chunks():
                out.write(chunk)
        return start_import(activity, path=path, name=upload.name or "clients", by=by)


def _refuse_too_large(size: int) -> None:
    if size > MAX_BYTES:
        raise ActionRefused(
            "Ce fichier dépasse 30\u00a0Mo. Coupez-le en plusieurs fichiers.",
            code="file_too_large",
        )


@transaction.atomic
def start_import(activity: Activity, *, path: Path, name: str, by: Membership) -> CustomerImport:
    """Keep a file of customers, find out how it is written, and guess its columns.

    Columns named as in an earlier file of this activity are understood as then.

    :raises ActionRefused: `file_too_large`, or as `cae.core.tables.shape_of`.
    """
    _refuse_too_large(path.stat().st_size)
    shape = shape_of(path)
    with rows_of(path, shape) as rows:
        sample = [row[: len(shape.head)] for row in islice(rows, _SAMPLE)]
    if not sample:
        raise ActionRefused(
            "Ce fichier n’a qu’une ligne, celle des titres. Ajoutez des clients dessous.",
            code="no_rows",
        )
    earlier = (
        CustomerImport.objects.filter(activity=activity, head=list(shape.head))
        .exclude(mapping={})
        .first()
    )
    imported = CustomerImport.objects.create(
        activity=activity,
        membership=by,
        file_name=name[:160],
        is_sheet=shape.is_sheet,
        encoding=shape.encoding,
        separator=shape.separator,
        head=list(shape.head),
        sample=sample,
        mapping=earlier.mapping
        if earlier
        else {str(rank): column for rank, column in guessed(shape.head).items()},
        default_kind=earlier.default_kind if earlier else CustomerKind.COMPANY,
        document=documents.keep_file(
            path,
            kind=DocumentKind.IMPORT,
            name=name,
            mime="application/octet-stream",
            activity_id=activity.pk,
            by=by,
        ),
    )
    audit.record("customers.file_sent", imported, by=by, after={"name": imported.file_name})
    return imported


@transaction.atomic
def ask_for_check(
    imported: CustomerImport, *, mapping: Mapping[int, str], default_kind: str, by: Membership
) -> CustomerImport:
    """Say what the columns mean, and have a worker check every row; nothing is written.

    :raises ActionRefused: `import_under_way`, `name_not_mapped`, `column_twice`.
    """
    imported = locked(imported)
    if imported.status not in (ImportStatus.MAPPING, ImportStatus.CHECKED):
        raise ActionRefused(
            "Ce fichier est déjà en cours d’import, ou importé. Envoyez-le à nouveau pour changer "
            "ses colonnes.",
            code="import_under_way",
        )
    wanted = [column for column in mapping.values() if column in FIELDS]
    if "name" not in wanted:
        raise ActionRefused(
            "Dites quelle colonne contient le nom des clients\u00a0: sans elle, rien ne s’importe.",
            code="name_not_mapped",
        )
    if len(set(wanted)) < len(wanted):
        twice = next(column for column in wanted if wanted.count(column) > 1)
        raise ActionRefused(
            f"Deux colonnes sont désignées comme «\u00a0{FIELDS[twice][0]}\u00a0». Gardez-en une.",
            code="column_twice",
        )
    imported.mapping = {
        str(rank): column
        for rank, column in mapping.items()
        if column in FIELDS and 0 <= rank < len(imported.head)
    }
    imported.default_kind = default_kind
    imported.status = ImportStatus.CHECKING
    imported.counts, imported.preview, imported.report = {}, [], None
    imported.save()
    _ring("check_customers", imported)
    return imported


@transaction.atomic
def ask_to_apply(imported: CustomerImport, *, by: Membership) -> CustomerImport:
    """Have a worker write the customers of a file that was checked.

    :raises ActionRefused: `not_checked`, `nothing_to_import`.
    """
    imported = locked(imported)
    if imported.status != ImportStatus.CHECKED:
        raise ActionRefused(
            "Ce fichier n’attend pas d’être importé. Relisez où il en est.", code="not_checked"
        )
    if not imported.counts.get("created") and not imported.counts.get("updated"):
        raise ActionRefused(
            "Aucune ligne de ce fichier n’apporte quelque chose. Corrigez les lignes refusées, "
            "puis envoyez-le à nouveau.",
            code="nothing_to_import",
        )
    imported.status, imported.counts = ImportStatus.APPLYING, {}
    imported.save()
    audit.record("customers.imported", imported, by=by, after={"name": imported.file_name})
    _ring("apply_customers", imported)
    return imported


def _ring(task: str, imported: CustomerImport) -> None:
    # A file may be checked again with other columns: each request rings once.
    rank = timezone.now().timestamp()
    outbox.enqueue(
        f"invoicing.tasks.{task}", key=f"{task}:{imported.pk}:{rank}", import_id=imported.pk
    )


# What a worker does


def check_customers(imported: CustomerImport) -> None:
    """Decide every row, and keep what would happen; a second call does nothing."""
    _worked(imported, ImportStatus.CHECKING, _checked)


def apply_customers(imported: CustomerImport) -> None:
    """Write every row that is accepted; a second call goes on from where the first stopped."""
    _worked(imported, ImportStatus.APPLYING, _applied)


def _worked(imported: CustomerImport, status: str, work: Any) -> None:
    at = progress(imported)
    if imported.status != status or not at.take():
        return
    try:
        with acting_for(imported.membership):
            work(imported, at)
    except ActionRefused as refusal:
        _give_up(imported, refusal.message)
    except SoftTimeLimitExceeded:
        _give_up(imported, "C’était trop long. Coupez le fichier en plusieurs, puis renvoyez-les.")
    finally:
        at.give_back()


@transaction.atomic
def _give_up(imported: CustomerImport, why: str) -> None:
    imported.status, imported.failure = ImportStatus.FAILED, why[:300]
    imported.save(update_fields=["status", "failure"])


def _checked(imported: CustomerImport, at: Progress) -> None:
    counts: Counter[str] = Counter()
    shown: list[dict[str, Any]] = []
    refused_shown: list[dict[str, Any]] = []
    with workshop() as folder:
        report = Path(folder) / "report.csv"
        with report.open("w", encoding="utf-8", newline="") as out:
            write_csv(out, head=["Ligne", "Motif", *imported.head], rows=())
            writer = _Report(out)
            with transaction.atomic():
                for verdict in _verdicts(imported, at):
                    counts[verdict.outcome] += 1
                    if verdict.outcome == "refused":
                        writer.write(verdict)
                        if len(refused_shown) < _SHOWN:
                            refused_shown.append(verdict.told)
                    elif len(shown) < _SHOWN:
                        shown.append(verdict.told)
        with transaction.atomic():
            imported.counts = dict(counts)
            imported.preview = [*refused_shown, *shown]
            imported.status = ImportStatus.CHECKED
            if counts["refused"]:
                imported.report = documents.keep_file(
                    report,
                    kind=DocumentKind.IMPORT,
                    name=f"Lignes refusées de {Path(imported.file_name).stem}.csv",
                    mime="text/csv; charset=utf-8",
                    activity_id=imported.activity_id,
                    by=imported.membership,
                )
            imported.save()


def _applied(imported: CustomerImport, at: Progress) -> None:
    verdicts = _verdicts(imported, at, begin=imported.applied)
    counts = Counter(imported.counts)
    while True:
        with transaction.atomic():
            batch = list(islice(verdicts, _AT_ONCE))
            if not batch:
                break
            created = [v.customer for v in batch if v.outcome == "created" and v.customer]
            updated = [v.customer for v in batch if v.outcome == "updated" and v.customer]
            Customer.objects.bulk_create(created)
            if updated:
                Customer.objects.bulk_update(updated, _WRITTEN)
            counts.update(verdict.outcome for verdict in batch)
            imported.applied = batch[-1].rank
            imported.counts = dict(counts)
            imported.save(update_fields=["applied", "counts"])
    with transaction.atomic():
        imported.status, imported.done_at = ImportStatus.DONE, timezone.now()
        imported.save(update_fields=["status", "done_at"])
        documents.forget_file(imported.document)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens to a row: `rank` is 1 for the first after the head."""

    rank: int
    outcome: Outcome
    row: list[str]
    customer: Customer | None = None
    reason: str = ""
    changes: tuple[str, ...] = ()

    @property
    def told(self) -> dict[str, Any]:
        """What a page says of it; the number is that of the line in a spreadsheet."""
        return {
            "line": self.rank + 1,
            "outcome": self.outcome,
            "name": self.customer.name if self.customer else "",
            "reason": self.reason,
            "changes": [FIELDS[name][0] for name in self.changes],
        }


class _Report:
    """The rows that are refused, with their reason, in a file they can be corrected in."""

    def __init__(self, out: Any) -> None:
        self.writer = csv.writer(out, delimiter=";", lineterminator="\r\n")

    def write(self, verdict: Verdict) -> None:
        row = [str(verdict.rank + 1), verdict.reason, *verdict.row]
        self.writer.writerow([written(cell) for cell in row])


def _verdicts(imported: CustomerImport, at: Progress, *, begin: int = 0) -> Iterator[Verdict]:
    """Decide the rows after `begin`, in order."""
    path = documents.path_of(imported.document)
    shape = Shape(imported.is_sheet, imported.encoding, imported.separator, tuple(imported.head))
    judge = _Judge(imported)
    total = count_rows(path, shape)
    with rows_of(path, shape) as rows:
        numbered = at.over(enumerate(rows, start=1), total=total)
        while batch := list(islice(numbered, _AT_ONCE)):
            decided = judge.decide([(rank, row[: len(shape.head)]) for rank, row in batch])
            yield from (verdict for verdict in decided if verdict.rank > begin)


@dataclass
class _Judge:
    """Decides rows by what the customers of the activity already are, and by the rows before."""

    imported: CustomerImport
    mapping: dict[int, str] = field(init=False)
    #: Customer by what names it: its id, or the rank of its row, negative, in this file.
    known: dict[tuple[str, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.mapping = {int(rank): name for rank, name in self.imported.mapping.items()}
        rows = Customer.objects.filter(
            activity=self.imported.activity_id, anonymised_at=None, archived_at=None
        ).only("pk", "name", "siret", "siren", "email", "postcode", "chorus_service")
        for customer in rows.order_by("-id").iterator(chunk_size=2000):
            for key in _keys(customer):
                self.known[key] = customer.pk

    def decide(self, rows: Sequence[tuple[int, list[str]]]) -> list[Verdict]:
        read = [self._read(rank, row) for rank, row in rows]
        ids = {self._match(r) for r in read if isinstance(r, _Read)}
        existing = Customer.objects.defer("iban").in_bulk([pk for pk in ids if pk and pk > 0])
        return [self._decided(r, existing) if isinstance(r, _Read) else r for r in read]

    def _read(self, rank: int, row: list[str]) -> _Read | Verdict:
        if not any(row):
            return Verdict(rank, "refused", row, reason="Ligne vide.")
        try:
            said = read_row(row, self.mapping, default_kind=self.imported.default_kind)
            customer = Customer(activity_id=self.imported.activity_id, **said)
            _check(customer)
        except ValueError as error:
            return Verdict(rank, "refused", row, reason=str(error))
        except ActionRefused as refusal:
            return Verdict(rank, "refused", row, reason=refusal.message)
        return _Read(rank, row, said, customer)

    def _match(self, read: _Read) -> int | None:
        return next((self.known[k] for k in _keys(read.customer) if k in self.known), None)

    def _decided(self, read: _Read, existing: Mapping[int, Customer]) -> Verdict:
        match = self._match(read)
        if match is not None and match < 0:
            reason = f"Même client que la ligne {1 - match}."
            return Verdict(read.rank, "refused", read.row, read.customer, reason)
        found = existing.get(match) if match is not None else None
        if found is None or _differ(found, read.customer):
            for key in _keys(read.customer):
                self.known[key] = -read.rank
            return Verdict(read.rank, "created", read.row, read.customer)
        return self._changed(read, found)

    def _changed(self, read: _Read, found: Customer) -> Verdict:
        """An empty cell says nothing: what was typed before stays."""
        after = copy(found)
        said = {name: value for name, value in read.said.items() if name != "kind"}
        if "kind" in self.mapping.values():
            said["kind"] = read.said["kind"]
        for name in said:
            setattr(after, name, getattr(read.customer, name))
        try:
            _check(after)
        except ActionRefused as refusal:
            return Verdict(read.rank, "refused", read.row, read.customer, refusal.message)
        changes = tuple(name for name in FIELDS if getattr(after, name) != getattr(found, name))
        outcome = "updated" if changes else "unchanged"
        return Verdict(read.rank, outcome, read.row, after, changes=changes)


@dataclass(frozen=True, slots=True)
class _Read:
    rank: int
    row: list[str]
    said: dict[str, object]
    customer: Customer


def _check(customer: Customer) -> None:
    """Refuse what a form would.

    :raises ActionRefused: with the name of the column.
    """
    check_customer(customer)
    try:
        customer.clean_fields(exclude=_NOT_TYPED)
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise ActionRefused(
            f"{FIELDS[name][0]}\u00a0: {messages[0]}", code="invalid_cell"
        ) from error


def _keys(customer: Customer) -> Iterator[tuple[str, ...]]:
    """Yield what names a customer, the surest first."""
    name = folded(customer.name)
    if customer.siret:
        yield ("siret", customer.siret, customer.chorus_service)
    if customer.siren:
        yield ("siren", customer.siren, name, customer.chorus_service)
    if customer.email:
        yield ("email", customer.email.lower(), name)
    yield ("postcode", customer.postcode, name)


def _differ(one: Customer, other: Customer) -> bool:
    """Two SIRET or two SIREN are two customers, whatever their names."""
    return any(
        getattr(one, name) and getattr(other, name) and getattr(one, name) != getattr(other, name)
        for name in ("siren", "siret", "chorus_service")
    )
