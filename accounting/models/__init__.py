"""The ledger."""

from accounting.models.books import Account, AnalyticAccount, ClosedPeriod, Journal
from accounting.models.contributions import ContributionLevy, ContributionRule
from accounting.models.entries import Entry, EntryLine

__all__ = [
    "Account",
    "AnalyticAccount",
    "ClosedPeriod",
    "ContributionLevy",
    "ContributionRule",
    "Entry",
    "EntryLine",
    "Journal",
]
