"""Tables somebody sends: every alphabet of an office, and what is hidden in a file."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from cae.core.tables import MAX_ROWS, Shape, count_rows, rows_of, shape_of
from cae.core.workflow import ActionRefused


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "table"
    path.write_bytes(content)
    return path


def read(path: Path) -> tuple[Shape, list[list[str]]]:
    shape = shape_of(path)
    with rows_of(path, shape) as rows:
        return shape, list(rows)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_alphabets_and_separators_are_found(tmp_path, encoding, found, separator):
    text = separator.join(("Nom", "Ville")) + "\r\n" + separator.join(("Ébène", "Bœrsch")) + "\r\n"

    shape, rows = read(written(tmp_path, text.encode(encoding)))

    assert (shape.encoding, shape.separator, shape.head) == (found, separator, ("Nom", "Ville"))
    assert rows == [["Ébène", "Bœrsch"]]


def test_a_formula_of_a_csv_stays_the_text_it_is(tmp_path):
    _, rows = read(written(tmp_path, b'Nom;Ville\r\n"=HYPERLINK(""http://x"")";@SUM(1)\r\n'))

    assert rows == [['=HYPERLINK("http://x")', "@SUM(1)"]]


def sheet(*rows: tuple) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_spreadsheet_gives_texts(tmp_path):
    content = sheet(
        ("Nom", "SIRET", "Depuis", "Actif", None),
        ("Ébène", 40483304800022, date(2026, 6, 3), True, None),
        (12.5, None, None, False, None),
    )

    shape, rows = read(written(tmp_path, content))

    assert shape.head == ("Nom", "SIRET", "Depuis", "Actif")
    assert [row[:4] for row in rows] == [
        ["Ébène", "40483304800022", "2026-06-03", "oui"],
        ["12.5", "", "", "non"],
    ]


def zipped(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    out = io.BytesIO(sheet(("Nom",), ("Ébène",)))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def broken_sheet(xml: bytes) -> bytes:
    source = zipfile.ZipFile(io.BytesIO(sheet(("Nom",), ("Ébène",))))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in source.namelist():
            inside = xml if name == "xl/worksheets/sheet1.xml" else source.read(name)
            archive.writestr(name, inside)
    return out.getvalue()


_ENTITIES = b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
_BOMB = b'<!DOCTYPE z [<!ENTITY a "aaaaaaaaaa">%s]><worksheet>&j;</worksheet>' % _ENTITIES


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_table"),
        (b";;;\r\n1;2", "empty_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "old_spreadsheet"),
        (b"PK\x03\x04 not really", "not_a_table"),
        (b"Nom\x00;Ville\r\n", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_table"),
        ("Nom;Ville\r\nÉ".encode() + b"\x81\x8d", "bad_encoding"),
        (b"\xff\xfe\x00\xd8", "bad_encoding"),
        (b";".join(b"c%d" % i for i in range(61)), "too_many_columns"),
        (zipped(**{"word/document.xml": b"<x/>"}), "not_a_table"),
        (with_part("xl/vbaProject.bin", b"x"), "macros"),
        (with_part("xl/macrosheets/sheet1.xml", b"x"), "macros"),
        (with_part("xl/media/big.bin", b"\0" * (251 * 1024 * 1024)), "unfolds_too_large"),
        (with_part("xl/other/sharedStrings.xml", b" " * (61 * 1024 * 1024)), "unfolds_too_large"),
        (broken_sheet(b"<worksheet><sheetData><row>"), "not_a_table"),
        (broken_sheet(_BOMB), "not_a_table"),
    ],
)
def test_what_cannot_be_read_or_should_not_is_refused(tmp_path, content, code):
    path = written(tmp_path, content)
    with pytest.raises(ActionRefused) as refusal:
        read(path)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")


def test_a_hundred_thousand_rows_pass_and_no_more(tmp_path):
    path = written(tmp_path, b"Nom\n" + b"a\n" * MAX_ROWS)
    assert count_rows(path, shape_of(path)) == MAX_ROWS

    path = written(tmp_path, b"Nom\n" + b"a\n" * (MAX_ROWS + 2))
    with pytest.raises(ActionRefused, match="dépasse 100\u00a0000 lignes"):
        count_rows(path, shape_of(path))


@given(st.binary(max_size=400))
def test_whatever_is_sent_is_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("t") / "table"
    path.write_bytes(content)
    try:
        read(path)
    except ActionRefused as refusal:
        assert refusal.code
