"""What it costs to find a gross from a budget."""

from __future__ import annotations

import time
from dataclasses import replace
from decimal import Decimal
from statistics import median

from cae.core.periods import Month
from payroll.enums import Hours
from payroll.rules.gross import gross_for_cost
from payroll.rules.situation import Situation


def test_a_thousand_inversions(table):
    person = Situation(
        month=Month(2026, 11),
        headcount=24,
        accident_rate=Decimal("0.012"),
        mobility_rate=Decimal("0.0155"),
        health_premium=Decimal(50),
        hours=Hours.MONTHLY,
    )
    people = [
        (replace(person, health_premium=Decimal(30 + n % 40)), Decimal(400 + 7 * n))
        for n in range(1000)
    ]

    def invert() -> float:
        start = time.process_time()
        for situation, budget in people:
            gross_for_cost(situation, budget)
        return time.process_time() - start

    runs = [invert() for _ in range(5)]

    table(
        "1,000 budgets to gross, in CPU seconds of one core (5 runs)",
        ("median", f"{median(runs):.2f} s"),
        ("worst", f"{max(runs):.2f} s"),
    )
