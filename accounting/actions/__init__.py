"""What is written in the ledger."""

from accounting.actions.books import close_period, open_analytic, open_ledger
from accounting.actions.contributions import (
    levy_contribution,
    levy_floor,
    levy_monthly_fee,
    set_contribution_rule,
)
from accounting.actions.entries import post, post_all, reverse
from accounting.actions.matching import reconcile, unmatch

__all__ = [
    "close_period",
    "levy_contribution",
    "levy_floor",
    "levy_monthly_fee",
    "open_analytic",
    "open_ledger",
    "post",
    "post_all",
    "reconcile",
    "reverse",
    "set_contribution_rule",
    "unmatch",
]
