"""The published payslips every change of the engine is held against (tests/data/payroll)."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent.parent / "data" / "payroll"

TOTALS = {
    "gross", "ee_total", "er_total_after_reduction", "base_csg", "net_before_tax", "net_social",
    "cost", "net_taxable", "net_paid",
}  # fmt: skip


def vectors(name: str) -> list[dict[str, Any]]:
    lines = (_FOLDER / name).read_text(encoding="utf-8").splitlines()
    return [json.loads(line, parse_float=Decimal) for line in lines]


def disagreements(
    result: dict[str, Any], expected: dict[str, Any], *, line: Decimal, totals: Decimal
) -> dict[str, tuple[Decimal, Decimal]]:
    """Return what is further from its expected value than its tolerance, by key."""
    return {
        key: (result[key], value)
        for key, value in expected.items()
        if abs(Decimal(result[key]) - Decimal(value)) > (totals if key in TOTALS else line)
    }
