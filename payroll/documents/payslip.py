"""The payslip one reads: the « rénové » model, compulsory on 1 January 2027.

Its order is that of the arrêté du 25 février 2016, art. 1, as changed by the arrêté du 11 août
2025. A CESA has no hours: the basis of pay is the turnover (art. R3243-1, 5° b).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from cae.core import pdf
from cae.core.money import ZERO
from cae.core.periods import Month, of_french_month
from entrepreneurs import rules as people
from payroll import queries
from payroll.enums import Section
from payroll.models import Payslip
from payroll.rules.frozen import thawed
from payroll.rules.slip import Slip, SlipLine
from payroll.rules.wishes import Wish

#: Under the heading of compulsory contributions; the two others follow its total.
_COMPULSORY = [s for s in Section if s not in (Section.RELIEF, Section.OPTIONAL)]


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of the table; rates are fractions, nothing is printed for None."""

    label: str
    base: Decimal | None = None
    employee_rate: Decimal | None = None
    employee: Decimal | None = None
    employer_rate: Decimal | None = None
    employer: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PrintedSection:
    label: str
    lines: list[PrintedLine]


@dataclass(frozen=True, slots=True)
class Source:
    """What one activity had, and what this pay took from it."""

    name: str
    available: Decimal
    reserve: Decimal
    cost: Decimal

    @property
    def left(self) -> Decimal:
        return self.available - self.cost


def payslip_pdf(payslip: Payslip) -> bytes:
    """Return the PDF of a validated payslip, the same to the byte each time."""
    return pdf.render(
        "payslip.html",
        payslip_face(payslip),
        identifier=f"payslip:{payslip.tenant_id}:{payslip.pk}",
        stylesheet="payslip.css",
    )


def payslip_name(payslip: Payslip) -> str:
    """Return the name of its file: `bulletin-2026-11-fournier-camille.pdf`."""
    name = people.sort_name("", payslip.inputs["person"]["name"]).replace(" ", "-")
    return f"bulletin-{Month.of(payslip.month)}-{name}.pdf"


def payslip_face(payslip: Payslip) -> dict[str, Any]:
    """Return everything the template prints, from what was frozen."""
    slip = queries.slip_of(payslip)
    month = Month.of(payslip.month)
    person = payslip.inputs["person"]
    return {
        "title": f"Bulletin de paie {of_french_month(month)}",
        "slip": slip,
        "month": month,
        "pay_on": payslip.pay_on,
        "made_on": _moment(payslip),
        "employer": payslip.inputs["employer"],
        "person": person,
        "since": date.fromisoformat(person["since"]),
        "nir": _grouped(payslip.entrepreneur.nir),
        "gross_lines": _gross_lines(slip, Decimal(person["fixed_part"])),
        "sections": [_printed(slip, section) for section in _COMPULSORY if _of(slip, section)],
        "compulsory": _total(slip, _COMPULSORY),
        "relief": _printed(slip, Section.RELIEF),
        "optional": _printed(slip, Section.OPTIONAL),
        "wish": thawed(Wish, payslip.inputs["wish"]),
        "is_reduced": payslip.inputs["is_reduced"],
        "sources": [
            Source(part.activity.name, part.available, part.reserve, part.cost)
            for part in payslip.parts.select_related("activity").order_by("id")
        ],
    }


def _gross_lines(slip: Slip, fixed_part: Decimal) -> list[PrintedLine]:
    """Return the fixed part of the contract, then the advance on the variable part."""
    fixed = min(slip.gross, fixed_part)
    lines = [
        PrintedLine("Part fixe du contrat", employee=fixed),
        PrintedLine(
            "Part variable, avance assise sur le chiffre d’affaires", employee=slip.gross - fixed
        ),
    ]
    return [line for line in lines if line.employee]


def _printed(slip: Slip, section: Section) -> PrintedSection:
    lines = _of(slip, section)
    if section == Section.OTHER_EMPLOYER:
        # The model asks for one amount; the detail is on the person's page.
        employer = sum((line.employer for line in lines), ZERO)
        return PrintedSection("", [PrintedLine(section.label, employer=employer)])
    if len(lines) == 1 and section not in (Section.RELIEF, Section.HEALTH):
        return PrintedSection("", [_line(lines[0], section.label)])
    return PrintedSection(section.label, [_line(line, line.label) for line in lines])


def _of(slip: Slip, section: Section) -> list[SlipLine]:
    """Return the lines of a section that say something: a second band of nothing does not."""
    return [
        line
        for line in slip.lines
        if line.section == section and (line.base or line.employer or line.employee)
    ]


def _line(line: SlipLine, label: str) -> PrintedLine:
    return PrintedLine(
        label,
        line.base,
        line.employee_rate,
        line.employee or None,
        line.employer_rate,
        line.employer or None,
    )


def _total(slip: Slip, sections: Iterable[Section]) -> PrintedLine:
    kept = set(sections)
    lines = [line for line in slip.lines if line.section in kept]
    return PrintedLine(
        "Total des cotisations et contributions obligatoires",
        employee=sum((line.employee for line in lines), ZERO),
        employer=sum((line.employer for line in lines), ZERO),
    )


def _moment(payslip: Payslip) -> str:
    assert payslip.validated_at is not None
    return payslip.validated_at.isoformat(timespec="seconds")


def _grouped(nir: str) -> str:
    """Return `2 55 08 14 168 025 38`."""
    if len(nir) != 15:
        return nir
    cuts = (0, 1, 3, 5, 7, 10, 13, 15)
    return " ".join(nir[start:end] for start, end in pairwise(cuts))
