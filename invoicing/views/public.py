"""The page of a quote for whoever received its link: no account, on a phone too."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cae.core import clock, documents
from cae.core.enums import LinkKind
from cae.core.requests import LinkRequest
from cae.core.workflow import ActionRefused
from invoicing import actions
from invoicing.documents.faces import face_of
from invoicing.enums import QuoteStatus
from invoicing.forms.sales import AcceptanceForm, RefusalForm
from invoicing.models import Quote


@require_http_methods(["GET", "POST"])
def public_quote(request: LinkRequest, token: str) -> HttpResponse:
    quote = _quote_behind(request)
    acceptance, refusal = AcceptanceForm(), RefusalForm()
    if request.method == "POST":
        accepts = request.POST.get("do") == "accept"
        acceptance = AcceptanceForm(request.POST) if accepts else acceptance
        refusal = refusal if accepts else RefusalForm(request.POST)
        form = acceptance if accepts else refusal
        if form.is_valid() and _answered(request, quote, form, accepts=accepts):
            return redirect("public_quote", token=token)
    return render(
        request,
        "invoicing/public_quote.html",
        {
            "quote": quote,
            "face": face_of(quote.snapshot or {}),
            "acceptance": acceptance,
            "refusal": refusal,
            "token": token,
            "cooperative": request.cooperative,
            "is_open": quote.status == QuoteStatus.SENT and quote.valid_until >= clock.today(),
            "is_accepted": quote.status == QuoteStatus.ACCEPTED,
            "is_refused": quote.status == QuoteStatus.REFUSED,
        },
        status=422 if acceptance.errors or refusal.errors else 200,
    )


@require_safe
def public_quote_pdf(request: LinkRequest, token: str) -> HttpResponseBase:
    """Hand over the PDF, or say that it is being made."""
    quote = _quote_behind(request)
    made = actions.ask_for_quote_pdf(quote)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/public_pdf_wait.html",
        {"quote": quote, "token": token, "cooperative": request.cooperative},
    )


@require_safe
def public_quote_pdf_state(request: LinkRequest, token: str) -> HttpResponse:
    """Answer 204 while the PDF is being made, then the fragment that offers it."""
    quote = _quote_behind(request)
    made = actions.ask_for_quote_pdf(quote)
    if made is None:
        return HttpResponse(status=204)
    return render(request, "invoicing/_pdf_ready.html", {"pdf_url": "../"})


def _quote_behind(request: LinkRequest) -> Quote:
    """Return the quote of the link; one taken back to draft has no page."""
    if request.link.kind != LinkKind.QUOTE:
        raise Http404
    quote = (
        Quote.objects.filter(pk=request.link.target_id)
        .exclude(status=QuoteStatus.DRAFT)
        .select_related("activity")
        .first()
    )
    if quote is None:
        raise Http404
    return quote


def _answered(
    request: LinkRequest, quote: Quote, form: AcceptanceForm | RefusalForm, *, accepts: bool
) -> bool:
    """Write the answer of the client; say why where it cannot be."""
    data = form.cleaned_data
    try:
        with transaction.atomic():
            if accepts:
                actions.accept_quote(quote, name=data["name"], role=data["role"], on=clock.today())
            else:
                actions.refuse_quote(quote, reason=data["reason"])
    except ActionRefused as refusal:
        if refusal.code == "already_answered":  # a second click: the page says what is written
            return True
        form.add_error(None, refusal.message)
        return False
    messages.success(
        request,
        "Devis accepté. La copie signée arrive par courriel."
        if accepts
        else "Votre réponse est transmise.",
    )
    return True
