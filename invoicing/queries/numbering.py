"""The rule that numbers the invoices of a year, and the numbers it would give next."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from django.db.models import QuerySet

from cae.core.models import Counter
from cae.core.prepared import Given, Prepared
from invoicing.enums import InvoiceKind, InvoiceStatus, Restart
from invoicing.models import Invoice, Numbering
from invoicing.rules.numbers import Pattern, number_of, series_of


def pattern_for(year: int) -> Pattern:
    """Return the rule in force in a year: the latest that was set, or the usual one."""
    rules = _rules_until(year=year)
    if not rules:
        return Pattern()
    found = rules[0]
    if found.year < year and found.restart != Restart.NEVER:
        # Numbers given elsewhere belong to the year they were taken up in.
        return replace(found.pattern, start=0)
    return found.pattern


@Prepared
def _rules_until(*, year: Given) -> QuerySet[Numbering]:
    return Numbering.objects.filter(year__lte=year).order_by("-year")[:1]


def has_begun(pattern: Pattern, year: int) -> bool:
    """Tell whether the series of invoices of a pattern has a counter already."""
    on = date(year, 1, 1)
    series = series_of(pattern, InvoiceKind.INVOICE, on=on, code="")
    return Counter.objects.filter(series=series, year=pattern.counter_year(on)).exists()


def first_number_of(year: int) -> str | None:
    """Return a number given in a year or after it; None while its rule may change."""
    return (
        Invoice.objects.filter(status=InvoiceStatus.ISSUED, issued_on__year__gte=year)
        .order_by("chain_rank")
        .values_list("number", flat=True)
        .first()
    )


def series_starts() -> dict[str, int]:
    """Return the last number that was given elsewhere, of the series that took it up."""
    starts: dict[str, int] = {}
    for rule in Numbering.objects.filter(start__gt=0).order_by("year"):
        on = date(rule.year, 1, 1)
        starts.setdefault(series_of(rule.pattern, InvoiceKind.INVOICE, on=on, code=""), rule.start)
    return starts


@dataclass(frozen=True, slots=True)
class NextNumber:
    label: str
    number: str


def next_numbers(pattern: Pattern, *, on: date, code: str) -> list[NextNumber]:
    """Return what the next invoice, deposit and credit note would be numbered.

    :param code: of the activity, where each has its series.
    """
    kinds = {
        InvoiceKind.INVOICE: "Facture",
        InvoiceKind.DEPOSIT: "Facture d’acompte",
        InvoiceKind.CREDIT_NOTE: "Avoir",
    }
    names = {kind: series_of(pattern, kind, on=on, code=code) for kind in kinds}
    last = dict(
        Counter.objects.filter(
            series__in=names.values(), year=pattern.counter_year(on)
        ).values_list("series", "last")
    )
    found = []
    for kind, label in kinds.items():
        rank = last.get(names[kind], pattern.start_of(kind)) + 1
        found.append(NextNumber(label, number_of(pattern, kind, on=on, code=code, rank=rank)))
        last[names[kind]] = rank
    return found
