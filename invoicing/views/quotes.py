"""Quotes: the list, the record, what is done with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock, documents, replay
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from invoicing import actions, permissions, queries
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import QuoteStatus
from invoicing.forms.sales import AcceptanceForm, AnswerForm, WithdrawalForm
from invoicing.models import Quote, QuoteLine
from invoicing.permissions import fetch_quote
from invoicing.queries.contribution_rates import rate_of
from invoicing.queries.deals import deal_of
from invoicing.queries.folders import filing_of
from invoicing.queries.inputs import inputs_of
from invoicing.rules.einvoicing import objections
from invoicing.views.brings import brings, brings_title, sold_quote
from invoicing.views.drafts import discarded, posted_draft, posted_input
from invoicing.views.editor import Editor
from invoicing.views.exporting import export_menu
from invoicing.views.frame import (
    chosen_activity,
    duplicate_form,
    history,
    page_of,
    place,
    quote_pills,
)
from invoicing.views.memos import memos

_LABELS = {
    "": "Tous",
    QuoteStatus.DRAFT: "Brouillons",
    QuoteStatus.SENT: "Envoyés",
    QuoteStatus.ACCEPTED: "Acceptés",
    QuoteStatus.REFUSED: "Refusés",
    QuoteStatus.EXPIRED: "Expirés",
    QuoteStatus.WITHDRAWN: "Annulés",
}
_SORTS = {"client": "customer_name", "date": "dated_on", "total": "gross"}


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def quotes(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    state, text = request.GET.get("etat", ""), request.GET.get("q", "").strip()
    state = state if state in QuoteStatus.values else ""
    rows = queries.quotes_listed(request.GET, ids)
    page = page_of(request, rows.prefetch_related("activity"))
    counts = queries.quote_counts(ids)
    pills = quote_pills(list(page))
    return render(
        request,
        "invoicing/quotes.html",
        {
            "inputs": inputs_of(permissions.own_activity_ids(request.membership), "quote"),
            "page": page,
            "rows": [{"quote": q, "pill": pills[q.pk]} for q in page],
            "q": text,
            "state": state,
            "chips": [
                {
                    "label": label,
                    "count": counts.get(key or "all", 0),
                    "url": place(request, "quotes", etat=key, q=text),
                    "active": key == state,
                }
                for key, label in _LABELS.items()
            ],
            "is_staff": ids is None,
            "may_sell": has_right(request.membership, Right.SELL),
            "export": export_menu(request, request.GET.dict(), "quotes"),
            "is_empty": not counts["all"],
        },
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_quote(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, activities = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    document = posted_draft(request, "quote")
    if document is not None:
        return Editor(request, "quote", document.activity, document=document).answer()
    kept = posted_input(request, "quote")
    if kept is not None:
        return Editor(request, "quote", kept.activity, input=kept).answer()
    return Editor(request, "quote", activity, activities).answer()


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    if not quote.is_being_written:
        return redirect(place(request, "quote", pk))
    return Editor(request, "quote", quote.activity, document=quote).answer()


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return record(request, fetch_quote(request.membership, pk))


def record(
    request: PlaceRequest,
    quote: Quote,
    *,
    link: str = "",
    acceptance: AcceptanceForm | None = None,
    answer: AnswerForm | None = None,
) -> HttpResponse:
    """Show a quote, with the link just made if there is one."""
    today = clock.today()
    lines = list(quote.lines.select_related("vat_choice"))
    is_draft = quote.status == QuoteStatus.DRAFT
    may_write = permissions.may_write(request.membership, quote)
    snapshot = None if is_draft else quote.snapshot
    snapshot = snapshot or quote_snapshot(quote, lines, on=today)
    face = face_of(snapshot)
    return render(
        request,
        "invoicing/quote.html",
        {
            "unread": quote.inputs.first() if is_draft else None,
            "edit_url": place(request, "quote_edit", quote.pk),
            "quote": quote,
            "pill": quote_pills([quote])[quote.pk],
            "face": face,
            "objections": objections(snapshot) if is_draft else [],
            "brings": brings(request, sold_quote(quote, face, on=today)),
            "brings_title": brings_title(request, "quote"),
            "steps": _steps(quote),
            "is_draft": is_draft,
            "is_sent": quote.status == QuoteStatus.SENT,
            "is_accepted": quote.status == QuoteStatus.ACCEPTED,
            "is_over": quote.status == QuoteStatus.SENT and quote.valid_until < today,
            "may_write": may_write,
            "may_change": quote.is_being_written,
            "may_send": permissions.may_send_alone(request.membership, quote),
            "may_review": permissions.may_review(request.membership, quote),
            "ceiling": permissions.ceiling_of(request.membership, quote.activity),
            "invoices": list(quote.invoices.order_by("id")),
            **_life_of(request, quote, lines),
            "acceptance_form": acceptance or AcceptanceForm(),
            "answer_form": answer or AnswerForm(),
            "withdrawal_form": WithdrawalForm(),
            "duplicate_form": duplicate_form(request, quote) if may_write else None,
            "deal": (deal := deal_of(quote)),
            "filing": filing_of(quote),
            "rate": rate_of(quote, on=today),
            "rate_url": place(request, "quote_rate", quote.pk)
            if quote.status in (QuoteStatus.DRAFT, QuoteStatus.SENT)
            and permissions.may_set_rate(request.membership, quote)
            else "",
            "may_file": may_write and deal is None,
            "link": link,
            "nonce": replay.new_nonce(),
            "memos": memos(request, quote),
            "trail": history(request, quote),
            "crumbs": [("Devis et factures", place(request, "quotes")), (str(quote), "")],
        },
        status=422 if acceptance or answer else 200,
    )


def _life_of(request: PlaceRequest, quote: Quote, lines: Sequence[QuoteLine]) -> dict[str, Any]:
    """Return what the page says of a quote since it was sent."""
    may_write = permissions.may_write(request.membership, quote)
    is_sent = quote.status == QuoteStatus.SENT
    withdrawable = quote.number and quote.status in (
        QuoteStatus.DRAFT,
        QuoteStatus.SENT,
        QuoteStatus.EXPIRED,
    )
    life: dict[str, Any] = {
        "may_withdraw": may_write and withdrawable,
        "may_agree": is_sent and permissions.may_record_agreement(request.membership, quote),
        "optional": [line for line in lines if line.is_optional],
    }
    if quote.number:
        life |= {
            "timeline": queries.timeline_of(quote),
            "visit": queries.visit_of(quote),
            "talk": queries.messages_of(quote),
            "mails": queries.mails_of(quote),
            "versions": queries.versions_of(quote),
            "evidence": queries.evidence_of(quote),
        }
    return life


@requires(Right.SELL)
@require_POST
def invoice_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)

    def create() -> str:
        invoice = actions.invoice_from_quote(quote, by=request.membership)
        return place(request, "invoice", invoice.pk)

    return replay.once(request, create)


@requires(Right.SELL)
@require_POST
def duplicate_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)

    customer = duplicate_form(request, quote).chosen

    def create() -> str:
        copy = actions.duplicate_quote(
            quote, customer=customer, on=clock.today(), by=request.membership
        )
        return place(request, "quote_edit", copy.pk)

    return replay.once(request, create)


@requires(Right.SELL)
@require_POST
def discard_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    return discarded(
        request,
        lambda: actions.discard_quote(quote, by=request.membership),
        to=place(request, "quotes"),
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def quote_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the PDF of a sent quote, or say that it is being made."""
    quote = fetch_quote(request.membership, pk)
    if quote.status == QuoteStatus.DRAFT:
        raise Http404
    made = actions.ask_for_quote_pdf(quote)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"Devis {quote.number}",
            "pdf_url": place(request, "quote_pdf", pk),
            "poll_url": place(request, "quote_pdf_state", pk),
            "back_url": place(request, "quote", pk),
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def quote_pdf_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer 204 while the PDF is being made, then the fragment that offers it."""
    quote = fetch_quote(request.membership, pk)
    if queries.quote_file(quote) is None:
        return HttpResponse(status=204)
    return render(
        request, "invoicing/_pdf_ready.html", {"pdf_url": place(request, "quote_pdf", pk)}
    )


def _steps(quote: Quote) -> list[dict[str, str]]:
    """Return the way of a quote, from draft to invoice, as the component draws it."""
    status = QuoteStatus(quote.status)
    answered = status in (QuoteStatus.ACCEPTED, QuoteStatus.REFUSED)
    steps = [
        {"label": "Brouillon", "state": "current" if status == QuoteStatus.DRAFT else "done"},
        {
            "label": "Envoyé",
            "state": "current"
            if status in (QuoteStatus.SENT, QuoteStatus.EXPIRED)
            else "done"
            if answered
            else "",
        },
        {
            "label": "Refusé" if status == QuoteStatus.REFUSED else "Accepté",
            "state": "blocked"
            if status == QuoteStatus.REFUSED
            else "done"
            if status == QuoteStatus.ACCEPTED
            else "",
        },
        {
            "label": "Facturé",
            "state": "current" if status == QuoteStatus.ACCEPTED else "",
        },
    ]
    if quote.invoices.exists():
        steps[-1]["state"] = "done"
    return steps
