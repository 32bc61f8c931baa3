"""What leaves for a spreadsheet is read as the French write it, and runs nothing there."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cae.core.csv_files import csv_file


def lines_of(*rows) -> list[str]:
    response = csv_file("essai", head=("A", "B", "C"), rows=rows)
    return response.content.decode("utf-8").split("\r\n")


def test_a_table_opens_in_a_french_spreadsheet():
    head, row, end = lines_of(("Ébène ; fils", Decimal("-1234.50"), date(2026, 11, 3)))

    assert head == "\ufeffA;B;C"
    assert row == '"Ébène ; fils";-1234,50;03/11/2026'
    assert end == ""


def test_the_download_has_a_name():
    response = csv_file("balance-2026", head=("A",), rows=())

    assert response["Content-Disposition"] == 'attachment; filename="balance-2026.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "＝", "＠"])
def test_a_formula_is_written_as_text(first):
    assert lines_of((f"{first}HYPERLINK(1)", None, 3))[1] == f"'{first}HYPERLINK(1);;3"


def test_a_formula_behind_a_carriage_return_is_text_too():
    response = csv_file("essai", head=("A",), rows=[("\r=1+1",)])

    assert response.content.decode("utf-8").split("\r\n", 1)[1] == '"\'\r=1+1"\r\n'
