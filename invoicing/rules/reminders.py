"""Reminders: which one is next, what lateness costs, and the blanks of their texts.

Nothing here changes an invoice: penalties and the indemnity are asked for beside it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cae.core.money import ZERO, to_cents

_YEAR = Decimal(365)
_BLANK = re.compile(r"\{([^{}]*)\}")

#: What a text may leave blank, and what is written there.
BLANKS = {
    "client": "nom du client",
    "contact": "interlocuteur, ou rien",
    "facture": "numéro de la facture",
    "objet": "objet de la facture",
    "emise": "date d’émission",
    "echeance": "date d’échéance",
    "retard": "jours de retard",
    "total": "montant de la facture",
    "reste": "reste à payer",
    "penalites": "pénalités de retard à ce jour",
    "indemnite": "indemnité de recouvrement",
    "a_payer": "reste, pénalités et indemnité",
    "activite": "nom de l’enseigne",
    "cooperative": "nom de la coopérative",
    "iban": "IBAN de la coopérative",
    "signature": "qui envoie la relance",
}


@dataclass(frozen=True, slots=True)
class Step:
    """A level of reminder: from how many days past the due date."""

    rank: int
    days: int


def next_step(
    steps: Sequence[Step], *, days_late: int, last_rank: int = 0, days_since: int = 0
) -> Step | None:
    """Return the reminder to send today, None where it is too early or all were sent.

    Levels are never skipped: an old debt begins with the first, and each leaves the customer as
    long as the rule leaves between the two, counted from the last one sent.

    >>> next_step([Step(1, 3), Step(2, 15)], days_late=40)
    Step(rank=1, days=3)
    >>> next_step([Step(1, 3), Step(2, 15)], days_late=40, last_rank=1, days_since=11)
    >>> next_step([Step(1, 3), Step(2, 15)], days_late=40, last_rank=1, days_since=12)
    Step(rank=2, days=15)

    :param days_late: days past the due date, 0 on that day.
    :param last_rank: level of the last one sent, 0 for none; `days_since` it was.
    """
    ordered = sorted(steps, key=lambda step: step.days)
    before = [step for step in ordered if step.rank <= last_rank]
    after = [step for step in ordered if step.rank > last_rank]
    if not after or days_late < after[0].days:
        return None
    if last_rank and days_since < after[0].days - (before[-1].days if before else 0):
        return None
    return after[0]


def late_fee(
    owed: Decimal,
    changes: Iterable[tuple[date, Decimal]],
    *,
    due_on: date,
    on: date,
    rate: Decimal,
) -> Decimal:
    """Return the penalties of a debt on a day: daily, on what was really owed each day.

    Days run from the day after the due date (C. com. L441-10, II). Rounded once, at the end.

    Worked example: 1 200.00 due on 3 July, 500.00 paid on 13 July, asked on 23 July at
    12.15 %: 1 200 x 10 days + 700 x 10 days, x 0.1215 / 365 = 6.32.

    >>> late_fee(Decimal(1200), [(date(2026, 7, 13), Decimal(-500))], due_on=date(2026, 7, 3),
    ...          on=date(2026, 7, 23), rate=Decimal("0.1215"))
    Decimal('6.32')

    :param owed: EUR owed at first.
    :param changes: what each day took off (negative) or put back, in any order.
    :param rate: of a year, as a fraction.
    """
    total, balance, since = ZERO, owed, due_on
    for day, change in sorted(changes):
        if day > on:
            break
        if day > since:
            total += max(balance, ZERO) * (day - since).days
            since = day
        balance += change
    if on > since:
        total += max(balance, ZERO) * (on - since).days
    return to_cents(total * rate / _YEAR)


def unknown_blanks(text: str) -> list[str]:
    """Return the blanks of a text that nothing fills, and stray braces, in their order."""
    unknown = [f"{{{name}}}" for name in _BLANK.findall(text) if name not in BLANKS]
    return unknown + re.findall(r"[{}]", _BLANK.sub("", text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return a text with its blanks filled; what is filled is never read again."""
    return _BLANK.sub(lambda blank: values.get(blank[1], blank[0]), text)
