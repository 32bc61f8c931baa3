"""Memos of customers, quotes and invoices: written, pinned and removed from their pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_POST

from cae.core.enums import Right
from cae.core.memos import memos_of, pin_memo, remove_memo, write_memo
from cae.core.models import Memo
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from entrepreneurs.queries import display_names
from invoicing.forms.customers import MemoForm
from invoicing.models import Customer, Invoice, Quote
from invoicing.permissions import fetch_customer, fetch_invoice, fetch_quote, fetch_with_memo
from invoicing.views.frame import done, place

#: What a memo may be about: its word in the address, how it is read, the page it is shown on.
_RECORDS: dict[str, tuple[type, Callable[..., Any], str]] = {
    "clients": (Customer, fetch_customer, "customer"),
    "devis": (Quote, fetch_quote, "quote"),
    "factures": (Invoice, fetch_invoice, "invoice"),
}


def memos(request: PlaceRequest, record: Any) -> dict[str, Any]:
    """Return what the card of memos of a page shows."""
    rows = list(memos_of(record))
    names = display_names(row.author for row in rows)
    kind = next(word for word, (model, *_) in _RECORDS.items() if model is type(record))
    return {
        "rows": [
            {
                "memo": row,
                "who": names[row.author_id],
                "is_mine": row.author_id == request.membership.pk,
            }
            for row in rows
        ],
        "url": place(request, "memo_write", kind, record.pk),
        "form": MemoForm(),
        "is_staff": not request.membership.role.own_only,
    }


@requires(Right.SELL, Right.SEE_SALES)
@require_POST
def write(request: PlaceRequest, slug: str, kind: str, pk: int) -> HttpResponse:
    if kind not in _RECORDS:
        raise Http404
    _, fetch, page = _RECORDS[kind]
    record = fetch(request.membership, pk)
    return done(
        request,
        lambda: write_memo(
            record,
            request.POST.get("text", ""),
            by=request.membership,
            is_pinned=bool(request.POST.get("is_pinned")),
            is_shared=not request.POST.get("is_private"),
        ),
        said="Mémo ajouté.",
        to=place(request, page, pk) + "#memos",
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_POST
def pin(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    memo, back = _fetched(request, pk)
    pinned = not memo.is_pinned
    return done(
        request,
        lambda: pin_memo(memo, pinned=pinned, by=request.membership),
        said="Mémo épinglé." if pinned else "Mémo décroché.",
        to=back,
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_POST
def remove(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    memo, back = _fetched(request, pk)
    return done(
        request,
        lambda: remove_memo(memo, by=request.membership),
        said="Mémo retiré.",
        to=back,
    )


def _fetched(request: PlaceRequest, pk: int) -> tuple[Memo, str]:
    """Return a memo of a record one may read, and the page of that record."""
    memo, record = fetch_with_memo(request.membership, pk)
    page = next(page for model, _, page in _RECORDS.values() if model is type(record))
    return memo, place(request, page, record.pk) + "#memos"
