"""Who may see and do what with sales and expenses. Not found comes before not allowed."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from django.db import models
from django.http import Http404

from accounting.models import TransferBatch
from cae.core.enums import Right
from cae.core.models import Membership, Memo
from cae.core.permissions import has_right
from cae.core.tenancy import current_context
from entrepreneurs.models import Activity, Entrepreneur
from entrepreneurs.queries import own_ids
from invoicing.enums import ExpenseSheetStatus, InvoiceKind, InvoiceStatus, QuoteReview
from invoicing.models import (
    BankDeposit,
    BankLine,
    BusinessType,
    CatalogueItem,
    Customer,
    CustomerImport,
    Deal,
    DiscardedDraft,
    ExpenseSheet,
    ExpenseType,
    Folder,
    FolderType,
    InternalOrder,
    Invoice,
    InvoiceAttachment,
    Mention,
    Payment,
    Quote,
    Recurrence,
    Retention,
    SaleInput,
    TaxCertificate,
    Terms,
    Transmission,
)

Row = TypeVar("Row", bound=models.Model)
May = Callable[[Membership, Row], bool]
Sale = (
    Customer
    | Deal
    | DiscardedDraft
    | Folder
    | Quote
    | Invoice
    | Recurrence
    | SaleInput
    | TaxCertificate
)


# Whose


def own_activity_ids(membership: Membership) -> tuple[int, ...]:
    """Return the activities of the person behind a membership; none for staff."""
    context = current_context()
    if context and context.own and context.membership_id == membership.pk:
        return context.own.activity_ids
    ids = own_ids(membership)
    return ids.activity_ids if ids else ()


def seen_activity_ids(membership: Membership) -> tuple[int, ...] | None:
    """Return the activities whose sales a membership sees; None for all of the cooperative."""
    if has_right(membership, Right.SEE_SALES):
        return None
    return own_activity_ids(membership)


def _owns(membership: Membership, row: Any) -> bool:
    return row.activity_id in own_activity_ids(membership)


# Sales


def may_read(membership: Membership, row: Sale) -> bool:
    """Tell who reads a sale: the people of its activity, and staff."""
    return has_right(membership, Right.SEE_SALES) or may_write(membership, row)


def may_write(membership: Membership, row: Sale) -> bool:
    """Tell who writes a customer, a quote or an invoice: the people of its activity."""
    return has_right(membership, Right.SELL) and _owns(membership, row)


def may_anonymise(membership: Membership, customer: Customer) -> bool:
    """Tell who forgets a person: the people of the activity, and the staff who keep records."""
    return may_write(membership, customer) or may_forget(membership)


def may_forget(membership: Membership) -> bool:
    """Tell who of the staff forgets people, and is told each night who is due."""
    return has_right(membership, Right.SEE_SALES) and has_right(membership, Right.MANAGE_PEOPLE)


def may_set_account(membership: Membership, customer: Customer) -> bool:
    """Tell who says what the books call a customer: who keeps them."""
    return has_right(membership, Right.SEE_ACCOUNTS)


def may_record_agreement(membership: Membership, quote: Quote) -> bool:
    """Tell who writes that a client agreed on paper: its author, or who validates invoices."""
    return may_write(membership, quote) or has_right(membership, Right.VALIDATE_INVOICE)


def may_validate(membership: Membership, invoice: Invoice) -> bool:
    return has_right(membership, Right.VALIDATE_INVOICE)


def may_issue(membership: Membership, invoice: Invoice) -> bool:
    """Tell who issues: the staff, or its author up to their ceiling without VAT."""
    if may_validate(membership, invoice):
        return True
    return (
        has_right(membership, Right.ISSUE_OWN)
        and _owns(membership, invoice)
        and invoice.net <= ceiling_of(membership, invoice.activity)
    )


def may_review(membership: Membership, quote: Quote) -> bool:
    """Tell who reads quotes over before they leave: the staff who validate invoices."""
    return has_right(membership, Right.VALIDATE_INVOICE)


def may_send_alone(membership: Membership, quote: Quote) -> bool:
    """Tell whether a quote leaves as it is: validated, under the ceiling, by the staff, no rule."""
    return (
        may_review(membership, quote)
        or not membership.cooperative.quotes_reviewed
        or quote.review == QuoteReview.VALIDATED
        or quote.net <= ceiling_of(membership, quote.activity)
    )


def ceiling_of(membership: Membership, activity: Activity) -> Decimal:
    """Return the EUR without VAT under which a person issues alone: theirs, or the activity's."""
    own = Entrepreneur.objects.filter(membership=membership).values_list(
        "validation_ceiling", flat=True
    )
    ceiling = own.first()
    return activity.validation_ceiling if ceiling is None else ceiling


