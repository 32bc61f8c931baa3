"""The arithmetic of the ledger; values in, values out."""

from accounting.rules.contributions import (
    CONTRIBUTION_ACCOUNT,
    INTERNAL_JOURNAL,
    LINK_ACCOUNT,
    Bracket,
    Contribution,
    contribution,
    contribution_lines,
    floor_shortfall,
    lowers_basis,
    measured_basis,
    yearly_contribution,
)
from accounting.rules.dues import ACCOUNTS as DUE_ACCOUNTS
from accounting.rules.dues import BANK, payment_lines
from accounting.rules.entries import DraftEntry, DraftLine, checked, credit, debit, reversal
from accounting.rules.exchanges import EXCHANGE_ACCOUNT, EXCHANGE_LINK, exchange_lines
from accounting.rules.movements import explanation
from accounting.rules.own_accounts import (
    BEGINNINGS,
    FITTING,
    PARTY_PREFIX,
    Accounts,
    cascade,
    fits,
    third_party_account,
)
from accounting.rules.positions import (
    MAKES_AVAILABLE,
    Available,
    Distribution,
    available_money,
    month_distribution,
    position_of,
)
from accounting.rules.sharing import vat_per_account
from accounting.rules.transfers import (
    DebitAccount,
    Payee,
    has_right_key,
    sepa_text,
    transfer_entry,
)

__all__ = [
    "BANK",
    "BEGINNINGS",
    "CONTRIBUTION_ACCOUNT",
    "DUE_ACCOUNTS",
    "EXCHANGE_ACCOUNT",
    "EXCHANGE_LINK",
    "FITTING",
    "INTERNAL_JOURNAL",
    "LINK_ACCOUNT",
    "MAKES_AVAILABLE",
    "PARTY_PREFIX",
    "Accounts",
    "Available",
    "Bracket",
    "Contribution",
    "DebitAccount",
    "Distribution",
    "DraftEntry",
    "DraftLine",
    "Payee",
    "available_money",
    "cascade",
    "checked",
    "contribution",
    "contribution_lines",
    "credit",
    "debit",
    "exchange_lines",
    "explanation",
    "fits",
    "floor_shortfall",
    "has_right_key",
    "lowers_basis",
    "measured_basis",
    "month_distribution",
    "payment_lines",
    "position_of",
    "reversal",
    "sepa_text",
    "third_party_account",
    "transfer_entry",
    "vat_per_account",
    "yearly_contribution",
]
