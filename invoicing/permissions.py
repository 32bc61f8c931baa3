"""Who may see and do what with sales and expenses. Not found comes before not allowed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import models
from django.http import Http404

from cae.core.enums import Right
from cae.core.models import Membership
from cae.core.permissions import has_right
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import Customer, ExpenseSheet, Invoice, Quote

Row = TypeVar("Row", bound=models.Model)
May = Callable[[Membership, Row], bool]


def may_read(membership: Membership, row: models.Model) -> bool:
    """Tell who reads a sale: its activity's people, whose role sees nothing else, and staff."""
    return has_right(membership, Right.SELL) or has_right(membership, Right.SEE_SALES)


def may_write(membership: Membership, row: models.Model) -> bool:
    """Tell who writes a customer, a quote or an invoice: the people of its activity."""
    return has_right(membership, Right.SELL)


def may_validate(membership: Membership, invoice: Invoice) -> bool:
    return has_right(membership, Right.VALIDATE_INVOICE)


def may_issue(membership: Membership, invoice: Invoice) -> bool:
    """Tell who issues an invoice: the staff, or its author alone up to a ceiling without VAT."""
    if may_validate(membership, invoice):
        return True
    return has_right(membership, Right.ISSUE_OWN) and invoice.net <= membership.validation_ceiling


def may_record_payment(membership: Membership, invoice: Invoice) -> bool:
    return has_right(membership, Right.RECORD_PAYMENT)


def may_read_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    """Tell who reads a sheet: its person, and those who approve once it is submitted."""
    if has_right(membership, Right.SPEND) and membership.role.own_only:
        return True
    return (
        has_right(membership, Right.VALIDATE_EXPENSE) or has_right(membership, Right.RECORD_PAYMENT)
    ) and sheet.status != ExpenseSheetStatus.DRAFT


def may_write_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    return has_right(membership, Right.SPEND) and membership.role.own_only


def may_approve_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    """Tell who approves: never the author, which the action and the database hold to."""
    return has_right(membership, Right.VALIDATE_EXPENSE)


def may_refund_sheet(membership: Membership, sheet: ExpenseSheet) -> bool:
    return has_right(membership, Right.RECORD_PAYMENT)


def fetch_customer(membership: Membership, pk: int, *, may: May = may_read) -> Customer:
    return _fetch(Customer, membership, pk, may)


def fetch_quote(membership: Membership, pk: int, *, may: May = may_read) -> Quote:
    return _fetch(Quote, membership, pk, may)


def fetch_invoice(membership: Membership, pk: int, *, may: May = may_read) -> Invoice:
    return _fetch(Invoice, membership, pk, may)


def fetch_sheet(membership: Membership, pk: int, *, may: May = may_read_sheet) -> ExpenseSheet:
    return _fetch(ExpenseSheet, membership, pk, may)


def _fetch(model: type[Row], membership: Membership, pk: int, may: May) -> Row:
    row = model._default_manager.filter(pk=pk).first()
    if row is None or not may(membership, row):
        raise Http404
    return row