def may_correct(membership: Membership, invoice: Invoice) -> bool:
    """Tell who writes the credit note of an issued invoice: its author, or who validates."""
    return (
        invoice.status == InvoiceStatus.ISSUED
        and invoice.kind != InvoiceKind.CREDIT_NOTE
        and (may_write(membership, invoice) or may_validate(membership, invoice))
    )


def may_send(membership: Membership, invoice: Invoice) -> bool:
    return may_write(membership, invoice) or may_validate(membership, invoice)


def may_attach(membership: Membership, invoice: Invoice) -> bool:
    """Tell who puts files beside an issued document: its people, and who validates sales."""
    return may_write(membership, invoice) or may_validate(membership, invoice)


def may_remove_attachment(membership: Membership, attachment: InvoiceAttachment) -> bool:
    """Tell who takes a file away: who put it, and who validates sales."""
    return may_attach(membership, attachment.invoice) and (
        attachment.added_by_id == membership.pk or may_validate(membership, attachment.invoice)
    )


def may_change_accounts(membership: Membership, invoice: Invoice) -> bool:
    """Tell who moves what is posted: who keeps the books, of a sale they read."""
    return has_right(membership, Right.CLOSE_PERIOD) and may_read(membership, invoice)


def may_set_rate(membership: Membership, document: Quote | Invoice) -> bool:
    """Tell who says the rate of contribution of a document: who keeps the books, of what it reads.

    Never its seller, whatever else they may do.
    """
    return (
        has_right(membership, Right.CLOSE_PERIOD)
        and may_read(membership, document)
        and not _owns(membership, document)
    )


def may_make_certificates(membership: Membership) -> bool:
    """Tell who certifies in the name of the cooperative: who validates its sales."""
    return has_right(membership, Right.VALIDATE_INVOICE)


def may_send_certificate(membership: Membership, certificate: TaxCertificate) -> bool:
    return may_write(membership, certificate) or may_make_certificates(membership)


def may_record_payment(membership: Membership, row: models.Model) -> bool:
    """Tell who writes what customers pay, on an invoice, for a customer, to the bank."""
    return has_right(membership, Right.RECORD_PAYMENT)


def may_remind(membership: Membership, invoice: Invoice) -> bool:
    """Tell who asks a customer for what is late: the people of the activity, and the staff."""
    return (
        may_write(membership, invoice)
        or may_validate(membership, invoice)
        or may_record_payment(membership, invoice)
    )


def may_read_paid(membership: Membership, invoice: Invoice) -> bool:
    """Tell who is handed the copy of a paid invoice: who reads it, and who writes its money."""
    return may_read(membership, invoice) or may_record_payment(membership, invoice)


def may_read_retention(membership: Membership, retention: Retention) -> bool:
    """Tell who reads what a customer keeps: who reads its sale, and who writes the money."""
    return has_right(membership, Right.SEE_SALES) or may_follow_retention(membership, retention)


def may_follow_retention(membership: Membership, retention: Retention) -> bool:
    """Tell who dates the works, writes an opposition, releases: its people, and who keeps money."""
    return has_right(membership, Right.RECORD_PAYMENT) or (
        has_right(membership, Right.SELL) and _owns(membership, retention)
    )


def retained_activity_ids(membership: Membership) -> tuple[int, ...] | None:
    """Return the activities whose retentions a membership reads; None for all."""
    if has_right(membership, Right.RECORD_PAYMENT):
        return None
    return seen_activity_ids(membership)


def reminded_activity_ids(membership: Membership) -> tuple[int, ...] | None:
    """Return the activities whose late invoices a membership reminds; None for all."""
    if has_right(membership, Right.VALIDATE_INVOICE) or has_right(membership, Right.RECORD_PAYMENT):
        return None
    return own_activity_ids(membership)


def may_read_account(membership: Membership, customer: Customer) -> bool:
    """Tell who reads the account of a customer: who reads its sales, and who writes its money."""
    return may_read(membership, customer) or may_record_payment(membership, customer)


def may_mail_account(membership: Membership, customer: Customer) -> bool:
    return (
        may_write(membership, customer)
        or has_right(membership, Right.RECORD_PAYMENT)
        or has_right(membership, Right.VALIDATE_INVOICE)
    )


def may_see_trail(membership: Membership, row: Sale) -> bool:
    """Tell who reads what happened to a sale: who may read the audit, and its own people."""
    return has_right(membership, Right.SEE_AUDIT) or may_write(membership, row)


# Internal orders: both sides read them, each has its part.


