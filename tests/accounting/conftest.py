"""Two cooperatives with their books open; the tests run inside the first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting import rules
from accounting.actions import open_analytic, open_ledger, post
from accounting.models import AnalyticAccount, Entry
from accounting.rules import DraftEntry, DraftLine
from cae.core.tenancy import tenant
from tests.plugins.planted import planted


def debit(account: str, amount: object, **about: object) -> DraftLine:
    return rules.debit(account, Decimal(amount), **about)


def credit(account: str, amount: object, **about: object) -> DraftLine:
    return rules.credit(account, Decimal(amount), **about)


@dataclass
class Books:
    """An open ledger with the activities X1 and X2."""

    own: AnalyticAccount
    x1: AnalyticAccount
    x2: AnalyticAccount
    written: int = 0

    def post(self, journal: str, day: date, *lines: DraftLine, **about: str) -> Entry:
        """Post lines that say the least: X1, a piece and a key of their own."""
        self.written += 1
        draft = DraftEntry(
            journal=journal,
            date=day,
            lines=lines,
            **{
                "piece": f"P{self.written}",
                "label": "Pièce",
                "posting_key": f"test:{self.written}",
                "analytic": "X1",
                **about,
            },
        )
        return post(draft, by=None)


def open_books() -> Books:
    own = open_ledger(label="Les Ateliers Réunis")
    return Books(own, open_analytic("X1", label="Studio Brume"), open_analytic("X2", label="Sève"))


@planted
def books(inside, cooperative, other_cooperative) -> Books:
    with tenant(other_cooperative):
        open_books()
    return open_books()
