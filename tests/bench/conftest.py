"""Figures are printed as they come, whatever pytest captures."""

from __future__ import annotations

import os
import sys

import pytest

from tests.bench.measure import Row, Table


@pytest.fixture
def table(capsys) -> Table:
    """Print rows under a title, with the load the machine had."""

    def show(title: str, *rows: Row) -> None:
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        lines = [
            "  ".join(
                cell.rjust(width) if place else cell.ljust(width)
                for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in rows
        ]
        title = f"{title} (load {os.getloadavg()[0]:.1f})"
        with capsys.disabled():
            sys.stdout.write("\n".join(["", "", title, *(f"  {line}" for line in lines), ""]))

    return show
