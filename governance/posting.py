"""What movements of shares write in the ledger: the capital, once it is paid up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounting.rules import DraftEntry, credit, debit

_CAPITAL, _JOURNAL = "1013", "BQ"


def release(
    amount: Decimal, *, member: str, on: date, number: int, own: str, bank: str
) -> DraftEntry:
    """Return the entry of EUR paid up on shares; `own` is the cooperative's analytic code."""
    label = f"Parts sociales, {member}"
    return _capital(amount, label, on=on, number=number, own=own, bank=bank)


def refund(
    amount: Decimal, *, member: str, on: date, number: int, own: str, bank: str
) -> DraftEntry:
    """Return the entry of EUR given back to a member."""
    label = f"Remboursement de parts, {member}"
    return _capital(-amount, label, on=on, number=number, own=own, bank=bank)


def _capital(
    amount: Decimal, label: str, *, on: date, number: int, own: str, bank: str
) -> DraftEntry:
    return DraftEntry(
        journal=_JOURNAL,
        date=on,
        piece=f"PS-{number:04d}",
        label=label,
        posting_key=f"shares:{number}",
        lines=[debit(bank, amount, analytic=own), credit(_CAPITAL, amount, analytic=own)],
    )
