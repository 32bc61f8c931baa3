"""The ledger."""

from accounting.models.books import Account, AnalyticAccount, ClosedPeriod, Journal
from accounting.models.contributions import ContributionLevy, ContributionRule
from accounting.models.entries import Entry, EntryLine
from accounting.models.own_accounts import AccountChoice
from accounting.models.transfers import Transfer, TransferBatch, TransferFile

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
    "Transfer",
    "TransferBatch",
    "TransferFile",
]
