"""The tables of sales and expenses, by noun."""

from invoicing.models.catalogue import CatalogueItem, Mention, Terms
from invoicing.models.closings import Closing, YearArchive
from invoicing.models.customers import Customer
from invoicing.models.deposits import BankDeposit, DepositedItem, DepositSlip
from invoicing.models.expenses import ExpenseLine, ExpenseSheet
from invoicing.models.files import InvoiceFile, InvoiceVerdict
from invoicing.models.inputs import SaleInput
from invoicing.models.internal_orders import InternalOrder, InternalOrderLine
from invoicing.models.invoices import (
    Deduction,
    Invoice,
    InvoiceLine,
    InvoiceVat,
    Settlement,
)
from invoicing.models.payments import Allocation, Payment
from invoicing.models.quotes import Quote, QuoteFile, QuoteInstalment, QuoteLine
from invoicing.models.reminders import Reminder, ReminderHold, ReminderLevel, StatementFile
from invoicing.models.settings import ExpenseType, MileageScale, VatRate

__all__ = [
    "Allocation",
    "BankDeposit",
    "CatalogueItem",
    "Closing",
    "Customer",
    "Deduction",
    "DepositSlip",
    "DepositedItem",
    "ExpenseLine",
    "ExpenseSheet",
    "ExpenseType",
    "InternalOrder",
    "InternalOrderLine",
    "Invoice",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceVat",
    "InvoiceVerdict",
    "Mention",
    "MileageScale",
    "Payment",
    "Quote",
    "QuoteFile",
    "QuoteInstalment",
    "QuoteLine",
    "Reminder",
    "ReminderHold",
    "ReminderLevel",
    "SaleInput",
    "Settlement",
    "StatementFile",
    "Terms",
    "VatRate",
    "YearArchive",
]
