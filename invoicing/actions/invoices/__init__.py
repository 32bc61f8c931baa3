"""Invoices and credit notes: written, submitted, issued; then corrected by an opposite one."""

from invoicing.actions.invoices.billing import (
    bill_deposit,
    bill_instalment,
    bill_progress,
    bill_rest,
    invoice_from_quote,
)
from invoicing.actions.invoices.corrections import replace_invoice
from invoicing.actions.invoices.credits import credit_invoice
from invoicing.actions.invoices.drafts import (
    change_details,
    change_invoice,
    create_invoice,
    discard_invoice,
    duplicate_invoice,
    follows_plan,
)
from invoicing.actions.invoices.issuing import CHAIN, issue_invoice
from invoicing.actions.invoices.submission import (
    refuse_invoice,
    send_invoice,
    submit_invoice,
    withdraw_invoice,
)

__all__ = [
    "CHAIN",
    "bill_deposit",
    "bill_instalment",
    "bill_progress",
    "bill_rest",
    "change_details",
    "change_invoice",
    "create_invoice",
    "credit_invoice",
    "discard_invoice",
    "duplicate_invoice",
    "follows_plan",
    "invoice_from_quote",
    "issue_invoice",
    "refuse_invoice",
    "replace_invoice",
    "send_invoice",
    "submit_invoice",
    "withdraw_invoice",
]
