"""What is written in the ledger."""

from accounting.actions.batches import (
    cancel_batch,
    close_batch,
    execute_batch,
    fill_batch,
    take_file,
    take_out_of_batch,
)
from accounting.actions.books import close_period, open_analytic, open_ledger
from accounting.actions.contributions import (
    OwnRate,
    follow_common_rule,
    levy_contribution,
    levy_floor,
    levy_monthly_fee,
    set_contribution_rule,
)
from accounting.actions.dues import pay_due
from accounting.actions.entries import post, post_all, reverse, reverse_all
from accounting.actions.matching import reconcile, unmatch
from accounting.actions.own_accounts import choose_accounts, open_account
from accounting.actions.transfers import Debts, answer_for, await_transfer, pay_otherwise

__all__ = [
    "Debts",
    "OwnRate",
    "answer_for",
    "await_transfer",
    "cancel_batch",
    "choose_accounts",
    "close_batch",
    "close_period",
    "execute_batch",
    "fill_batch",
    "follow_common_rule",
    "levy_contribution",
    "levy_floor",
    "levy_monthly_fee",
    "open_account",
    "open_analytic",
    "open_ledger",
    "pay_due",
    "pay_otherwise",
    "post",
    "post_all",
    "reconcile",
    "reverse",
    "reverse_all",
    "set_contribution_rule",
    "take_file",
    "take_out_of_batch",
    "unmatch",
]
