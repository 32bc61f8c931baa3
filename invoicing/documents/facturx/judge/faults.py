"""A fault: the code of the check that found it, and what it says, one line long."""

from __future__ import annotations

Fault = tuple[str, str]
Faults = list[Fault]


def one_line(text: object) -> str:
    return " ".join(str(text).split())[:400]
