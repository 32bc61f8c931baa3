"""What the checks of each night count with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum

from accounting.models import EntryLine
from cae.core.models import Counter
from cae.core.money import ZERO, euros

GAP = Sum(F("debit") - F("credit"))
_CHUNK = 500


def one_by_one(rows: QuerySet[Any]) -> Iterator[Any]:
    return rows.iterator(chunk_size=_CHUNK)


def balances(by: str, lines: QuerySet[EntryLine]) -> dict[Any, Decimal]:
    """Return debit less credit of these lines, by one of their columns."""
    return dict(lines.values_list(by).annotate(gap=GAP).order_by())


def sums_by(by: str, column: str, rows: QuerySet[Any]) -> dict[Any, Decimal]:
    return dict(rows.values_list(by).annotate(total=Sum(column)).order_by())


def sum_of(rows: QuerySet[Any], column: str) -> Decimal:
    return rows.aggregate(total=Sum(column))["total"] or ZERO


def posted_to(
    start: str, account: str, *, ends: str = "", is_net: bool = False
) -> dict[int, Decimal]:
    """Return debit less credit on the accounts that begin so, by the id in the posting key.

    :param start: of the posting key, such as `invoice:`.
    :param is_net: with what reverses these entries, left out otherwise.
    """
    lines = EntryLine.objects.filter(
        entry__posting_key__startswith=start,
        entry__posting_key__endswith=ends,
        account__number__startswith=account,
    )
    if not is_net:
        lines = lines.filter(entry__reverses=None)
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for key, gap in balances("entry__posting_key", lines).items():
        found[int(key.split(":")[1])] += gap
    return found


def last_given(series: str, year: int) -> int:
    last = Counter.objects.filter(series=series, year=year).values_list("last", flat=True)
    return last.first() or 0


def incomplete(numbers: Iterable[str]) -> list[str]:
    """Return the series (`DE-2026`) whose ranks are not 1, 2, 3…"""
    ranks: dict[str, list[int]] = defaultdict(list)
    for number in numbers:
        series, _, rank = number.rpartition("-")
        ranks[series].append(int(rank))
    return sorted(
        s for s, found in ranks.items() if sorted(found) != list(range(1, len(found) + 1))
    )


def differs(what: str, said: str, found: Decimal | None, expected: Decimal) -> str:
    seen = "rien" if found is None else euros(found)
    return f"{what} : {said}, {seen}, au lieu de {euros(expected)}"
