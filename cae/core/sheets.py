"""Tables as a spreadsheet file: typed cells, written a row at a time in constant memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from cae.core.csv_files import Cell

#: Limits of the format.
MOST_ROWS = 1_048_575
LONGEST = 32_767


def write_xlsx(
    path: Path, *, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]
) -> int:
    """Write one sheet; return how many rows.

    A text is a text, whatever it begins with: nothing of it runs. Amounts and days are numbers
    with a format, shown as the reader's spreadsheet writes them: 1 234,50 and 23/11/2026.
    """
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    bold = book.add_format({"bold": True, "bottom": 1})
    amount = book.add_format({"num_format": "#,##0.00"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet(title[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(head) - 1, 18)
    for column, name in enumerate(head):
        sheet.write_string(0, column, name, bold)
    count = 0
    for count, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                sheet.write_string(count, column, cell[:LONGEST])
            elif isinstance(cell, date):
                sheet.write_datetime(count, column, cell, day)
            else:
                is_amount = isinstance(cell, Decimal)
                sheet.write_number(count, column, cell, amount if is_amount else None)
    if count:
        sheet.autofilter(0, 0, count, len(head) - 1)
    book.close()
    return count
