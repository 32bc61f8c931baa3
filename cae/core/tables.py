"""Tables that somebody sends: CSV or xlsx, read a row at a time, whatever is hidden in them.

Every cell comes out as a text: a formula of a CSV stays the text it is, that of a spreadsheet is
the value it showed. What is too large, folded on itself or able to run is refused unread.
"""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from cae.core.workflow import ActionRefused

MAX_BYTES = 30 * 1024 * 1024
MAX_ROWS = 100_000
MAX_COLUMNS = 60
MAX_CELL = 2_000
#: What a spreadsheet may weigh once unfolded, and the part of it read whole: its texts.
_MAX_UNFOLDED = 250 * 1024 * 1024
_MAX_TEXTS = 60 * 1024 * 1024
_MAX_PARTS = 500
_SEPARATORS = ";\t,|"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table is written, and its first row."""

    is_sheet: bool
    encoding: str
    separator: str
    head: tuple[str, ...]


def shape_of(path: Path) -> Shape:
    """Find out how a file is written.

    :raises ActionRefused: `not_a_table`, `old_spreadsheet`, `macros`, `unfolds_too_large`,
        `bad_encoding`, `empty_table`, `too_many_columns`.
    """
    with path.open("rb") as content:
        start = content.read(8)
    if not start:
        raise _refused("Ce fichier est vide. Choisissez-en un autre.", "empty_table")
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refused(
            "Ce fichier est un ancien classeur (.xls), ou il est protégé par un mot de passe. "
            "Enregistrez-le au format .xlsx, sans mot de passe.",
            "old_spreadsheet",
        )
    if start.startswith(b"PK"):
        _refuse_hostile_zip(path)
        shape = Shape(True, "", "", ())
    else:
        encoding = _encoding_of(path)
        shape = Shape(False, encoding, _separator_of(path, encoding), ())
    with rows_of(path, shape, skip=0) as rows:
        head = tuple(cell.strip() for cell in next(rows, ()))
    if not any(head):
        raise _refused(
            "La première ligne de ce fichier est vide. Elle doit nommer les colonnes.",
            "empty_table",
        )
    while head and not head[-1]:
        head = head[:-1]
    if len(head) > MAX_COLUMNS:
        raise _refused(
            f"Ce fichier a plus de {MAX_COLUMNS} colonnes. Gardez celles qui servent.",
            "too_many_columns",
        )
    return Shape(shape.is_sheet, shape.encoding, shape.separator, head)


@contextmanager
def rows_of(path: Path, shape: Shape, *, skip: int = 1) -> Iterator[Iterator[list[str]]]:
    """Give the rows of a table as texts, those after the first `skip`.

    :raises ActionRefused: while they are read: `too_many_rows`, `not_a_table`.
    """
    if shape.is_sheet:
        with _sheet(path) as rows:
            yield _counted(islice(rows, skip, None))
    else:
        with path.open(encoding=shape.encoding, newline="") as content:
            yield _counted(islice(_csv(content, shape.separator), skip, None))


def count_rows(path: Path, shape: Shape) -> int:
    """Return how many rows follow the head.

    :raises ActionRefused: as `rows_of`.
    """
    with rows_of(path, shape) as rows:
        return sum(1 for _ in rows)


def _counted(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    for rank, row in enumerate(rows):
        if rank > MAX_ROWS:
            raise _refused(
                "Ce fichier dépasse 100\u00a0000 lignes. Coupez-le en plusieurs fichiers.",
                "too_many_rows",
            )
        yield row


def _csv(content: TextIO, separator: str) -> Iterator[list[str]]:
    reader = csv.reader(content, delimiter=separator)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeError) as error:
            raise _refused(
                f"La ligne {reader.line_num + 1} de ce fichier est illisible\u00a0: un guillemet "
                "n’est sans doute pas fermé.",
                "not_a_table",
            ) from error
        yield [_plain(cell) for cell in row[: MAX_COLUMNS + 1]]


@contextmanager
def _sheet(path: Path) -> Iterator[Iterator[list[str]]]:
    from openpyxl import load_workbook

    with path.open("rb") as content:
        try:
            book = load_workbook(content, read_only=True, data_only=True, keep_links=False)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its size is not believed
        except Exception as error:  # a hostile file breaks a reader in any way
            raise _unreadable() from error
        try:
            yield _cells(sheet)
        finally:
            book.close()


def _cells(sheet: Any) -> Iterator[list[str]]:
    rows = sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except Exception as error:  # as above, further in the file
            raise _unreadable() from error
        yield [_text(value) for value in row]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    return _plain(value if isinstance(value, str) else f"{value:.15g}")


def _plain(cell: str) -> str:
    return cell.replace("\0", "").strip()[:MAX_CELL]


def _refuse_hostile_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _unreadable() from error
    names = {part.filename.lower() for part in parts}
    if any(name.endswith("vbaproject.bin") or "macrosheets/" in name for name in names):
        raise _refused(
            "Ce classeur contient des macros. Enregistrez-le au format .xlsx, sans elles.",
            "macros",
        )
    if "xl/workbook.xml" not in names:
        raise _unreadable()
    texts = sum(part.file_size for part in parts if "sharedstrings" in part.filename.lower())
    unfolded = sum(part.file_size for part in parts)
    if unfolded > _MAX_UNFOLDED or texts > _MAX_TEXTS or len(parts) > _MAX_PARTS:
        raise _refused(
            "Ce classeur est démesuré une fois ouvert. Gardez une seule feuille et les colonnes "
            "utiles, ou enregistrez-le en CSV.",
            "unfolds_too_large",
        )


def _encoding_of(path: Path) -> str:
    """UTF-8 with its mark or without, UTF-16 with its mark, else what old Windows wrote."""
    with path.open("rb") as content:
        start = content.read(4)
    if start.startswith(b"\xef\xbb\xbf"):
        candidates = ["utf-8-sig"]
    elif start.startswith((b"\xff\xfe", b"\xfe\xff")):
        candidates = ["utf-16"]
    else:
        candidates = ["utf-8", "cp1252"]
    for encoding in candidates:
        if _decodes(path, encoding):
            return encoding
    raise _refused(
        "Les accents de ce fichier sont illisibles. Enregistrez-le en «\u00a0CSV UTF-8\u00a0», ou "
        "au format .xlsx.",
        "bad_encoding",
    )


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with path.open(encoding=encoding, newline="") as content:
            while piece := content.read(1 << 16):
                if "\0" in piece:
                    raise _unreadable()
    except UnicodeError:
        return False
    return True


def _separator_of(path: Path, encoding: str) -> str:
    """The sign the first row is cut by most often, outside quotation marks."""
    with path.open(encoding=encoding, newline="") as content:
        first = content.readline(1 << 16)
    outside = "".join(first.split('"')[::2])
    return max(_SEPARATORS, key=lambda sign: (outside.count(sign), -_SEPARATORS.index(sign)))


def _unreadable() -> ActionRefused:
    return _refused(
        "Ce fichier n’est ni un CSV ni un classeur .xlsx lisible. Ouvrez-le dans votre tableur, "
        "puis enregistrez-le à nouveau.",
        "not_a_table",
    )


def _refused(message: str, code: str) -> ActionRefused:
    return ActionRefused(message, code=code)
