"""The pages of the books."""

from accounting.views.balance import account, account_csv, books, books_csv
from accounting.views.closings import close_month, closings
from accounting.views.contributions import contributions, contributions_csv
from accounting.views.dues import dues, pay_due
from accounting.views.journal import entry, journal
from accounting.views.own_accounts import choose_accounts, new_account, own_accounts

__all__ = [
    "account",
    "account_csv",
    "books",
    "books_csv",
    "choose_accounts",
    "close_month",
    "closings",
    "contributions",
    "contributions_csv",
    "dues",
    "entry",
    "journal",
    "new_account",
    "own_accounts",
    "pay_due",
]
