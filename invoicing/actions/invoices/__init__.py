"""Invoices and credit notes: written, submitted, issued; then corrected by an opposite one."""

from invoicing.actions.invoices.billing import invoice_from_quote
from invoicing.actions.invoices.credits import credit_invoice
from invoicing.actions.invoices.drafts import (
    change_invoice,
    create_invoice,
    discard_invoice,
    duplicate_invoice,
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
    "change_invoice",
    "create_invoice",
    "credit_invoice",
    "discard_invoice",
    "duplicate_invoice",
    "invoice_from_quote",
    "issue_invoice",
    "refuse_invoice",
    "send_invoice",
    "submit_invoice",
    "withdraw_invoice",
]