def may_read_order(membership: Membership, order: InternalOrder) -> bool:
    """Tell who reads an internal order: its two sides once it is proposed, and staff."""
    return (
        has_right(membership, Right.SEE_SALES)
        or may_write_order(membership, order)
        or _buys(membership, order)
    )


def may_write_order(membership: Membership, order: InternalOrder) -> bool:
    """Tell who writes, proposes and takes back: the people of the activity that sells."""
    return has_right(membership, Right.SELL) and _owns(membership, order)


def may_answer_order(membership: Membership, order: InternalOrder) -> bool:
    """Tell who accepts or refuses: the people of the activity that buys, or who validates."""
    return _buys(membership, order) or may_go_beyond(membership)


def may_cancel_order(membership: Membership, order: InternalOrder) -> bool:
    """Tell who undoes an accepted order: who gives the money back, or who validates."""
    return may_write_order(membership, order) or may_go_beyond(membership)


def may_go_beyond(membership: Membership) -> bool:
    """Tell who may take from an activity more than it has: for the cooperative, in its name."""
    return has_right(membership, Right.VALIDATE_INVOICE)


def _buys(membership: Membership, order: InternalOrder) -> bool:
    return has_right(membership, Right.SELL) and order.shown_to_id in own_activity_ids(membership)


# Expenses: they belong to the person, not to the activity.


def may_read_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    """Tell who reads a sheet: its person, and those who approve once it is submitted."""
    if may_write_sheet(membership, sheet):
        return True
    return (
        has_right(membership, Right.VALIDATE_EXPENSE) or has_right(membership, Right.RECORD_PAYMENT)
    ) and sheet.status != ExpenseSheetStatus.DRAFT


def may_write_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    return has_right(membership, Right.SPEND) and sheet.entrepreneur.membership_id == membership.pk


def may_approve_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    """Tell who approves: never the author, which the action and the database hold to."""
    return has_right(membership, Right.VALIDATE_EXPENSE)


def may_refund_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    return has_right(membership, Right.RECORD_PAYMENT)


def fetch_transfer_batch(membership: Membership, pk: int) -> TransferBatch:
    """Return a batch of transfers, for who pays; it does not exist for others."""
    batch = TransferBatch.objects.filter(pk=pk).first()
    if batch is None or not has_right(membership, Right.RECORD_PAYMENT):
        raise Http404
    return batch


def may_set_expense_types(membership: Membership) -> bool:
    """Tell who decides what an expense gives back: who sets the cooperative, or keeps its books."""
    return has_right(membership, Right.CONFIGURE) or has_right(membership, Right.CLOSE_PERIOD)


# The catalogue, the mentions, the terms of sale: the cooperative's, or an activity's own


def may_write_common(membership: Membership) -> bool:
    """Tell who writes what all activities use: who sets the cooperative, or validates its sales."""
    return has_right(membership, Right.CONFIGURE) or has_right(membership, Right.VALIDATE_INVOICE)


def may_set_types(membership: Membership, row: models.Model | None = None) -> bool:
    """Tell who decides the types of folders and of business."""
    return may_write_common(membership)


def may_add_item(membership: Membership) -> bool:
    if has_right(membership, Right.SELL) and own_activity_ids(membership):
        return True
    return may_write_common(membership)


def may_read_terms(membership: Membership, terms: Terms) -> bool:
    """Tell who reads them: all, those of the cooperative; else who sees its sales."""
    seen = seen_activity_ids(membership)
    return terms.activity_id is None or seen is None or terms.activity_id in seen


def may_write_item(membership: Membership, item: CatalogueItem | Mention) -> bool:
    """Tell who corrects it: the people of its activity, or who writes for all."""
    if item.activity_id is None:
        return may_write_common(membership)
    return has_right(membership, Right.SELL) and _owns(membership, item)


# Reading one record


def fetch_discarded(membership: Membership, pk: int) -> DiscardedDraft:
    """Return a draft thrown away that they may put back, or raise Http404."""
    return _fetch(DiscardedDraft, membership, pk, may_write, "activity")


def fetch_input(membership: Membership, pk: int) -> SaleInput:
    """Return what one is typing of a quote or an invoice."""
    return _fetch(SaleInput, membership, pk, may_write, "activity")


def fetch_mention(membership: Membership, pk: int) -> Mention:
    """Return a mention that may be changed."""
    return _fetch(Mention, membership, pk, may_write_item, "activity")


def fetch_terms(membership: Membership, pk: int) -> Terms:
    """Return a version of the terms of sale that may be read."""
    return _fetch(Terms, membership, pk, may_read_terms)


def fetch_item(membership: Membership, pk: int) -> CatalogueItem:
    """Return an item that may be changed."""
    return _fetch(CatalogueItem, membership, pk, may_write_item, "activity", "vat_choice")


