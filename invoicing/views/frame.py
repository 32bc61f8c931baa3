"""What the pages of this app share: whose sales, pages of a list, words of a state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode

from cae.core import clock
from cae.core.requests import PlaceRequest, address
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.labels import Said, told
from entrepreneurs.models import Activity
from entrepreneurs.permissions import fetch_own_person
from entrepreneurs.queries import open_activities_of
from invoicing import queries
from invoicing.enums import QuoteReview, QuoteStatus
from invoicing.forms.sales import DuplicateForm
from invoicing.models import Invoice, Quote
from invoicing.permissions import fetch_own_activity, may_see_trail

ROWS = 50

#: text, tone, icon
INVOICE_PILLS = {
    "draft": ("Brouillon", "", ""),
    "refused": ("À corriger", "danger", "circle-alert"),
    "submitted": ("À valider", "info", "clock"),
    "open": ("À encaisser", "info", "send"),
    "partly": ("Payée en partie", "info", "circle-dot"),
    "late": ("En retard", "warning", "clock"),
    "retained": ("Retenue à venir", "info", "clock"),
    "paid": ("Payée", "ok", "check"),
    "credited": ("Annulée par avoir", "", ""),
    "credit": ("Avoir", "", ""),
}
RETENTION_PILLS = {
    "to_come": ("À venir", "info", "clock"),
    "due": ("À libérer", "warning", "circle-dot"),
    "contested": ("Opposition", "danger", "circle-alert"),
    "released": ("Libérée", "ok", "check"),
    "settled": ("Réglée", "ok", "check"),
}
QUOTE_PILLS = {
    QuoteStatus.DRAFT: ("Brouillon", "", ""),
    QuoteStatus.SENT: ("Envoyé", "info", "send"),
    QuoteStatus.ACCEPTED: ("Accepté", "ok", "check"),
    QuoteStatus.REFUSED: ("Refusé", "danger", "circle-alert"),
    QuoteStatus.EXPIRED: ("Expiré", "warning", "clock"),
    QuoteStatus.WITHDRAWN: ("Annulé", "", "x"),
}


REVIEW_PILLS = {
    QuoteReview.SUBMITTED.value: INVOICE_PILLS["submitted"],
    QuoteReview.VALIDATED.value: ("Validé", "ok", "check"),
}
READ_PILL = ("Lu", "info", "eye")
ASKED_PILL = ("Question posée", "warning", "message-square")


def _written_pill(quote: Quote) -> tuple[str, str, str]:
    if quote.review_note:
        return INVOICE_PILLS["refused"]
    return REVIEW_PILLS.get(quote.review) or QUOTE_PILLS[QuoteStatus(quote.status)]


def quote_pills(quotes: Sequence[Quote]) -> dict[int, tuple[str, str, str]]:
    """Return what the pill of each quote says: while it waits, read or asked about too."""
    waiting = [quote for quote in quotes if quote.status == QuoteStatus.SENT]
    read, asked = queries.read_among(waiting), queries.asked_among(waiting)
    pills = {quote.pk: _written_pill(quote) for quote in quotes}
    pills |= dict.fromkeys(read, READ_PILL)
    return pills | dict.fromkeys(asked, ASKED_PILL)


def place(request: PlaceRequest, name: str, *args: Any, **query: Any) -> str:
    """Return the address of a page of this app in the current cooperative."""
    slug, name = request.cooperative.slug, f"invoicing:{name}"
    url = reverse(name, args=[slug, *args]) if args else address(name, slug)
    kept = {key: value for key, value in query.items() if value not in (None, "")}
    return f"{url}?{urlencode(kept)}" if kept else url


def page_of(request: PlaceRequest, rows: QuerySet, *, count: int | None = None) -> Page:
    """Return the page asked for; `count` spares a query where the rows were counted already."""
    pages = Paginator(rows, ROWS)
    if count is not None:
        pages.count = count
    return pages.get_page(request.GET.get("page"))


def chosen_activity(request: PlaceRequest) -> tuple[Activity | None, list[Activity]]:
    """Return the activity a seller works for, and all of theirs; nothing chosen means the first."""
    activities = open_activities_of(fetch_own_person(request.membership), on=clock.today())
    wanted = request.POST.get("activity") or request.GET.get("activite")
    if wanted and wanted.isdecimal():
        activity = fetch_own_activity(request.membership, int(wanted))
        if activity not in activities and activity.closed_on is not None:
            raise Http404  # nothing new is written for it
        return activity, activities
    return next(iter(activities), None), activities


def duplicate_form(request: PlaceRequest, document: Quote | Invoice) -> DuplicateForm:
    """Return the form that asks for whom a document is written again: the same, unless said."""
    customers = list(queries.customers_of((document.activity_id,)))
    if document.customer_id not in {customer.pk for customer in customers}:
        customers.append(document.customer)
    return DuplicateForm(
        request.POST if request.method == "POST" else None,
        customers=customers,
        initial={"customer": str(document.customer_id)},
    )


def history(request: PlaceRequest, record: Any) -> list[Said]:
    """Return what happened to a record, latest first; nothing to those who may not read it."""
    return told(record, last=50) if may_see_trail(request.membership, record) else []


def done(request: PlaceRequest, act: Callable[[], Any], *, said: str, to: str) -> HttpResponse:
    """Run an action, say its verb, and go on; a refusal is said instead, nothing is written."""
    try:
        with transaction.atomic():
            act()
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        toast(request, said)
    return HttpResponseRedirect(to)
