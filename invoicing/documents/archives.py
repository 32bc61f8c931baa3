"""The archive of a closed year: plain tables that any software opens, and their fingerprints."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256
from typing import Any

from cae.core.clock import PARIS
from invoicing.enums import InvoiceStatus
from invoicing.models import Allocation, Closing, Invoice, InvoiceLine, Payment

#: The same content gives the same bytes, whenever it is made.
_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 500

_INVOICES = (
    "number", "kind", "issued_on", "due_on", "issued_at", "activity_id", "customer_id",
    "customer_name", "net", "vat", "gross", "chain_rank", "fingerprint",
)  # fmt: skip
_LINES = (
    "invoice__number", "position", "label", "nature", "quantity", "unit", "unit_price",
    "vat_category", "vat_rate", "net",
)  # fmt: skip
_PAYMENTS = (
    "chain_rank", "id", "activity_id", "customer_id", "customer_name", "amount", "received_on",
    "means", "reference", "account", "reverses_id", "reason", "recorded_at", "fingerprint",
)  # fmt: skip
_ALLOCATIONS = (
    "id", "payment_id", "invoice__number", "refund_id", "credit_note__number", "amount", "net",
    "vat_due", "vat_waived", "dated_on",
)  # fmt: skip
_CLOSINGS = (
    "chain_rank", "span", "starts_on", "ends_on", "invoice_count", "invoiced", "payment_count",
    "received", "written_off_count", "written_off", "invoiced_total", "received_total",
    "written_off_total", "invoice_rank", "payment_rank", "fingerprint", "closed_at",
)  # fmt: skip


def year_archive(closing: Closing) -> bytes:
    """Return the zip of a closed year: tables, frozen documents, and a manifest of SHA-256."""
    begins = datetime.combine(closing.starts_on, time(), tzinfo=PARIS)
    ends = datetime.combine(closing.ends_on + timedelta(days=1), time(), tzinfo=PARIS)
    invoices = Invoice.objects.filter(
        status=InvoiceStatus.ISSUED, issued_at__gte=begins, issued_at__lt=ends
    ).order_by("chain_rank")
    payments = Payment.objects.filter(recorded_at__gte=begins, recorded_at__lt=ends).order_by(
        "chain_rank"
    )
    lines = InvoiceLine.objects.filter(invoice__in=invoices.values("pk")).order_by(
        "invoice__chain_rank", "position"
    )
    allocations = Allocation.objects.filter(payment__in=payments.values("pk")).order_by("id")
    closings = Closing.objects.filter(
        starts_on__gte=closing.starts_on, ends_on__lte=closing.ends_on
    ).order_by("chain_rank")
    files = {
        "factures.csv": _table(_INVOICES, invoices.values_list(*_INVOICES)),
        "factures.jsonl": _documents(invoices),
        "lignes.csv": _table(_LINES, lines.values_list(*_LINES)),
        "encaissements.csv": _table(_PAYMENTS, payments.values_list(*_PAYMENTS)),
        "imputations.csv": _table(_ALLOCATIONS, allocations.values_list(*_ALLOCATIONS)),
        "clotures.csv": _table(_CLOSINGS, closings.values_list(*_CLOSINGS)),
    }
    return _zipped({**files, "manifeste.json": _manifest(closing, files)})


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows(["" if cell is None else _written(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _written(cell: Any) -> str:
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


def _documents(invoices: Any) -> bytes:
    return b"".join(_sealed(invoices))


def _sealed(invoices: Any) -> Iterator[bytes]:
    """One document a line, written as its fingerprint reads it."""
    rows = invoices.values_list("number", "fingerprint", "snapshot")
    for number, fingerprint, snapshot in rows.iterator(chunk_size=_CHUNK):
        row = {"number": number, "fingerprint": fingerprint, "snapshot": snapshot}
        yield json.dumps(row, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _manifest(closing: Closing, files: dict[str, bytes]) -> bytes:
    return json.dumps(
        {
            "cooperative": closing.tenant.name,
            "siren": closing.tenant.siren,
            "starts_on": closing.starts_on.isoformat(),
            "ends_on": closing.ends_on.isoformat(),
            "closing": closing.fingerprint,
            "files": {name: sha256(content).hexdigest() for name, content in files.items()},
        },
        indent=2,
        ensure_ascii=False,
    ).encode()


def _zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            archive.writestr(entry, content)
    return out.getvalue()
