"""Money that comes in on invoices, and goes back on expense sheets."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.money import euros
from cae.core.permissions import has_right, requires
from cae.core.replay import new_nonce, once
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from invoicing import queries
from invoicing.actions import expenses
from invoicing.actions.payments import record_payment
from invoicing.actions.transfers import refund_batches
from invoicing.forms.payments import RefundForm, SharedPaymentForm
from invoicing.permissions import (
    fetch_invoice,
    fetch_sheet,
    may_record_payment,
    may_refund_sheet,
)
from invoicing.views.receipts import tabs

_PER_PAGE = 50


@requires(Right.RECORD_PAYMENT)
@require_safe
def receivables(request: PlaceRequest, slug: str) -> HttpResponse:
    """Invoices still owed, the most overdue first; searched by number, customer or amount."""
    today = clock.today()
    search = request.GET.get("q", "").strip()
    rows = queries.receivables(search)
    page = Paginator(rows, _PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "invoicing/payments/receivables.html",
        {
            "tabs": tabs(request, "receivables"),
            "page": page,
            "search": search,
            "owed": queries.owed(None, on=today),
            "today": today,
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def record(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=may_record_payment)
    settlement = queries.settlement_of(invoice)
    today = clock.today()
    form = SharedPaymentForm(
        request.POST or None,
        left=queries.left_of_rates(settlement) if settlement else {},
        initial={
            "amount": (settlement.claimable or settlement.remaining) if settlement else None,
            "received_on": today,
            "bank_account": invoice.activity.bank_account_id,
        },
    )

    def create() -> str:
        payment = record_payment(invoice, by=request.membership, **form.values)
        messages.success(request, f"{euros(payment.amount)} encaissés sur {invoice.number}.")
        return reverse("invoicing:receivables", args=[slug])

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, create)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
    return render(
        request,
        "invoicing/payments/record.html",
        {
            "invoice": invoice,
            "settlement": settlement,
            "payments": queries.payments_of(invoice),
            "credit": queries.customer_credit(invoice.customer),
            "form": form,
            "is_little": settlement is not None
            and settlement.is_little(request.cooperative.write_off_ceiling),
            "nonce": new_nonce(),
        },
        status=422 if form.errors else 200,
    )


@requires(Right.RECORD_PAYMENT)
@require_safe
def refunds(request: PlaceRequest, slug: str) -> HttpResponse:
    """Approved sheets whose money has not gone back yet."""
    sheets = list(queries.sheets_to_refund().prefetch_related("activity"))
    return render(
        request,
        "invoicing/payments/refunds.html",
        {
            "sheets": sheets,
            "rows": list(zip(sheets, refund_batches(sheets), strict=True)),
            "total": sum(sheet.gross for sheet in sheets),
            "form": RefundForm(initial={"on": clock.today()}),
            "may_see_types": has_right(request.membership, Right.SEE_ACCOUNTS),
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def refund(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    sheet = fetch_sheet(request.membership, pk, may=may_refund_sheet)
    form = RefundForm(request.POST)
    if not form.is_valid():
        raise ActionRefused(
            "Donnez le jour où la banque a exécuté le virement.", code="day_missing"
        )
    expenses.refund_sheet(sheet, on=form.cleaned_data["on"], by=request.membership)
    messages.success(request, f"{euros(sheet.gross)} remboursés à {sheet.person_name}.")
    return redirect("invoicing:refunds", slug)