def fetch_expense_type(membership: Membership, pk: int) -> ExpenseType:
    """Return a kind of expense that may be changed."""
    found = ExpenseType.objects.filter(pk=pk).first()
    if found is None or not may_set_expense_types(membership):
        raise Http404
    return found


def fetch_customer(membership: Membership, pk: int, *, may: May = may_read) -> Customer:
    return _fetch(Customer, membership, pk, may, "activity")


def fetch_quote(membership: Membership, pk: int, *, may: May = may_read) -> Quote:
    return _fetch(Quote, membership, pk, may, "activity", "customer")


def fetch_invoice(membership: Membership, pk: int, *, may: May = may_read) -> Invoice:
    return _fetch(Invoice, membership, pk, may, "activity", "customer")


def fetch_recurrence(membership: Membership, pk: int, *, may: May = may_read) -> Recurrence:
    return _fetch(Recurrence, membership, pk, may, "activity", "customer", "responsible")


def fetch_certificate(membership: Membership, pk: int, *, may: May = may_read) -> TaxCertificate:
    return _fetch(TaxCertificate, membership, pk, may, "activity", "customer")


def fetch_bank_line(membership: Membership, pk: int, *, may: May = may_record_payment) -> BankLine:
    return _fetch(BankLine, membership, pk, may, "statement")


def fetch_payment(membership: Membership, pk: int, *, may: May = may_record_payment) -> Payment:
    return _fetch(Payment, membership, pk, may, "activity", "customer", "recorded_by")


def fetch_retention(membership: Membership, pk: int, *, may: May = may_read_retention) -> Retention:
    return _fetch(Retention, membership, pk, may, "activity", "invoice")


def fetch_deposit(membership: Membership, pk: int, *, may: May = may_record_payment) -> BankDeposit:
    return _fetch(BankDeposit, membership, pk, may)


def fetch_import(membership: Membership, pk: int) -> CustomerImport:
    """Return a file of customers, to who sells for its activity."""
    return _fetch(CustomerImport, membership, pk, may_write, "activity", "report", "document")


def fetch_with_memo(membership: Membership, pk: int) -> tuple[Memo, Sale]:
    """Return a memo and the sale it is about, which one may read."""
    memo = Memo.objects.filter(pk=pk).first()
    models_of_sales: tuple[type[Any], ...] = (Customer, Quote, Invoice)
    for model in models_of_sales:
        if memo is not None and memo.target_type == model._meta.label_lower:
            return memo, _fetch(model, membership, memo.target_id, may_read, "activity")
    raise Http404


def may_deposit(membership: Membership, transmission: Transmission | None = None) -> bool:
    """Tell who deposits invoices, and writes down what is answered: who validates them."""
    return has_right(membership, Right.VALIDATE_INVOICE)


def fetch_transmission(membership: Membership, pk: int) -> Transmission:
    """Return a deposit of an invoice, to who deposits."""
    return _fetch(Transmission, membership, pk, may_deposit, "invoice")


def fetch_deal(membership: Membership, pk: int, *, may: May = may_read) -> Deal:
    return _fetch(Deal, membership, pk, may, "activity")


def fetch_folder(membership: Membership, pk: int, *, may: May = may_read) -> Folder:
    return _fetch(Folder, membership, pk, may, "activity", "folder_type")


def fetch_business_type(membership: Membership, pk: int) -> BusinessType:
    """Return a type of business that may be changed."""
    return _fetch(BusinessType, membership, pk, may_set_types)


def fetch_folder_type(membership: Membership, pk: int) -> FolderType:
    """Return a type of folder that may be changed."""
    return _fetch(FolderType, membership, pk, may_set_types)


def fetch_internal_order(
    membership: Membership, pk: int, *, may: May = may_read_order
) -> InternalOrder:
    """Return an order of either side; its seller is not joined: the buyer may not read it."""
    order = InternalOrder.objects.filter(pk=pk).first()
    if order is None or not may(membership, order):
        raise Http404
    return order


def fetch_sheet(membership: Membership, pk: int, *, may: May = may_read_sheet) -> ExpenseSheet:
    return _fetch(ExpenseSheet, membership, pk, may, "activity", "entrepreneur")


def fetch_own_activity(membership: Membership, pk: int) -> Activity:
    """Return an activity of the person who is signed in."""
    activity = Activity.objects.filter(pk=pk).first()
    if activity is None or pk not in own_activity_ids(membership):
        raise Http404
    return activity


def _fetch(model: type[Row], membership: Membership, pk: int, may: May, *related: str) -> Row:
    row = model._default_manager.filter(pk=pk).select_related(*related).first()
    if row is None or not may(membership, row):
        raise Http404
    return row
