"""The document behind an entry: what its posting key names, where its page is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.urls import reverse

from cae.core.models import Membership
from cae.core.requests import PlaceRequest
from invoicing.models import BankDeposit, ExpenseSheet, InternalOrder, Invoice, Payment
from invoicing.permissions import (
    may_read,
    may_read_order,
    may_read_sheet,
    may_record_payment,
)
from payroll.models import Payslip, TransferBatch
from payroll.permissions import may_prepare, may_read_own

_May = Callable[[Membership, Any], bool]


def _may_read_transfers(membership: Membership, batch: TransferBatch) -> bool:
    return may_prepare(membership)


#: What a posting key begins with: its record, then who may read it, on which page, by which id.
_PAGES: dict[str, tuple[type[Model], list[tuple[_May, str, str]]]] = {
    "invoice": (Invoice, [(may_read, "invoicing:invoice", "pk")]),
    "payment": (Payment, [(may_record_payment, "invoicing:payment", "pk")]),
    "deposit": (BankDeposit, [(may_record_payment, "invoicing:deposit", "pk")]),
    "internal_order": (InternalOrder, [(may_read_order, "invoicing:internal_order", "pk")]),
    "sheet": (ExpenseSheet, [(may_read_sheet, "invoicing:sheet", "pk")]),
    "payslip": (
        Payslip,
        [(may_prepare, "payroll:payslip", "pk"), (may_read_own, "payroll:own_payslip", "pk")],
    ),
    "transfers": (TransferBatch, [(_may_read_transfers, "payroll:run", "run_id")]),
}


def document_url(request: PlaceRequest, posting_key: str, *, piece: str = "") -> str:
    """Return the page of the document that wrote an entry, for one who may read it; else nothing.

    A payment leads to the invoice it settles. A colleague of a shared activity has entries
    there, whose payslips and expenses are not one's own.

    :param piece: the number on the line, for a side of an internal order that may not read the
        heading of its entry.
    """
    if not posting_key and piece:
        return _order_url(request, piece)
    match posting_key.split(":"):
        case ["payment", _, pk, *_] if pk.isdecimal():
            kind = "invoice"
        case [kind, pk, *_] if kind in _PAGES and pk.isdecimal():
            pass
        case _:
            return ""
    model, pages = _PAGES[kind]
    record = model._default_manager.filter(pk=pk).first()
    if record is None:
        return ""
    for may, page, identifier in pages:
        if may(request.membership, record):
            return reverse(page, args=[request.cooperative.slug, getattr(record, identifier)])
    return ""


def _order_url(request: PlaceRequest, number: str) -> str:
    order = InternalOrder.objects.filter(number=number).first()
    if order is None or not may_read_order(request.membership, order):
        return ""
    return reverse("invoicing:internal_order", args=[request.cooperative.slug, order.pk])
