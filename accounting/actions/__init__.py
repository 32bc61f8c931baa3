"""What is written in the ledger."""

from accounting.actions.books import close_period, open_analytic, open_ledger
from accounting.actions.contributions import (
    OwnRate,
    levy_contribution,
    levy_floor,
    levy_monthly_fee,
    set_contribution_rule,
)
from accounting.actions.dues import pay_due
from accounting.actions.entries import post, post_all, reverse, reverse_all
from accounting.actions.matching import reconcile, unmatch
from accounting.actions.own_accounts import choose_accounts, open_account

__all__ = [
    "OwnRate",
    "choose_accounts",
    "close_period",
    "levy_contribution",
    "levy_floor",
    "levy_monthly_fee",
    "open_account",
    "open_analytic",
    "open_ledger",
    "pay_due",
    "post",
    "post_all",
    "reconcile",
    "reverse",
    "reverse_all",
    "set_contribution_rule",
    "unmatch",
]
