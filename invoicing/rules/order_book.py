"""What is left to bill of accepted quotes, and how long each has waited."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from cae.core.money import ZERO, to_cents
from invoicing.enums import InvoiceKind

#: What bills all that was left, whatever it comes to: nothing else will follow.
_CLOSING = (InvoiceKind.INVOICE, InvoiceKind.FINAL)


@dataclass(frozen=True, slots=True)
class BilledRow:
    """An issued document of a quote: EUR without VAT, the deposits it takes off taken off.

    `corrects` is the document that a credit note lowers, or that a corrective one replaces.
    """

    pk: int
    kind: str
    net: Decimal
    corrects: int | None = None


@dataclass(frozen=True, slots=True)
class Billed:
    """What an accepted quote was billed without VAT, and whether that closed it."""

    net: Decimal
    is_closed: bool

    def left_of(self, ordered: Decimal) -> Decimal:
        """Return what is left to bill of `ordered` EUR: nothing once closed, never less."""
        return ZERO if self.is_closed else max(ordered - self.net, ZERO)


def billed_by(rows: Iterable[BilledRow]) -> Billed:
    """Return what the issued documents of one quote come to.

    A document replaced by a corrective one counts no more, nor what credited it; one that credit
    notes took whole no longer closes the quote.
    """
    rows = list(rows)
    by_id = {row.pk: row for row in rows}
    replaced = {row.corrects for row in rows if row.kind == InvoiceKind.CORRECTIVE}
    credited: dict[int | None, Decimal] = {}
    for row in rows:
        if row.kind == InvoiceKind.CREDIT_NOTE:
            credited[row.corrects] = credited.get(row.corrects, ZERO) + row.net
    net, is_closed = ZERO, False
    for row in rows:
        if row.kind == InvoiceKind.CREDIT_NOTE or row.pk in replaced:
            continue
        left = row.net - credited.get(row.pk, ZERO)
        net += left
        stands = left > 0 or row.pk not in credited
        is_closed = is_closed or (stands and _root(row, by_id).kind in _CLOSING)
    return Billed(net, is_closed)


def _root(row: BilledRow, by_id: dict[int, BilledRow]) -> BilledRow:
    """Follow what a corrective document replaced: it closes the quote if that one did."""
    while row.corrects in by_id:
        row = by_id[row.corrects]
    return row


class Age(StrEnum):
    """How long an accepted quote has waited to be billed whole. In the order of the page."""

    RECENT = "recent"
    QUARTER = "trimestre"
    HALF_YEAR = "semestre"
    OLD = "ancien"

    @property
    def label(self) -> str:
        return {
            Age.RECENT: "Moins de 30 jours",
            Age.QUARTER: "De 30 à 90 jours",
            Age.HALF_YEAR: "De 90 à 180 jours",
            Age.OLD: "Plus de 180 jours",
        }[self]


def age_of(accepted_on: date, *, on: date) -> Age:
    """Return how long ago a quote was accepted, the first day of each age included."""
    days = (on - accepted_on).days
    if days < 30:
        return Age.RECENT
    if days < 90:
        return Age.QUARTER
    return Age.HALF_YEAR if days < 180 else Age.OLD


@dataclass(frozen=True, slots=True)
class Ordered:
    """An accepted quote with something left to bill; EUR without VAT."""

    quote_id: int
    activity_id: int
    customer_id: int
    customer_name: str
    number: str
    subject: str
    accepted_on: date
    net: Decimal
    billed: Decimal
    age: Age

    @property
    def left(self) -> Decimal:
        return self.net - self.billed

    @property
    def share(self) -> Decimal:
        """What is billed, as a fraction of the quote to the hundredth."""
        return to_cents(self.billed / self.net)


@dataclass(frozen=True, slots=True)
class Group:
    """Some orders of the book together: how many, and what is left to bill of them."""

    name: str
    count: int
    left: Decimal


Key = TypeVar("Key", bound=Hashable)


def total_left(orders: Iterable[Ordered]) -> Decimal:
    """Return what is left to bill of orders, in EUR without VAT."""
    return sum((order.left for order in orders), ZERO)


def grouped(
    orders: Sequence[Ordered], by: Callable[[Ordered], Key], name: Callable[[Key], str]
) -> list[Group]:
    """Return orders grouped, the group with the most left to bill first."""
    groups: dict[Key, list[Ordered]] = {}
    for order in orders:
        groups.setdefault(by(order), []).append(order)
    found = [Group(name(key), len(rows), total_left(rows)) for key, rows in groups.items()]
    return sorted(found, key=lambda group: (-group.left, group.name))


def by_customer(orders: Sequence[Ordered]) -> list[Group]:
    """Return the book by customer; two of the same name stay two."""
    names = {order.customer_id: order.customer_name for order in orders}
    return grouped(orders, lambda order: order.customer_id, lambda key: names[key])


def by_age(orders: Sequence[Ordered]) -> list[Group]:
    """Return the book by age, the youngest first, ages without an order included."""
    rows = {age: [order for order in orders if order.age == age] for age in Age}
    return [Group(age.label, len(found), total_left(found)) for age, found in rows.items()]
