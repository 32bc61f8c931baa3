"""The options of a quote: what it adds up to with those a client wants, and their choice."""

from __future__ import annotations

from collections.abc import Collection
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from cae.core.workflow import ActionRefused
from invoicing.actions.drafting import discount_of, sold_lines
from invoicing.actions.schedules import respread
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import VatCategory
from invoicing.models import Quote, QuoteLine
from invoicing.rules.lines import Sum, sum_of
from invoicing.rules.totals import Vat

#: What options move in a snapshot; all else stays as it was sent.
_MOVED = ("vat_rows", "line_total", "discount", "rounding", "net", "vat", "gross", "deposit")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A quote with options: its snapshot as it would be frozen, and its totals."""

    snapshot: dict[str, Any]
    found: Sum


def options_of(quote: Quote) -> set[int]:
    """Return the positions of the lines in option."""
    return set(quote.lines.filter(is_optional=True).values_list("position", flat=True))


def chosen_of(quote: Quote) -> set[int]:
    """Return the positions of the options that are chosen already."""
    return set(quote.lines.filter(is_chosen=True).values_list("position", flat=True))


def with_options(quote: Quote, options: Collection[int]) -> Chosen:
    """Return a sent quote with these options and no other; nothing is written.

    Who sells, to whom, the words: all else stays as it was sent.

    :param options: positions of lines in option.
    :raises ActionRefused: `unknown_option`, or as `sum_of`.
    """
    assert quote.snapshot is not None
    wanted = set(options)
    if wanted - options_of(quote):
        raise ActionRefused(
            "Cette option n’est pas dans le devis. Rechargez la page.", code="unknown_option"
        )
    rows = list(quote.lines.select_related("vat_choice"))
    for row in rows:
        row.is_chosen = row.position in wanted
    found = sum_of(
        [
            replace(line, is_chosen=row.is_chosen)
            for line, row in zip(sold_lines(quote), rows, strict=True)
        ],
        vats={
            row.vat_choice.code: Vat(VatCategory(row.vat_category), row.vat_rate) for row in rows
        },
        entry=quote.entry,
        discount=discount_of(quote),
    )
    return Chosen(_frozen_again(quote, rows, found), found)


@transaction.atomic
def choose_options(quote: Quote, options: Collection[int]) -> None:
    """Write the options of the client on a sent quote, its totals and its snapshot with them.

    The caller holds the quote, and saves it.

    :raises ActionRefused: as `with_options`.
    """
    if set(options) == chosen_of(quote):
        return
    chosen = with_options(quote, options)
    optional = quote.lines.filter(is_optional=True)
    optional.filter(position__in=options).exclude(is_chosen=True).update(is_chosen=True)
    optional.exclude(position__in=options).exclude(is_chosen=False).update(is_chosen=False)
    _write_totals(quote, chosen.found)
    respread(quote)
    quote.snapshot = chosen.snapshot | {
        "instalments": quote_snapshot(quote, list(quote.lines.all()), on=quote.dated_on)[
            "instalments"
        ]
    }


def _write_totals(quote: Quote, found: Sum) -> None:
    totals = found.totals
    quote.net, quote.vat, quote.gross = totals.net, totals.tax, totals.gross
    quote.discount, quote.rounding = totals.allowance_total, totals.rounding


def _frozen_again(quote: Quote, rows: list[QuoteLine], found: Sum) -> dict[str, Any]:
    frozen = quote.snapshot
    assert frozen is not None
    would_be = copy(quote)
    _write_totals(would_be, found)
    fresh = quote_snapshot(would_be, rows, on=quote.dated_on)
    lines = [
        line | {"is_chosen": row.is_chosen} for line, row in zip(frozen["lines"], rows, strict=True)
    ]
    return frozen | {name: fresh[name] for name in _MOVED} | {"lines": lines}
