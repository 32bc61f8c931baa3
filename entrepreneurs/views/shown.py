"""How a path is said to a person: the words of the line that components draw."""

from __future__ import annotations

from datetime import date

from cae.core.periods import Month, french_date, french_month, short_month
from entrepreneurs.models import Entrepreneur
from entrepreneurs.queries import Stretch, path_of


def path_steps(person: Entrepreneur, *, on: date) -> list[dict[str, str]]:
    """Return the path as `<c-path>` draws it."""
    return [
        {"label": stretch.label, "note": when(stretch), "state": stretch.state}
        for stretch in path_of(person, on=on)
    ]


def when(stretch: Stretch) -> str:
    """Return `mars 2024 – févr. 2025`, `depuis le 1er mars 2025`, `au plus tard le …`."""
    if stretch.due_on is not None:
        return f"au plus tard le {french_date(stretch.due_on)}"
    if stretch.starts_on is None:
        return ""
    if stretch.state == "todo":
        return f"à partir du {french_date(stretch.starts_on)}"
    if stretch.starts_on == stretch.ends_on:
        return french_date(stretch.starts_on)
    if stretch.ends_on is None:
        return f"depuis le {french_date(stretch.starts_on)}"
    if stretch.state == "current":
        return f"depuis {french_month(stretch.starts_on)}, jusqu’au {french_date(stretch.ends_on)}"
    first, last = Month.of(stretch.starts_on), Month.of(stretch.ends_on)
    return f"{short_month(first)} {first.year} – {short_month(last)} {last.year}"
