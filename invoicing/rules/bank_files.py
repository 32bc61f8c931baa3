"""Statements as banks write them: CAMT.053 and OFX, read without trusting them.

A statement that does not add up to its own balance is not read at all: what is missing from it
would be missing from the books.

Source: ISO 20022, camt.053.001 (whatever its version: names are the same); OFX 1.0.2 and 2.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from lxml import etree

from cae.core.money import ZERO, euros

MAX_BYTES = 5 * 1024 * 1024
MAX_MOVES = 5_000
TOO_LARGE = "Ce fichier dépasse 5\u00a0Mo. Demandez à la banque des relevés plus courts."
_LARGEST = Decimal("9999999999.99")


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a statement; EUR, negative when money goes out."""

    booked_on: date
    amount: Decimal
    label: str
    party: str = ""
    iban: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account. Balances are None where the file does not say them."""

    account: str
    reference: str
    starts_on: date
    ends_on: date
    opening: Decimal | None
    closing: Decimal | None
    moves: tuple[Move, ...]
    is_ofx: bool = False


def read_statements(content: bytes) -> list[Statement]:
    """Return the statements of a file, each whole and adding up.

    :raises ValueError: a French sentence that says what is wrong and what to do.
    """
    if not content.strip():
        raise ValueError("Ce fichier est vide. Choisissez-en un autre.")
    if len(content) > MAX_BYTES:
        raise ValueError(TOO_LARGE)
    start = content[:4096].lstrip(b"\xef\xbb\xbf \r\n\t")
    is_ofx = b"OFXHEADER" in start or b"<OFX>" in start.upper()
    found = [_ofx(content)] if is_ofx else list(_camt(content))
    for statement in found:
        _check(statement)
    return found


def keys_of(moves: Iterable[Move]) -> list[str]:
    """Return what names each line among all those of its account, the same in another file.

    The bank's own reference with the day and the amount; without one, the words and the rank
    among lines that say the same.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    keys = []
    for move in moves:
        said = (
            move.booked_on.isoformat(),
            f"{move.amount:.2f}",
            f"ref {move.reference}" if move.reference else f"text {move.party} {move.label}",
        )
        seen[said] += 1
        keys.append(sha256("\n".join([*said, str(seen[said])]).encode()).hexdigest())
    return keys


def _check(statement: Statement) -> None:
    if not statement.moves and statement.opening != statement.closing:
        raise ValueError("Ce relevé n’a aucune ligne. Demandez à la banque le fichier complet.")
    if len(statement.moves) > MAX_MOVES:
        raise ValueError(
            f"Ce relevé a plus de {MAX_MOVES} lignes. Demandez à la banque des périodes plus "
            "courtes."
        )
    if statement.opening is None or statement.closing is None:
        return
    total = sum((move.amount for move in statement.moves), ZERO)
    if statement.opening + total != statement.closing:
        raise ValueError(
            f"Les lignes de ce relevé font {euros(total)}, ses soldes disent "
            f"{euros(statement.closing - statement.opening)}. Il en manque\u00a0: demandez à la "
            "banque le fichier complet."
        )


def _amount(text: str) -> Decimal:
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation as error:
        raise ValueError(_UNREADABLE) from error
    if (
        not amount.is_finite()
        or abs(amount) > _LARGEST
        or amount != amount.quantize(Decimal("0.01"))
    ):
        raise ValueError("Un montant de ce fichier n’est pas en euros et centimes. Vérifiez-le.")
    return amount.quantize(Decimal("0.01"))


_UNREADABLE = (
    "Ce fichier n’est pas un relevé lisible. Prenez chez votre banque le format CAMT.053 (XML) "
    "ou OFX."
)


def _said(*texts: str, most: int) -> str:
    """Return words on one line, without what no screen shows."""
    joined = " ".join(" ".join(text.split()) for text in texts if text and text.strip())
    return "".join(c for c in joined if c.isprintable())[:most]


