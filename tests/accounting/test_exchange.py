"""What one activity does for another: the accounts it is written on, in every cooperative."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps

from accounting.actions import open_ledger
from accounting.enums import JournalKind, Position
from accounting.models import Account
from accounting.rules import (
    available_money,
    checked,
    exchange_lines,
    explanation,
    month_distribution,
    position_of,
)
from accounting.rules.entries import DraftEntry

D = Decimal


def test_each_side_balances_and_the_account_is_nil_over_both():
    lines = exchange_lines(D("300.00"), buyer="B", seller="S")
    draft = DraftEntry(journal="IN", date=None, piece="", label="", posting_key="x", lines=lines)

    assert checked(draft).lines == lines
    for account in ("6042", "1812"):
        assert sum(line.debit - line.credit for line in lines if line.account == account) == 0


def test_it_counts_in_the_available_money_beside_what_the_cooperative_is_owed():
    assert (position_of("181"), position_of("1812")) == (Position.LINK, Position.EXCHANGE)
    money = available_money({"512": D(1000), "181": D(-100), "1812": D(-300)})
    assert (money.link, money.exchange, money.total) == (D(100), D(300), D(600))


def test_the_month_of_who_sold_and_bought_adds_up():
    moved = {
        (JournalKind.INTERNAL, "6042"): D(-200),
        (JournalKind.INTERNAL, "6041"): D(10),
        (JournalKind.EXPENSES, "606"): D(50),
    }
    month = month_distribution(moved, cashed=D(100))
    assert (month.exchanged, month.expenses, month.received) == (D(200), D(50), D(300))
    assert month.salary + month.social + month.contribution + month.expenses + month.reserve == 300


@pytest.mark.parametrize(("amount", "said"), [(300, "reçus"), (-300, "versés")])
def test_it_is_not_called_a_contribution(amount, said):
    sentence = explanation(JournalKind.INTERNAL, {Position.EXCHANGE: D(amount)})
    assert sentence.startswith("Commande interne\u00a0: 300,00\u00a0€ " + said)


@pytest.mark.django_db
def test_a_cooperative_that_works_already_gains_the_accounts(cooperative, inside):
    open_ledger(label="Ateliers")
    Account.objects.filter(number__in=["1812", "6042"]).delete()
    migration = import_module("accounting.migrations.0004_exchange_accounts")
    as_now = SimpleNamespace(connection=SimpleNamespace(alias="default"))

    for _ in range(2):
        migration.add_accounts(apps, as_now)

    added = Account.objects.filter(number__in=["1812", "6042"])
    assert dict(added.values_list("number", "needs_analytic")) == {"1812": True, "6042": True}
