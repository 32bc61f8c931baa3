"""What is done with a quote once it is sent: link, correction, agreement, answers, versions."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from cae.core import clock, documents
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing import actions, permissions, queries
from invoicing.documents.faces import face_of
from invoicing.forms.sales import AcceptanceForm, AnswerForm, WithdrawalForm
from invoicing.models import Quote, QuoteVersion
from invoicing.permissions import fetch_quote
from invoicing.views.frame import done, place
from invoicing.views.quotes import record


@requires(Right.SELL)
@require_POST
def share_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Show, this once, a new link to the public page."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    token = actions.share_quote(quote, on=clock.today(), by=request.membership)
    link = request.build_absolute_uri(reverse("public_quote", args=[token]))
    return record(request, quote, link=link)


@requires(Right.SELL)
@require_POST
def reopen_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.reopen_quote(quote, by=request.membership),
        said="Repris\u00a0: corrigez-le, puis envoyez-le à nouveau.",
        to=place(request, "quote_edit", pk),
    )


@requires(Right.SELL)
@require_POST
def submit_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Ask the support staff to read a quote before it leaves."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.submit_quote(quote, by=request.membership),
        said="Devis soumis à l’équipe d’appui.",
        to=place(request, "quote", pk),
    )


@requires(Right.SELL)
@require_POST
def take_back_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Correct a quote that the support staff reads, or has validated."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: actions.take_back_quote(quote, by=request.membership),
        said="Repris\u00a0: corrigez-le, puis soumettez-le à nouveau.",
        to=place(request, "quote", pk),
    )


@requires(Right.SELL)
@require_POST
def withdraw_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    form = WithdrawalForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return done(
        request,
        lambda: actions.withdraw_quote(quote, reason=reason, by=request.membership),
        said="Devis annulé.",
        to=place(request, "quote", pk),
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def accept_quote(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Record an agreement received on paper or by mail, with the paper."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_record_agreement)
    form = AcceptanceForm(request.POST, request.FILES)
    if not form.is_valid():
        return record(request, quote, acceptance=form)
    scan = form.cleaned_data["scan"]
    options = [int(text) for text in request.POST.getlist("option") if text.isdecimal()]

    def accept() -> None:
        actions.accept_quote(
            quote,
            name=form.cleaned_data["name"],
            role=form.cleaned_data["role"],
            on=clock.today(),
            by=request.membership,
            options=options if "options" in request.POST else None,
            scan=documents.received(scan) if scan else None,
            scan_name=scan.name if scan else "",
        )

    return done(
        request,
        accept,
        said="Accord enregistré\u00a0: vous pouvez facturer.",
        to=place(request, "quote", pk),
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def agreement(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the signed paper that was recorded with the agreement."""
    quote = fetch_quote(request.membership, pk)
    evidence = queries.evidence_of(quote)
    if evidence is None or evidence.document is None:
        raise Http404
    return documents.attachment(evidence.document)


@requires(Right.SELL)
@require_POST
def answer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer the client, who reads it on the public page and by mail."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return record(request, quote, answer=form)
    return done(
        request,
        lambda: actions.answer_question(
            quote, text=form.cleaned_data["text"], by=request.membership
        ),
        said="Réponse envoyée.",
        to=place(request, "quote", pk) + "#questions",
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def version(request: PlaceRequest, slug: str, pk: int, number: int) -> HttpResponse:
    """Show a version as it was sent, and what it changed from the one before."""
    quote = fetch_quote(request.membership, pk)
    shown = _version(quote, number)
    versions = queries.versions_of(quote)
    before = next((v for v in versions if v.version < number), None)
    return render(
        request,
        "invoicing/quote_version.html",
        {
            "quote": quote,
            "shown": shown,
            "before": before,
            "versions": versions,
            "changes": queries.changes_between(before.snapshot, shown.snapshot) if before else [],
            "face": face_of(shown.snapshot),
            "crumbs": [
                ("Devis et factures", place(request, "quotes")),
                (str(quote), place(request, "quote", pk)),
                (f"Version {number}", ""),
            ],
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def version_pdf(request: PlaceRequest, slug: str, pk: int, number: int) -> HttpResponseBase:
    """Hand over the PDF of a version, or say that it is being made."""
    quote = fetch_quote(request.membership, pk)
    shown = _version(quote, number)
    made = actions.ask_for_version_pdf(shown)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/pdf_wait.html",
        {
            "title": f"Devis {quote.number}, version {number}",
            "pdf_url": place(request, "quote_version_pdf", pk, number),
            "poll_url": place(request, "quote_version_pdf_state", pk, number),
            "back_url": place(request, "quote_version", pk, number),
        },
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def version_pdf_state(request: PlaceRequest, slug: str, pk: int, number: int) -> HttpResponse:
    """Answer 204 while the PDF is being made, then the fragment that offers it."""
    quote = fetch_quote(request.membership, pk)
    if queries.version_file(quote, _version(quote, number).version) is None:
        return HttpResponse(status=204)
    pdf_url = place(request, "quote_version_pdf", pk, number)
    return render(request, "invoicing/_pdf_ready.html", {"pdf_url": pdf_url})


def _version(quote: Quote, number: int) -> QuoteVersion:
    found = queries.version_of(quote, number)
    if found is None:
        raise Http404
    return found
