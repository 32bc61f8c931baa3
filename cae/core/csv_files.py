"""Tables for a spreadsheet: CSV as the French ones open it, and nothing that runs in them."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import TextIO

from django.http import HttpResponse

from cae.core.periods import numeric_date

Cell = str | Decimal | int | date | None

#: A cell that begins so is a formula to a spreadsheet.
_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
#: Without it a spreadsheet reads the accents in another alphabet.
_BYTE_ORDER_MARK = "\ufeff"


def csv_file(name: str, *, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """Return a download of a table: semicolons, decimal commas, days as `23/11/2026`.

    A text that a spreadsheet would run begins with an apostrophe; our own numbers do not.
    """
    text = StringIO()
    write_csv(text, head=head, rows=rows)
    return HttpResponse(
        text.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def write_csv(out: TextIO, *, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write a table as `csv_file` does, a row at a time; return how many rows."""
    out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([written(cell) for cell in head])
    count = 0
    for row in rows:
        writer.writerow([written(cell) for cell in row])
        count += 1
    return count


def written(cell: Cell) -> str:
    """Return a cell as a French spreadsheet reads it, and as one that runs nothing."""
    if cell is None:
        return ""
    if isinstance(cell, date):
        return numeric_date(cell)
    if isinstance(cell, Decimal | int):
        return f"{cell:f}".replace(".", ",") if isinstance(cell, Decimal) else str(cell)
    return f"'{cell}" if cell.startswith(_RUNS) else cell
