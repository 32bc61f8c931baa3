"""What a bank reads of a transfer: letters, account numbers; and what its execution writes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.rules.entries import DraftEntry, credit, debit

#: Longest texts of pain.001: a name, what it is for, an identifier.
LONGEST_NAME, LONGEST_WORDING, LONGEST_ID = 70, 140, 35

#: How long before its day a bank keeps a file.
FURTHEST_DAYS = 60

_BANK_JOURNAL = "BQ"

#: What no decomposition gives; a degree sign says nothing to a bank.
_SPELT = str.maketrans(
    {
        "°": "", "º": "", "ª": "", "№": "N", "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE",
        "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss",
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "–": "-", "—": "-", "‑": "-",
        "‐": "-", "−": "-", "_": "-", "&": "+", "€": "EUR", "…": "...", ";": ",",
    }
)  # fmt: skip

#: The letters every bank of the area takes (EPC 217-08).
_REFUSED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def sepa_text(text: str, longest: int) -> str:
    """Return a text in the letters of SEPA, at most `longest` of them; maybe nothing.

    « Études n° 4 » is « Etudes n 4 »: what has no letter is left out, never spelt. Slashes do
    not begin, end nor follow each other.

    Source: EPC 217-08, SEPA conversion table; EPC 132-08, use of the slash.
    """
    bare = unicodedata.normalize("NFKD", text.translate(_SPELT))
    bare = "".join(letter for letter in bare if not unicodedata.combining(letter))
    bare = " ".join(_REFUSED.sub(" ", bare.translate(_SPELT)).split())
    return re.sub(r"/{2,}", "/", bare)[:longest].strip(" /")


def has_right_key(iban: str) -> bool:
    """Tell whether the two digits of an IBAN without spaces are those of its account.

    Source: ISO 13616, ISO 7064 MOD 97-10.
    """
    if not _IBAN.fullmatch(iban):
        return False
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    return int(digits) % 97 == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who is paid, by the exact name of the account: banks compare it before they pay.

    `iban` is empty where none is known. The address is in fields, or there is none.
    """

    holder: str
    iban: str
    bic: str = ""
    street: str = ""
    building: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DebitAccount:
    """Which of our accounts pays, and where the books keep it."""

    holder: str
    iban: str
    bic: str
    account: str


def transfer_entry(
    *,
    posting_key: str,
    piece: str,
    label: str,
    party: str,
    amount: Decimal,
    account: str,
    analytic: str,
    bank: str,
    on: date,
) -> DraftEntry:
    """Return the entry of one executed transfer: what was owed, out of the bank.

    :param account: where it was owed, on the analytic account that owed it.
    """
    return DraftEntry(
        journal=_BANK_JOURNAL,
        date=on,
        piece=piece,
        label=label,
        posting_key=posting_key,
        analytic=analytic,
        lines=[
            debit(account, amount, analytic=analytic, party=party[:120]),
            credit(bank, amount, analytic=analytic),
        ],
    )
