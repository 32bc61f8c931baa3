"""The ledger."""

from accounting.models.books import Account, AnalyticAccount, ClosedPeriod, Journal
from accounting.models.contributions import ContributionLevy, ContributionRule
from accounting.models.entries import Entry, EntryLine
from accounting.models.own_accounts import AccountChoice

__all__ = [
    "Account",
    "AccountChoice",
    "AnalyticAccount",
    "ClosedPeriod",
    "ContributionLevy",
    "ContributionRule",
    "Entry",
    "EntryLine",
    "Journal",
]
