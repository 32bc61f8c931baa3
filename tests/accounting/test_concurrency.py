"""Several connections at once, with real commits and rollbacks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Event

import pytest
from django.db import connection, transaction

from accounting import queries
from accounting.actions import close_period, levy_contribution, set_contribution_rule
from accounting.enums import ContributionBasis
from accounting.models import ContributionLevy, Entry
from accounting.rules import Bracket, Contribution
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from tests.accounting.conftest import Books, credit, debit, open_books

NOV_2, DEC_3 = date(2026, 11, 2), date(2026, 12, 3)
D = Decimal


class ChangedMind(Exception):
    """Rolls a transaction back."""


@pytest.fixture
def books(transactional_db, cooperative) -> Books:
    with tenant(cooperative), transaction.atomic():
        return open_books()


def together(cooperative, acts: list[Callable[[], object]]) -> list[object]:
    """Run each act in a transaction and a connection of its own; return what each gave."""

    def one(act: Callable[[], object]) -> object:
        try:
            with tenant(cooperative), transaction.atomic():
                return act()
        except (ActionRefused, ChangedMind) as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, acts))


def sale(books: Books, key: str):
    return books.post(
        "VT",
        NOV_2,
        debit("411", 10, analytic="X1"),
        credit("706", 10, analytic="X1"),
        posting_key=key,
    )


def test_numbers_have_no_gap_whatever_is_rolled_back(books, cooperative):
    def act(i: int):
        def run() -> None:
            sale(books, f"sale:{i}")
            if i % 3 == 0:
                raise ChangedMind

        return run

    together(cooperative, [act(i) for i in range(60)])

    with tenant(cooperative), transaction.atomic():
        numbers = sorted(Entry.objects.values_list("number", flat=True))
    assert numbers == list(range(1, 41))


def test_one_key_posted_by_all_writes_once(books, cooperative):
    entries = together(cooperative, [lambda: sale(books, "invoice:1:issued")] * 8)

    assert len({entry.pk for entry in entries}) == 1
    with tenant(cooperative), transaction.atomic():
        assert list(Entry.objects.values_list("number", flat=True)) == [1]


def test_invoices_issued_at_once_share_the_brackets_of_one_year(books, cooperative):
    with tenant(cooperative), transaction.atomic():
        set_contribution_rule(
            Contribution(brackets=(Bracket(D(0), D("0.11")), Bracket(D(40_000), D("0.10")))),
            label="Dégressive",
            valid_from=date(2026, 1, 1),
            by=None,
        )

    def levy(i: int):
        return lambda: levy_contribution(
            books.x1,
            moment=ContributionBasis.INVOICED,
            basis=D(10_000),
            on=NOV_2,
            piece=f"FA-{i}",
            posting_key=f"levy:{i}",
            by=None,
        )

    together(cooperative, [levy(i) for i in range(8)])

    with tenant(cooperative), transaction.atomic():
        levies = sorted(ContributionLevy.objects.values_list("amount", flat=True))
        assert levies == [1000, 1000, 1000, 1000, 1100, 1100, 1100, 1100]
        assert queries.balance_of("6041", analytic=books.x1) == 8400


def test_nothing_slips_into_a_month_while_it_closes(books, cooperative):
    closing, posting = Event(), Event()

    def close() -> object:
        closed = close_period(Month(2026, 11), on=DEC_3, by=None)
        closing.set()
        posting.wait(timeout=1)  # the other is waiting for this commit
        return closed

    def post() -> object:
        closing.wait(timeout=5)
        entry = sale(books, "late")
        posting.set()
        return entry

    _, late = together(cooperative, [close, post])

    assert isinstance(late, ActionRefused)
    assert late.code == "closed_period"
