"""A balanced draft of an entry, and its reversal."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cae.core.money import ZERO, euros, to_cents
from cae.core.workflow import ActionRefused

# Above it, something has run away: no cooperative writes a billion euros on one line.
LARGEST_AMOUNT = Decimal("999999999.99")


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftLine:
    """One side of one account, in EUR to the cent.

    `analytic` is the code of an analytic account; `party` names the customer, the supplier or
    the person, `party_account` is what the books call them; `due_on` is the day they owe it.
    `net` is, on a customer's line of a bank journal, the part of the receipt that is turnover
    without VAT; on that of a credit note that comes after money, what it takes back, negative.
    """

    account: str
    debit: Decimal = ZERO
    credit: Decimal = ZERO
    analytic: str | None = None
    label: str = ""
    party: str = ""
    party_account: str = ""
    due_on: date | None = None
    net: Decimal | None = None

    @property
    def is_nil(self) -> bool:
        return not self.debit and not self.credit


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEntry:
    """What a document is about to write in the ledger.

    `posting_key` names the document, the event and its version, such as `invoice:12:issued`:
    posting twice under one key writes once. `analytic` is the code of the activity the entry is
    about: that activity may read its heading.
    """

    journal: str
    date: date
    piece: str
    label: str
    posting_key: str
    lines: Sequence[DraftLine]
    analytic: str | None = None

    @property
    def total(self) -> Decimal:
        return sum((line.debit for line in self.lines), ZERO)


def debit(account: str, amount: Decimal, **about: object) -> DraftLine:
    """Return a line that debits `amount`, or credits its opposite when it is negative."""
    side = {"debit": amount} if amount >= 0 else {"credit": -amount}
    return DraftLine(account=account, **side, **about)  # type: ignore[arg-type]


def credit(account: str, amount: Decimal, **about: object) -> DraftLine:
    """Return a line that credits `amount`, or debits its opposite when it is negative."""
    return debit(account, -amount, **about)


def checked(draft: DraftEntry) -> DraftEntry:
    """Return the draft without its nil lines, once it is known to be one a ledger can hold.

    Each analytic account balances by itself: what one activity owes another goes through the
    link account.

    :raises ActionRefused: `empty_entry`, `bad_line`, `unbalanced`.
    """
    lines = [line for line in draft.lines if not line.is_nil]
    if not lines:
        raise ActionRefused(
            "Cette écriture n’a aucune ligne. Saisissez au moins un débit et un crédit.",
            code="empty_entry",
        )
    for line in lines:
        if not _is_one_sided(line):
            raise ActionRefused(
                f"La ligne du compte {line.account} doit avoir un débit ou un crédit, positif,"
                f" au centime, de {euros(LARGEST_AMOUNT)} au plus.",
                code="bad_line",
            )
    for analytic, gap in _gaps(lines).items():
        if gap:
            raise ActionRefused(
                f"Cette écriture n’est pas équilibrée pour {analytic or 'la coopérative'}\u00a0:"
                f" il manque {euros(abs(gap))} au {'crédit' if gap > 0 else 'débit'}.",
                code="unbalanced",
            )
    return replace(draft, lines=lines)


def reversal(draft: DraftEntry, *, on: date, label: str = "", posting_key: str = "") -> DraftEntry:
    """Return the entry that cancels `draft`: same lines, sides exchanged, due dates dropped."""
    return replace(
        draft,
        date=on,
        label=label or f"Contre-passation\u00a0: {draft.label}",
        posting_key=posting_key or f"{draft.posting_key}:reversed",
        lines=[
            replace(line, debit=line.credit, credit=line.debit, due_on=None) for line in draft.lines
        ],
    )


def _is_one_sided(line: DraftLine) -> bool:
    amount = line.debit or line.credit
    return (
        (not line.debit or not line.credit)
        and 0 < amount <= LARGEST_AMOUNT
        and amount == to_cents(amount)
    )


def _gaps(lines: Iterable[DraftLine]) -> dict[str | None, Decimal]:
    gaps: dict[str | None, Decimal] = {}
    for line in lines:
        gaps[line.analytic] = gaps.get(line.analytic, ZERO) + line.debit - line.credit
    return gaps
