"""Addresses of the API, version 1."""

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from cae.api.activities import Activities
from cae.api.after_issue import InvoiceAccounts, InvoiceFiles
from cae.api.bank_accounts import BankAccounts
from cae.api.bank_statements import BankLines, BankStatements
from cae.api.base import Resource
from cae.api.billing import BillingPlans, Corrections
from cae.api.branches import Branches
from cae.api.catalogue import Catalogue
from cae.api.closings import Closings, YearArchives
from cae.api.contribution_rates import InvoiceRates, QuoteRates
from cae.api.contribution_rules import ContributionRules
from cae.api.customers import Customers
from cae.api.deals import Deals
from cae.api.discards import DiscardedDrafts
from cae.api.einvoices import ElectronicInvoices
from cae.api.expenses import Expenses, ExpenseSheets
from cae.api.exports import Exports
from cae.api.folders import BusinessTypes, Filings, Folders, FolderTypes
from cae.api.imports import CustomerImports
from cae.api.insurances import Insurances
from cae.api.internal_orders import InternalOrders
from cae.api.numbering import Numberings
from cae.api.order_book import OrderBookView
from cae.api.own_accounts import Accounts, OwnAccounts
from cae.api.pay import Payslips, SimulationView
from cae.api.payments import BankDeposits, Payments
from cae.api.personal_services import CertificateRuns, ServiceKinds, TaxCertificates
from cae.api.recurrences import Recurrences
from cae.api.reminders import ReminderHolds, ReminderLevels, Reminders, Statements
from cae.api.retentions import Retentions
from cae.api.sales import Invoices, Quotes
from cae.api.transfers import TransferBatches, Transfers
from cae.api.transmissions import DepositAccounts, Transmissions
from cae.api.wording import Mentions, TermsOfSale

_ID = Resource.lookup_value_regex
router = SimpleRouter()
router.register("customers", Customers, basename="customer")
router.register("quotes", Quotes, basename="quote")
router.register("billing-plans", BillingPlans, basename="billing-plan")
router.register("corrections", Corrections, basename="correction")
router.register("mentions", Mentions, basename="mention")
router.register("terms-of-sale", TermsOfSale, basename="terms-of-sale")
router.register("activities", Activities, basename="activity")
router.register("bank-accounts", BankAccounts, basename="bank-account")
router.register("branches", Branches, basename="branch")
router.register("accounts", Accounts, basename="account")
router.register("contribution-rules", ContributionRules, basename="contribution-rule")
router.register("own-accounts", OwnAccounts, basename="own-accounts")
router.register("numberings", Numberings, basename="numbering")
router.register("invoices", Invoices, basename="invoice")
router.register("catalogue", Catalogue, basename="catalogue-item")
router.register("invoices", ElectronicInvoices, basename="electronic-invoice")
router.register(rf"invoices/(?P<invoice_pk>{_ID})/files", InvoiceFiles, basename="invoice-file")
router.register(
    rf"invoices/(?P<invoice_pk>{_ID})/accounts", InvoiceAccounts, basename="invoice-accounts"
)
for _noun, _rates in (("quote", QuoteRates), ("invoice", InvoiceRates)):
    router.register(
        rf"{_noun}s/(?P<document_pk>{_ID})/contribution", _rates, basename=f"{_noun}-contribution"
    )
router.register("transmissions", Transmissions, basename="transmission")
router.register("deposit-accounts", DepositAccounts, basename="deposit-account")
router.register("recurrences", Recurrences, basename="recurrence")
router.register("payments", Payments, basename="payment")
router.register("bank-deposits", BankDeposits, basename="bank-deposit")
router.register("transfers", Transfers, basename="transfer")
router.register("transfer-batches", TransferBatches, basename="transfer-batch")
router.register("bank-statements", BankStatements, basename="bank-statement")
router.register("bank-lines", BankLines, basename="bank-line")
router.register("retentions", Retentions, basename="retention")
router.register("insurances", Insurances, basename="insurance")
router.register("reminders", Reminders, basename="reminder")
router.register("reminder-holds", ReminderHolds, basename="reminder-hold")
router.register("reminder-levels", ReminderLevels, basename="reminder-level")
router.register("statements", Statements, basename="statement")
router.register("personal-services", ServiceKinds, basename="personal-service")
router.register("tax-certificates", TaxCertificates, basename="tax-certificate")
router.register("tax-certificate-runs", CertificateRuns, basename="tax-certificate-run")
router.register("closings", Closings, basename="closing")
router.register("year-archives", YearArchives, basename="year-archive")
router.register("discarded-drafts", DiscardedDrafts, basename="discarded-draft")
router.register("deals", Deals, basename="deal")
router.register("folders", Folders, basename="folder")
router.register("filings", Filings, basename="filing")
router.register("folder-types", FolderTypes, basename="folder-type")
router.register("business-types", BusinessTypes, basename="business-type")
router.register("internal-orders", InternalOrders, basename="internal-order")
router.register("expenses", Expenses, basename="expense")
router.register("expense-sheets", ExpenseSheets, basename="expense-sheet")
router.register("customer-imports", CustomerImports, basename="customer-import")
router.register("exports", Exports, basename="export")
router.register("payslips", Payslips, basename="payslip")

urlpatterns = [
    path(
        "schema/",
        SpectacularAPIView.as_view(permission_classes=[], authentication_classes=[]),
        name="api-schema",
    ),
    path("order-book/", OrderBookView.as_view(), name="api-order-book"),
    path("simulation/", SimulationView.as_view(), name="api-simulation"),
    path("", include(router.urls)),
]
