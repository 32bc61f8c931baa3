"""The lists of sales, asked for as files and made by a worker."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import QuerySet

from cae.core import documents
from cae.core.enums import ExportFormat, ExportStatus, Right
from cae.core.exports import (
    Sheet,
    deliver,
    give_up,
    progress,
    request_export,
    workshop,
    write_sheet,
)
from cae.core.models import Export, Membership
from cae.core.permissions import has_right
from cae.core.progress import Progress
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import own_ids
from invoicing import queries
from invoicing.actions.acting import acting_for
from invoicing.actions.einvoices import store_invoice_pdf
from invoicing.documents import tables
from invoicing.documents.pdfs import file_name
from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice
from invoicing.permissions import seen_activity_ids
from invoicing.queries.einvoices import invoice_file
from invoicing.queries.order_book import orders_listed

TASK = "invoicing.tasks.make_export"
#: PDFs of one archive: beyond, one asks for a shorter period.
MOST_PDFS = 5_000

_SHEETS = (ExportFormat.XLSX, ExportFormat.CSV)


@dataclass(frozen=True, slots=True)
class Kind:
    """What may be exported: its words, its formats, its rows and its table."""

    title: str
    file_name: str
    formats: tuple[ExportFormat, ...]
    rows: Callable[[Mapping[str, str], tuple[int, ...] | None, date], Any]
    sheet: Callable[..., Sheet] | None = None
    #: Who may ask: those who open the list.
    rights: tuple[Right, ...] = (Right.SELL, Right.SEE_SALES)


def _invoices(query: Mapping[str, str], ids: tuple[int, ...] | None, on: date) -> QuerySet[Any]:
    return queries.InvoiceFilter.read(query).rows(ids, on=on)


KINDS = {
    "invoices": Kind("Factures", "factures", _SHEETS, _invoices, tables.invoices_sheet),
    "invoice-lines": Kind(
        "Lignes des factures", "lignes-factures", _SHEETS, _invoices, tables.invoice_lines_sheet
    ),
    "invoice-pdfs": Kind("PDF des factures", "factures-pdf", (ExportFormat.ZIP,), _invoices),
    "quotes": Kind(
        "Devis",
        "devis",
        _SHEETS,
        lambda query, ids, on: queries.quotes_listed(query, ids),
        tables.quotes_sheet,
    ),
    "customers": Kind(
        "Clients",
        "clients",
        _SHEETS,
        lambda query, ids, on: queries.customers_listed(query, ids),
        tables.customers_sheet,
    ),
    "order-book": Kind(
        "Carnet de commandes",
        "carnet-de-commandes",
        _SHEETS,
        lambda query, ids, on: orders_listed(queries.order_book(ids, on=on), query),
        tables.order_book_sheet,
    ),
    "payments": Kind(
        "Encaissements",
        "encaissements",
        _SHEETS,
        lambda query, ids, on: queries.payments_journal(query.get("q", "")),
        tables.payments_sheet,
        rights=(Right.RECORD_PAYMENT,),
    ),
}


def ask_for_export(
    kind: str, *, file_format: str, query: Mapping[str, str], by: Membership
) -> Export:
    """Have a list of sales made as a file for one person.

    :param query: what the address of the list says; its page is left out.
    :raises ActionRefused: `unknown_export`, `too_many_exports`.
    """
    known = KINDS.get(kind)
    if (
        known is None
        or file_format not in known.formats
        or not any(has_right(by, right) for right in known.rights)
    ):
        raise ActionRefused(
            "Cet export n’existe pas dans ce format. Choisissez-en un autre dans la liste.",
            code="unknown_export",
        )
    filters = {name: str(value)[:200] for name, value in query.items() if name in _READ and value}
    own = own_ids(by) if by.role.own_only else None
    return request_export(
        kind,
        title=known.title,
        file_format=file_format,
        filters=filters,
        task=TASK,
        by=by,
        person_id=own.person_id if own else None,
    )


_READ = (
    "etat", "q", "du", "au", "min", "max", "client", "activite", "tva", "tri", "type", "age",
    "accompagnement", "exercice", "seule",
)  # fmt: skip


def make_export(export: Export, *, on: date) -> None:
    """Make the file, as the person who asked sees the list; a second call does nothing."""
    at = progress(export)
    if export.status != ExportStatus.WAITING or not at.take():
        return
    by = export.membership
    try:
        with acting_for(by):
            _made(export, at, ids=seen_activity_ids(by), on=on)
    except ActionRefused as refusal:
        give_up(export, refusal.message)
    except SoftTimeLimitExceeded:
        give_up(export, "C’était trop long. Réduisez la période, puis demandez-le à nouveau.")
    finally:
        at.give_back()


def _made(export: Export, at: Progress, *, ids: tuple[int, ...] | None, on: date) -> None:
    kind = KINDS[export.kind]
    rows = kind.rows(export.filters, ids, on)
    with workshop() as folder:
        path = Path(folder) / f"made.{export.format}"
        if kind.sheet is None:
            count = _zipped(rows, at, to=path)
        else:
            # One transaction: the table is of one moment.
            with transaction.atomic():
                count = write_sheet(export, kind.sheet(rows, on=on), at, to=path)
        deliver(export, path, name=f"{kind.file_name}-{on.isoformat()}", rows=count)


def _zipped(rows: QuerySet[Invoice], at: Progress, *, to: Path) -> int:
    """Write the PDFs of issued invoices in an archive, one at a time; return how many.

    Those that are missing are made first. A PDF is compressed already: it is stored as it is.
    """
    issued = rows.filter(status=InvoiceStatus.ISSUED).values_list("pk", flat=True)
    with transaction.atomic():
        wanted = list(issued[: MOST_PDFS + 1])
    if len(wanted) > MOST_PDFS:
        raise ActionRefused(
            "Cette liste compte plus de 5\u00a0000 factures. Réduisez la période.",
            code="too_many_pdfs",
        )
    if not wanted:
        raise ActionRefused(
            "Aucune facture émise dans cette liste\u00a0: il n’y a pas de PDF.", code="nothing"
        )
    names: set[str] = set()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_STORED) as archive:
        for pk in at.over(wanted, total=len(wanted)):
            document, name = _pdf(pk)
            archive.write(documents.path_of(document), _apart(name, names))
    return len(wanted)


@transaction.atomic
def _pdf(pk: int) -> tuple[Any, str]:
    invoice = Invoice.objects.get(pk=pk)
    made = invoice_file(invoice) or store_invoice_pdf(invoice)
    assert invoice.snapshot is not None
    return made.document, file_name(invoice.snapshot)


def _apart(name: str, names: set[str]) -> str:
    """Return a name that no other file of the archive has, and no system refuses."""
    clean = re.sub(r"[^\w .-]", "_", name).strip(". ") or "document.pdf"
    stem, dot, suffix = clean.rpartition(".")
    candidate, rank = clean, 2
    while candidate.lower() in names:
        candidate, rank = f"{stem} ({rank}){dot}{suffix}", rank + 1
    names.add(candidate.lower())
    return candidate
