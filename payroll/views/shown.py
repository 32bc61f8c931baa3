"""Values as pay pages show them, shared by several pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from accounting.enums import Position
from accounting.rules import Available
from cae.core.charts import Segment, Tone
from cae.core.money import ZERO
from cae.core.periods import Month
from payroll import queries
from payroll.enums import Section
from payroll.models import Payslip, PayslipPart
from payroll.rules.frozen import thawed
from payroll.rules.slip import Slip
from payroll.rules.wishes import Pay, Wish, short_month


@dataclass(frozen=True, slots=True)
class PayShown:
    """What a choice of salary gives, or the sentence that says why it gives nothing."""

    error: str = ""
    slip: Slip | None = None
    segments: Sequence[Segment] = field(default=())
    left: Decimal = ZERO
    """What the pay leaves on the activities."""
    missing: Decimal = ZERO
    """How much the budget lacks."""
    is_reduced: bool = False
    why_unspent: str | None = None
    short_month: str = ""
    """What to know when the money pays nothing, or less than the fixed part."""


def pay_shown(
    pay: Pay, *, available: Decimal, fixed_part: Decimal, why_unspent: str | None
) -> PayShown:
    """Return what a page shows of a pay."""
    slip = pay.slip
    return PayShown(
        slip=slip,
        segments=cost_segments(slip),
        left=available - slip.cost,
        missing=pay.shortfall,
        is_reduced=pay.is_reduced,
        why_unspent=why_unspent,
        short_month=short_month(pay, fixed_part=fixed_part),
    )


def cost_segments(slip: Slip) -> list[Segment]:
    """Return where the cost of a pay goes; the net is before income tax."""
    return [
        Segment("Salaire net", slip.net_before_tax, Tone.NET),
        Segment("Cotisations sociales", slip.cost - slip.net_before_tax, Tone.SOCIAL),
    ]


@dataclass(frozen=True, slots=True)
class PartShown:
    """One activity of a payslip: how its money was obtained, and what the pay took."""

    part: PayslipPart
    available: Available
    debts: Sequence[tuple[str, Decimal]]
    budget: Decimal
    left: Decimal


def part_shown(part: PayslipPart) -> PartShown:
    """Return the detail of the money of one activity, debts of nothing left out."""
    available = queries.detail_of(part)
    names = (
        Position.VAT_DUE,
        Position.WAGES,
        Position.SOCIAL,
        Position.WITHHOLDING,
        Position.SUPPLIERS,
        Position.REFUNDS,
        Position.LINK,
        Position.EXCHANGE,
    )
    debts = [(str(name.label), getattr(available, name.value)) for name in names]
    return PartShown(
        part=part,
        available=available,
        debts=[(label, amount) for label, amount in debts if amount],
        budget=part.available - part.reserve - part.provisions,
        left=part.available - part.cost,
    )


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of a payslip with how each of its amounts is found."""

    label: str
    base: Decimal | None
    employee_rate: Decimal | None
    employer_rate: Decimal | None
    employee: Decimal
    employer: Decimal
    employee_how: str
    employer_how: str
    explanation: str
    source: str


def lines_shown(slip: Slip) -> list[tuple[Section, list[LineShown]]]:
    """Return the lines under their headings, in the legal order; those of nothing left out."""
    return [
        (
            section,
            [
                LineShown(
                    label=line.label,
                    base=line.base,
                    employee_rate=line.employee_rate,
                    employer_rate=line.employer_rate,
                    employee=line.employee,
                    employer=line.employer,
                    employee_how=line.how(employer=False),
                    employer_how=line.how(employer=True),
                    explanation=line.explanation,
                    source=line.source,
                )
                for line in lines
                if line.employee or line.employer
            ],
        )
        for section, lines in slip.sections()
        if any(line.employee or line.employer for line in lines)
    ]


def slip_context(payslip: Payslip) -> dict[str, Any]:
    """Return what any page about one payslip shows of it."""
    slip = queries.slip_of(payslip)
    parts = payslip.parts.prefetch_related("activity").order_by("id")
    return {
        "payslip": payslip,
        "slip": slip,
        "name": payslip.inputs["person"]["name"],
        "wish": thawed(Wish, payslip.inputs["wish"]),
        "month": Month.of(payslip.month),
        "parts": [part_shown(part) for part in parts],
        "sections": lines_shown(slip),
        "segments": cost_segments(slip),
    }