# ── CAMT.053 ─────────────────────────────────────────────────────────────────────────────

_PARSER_OPTIONS = {
    "resolve_entities": False,
    "load_dtd": False,
    "no_network": True,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


def _camt(content: bytes) -> Iterator[Statement]:
    try:
        root = etree.fromstring(content, etree.XMLParser(**_PARSER_OPTIONS))
    except (etree.XMLSyntaxError, ValueError) as error:
        raise ValueError(_UNREADABLE) from error
    if root.getroottree().docinfo.doctype:
        # No bank writes one: an entity is how a few bytes unfold into gigabytes, or read a file.
        raise ValueError("Ce fichier contient une définition de type (DOCTYPE), il est refusé.")
    found = _all(root, "BkToCstmrStmt", "Stmt")
    if not found:
        raise ValueError(_UNREADABLE)
    yield from (_camt_statement(one) for one in found)


def _camt_statement(one: etree._Element) -> Statement:
    moves = tuple(move for entry in _all(one, "Ntry") for move in _camt_moves(entry))
    days = [move.booked_on for move in moves]
    balances = {
        _text(balance, "Tp", "CdOrPrtry", "Cd"): _signed(balance, _text(balance, "Amt"))
        for balance in _all(one, "Bal")
    }
    starts = _text(one, "FrToDt", "FrDtTm") or _text(one, "FrToDt", "FrDt")
    ends = _text(one, "FrToDt", "ToDtTm") or _text(one, "FrToDt", "ToDt")
    made = _day(_text(one, "CreDtTm")) if _text(one, "CreDtTm") else None
    known = [day for day in (*days, made) if day]
    if not known:
        raise ValueError(_UNREADABLE)
    return Statement(
        account=_text(one, "Acct", "Id", "IBAN").replace(" ", "").upper(),
        reference=_said(_text(one, "Id"), most=80),
        starts_on=_day(starts) if starts else min(known),
        ends_on=_day(ends) if ends else max(known),
        opening=balances.get("OPBD", balances.get("PRCD")),
        closing=balances.get("CLBD"),
        moves=moves,
    )


def _camt_moves(entry: etree._Element) -> Iterator[Move]:
    """Yield the transactions of an entry, or the entry where it does not tell them apart."""
    status = _text(entry, "Sts", "Cd") or _text(entry, "Sts")
    if status not in ("", "BOOK"):
        return
    amount = _signed(entry, _money(entry))
    details = _all(entry, "NtryDtls", "TxDtls")
    shares = [_money(d, "Amt") or _money(d, "AmtDtls", "TxAmt", "Amt") for d in details]
    told_apart = len(details) > 1 and all(shares)
    signed = [_amount(s) if amount >= 0 else -_amount(s) for s in shares if s]
    if told_apart and sum(signed, ZERO) == amount:
        for detail, share in zip(details, signed, strict=True):
            yield _camt_move(entry, detail, share)
    else:
        yield _camt_move(entry, details[0] if len(details) == 1 else entry, amount)


def _camt_move(entry: etree._Element, detail: etree._Element, amount: Decimal) -> Move:
    who = "Dbtr" if amount >= 0 else "Cdtr"
    end_to_end = _text(detail, "Refs", "EndToEndId")
    reference = _text(detail, "Refs", "AcctSvcrRef") or _text(entry, "AcctSvcrRef")
    own = [_text(entry, "NtryRef"), end_to_end if end_to_end != "NOTPROVIDED" else ""]
    words = [
        *(text.text or "" for text in _all(detail, "RmtInf", "Ustrd")),
        *(text.text or "" for text in _all(detail, "RmtInf", "Strd", "CdtrRefInf", "Ref")),
        own[1],
    ]
    day = _text(entry, "BookgDt", "Dt") or _text(entry, "BookgDt", "DtTm")
    return Move(
        booked_on=_day(day or _text(entry, "ValDt", "Dt")),
        amount=amount,
        label=_said(*words, most=300) or _said(_text(entry, "AddtlNtryInf"), most=300),
        party=_said(
            _text(detail, "RltdPties", who, "Nm") or _text(detail, "RltdPties", who, "Pty", "Nm"),
            most=140,
        ),
        iban=_said(
            _text(detail, "RltdPties", f"{who}Acct", "Id", "IBAN").replace(" ", "").upper(),
            most=34,
        ),
        reference=_said(reference or " ".join(filter(None, own)), most=80),
    )


def _all(node: etree._Element, *names: str) -> list[etree._Element]:
    """Return the elements down a path of local names: each version has another namespace."""
    found = [node]
    for name in names:
        found = [
            child
            for one in found
            for child in one
            if isinstance(child.tag, str) and etree.QName(child).localname == name
        ]
    return found


def _text(node: etree._Element, *names: str) -> str:
    found = _all(node, *names)
    return (found[0].text or "").strip() if found else ""


def _money(node: etree._Element, *names: str) -> str:
    found = _all(node, *(names or ("Amt",)))
    if not found:
        return ""
    if found[0].get("Ccy", "EUR") != "EUR":
        raise ValueError("Ce relevé n’est pas en euros. Seuls les comptes en euros se rapprochent.")
    return (found[0].text or "").strip()


def _signed(node: etree._Element, amount: str) -> Decimal:
    taken = _text(node, "CdtDbtInd") == "DBIT"
    return -_amount(amount) if taken else _amount(amount)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError as error:
        raise ValueError(_UNREADABLE) from error


# ── OFX ──────────────────────────────────────────────────────────────────────────────────

_OFX_TAG = re.compile(r"<(/?)([A-Z0-9.]+)>([^<\r\n]*)")


def _ofx(content: bytes) -> Statement:
    """Read OFX as the words it is: no parser of XML, so nothing in it unfolds."""
    text = _decoded(content)
    about: dict[str, str] = {}
    moves: list[Move] = []
    row: dict[str, str] | None = None
    balance = False
    for closes, name, value in _OFX_TAG.findall(text):
        if name == "STMTTRN":
            if closes and row is not None:
                moves.append(_ofx_move(row))
            row = None if closes else {}
        elif name == "LEDGERBAL":
            balance = not closes
        elif closes:
            continue
        elif row is not None:
            row[name] = value.strip()
        elif name == "BALAMT" and not balance:
            continue
        else:
            about.setdefault(name, value.strip())
    if about.get("CURDEF", "EUR") != "EUR":
        raise ValueError("Ce relevé n’est pas en euros. Seuls les comptes en euros se rapprochent.")
    if not moves:
        raise ValueError("Ce relevé n’a aucune ligne. Demandez à la banque le fichier complet.")
    days = [move.booked_on for move in moves]
    return Statement(
        account=about.get("ACCTID", "").replace(" ", "").upper(),
        reference="",
        starts_on=_ofx_day(about["DTSTART"]) if about.get("DTSTART") else min(days),
        ends_on=_ofx_day(about["DTEND"]) if about.get("DTEND") else max(days),
        opening=None,
        closing=_amount(about["BALAMT"]) if about.get("BALAMT") else None,
        moves=tuple(moves),
        is_ofx=True,
    )


def _ofx_move(row: dict[str, str]) -> Move:
    return Move(
        booked_on=_ofx_day(row.get("DTPOSTED", "")),
        amount=_amount(row.get("TRNAMT", "")),
        label=_said(row.get("NAME", ""), row.get("MEMO", ""), row.get("CHECKNUM", ""), most=300),
        party=_said(row.get("NAME", ""), most=140),
        reference=_said(row.get("FITID", ""), most=80),
    )


def _ofx_day(text: str) -> date:
    return _day(f"{text[:4]}-{text[4:6]}-{text[6:8]}")


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
