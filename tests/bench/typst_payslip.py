"""The same payslip by typst 0.15, the fastest other renderer at hand: words, rows and columns.

Its words come from the product's own page; widths, sizes and colours are those of its style
sheet, so that both lay out the same sheet. Imported alone by processes that know no Django.
"""

from __future__ import annotations

import time
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_FONTS = Path(__file__).parents[2] / "static" / "fonts" / "pdf"

_SHEET = Path(__file__).with_name("payslip.typ")
#: Tags that hold nothing, so close nothing.
_EMPTY = ("meta", "br", "rect", "path")


class _Page(HTMLParser):
    """Sorts the words of the page by the part of the sheet they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, str]] = []
        self.found: dict[str, Any] = {
            "title": "",
            "head": [],
            "parties": [],
            "pay": [],
            "net": [],
            "titles": [],
            "small": [],
            "source": "",
            "legal": [],
        }

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            return
        kind = dict(attrs).get("class") or ""
        self.open.append((tag, kind))
        table = self._table()
        if tag == "table" and kind in ("pay", "small"):
            self.found[kind].append([])
        elif tag == "tr" and table == "pay":
            self.found["pay"][-1].append(["head" if self._is_in("thead") else kind, []])
        elif tag == "tr" and table == "small":
            self.found["small"][-1].append([])
        elif tag in ("td", "th"):
            if table == "pay":
                self.found["pay"][-1][-1][1].append("")
            elif table == "small":
                self.found["small"][-1][-1].append("")
            elif table == "head":
                self.found["head"].append([])
            elif table in ("parties", "net"):
                self.found[table].append("")
        elif tag == "h2":
            self.found["titles"].append("")
        elif tag == "p" and self._is_in("div"):
            self.found["legal"].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            assert self.open.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        words = " ".join(data.split())
        if not words:
            return
        table = self._table()
        if self._is_in("head"):
            self.found["title"] += words
        elif table == "head":
            self.found["head"][-1].append(words)
        elif table == "pay":
            self.found["pay"][-1][-1][1][-1] += words
        elif table == "small":
            self.found["small"][-1][-1][-1] += words
        elif table in ("parties", "net"):
            self.found[table][-1] += f" {words}"
        elif self._is_in("h2"):
            self.found["titles"][-1] += words
        elif self._is_in("div"):
            self.found["legal"][-1] += f" {words}"
        else:
            self.found["source"] += f" {words}"

    def _is_in(self, tag: str) -> bool:
        return any(name == tag for name, _ in self.open)

    def _table(self) -> str:
        return next((kind for tag, kind in reversed(self.open) if tag == "table"), "")


def words_of(page: str) -> dict[str, Any]:
    """Return what a payslip's page says, part by part, for `compiled`."""
    read = _Page()
    read.feed(page)
    found = read.found
    found["head"] = ["", "\n".join(found["head"][1]), found["head"][2]]
    for rows in found["small"]:
        for row in rows:
            row += [""] * (2 - len(row))
    return found


def compiled(page: str) -> tuple[float, bytes]:
    """Return the CPU seconds a page took, and its tagged PDF/A."""
    start = time.process_time()
    content = _compiler().compile(
        input=_SHEET.read_bytes(), format="pdf", sys_inputs={"page": page}, pdf_standards="a-3a"
    )
    return time.process_time() - start, content


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(font_paths=[str(_FONTS)], ignore_system_fonts=True)
