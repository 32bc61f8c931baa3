"""What movements of shares write in the ledger: the capital, once it is paid up."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from accounting.rules import DraftEntry, credit, debit

_CAPITAL, _BANK, _JOURNAL = "1013", "512", "BQ"


def release(amount: Decimal, *, member: str, on: date, number: int, own: str) -> DraftEntry:
    """Return the entry of EUR paid up on shares; `own` is the cooperative's analytic code."""
    return _capital(amount, f"Parts sociales, {member}", on=on, number=number, own=own)


def refund(amount: Decimal, *, member: str, on: date, number: int, own: str) -> DraftEntry:
    """Return the entry of EUR given back to a member."""
    label = f"Remboursement de parts, {member}"
    return _capital(-amount, label, on=on, number=number, own=own)


def _capital(amount: Decimal, label: str, *, on: date, number: int, own: str) -> DraftEntry:
    return DraftEntry(
        journal=_JOURNAL,
        date=on,
        piece=f"PS-{number:04d}",
        label=label,
        posting_key=f"shares:{number}",
        lines=[debit(_BANK, amount, analytic=own), credit(_CAPITAL, amount, analytic=own)],
    )
