"""« À valider » : what waits for the support staff, one document at a time or several at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs import queries as people
from entrepreneurs.labels import told
from entrepreneurs.queries.insurances import worrying_insurances
from invoicing import actions, queries
from invoicing.actions import expenses, internal_orders, invoices
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import quote_snapshot
from invoicing.forms.expenses import ReasonForm
from invoicing.models import ExpenseSheet, InternalOrder, Invoice, Quote
from invoicing.permissions import (
    fetch_internal_order,
    fetch_invoice,
    fetch_quote,
    fetch_sheet,
    may_answer_order,
    may_approve_sheet,
    may_make_certificates,
    may_review,
    may_validate,
)
from invoicing.queries.certificates import certificates_due
from invoicing.views.frame import place
from invoicing.views.vouchers import expenses_shown

INVOICE, SHEET, ORDER, QUOTE = "facture", "note", "commande", "devis"
KINDS = (INVOICE, SHEET, ORDER, QUOTE)


@dataclass(frozen=True, slots=True)
class Item:
    """A document that waits: a row of the list, whatever it is."""

    kind: str
    pk: int
    title: str
    detail: str
    amount: object
    since: datetime | None
    document: Invoice | ExpenseSheet | InternalOrder | Quote

    @property
    def key(self) -> str:
        return f"{self.kind}-{self.pk}"

    @property
    def query(self) -> str:
        return urlencode({self.kind: self.pk})


@requires(Right.VALIDATE_INVOICE, Right.VALIDATE_EXPENSE)
@require_safe
def inbox(request: PlaceRequest, slug: str) -> HttpResponse:
    items = _items(request)
    shown = _filtered(items, request.GET.get("type", ""))
    current = _current(shown, request)
    return render(
        request,
        "invoicing/inbox/inbox.html",
        {
            "items": shown,
            "chips": _chips(items, request),
            "current": current,
            "reason": ReasonForm(),
            "today": clock.today(),
            "worrying": worrying_insurances(on=clock.today())
            if has_right(request.membership, Right.VALIDATE_INVOICE)
            else [],
            **_certificates(request),
            **(_viewer(request, current, shown) if current else {}),
        },
    )


@requires(Right.VALIDATE_INVOICE, Right.VALIDATE_EXPENSE)
@require_POST
def accept(request: PlaceRequest, slug: str) -> HttpResponse:
    """Accept one document or several; those refused say why and do not stop the others."""
    keys = request.POST.getlist("pk")
    done = 0
    for key in keys:
        try:
            with transaction.atomic():
                _accept(request, key)
            done += 1
        except ActionRefused as refusal:
            messages.error(request, refusal.message)
    if done:
        messages.success(
            request, "1 document validé." if done == 1 else f"{done} documents validés."
        )
    elif not keys:
        messages.info(request, "Cochez d’abord ce que vous validez.")
    return redirect(_back(request))


@requires(Right.VALIDATE_INVOICE, Right.VALIDATE_EXPENSE)
@require_POST
def refuse(request: PlaceRequest, slug: str) -> HttpResponse:
    """Send one document back with a reason its author reads."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise ActionRefused(
            "Dites ce qu’il faut corriger\u00a0: l’entrepreneur·e le lira.", code="reason_missing"
        )
    kind, pk = _split(request.POST.get("pk", ""))
    reason = form.cleaned_data["reason"]
    if kind == INVOICE:
        invoice = fetch_invoice(request.membership, pk, may=may_validate)
        invoices.refuse_invoice(invoice, reason=reason, by=request.membership)
    elif kind == ORDER:
        order = fetch_internal_order(request.membership, pk, may=may_answer_order)
        internal_orders.refuse_internal_order(order, reason=reason, by=request.membership)
    elif kind == QUOTE:
        quote = fetch_quote(request.membership, pk, may=may_review)
        actions.send_quote_back(quote, reason=reason, by=request.membership)
    else:
        sheet = fetch_sheet(request.membership, pk, may=may_approve_sheet)
        expenses.refuse_sheet(sheet, reason=reason, by=request.membership)
    messages.success(request, "Document renvoyé avec votre motif.")
    return redirect(_back(request))


def _certificates(request: PlaceRequest) -> dict[str, object]:
    """Return the certificates due by 31 March, to who makes them, from January on."""
    if not may_make_certificates(request.membership) or not request.cooperative.personal_services:
        return {}
    year, missing = certificates_due(on=clock.today())
    return {
        "certificates_year": year,
        "certificates_missing": missing,
        "certificates_url": place(request, "certificates", annee=year),
    }


