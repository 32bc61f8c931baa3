"""The tables of sales and expenses, by noun."""

from invoicing.models.after_issue import POSTED_USES, AccountChange, InvoiceAttachment
from invoicing.models.bank import BankLine, BankOutcome, BankStatement
from invoicing.models.catalogue import CatalogueItem, Mention, Terms
from invoicing.models.certificates import TaxCertificate, TaxCertificateFile, TaxCertificateRun
from invoicing.models.closings import Closing, YearArchive
from invoicing.models.customers import Customer, CustomerContact
from invoicing.models.deals import Deal, DealItem
from invoicing.models.deposits import BankDeposit, DepositedItem, DepositSlip
from invoicing.models.discards import DiscardedDraft, EditorChoice
from invoicing.models.expenses import ExpenseLine, ExpenseSheet
from invoicing.models.files import InvoiceFile, InvoiceVerdict, ReceiptedFile
from invoicing.models.folders import (
    BusinessType,
    Filing,
    Folder,
    FolderCustomer,
    FolderFile,
    FolderPhase,
    FolderType,
    FolderTypeAllows,
)
from invoicing.models.imports import CustomerImport
from invoicing.models.inputs import SaleInput
from invoicing.models.internal_orders import InternalOrder, InternalOrderLine
from invoicing.models.invoices import (
    Deduction,
    Invoice,
    InvoiceLine,
    InvoiceVat,
    Settlement,
)
from invoicing.models.mails import ActivityMailTemplate, DocumentMail, MailTemplate
from invoicing.models.numbering import Numbering
from invoicing.models.payments import Allocation, Payment
from invoicing.models.personal_services import (
    ActivityService,
    PersonalServiceDeclaration,
    PersonalServiceKind,
)
from invoicing.models.quote_life import (
    QuoteEvidence,
    QuoteMessage,
    QuoteVersion,
    QuoteVisit,
    SignatureCode,
)
from invoicing.models.quotes import Quote, QuoteFile, QuoteInstalment, QuoteLine
from invoicing.models.rate_shares import RateShare
from invoicing.models.recurrences import Occurrence, Recurrence, RecurrenceLine
from invoicing.models.reminders import Reminder, ReminderHold, ReminderLevel, StatementFile
from invoicing.models.retentions import Retention
from invoicing.models.settings import ExpenseType, MileageScale, VatRate
from invoicing.models.transmissions import DepositAccount, Transmission, TransmissionEvent

__all__ = [
    "POSTED_USES",
    "AccountChange",
    "ActivityMailTemplate",
    "ActivityService",
    "Allocation",
    "BankDeposit",
    "BankLine",
    "BankOutcome",
    "BankStatement",
    "BusinessType",
    "CatalogueItem",
    "Closing",
    "Customer",
    "CustomerContact",
    "CustomerImport",
    "Deal",
    "DealItem",
    "Deduction",
    "DepositAccount",
    "DepositSlip",
    "DepositedItem",
    "DiscardedDraft",
    "DocumentMail",
    "EditorChoice",
    "ExpenseLine",
    "ExpenseSheet",
    "ExpenseType",
    "Filing",
    "Folder",
    "FolderCustomer",
    "FolderFile",
    "FolderPhase",
    "FolderType",
    "FolderTypeAllows",
    "InternalOrder",
    "InternalOrderLine",
    "Invoice",
    "InvoiceAttachment",
    "InvoiceFile",
    "InvoiceLine",
    "InvoiceVat",
    "InvoiceVerdict",
    "MailTemplate",
    "Mention",
    "MileageScale",
    "Numbering",
    "Occurrence",
    "Payment",
    "PersonalServiceDeclaration",
    "PersonalServiceKind",
    "Quote",
    "QuoteEvidence",
    "QuoteFile",
    "QuoteInstalment",
    "QuoteLine",
    "QuoteMessage",
    "QuoteVersion",
    "QuoteVisit",
    "RateShare",
    "ReceiptedFile",
    "Recurrence",
    "RecurrenceLine",
    "Reminder",
    "ReminderHold",
    "ReminderLevel",
    "Retention",
    "SaleInput",
    "Settlement",
    "SignatureCode",
    "StatementFile",
    "TaxCertificate",
    "TaxCertificateFile",
    "TaxCertificateRun",
    "Terms",
    "Transmission",
    "TransmissionEvent",
    "VatRate",
    "YearArchive",
]
