"""The document behind an entry: what its posting key names, where its page is."""

from __future__ import annotations

from django.db.models import Model
from django.urls import reverse

from invoicing.models import ExpenseSheet, Invoice
from payroll.models import Payslip

_PAGES: dict[str, tuple[type[Model], str]] = {
    "invoice": (Invoice, "invoicing:invoice"),
    "sheet": (ExpenseSheet, "invoicing:sheet"),
    "payslip": (Payslip, "payroll:own_payslip"),
}


def document_url(posting_key: str, *, slug: str) -> str:
    """Return the page of the document that wrote an entry, for one who may read it; else nothing.

    A colleague of a shared activity has entries there, whose payslips and expenses are not one's
    own: the rows a person cannot read are not there.
    """
    match posting_key.split(":"):
        case ["payment", _, pk, *_] if pk.isdecimal():
            kind = "invoice"
        case [kind, pk, *_] if kind in _PAGES and pk.isdecimal():
            pass
        case _:
            return ""
    model, page = _PAGES[kind]
    is_there = model._default_manager.filter(pk=pk).exists()
    return reverse(page, args=[slug, pk]) if is_there else ""