def _accept(request: PlaceRequest, key: str) -> None:
    kind, pk = _split(key)
    today = clock.today()
    if kind == INVOICE:
        invoice = fetch_invoice(request.membership, pk, may=may_validate)
        invoices.issue_invoice(invoice, on=today, by=request.membership)
    elif kind == ORDER:
        order = fetch_internal_order(request.membership, pk, may=may_answer_order)
        internal_orders.accept_internal_order(order, on=today, by=request.membership)
    elif kind == QUOTE:
        quote = fetch_quote(request.membership, pk, may=may_review)
        actions.validate_quote(quote, by=request.membership)
    else:
        sheet = fetch_sheet(request.membership, pk, may=may_approve_sheet)
        expenses.approve_sheet(sheet, on=today, by=request.membership)


def _split(key: str) -> tuple[str, int]:
    kind, _, pk = key.partition("-")
    if kind not in KINDS or not pk.isascii() or not pk.isdigit() or len(pk) > 18:
        raise Http404
    return kind, int(pk)


def _items(request: PlaceRequest) -> list[Item]:
    """Return what this person may validate, the oldest first; a query for each kind."""
    items: list[Item] = []
    if has_right(request.membership, Right.VALIDATE_INVOICE):
        items += [
            Item(
                INVOICE,
                invoice.pk,
                invoice.customer_name,
                f"{invoice.get_kind_display()} · {invoice.subject}",
                invoice.gross,
                invoice.submitted_at,
                invoice,
            )
            for invoice in queries.submitted_invoices()
        ]
        items += [
            Item(
                QUOTE,
                quote.pk,
                quote.customer_name,
                f"Devis · {quote.subject}",
                quote.gross,
                quote.submitted_at,
                quote,
            )
            for quote in queries.submitted_quotes()
        ]
        items += [
            Item(
                ORDER,
                order.pk,
                order.seller_name,
                f"Commande interne · {order.subject}",
                order.total,
                order.proposed_at,
                order,
            )
            for order in queries.orders_to_the_cooperative().prefetch_related("activity")
        ]
    if has_right(request.membership, Right.VALIDATE_EXPENSE):
        items += [
            Item(
                SHEET,
                sheet.pk,
                sheet.person_name,
                f"Note de dépenses {sheet.number}",
                sheet.gross,
                sheet.submitted_at,
                sheet,
            )
            for sheet in queries.submitted_sheets()
        ]
    return sorted(items, key=lambda item: (str(item.since), item.key))


def _filtered(items: list[Item], kind: str) -> list[Item]:
    return [item for item in items if item.kind == kind] if kind in KINDS else items


def _chips(items: list[Item], request: PlaceRequest) -> list[dict[str, object]]:
    kind = request.GET.get("type", "")
    choices = {
        "": ("Tout", len(items)),
        INVOICE: ("Factures", sum(i.kind == INVOICE for i in items)),
        QUOTE: ("Devis", sum(i.kind == QUOTE for i in items)),
        SHEET: ("Dépenses", sum(i.kind == SHEET for i in items)),
        ORDER: ("Commandes internes", sum(i.kind == ORDER for i in items)),
    }
    return [
        {
            "label": label,
            "count": count,
            "url": f"?type={value}" if value else request.path,
            "active": value == kind,
        }
        for value, (label, count) in choices.items()
    ]


def _current(items: list[Item], request: PlaceRequest) -> Item | None:
    """Return the document asked for, else the oldest."""
    for item in items:
        if request.GET.get(item.kind) == str(item.pk):
            return item
    return items[0] if items else None


def _viewer(request: PlaceRequest, current: Item, items: list[Item]) -> dict[str, object]:
    rank = items.index(current)
    document = current.document
    content: dict[str, object]
    if isinstance(document, ExpenseSheet):
        content = {"lines": expenses_shown(request, document)}
    elif isinstance(document, InternalOrder):
        content = {"lines": list(document.lines.all()), "order": document}
    elif isinstance(document, Quote):
        lines = list(document.lines.select_related("vat_choice"))
        content = {"face": face_of(quote_snapshot(document, lines, on=clock.today()))}
    else:
        content = {
            "lines": list(document.lines.all()),
            "vat_rows": list(document.vat_rows.all()),
        }
    author = document.proposed_by if isinstance(document, InternalOrder) else document.submitted_by
    return content | {
        "activity": document.activity,
        "trail": told(document, last=10),
        "before": items[rank - 1] if rank else None,
        "after": items[rank + 1] if rank + 1 < len(items) else None,
        "rank": rank + 1,
        "author": people.display_name(author) if author else "",
    }


def _back(request: PlaceRequest) -> str:
    """Return the inbox as it was filtered: the next document comes by itself."""
    url = reverse("invoicing:inbox", args=[request.cooperative.slug])
    kind = request.POST.get("type", "")
    return f"{url}?type={kind}" if kind in KINDS else url
