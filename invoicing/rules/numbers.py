"""How documents are numbered, and how each is sealed to the one before."""

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from invoicing.enums import InvoiceKind

QUOTE_PREFIX = "DE"
SHEET_PREFIX = "ND"
DEPOSIT_PREFIX = "RB"
INTERNAL_ORDER_PREFIX = "INT"
#: A series for invoices and one for credit notes, of the whole cooperative, each year: CGI
#: ann. II art. 242 nonies A, I, 7° asks for unique, chronological and continuous numbers.
INVOICE_PREFIX = dict.fromkeys(InvoiceKind, "FA") | {InvoiceKind.CREDIT_NOTE: "AV"}


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
