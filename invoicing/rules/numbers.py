"""How documents are numbered, and how each is sealed to the one before."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from cae.core.workflow import ActionRefused
from invoicing.enums import InvoiceKind, Restart

QUOTE_PREFIX = "DE"
SHEET_PREFIX = "ND"
DEPOSIT_PREFIX = "RB"
INTERNAL_ORDER_PREFIX = "INT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What the number of an invoice is made of, and when its counter begins again.

    Kinds with the same prefix share a series. By default one for invoices, one for credit
    notes, of the whole cooperative, each year: CGI ann. II art. 242 nonies A, I, 7° asks for
    unique, chronological and continuous numbers. `start` is the last number given elsewhere.
    """

    invoice_prefix: str = "FA"
    deposit_prefix: str = "FA"
    credit_prefix: str = "AV"
    separator: str = "-"
    year_digits: int = 4
    has_month: bool = False
    per_activity: bool = False
    restart: str = Restart.YEAR
    width: int = 4
    start: int = 0

    def prefix_of(self, kind: str) -> str:
        """Return what the numbers of a kind of invoice begin with."""
        if kind == InvoiceKind.CREDIT_NOTE:
            return self.credit_prefix
        return self.deposit_prefix if kind == InvoiceKind.DEPOSIT else self.invoice_prefix

    def start_of(self, kind: str) -> int:
        """Return the last number given elsewhere in the series of a kind."""
        return self.start if self.prefix_of(kind) == self.invoice_prefix else 0

    def counter_year(self, on: date) -> int:
        """Return the year of the counter; 0 for one that never begins again."""
        return 0 if self.restart == Restart.NEVER else on.year


def series_of(pattern: Pattern, kind: str, *, on: date, code: str) -> str:
    """Return the series of an invoice: what it shares a counter with.

    :param code: of its activity.
    """
    pieces = [pattern.prefix_of(kind)]
    if pattern.restart != Restart.NEVER:
        pieces.append(str(on.year))
    if pattern.restart == Restart.MONTH:
        pieces.append(f"{on.month:02}")
    if pattern.per_activity:
        pieces.append(_written(code))
    return "-".join(pieces)


def number_of(pattern: Pattern, kind: str, *, on: date, code: str, rank: int) -> str:
    """Return the number of an invoice: the counter comes last, and grows beyond its width."""
    pieces = [pattern.prefix_of(kind)]
    if pattern.year_digits:
        pieces.append(str(on.year)[-pattern.year_digits :])
    if pattern.has_month:
        pieces.append(f"{on.month:02}")
    if pattern.per_activity:
        pieces.append(_written(code))
    return pattern.separator.join([*pieces, f"{rank:0{pattern.width}}"])


def rank_in(number: str) -> int:
    """Return the rank that ends a number, whatever its pattern."""
    return int(re.split(r"[-/_]", number)[-1])


def check_pattern(pattern: Pattern) -> None:
    """Refuse a pattern that could give the same number twice.

    :raises ActionRefused: `bad_prefix`, `bad_width`, `year_missing`, `month_missing`,
        `bad_start`.
    """
    prefixes = (pattern.invoice_prefix, pattern.deposit_prefix, pattern.credit_prefix)
    if not all(re.fullmatch(r"[A-Za-z]{1,6}", prefix) for prefix in prefixes):
        raise ActionRefused("Un préfixe a de une à six lettres, sans accent.", code="bad_prefix")
    if not 3 <= pattern.width <= 6:
        raise ActionRefused("Le compteur a de trois à six chiffres.", code="bad_width")
    if pattern.restart != Restart.NEVER and not pattern.year_digits:
        raise ActionRefused(
            "Un compteur qui repart redonnerait les mêmes numéros l’année suivante\u00a0: mettez "
            "l’année dans le numéro, ou ne faites jamais repartir le compteur.",
            code="year_missing",
        )
    if pattern.restart == Restart.MONTH and not pattern.has_month:
        raise ActionRefused(
            "Un compteur qui repart chaque mois redonnerait les mêmes numéros le mois "
            "suivant\u00a0: mettez le mois dans le numéro.",
            code="month_missing",
        )
    if pattern.start and (pattern.per_activity or pattern.restart == Restart.MONTH):
        raise ActionRefused(
            "On ne reprend des numéros donnés ailleurs que dans une seule série, qui ne repart "
            "pas chaque mois.",
            code="bad_start",
        )


def _written(code: str) -> str:
    """Keep of a code what a number may hold (BR-FR-01), its separators apart."""
    return re.sub(r"[^A-Za-z0-9+]", "", code) or "0"


def document_number(prefix: str, *, year: int, rank: int) -> str:
    """Return `FA-2026-0188`; it grows beyond four digits, it never starts again."""
    return f"{prefix}-{year}-{rank:04}"


def fingerprint(content: Mapping[str, Any], *, previous: str) -> str:
    """Return the SHA-256 of a document and of the fingerprint before it, in hexadecimal.

    The content is written as canonical JSON: sorted keys, no space, UTF-8. To change one
    document unseen, one would have to change every later one.

    :param previous: empty for the first of the chain.
    """
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(f"{previous}\n{written}".encode()).hexdigest()
