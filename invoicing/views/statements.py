"""The statement of account of a customer: shown, printed, mailed."""

from __future__ import annotations

from datetime import date

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from cae.core import clock, documents
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing import permissions, queries
from invoicing.actions import statements as actions
from invoicing.documents.statements import face_of, statement_snapshot
from invoicing.enums import LetterKind
from invoicing.permissions import fetch_customer
from invoicing.views.frame import done, place


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def statement(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_read_account)
    start, end = _dates(request)
    return render(
        request,
        "invoicing/reminders/statement.html",
        {
            "customer": customer,
            "face": face_of(statement_snapshot(customer, start=start, end=end)),
            "credit": queries.customer_credit(customer),
            "since": start.isoformat(),
            "may_send": permissions.may_mail_account(request.membership, customer),
            "crumbs": [
                ("Clients", place(request, "customers")),
                (customer.name, place(request, "customer", pk)),
                ("Relevé de compte", ""),
            ],
        },
    )


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def statement_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the statement as it stands, or say that it is being made."""
    customer = fetch_customer(request.membership, pk, may=permissions.may_read_account)
    start, end = _dates(request)
    made = actions.ask_for_statement(customer, start=start, end=end)
    if made is not None:
        return documents.attachment(made.document)
    since = start.isoformat()
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"Relevé de {customer.name}",
            "pdf_url": place(request, "statement_pdf", pk, du=since),
            "poll_url": place(request, "statement_pdf_state", pk, du=since),
            "back_url": place(request, "statement", pk, du=since),
        },
    )


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def statement_pdf_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer 204 while the statement is being made, then the fragment that offers it."""
    customer = fetch_customer(request.membership, pk, may=permissions.may_read_account)
    start, end = _dates(request)
    if actions.ask_for_statement(customer, start=start, end=end) is None:
        return HttpResponse(status=204)
    url = place(request, "statement_pdf", pk, du=start.isoformat())
    return render(request, "invoicing/_pdf_ready.html", {"pdf_url": url})


@requires(Right.SELL, Right.RECORD_PAYMENT, Right.VALIDATE_INVOICE)
@require_POST
def send_statement(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    customer = fetch_customer(request.membership, pk, may=permissions.may_mail_account)
    start, end = _dates(request)
    return done(
        request,
        lambda: actions.send_statement(customer, start=start, end=end, by=request.membership),
        said=f"Relevé envoyé à {', '.join(queries.recipients(customer, LetterKind.INVOICES))}.",
        to=place(request, "statement", pk, du=start.isoformat()),
    )


def _dates(request: PlaceRequest) -> tuple[date, date]:
    """Return the day asked for by `?du=`, else 1 January, and today."""
    today = clock.today()
    asked = request.POST.get("du") or request.GET.get("du", "")
    try:
        return min(date.fromisoformat(asked), today), today
    except ValueError:
        return today.replace(month=1, day=1), today
