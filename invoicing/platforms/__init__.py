"""What a platform does for us, whichever it is: it takes a file, says what became of it, is told.

`invoicing.platforms.http` is the one way there is; another is a class with these three methods.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol


class PlatformUnavailable(Exception):
    """It is away, slow, or answers what it should not: to be tried again."""


class PlatformRefused(Exception):
    """It will not take this, however often it is sent; `message` is for a person, in French."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file to deposit. `key` names the deposit: sent twice, it is taken once."""

    key: str
    name: str
    rule: str
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Told:
    """A status that a platform gives; `reference` is its own, and never changes."""

    reference: str
    code: str
    on: date
    reason: str = ""
    note: str = ""


class Platform(Protocol):
    def deposit(self, parcel: Parcel) -> str:
        """Deposit a file and return what the platform calls it.

        :raises PlatformUnavailable: nothing is known of it; send it again with the same key.
        :raises PlatformRefused: it will not take it.
        """

    def statuses(self, flow: str) -> list[Told]:
        """Return what became of a deposit, the first first."""

    def tell_cashed(
        self, flow: str, *, key: str, on: date, rates: Sequence[tuple[str, Decimal]]
    ) -> None:
        """Tell what was received of an invoice, per VAT rate, VAT included."""
