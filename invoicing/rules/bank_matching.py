"""Which invoices a line of a bank statement pays: proposed, never decided.

Strongest first: their numbers in its words, then who pays for exactly what is due, then the
amount alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import combinations

from cae.core.money import ZERO
from cae.core.words import folded

#: Sums of this many invoices, among this many of one customer: some hundreds of tries.
_MOST_TOGETHER, _MOST_TRIED = 4, 12
#: A number of fewer signs is in too many words by chance.
_SHORTEST = 5
#: Words that name nobody.
_COMMON = {"sarl", "sas", "sasu", "scop", "eurl", "association", "asso", "des", "les", "and"}


class Strength(StrEnum):
    SURE = "sure"  # its numbers, and exactly what they are owed
    LIKELY = "likely"  # who pays, and exactly what they owe
    WEAK = "weak"  # something to look at


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """What is left to claim of an invoice, in EUR."""

    pk: int
    number: str
    customer_id: int
    customer: str
    left: Decimal


@dataclass(frozen=True, slots=True)
class Proposal:
    """Invoices of one customer, the oldest first; `surplus` would stay as their credit."""

    invoices: tuple[OpenInvoice, ...]
    strength: Strength
    why: str
    surplus: Decimal = ZERO
    missing: Decimal = ZERO


class Matcher:
    """The open invoices of a cooperative, ready for many lines.

    :param invoices: the earliest due first.
    :param ibans: those that customers gave, by customer.
    """

    def __init__(
        self, invoices: Iterable[OpenInvoice], *, ibans: Mapping[int, str] | None = None
    ) -> None:
        self.ibans = ibans or {}
        self.by_customer: dict[int, list[OpenInvoice]] = {}
        self.by_amount: dict[Decimal, list[OpenInvoice]] = {}
        self.numbers: list[tuple[str, OpenInvoice]] = []
        for one in invoices:
            self.by_customer.setdefault(one.customer_id, []).append(one)
            self.by_amount.setdefault(one.left, []).append(one)
            self.numbers.append((_digits(one.number), one))
        self.names = {pk: _words(rows[0].customer) for pk, rows in self.by_customer.items()}

    def proposal(self, *, amount: Decimal, text: str, iban: str = "") -> Proposal | None:
        """Return what a receipt of `amount` EUR most likely pays; None when nothing tells."""
        if amount <= 0:
            return None
        return (
            self._by_number(amount, text)
            or self._by_payer(amount, text, iban)
            or self._alone(amount)
        )

    def _by_number(self, amount: Decimal, text: str) -> Proposal | None:
        digits = "".join(c for c in text if c.isdigit())
        named = [
            one for rank, one in self.numbers if rank in digits and _is_named(one.number, text)
        ]
        if not named or len({one.customer_id for one in named}) > 1:
            return None
        owed = sum((one.left for one in named), ZERO)
        many = len(named) > 1
        if owed == amount:
            why = "Leurs numéros et leur total" if many else "Son numéro et son montant"
            return Proposal(tuple(named), Strength.SURE, why)
        why = "Leurs numéros, un autre montant" if many else "Son numéro, un autre montant"
        return Proposal(
            tuple(named),
            Strength.WEAK,
            why,
            surplus=max(amount - owed, ZERO),
            missing=max(owed - amount, ZERO),
        )

    def _by_payer(self, amount: Decimal, text: str, iban: str) -> Proposal | None:
        known = [pk for pk, own in self.ibans.items() if iban and own == iban]
        why = "L’IBAN du client"
        if not known:
            words = _words(text)
            known = [pk for pk, names in self.names.items() if names and names <= words]
            why = "Le nom du client"
        found = [sum_of for pk in known if (sum_of := _exact(amount, self.by_customer.get(pk, ())))]
        if len(found) != 1:
            return None
        (invoices,) = found
        said = "le montant exact" if len(invoices) == 1 else f"le total de {len(invoices)} factures"
        return Proposal(invoices, Strength.LIKELY, f"{why} et {said}")

    def _alone(self, amount: Decimal) -> Proposal | None:
        found = self.by_amount.get(amount, ())
        if len(found) != 1:
            return None
        return Proposal((found[0],), Strength.WEAK, "Le montant seulement")


def _exact(amount: Decimal, due: Iterable[OpenInvoice]) -> tuple[OpenInvoice, ...]:
    """Return the invoices that add up to an amount: one, then all, then a few; the oldest first."""
    rows = list(due)
    for one in rows:
        if one.left == amount:
            return (one,)
    if sum((one.left for one in rows), ZERO) == amount:
        return tuple(rows)
    tried = rows[:_MOST_TRIED]
    for size in range(2, _MOST_TOGETHER + 1):
        for some in combinations(tried, size):
            if sum((one.left for one in some), ZERO) == amount:
                return some
    return ()


def _digits(number: str) -> str:
    """Return the last digits of a number: what is looked for first, being cheap."""
    return re.findall(r"\d+", number)[-1] if re.search(r"\d", number) else number


def _is_named(number: str, text: str) -> bool:
    """Tell whether a number is in the words of a transfer, whatever stands between its parts."""
    parts = re.findall(r"[A-Z]+|\d+", number.upper())
    if len("".join(parts)) < _SHORTEST:
        return False
    pattern = r"[^A-Z0-9]{0,3}".join(parts)
    return re.search(rf"(?<![A-Z0-9]){pattern}(?!\d)", text.upper()) is not None


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"[a-z0-9]+", folded(text))
    return frozenset(word for word in found if len(word) > 2 and word not in _COMMON)
