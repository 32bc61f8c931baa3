"""Questions to the ledger: the only source of « how much is there ».

Home, simulator, payroll run, statement and trial balance all ask here. Each question is one or
two SQL queries, whatever the number of rows. Amounts in EUR to the cent.
"""

from accounting.queries.balances import AccountBalance, balance_of, open_items, trial_balance
from accounting.queries.contributions import (
    Contributed,
    contribution_basis,
    contribution_rule,
    contribution_rules,
    contribution_taken,
    contributions,
    document_basis,
    own_contribution_rules,
)
from accounting.queries.dues import MonthDue, Payment, month_due, month_dues, payment_key
from accounting.queries.money import (
    Turnover,
    available,
    available_by_analytic,
    available_by_month,
    balance_by_month,
    contribution_by_month,
    distribution,
    distributions,
    turnover_by_month,
)
from accounting.queries.own_accounts import (
    ChosenAccounts,
    accounts_of,
    chosen_accounts,
    fitting_accounts,
    posted_on,
    said_by,
)
from accounting.queries.periods import (
    BookMonth,
    analytics_by_code,
    book_months,
    cooperative_analytic,
    fiscal_year,
    fiscal_years,
    last_closed_month,
)
from accounting.queries.statements import (
    Expected,
    Movement,
    Statement,
    account_statement,
    expected_of,
    statement,
)
from accounting.queries.transfers import (
    batch_of,
    debts_in_batches,
    total_of,
    transfers_of,
    waiting_transfers,
)

__all__ = [
    "AccountBalance",
    "BookMonth",
    "ChosenAccounts",
    "Contributed",
    "Expected",
    "MonthDue",
    "Movement",
    "Payment",
    "Statement",
    "Turnover",
    "account_statement",
    "accounts_of",
    "analytics_by_code",
    "available",
    "available_by_analytic",
    "available_by_month",
    "balance_by_month",
    "balance_of",
    "batch_of",
    "book_months",
    "chosen_accounts",
    "contribution_basis",
    "contribution_by_month",
    "contribution_rule",
    "contribution_rules",
    "contribution_taken",
    "contributions",
    "cooperative_analytic",
    "debts_in_batches",
    "distribution",
    "distributions",
    "document_basis",
    "expected_of",
    "fiscal_year",
    "fiscal_years",
    "fitting_accounts",
    "last_closed_month",
    "month_due",
    "month_dues",
    "open_items",
    "own_contribution_rules",
    "payment_key",
    "posted_on",
    "said_by",
    "statement",
    "total_of",
    "transfers_of",
    "trial_balance",
    "turnover_by_month",
    "waiting_transfers",
]
