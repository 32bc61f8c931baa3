"""The statement a bank would write (CAMT.053) of what the demonstration says it saw."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

from cae.core.periods import numeric_date

_OPENING = Decimal("18240.50")


@dataclass(frozen=True, slots=True)
class Move:
    """One line: EUR received, negative when paid out."""

    day: date
    amount: Decimal
    label: str
    reference: str
    party: str = ""


def statement(moves: Sequence[Move], *, iban: str, until: date) -> bytes:
    """Return the statement of an account, from the first of `moves` to `until`."""
    closing = _OPENING + sum((move.amount for move in moves), Decimal(0))
    since = min(move.day for move in moves)
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(amount)}</Bal>"
        for code, amount in (("OPBD", _OPENING), ("CLBD", closing))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>'
        f"<Id>Relevé du {numeric_date(until)}</Id><FrToDt><FrDtTm>{since}T00:00:00</FrDtTm>"
        f"<ToDtTm>{until}T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{balances}{''.join(map(_entry, moves))}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _entry(move: Move) -> str:
    who = "Dbtr" if move.amount > 0 else "Cdtr"
    party = f"<{who}><Nm>{escape(move.party)}</Nm></{who}>" if move.party else ""
    return (
        f"<Ntry>{_amount(move.amount)}<Sts>BOOK</Sts><BookgDt><Dt>{move.day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{move.reference}</AcctSvcrRef><NtryDtls><TxDtls>"
        f"<RltdPties>{party}</RltdPties>"
        f"<RmtInf><Ustrd>{escape(move.label)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )


def _amount(amount: Decimal) -> str:
    side = "CRDT" if amount > 0 else "DBIT"
    return f'<Amt Ccy="EUR">{abs(amount)}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
