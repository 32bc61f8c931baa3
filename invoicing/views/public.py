"""The page of a quote for whoever received its link: no account, on a phone too."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cae.core import clock, documents, limits
from cae.core.enums import LinkKind
from cae.core.requests import LinkRequest
from cae.core.workflow import ActionRefused
from invoicing import actions, queries
from invoicing.documents.faces import face_of
from invoicing.enums import QuoteStatus
from invoicing.forms.public import CodeForm, QuestionForm, RefusalForm, SigningForm
from invoicing.models import Quote, SignatureCode
from invoicing.rules.signing import MOST_TRIES, masked

_HOUR = 3600
#: A page opened again within half an hour is the same reading.
_SAME_READING = 1800
#: Those that say they are machines: filters of mails that follow links, previews of messages.
_MACHINE = re.compile(
    r"bot\b|crawl|spider|preview|scan|fetch|python|curl|wget|monitor", re.IGNORECASE
)
View = Callable[..., HttpResponseBase]


def _of_quote(view: View) -> View:
    """Give a view the quote of the link; what it answers is neither kept nor indexed."""

    @wraps(view)
    def guarded(request: LinkRequest, token: str, **kwargs: Any) -> HttpResponseBase:
        if request.link.kind != LinkKind.QUOTE:
            raise Http404
        quote = (
            Quote.objects.filter(pk=request.link.target_id)
            .exclude(number=None)
            .select_related("activity", "customer")
            .first()
        )
        if quote is None:
            raise Http404
        response = view(request, quote, token=token, **kwargs)
        add_never_cache_headers(response)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return guarded


@require_http_methods(["GET", "HEAD"])
@_of_quote
def public_quote(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse:
    closed = _closed(request, quote, token=token)
    if closed is not None:
        return closed
    _note_visit(request, quote)
    if request.htmx and _is_open(quote):
        return render(
            request, "invoicing/public/_totals_live.html", _context(request, quote, token)
        )
    return _page(request, quote, token=token)


@require_POST
@_of_quote
def public_ask_code(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse:
    """Mail a code to who wants to sign, then ask for it."""
    form = SigningForm(request.POST, addresses=queries.signing_addresses(quote))
    if not form.is_valid():
        return _page(request, quote, token=token, signing=form)
    if not _is_allowed(request, "code", most=15):
        return _too_many(request, quote, token=token, signing=form)
    data = form.cleaned_data
    try:
        with transaction.atomic():
            code = actions.ask_code(
                quote,
                name=data["name"],
                role=data["role"],
                address=data["address"],
                options=_options(request.POST.getlist("option")),
                on=clock.today(),
                at=clock.now(),
                **_from(request),
            )
    except ActionRefused as refusal:
        return _refused(request, quote, token, refusal, signing=form)
    return redirect("public_code", token=token, pk=code.pk)


@require_http_methods(["GET", "POST"])
@_of_quote
def public_code(request: LinkRequest, quote: Quote, *, token: str, pk: int) -> HttpResponse:
    """Ask for the digits that were mailed; the right ones sign."""
    code = SignatureCode.objects.filter(quote=quote, pk=pk).first()
    if code is None:
        raise Http404
    if quote.status != QuoteStatus.SENT or code.used_at is not None:
        return redirect("public_quote", token=token)
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if not _is_allowed(request, "try", most=40):
            form.add_error(None, _TOO_MANY)
            status = 429
        elif form.is_valid() and _signed(request, code, form):
            return redirect("public_quote", token=token)
    code.refresh_from_db()
    chosen = actions.with_options(quote, code.options).snapshot
    return render(
        request,
        "invoicing/public/code.html",
        {
            "form": form,
            "code": code,
            "address": masked(code.address),
            "is_over": code.tries >= MOST_TRIES or code.expires_at < clock.now(),
            "token": token,
            "quote": quote,
            "face": face_of(chosen),
            "cooperative": request.cooperative,
        },
        status=status,
    )


@require_POST
@_of_quote
def public_code_again(request: LinkRequest, quote: Quote, *, token: str, pk: int) -> HttpResponse:
    """Mail another code to the same person, for the same signature."""
    code = SignatureCode.objects.filter(quote=quote, pk=pk).first()
    if code is None:
        raise Http404
    try:
        if not _is_allowed(request, "code", most=15):
            raise ActionRefused(_TOO_MANY, code="too_many")
        with transaction.atomic():
            again = actions.ask_code(
                quote,
                name=code.name,
                role=code.role,
                address=code.address,
                options=code.options,
                on=clock.today(),
                at=clock.now(),
                **_from(request),
            )
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
        return redirect("public_code", token=token, pk=pk)
    messages.success(request, "Un autre code vient de partir.")
    return redirect("public_code", token=token, pk=again.pk)


@require_POST
@_of_quote
def public_refuse(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse:
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, quote, token=token, refusal=form)
    if not _is_allowed(request, "refusal", most=10):
        return _too_many(request, quote, token=token, refusal=form)
    try:
        with transaction.atomic():
            actions.refuse_quote(quote, reason=form.cleaned_data["reason"])
    except ActionRefused as refusal:
        return _refused(request, quote, token, refusal, refusal=form)
    messages.success(request, "Votre réponse est transmise.")
    return redirect("public_quote", token=token)


@require_POST
@_of_quote
def public_question(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse:
    form = QuestionForm(request.POST)
    if not form.is_valid():
        return _page(request, quote, token=token, question=form)
    if not _is_allowed(request, "question", most=10):
        return _too_many(request, quote, token=token, question=form)
    data = form.cleaned_data
    try:
        with transaction.atomic():
            actions.ask_question(quote, name=data["name"], text=data["text"], at=clock.now())
    except ActionRefused as refusal:
        return _refused(request, quote, token, refusal, question=form)
    messages.success(request, "Question envoyée. La réponse s’affichera ici, et par courriel.")
    return redirect("public_quote", token=token)


@require_POST
@_of_quote
def public_latest(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse:
    """Lead from the link of an earlier version to the one in force."""
    if quote.status == QuoteStatus.DRAFT:
        return redirect("public_quote", token=token)
    if not _is_allowed(request, "latest", most=20):
        return redirect("public_quote", token=token)
    newer = actions.open_quote_link(quote, on=clock.today(), keep_earlier=True)
    return redirect("public_quote", token=newer)


@require_GET
@_of_quote
def public_quote_pdf(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponseBase:
    """Hand over the PDF, or say that it is being made."""
    if _closed(request, quote, token=token) is not None:
        return redirect("public_quote", token=token)
    made = actions.ask_for_quote_pdf(quote)
    if made is not None:
        return documents.attachment(made.document)
    return render(
        request,
        "invoicing/public_pdf_wait.html",
        {"quote": quote, "token": token, "cooperative": request.cooperative},
    )


@require_GET
@_of_quote
def public_terms_pdf(
    request: LinkRequest, quote: Quote, *, token: str, rank: int
) -> HttpResponseBase:
    """Hand over the PDF of terms of sale that goes with the quote; the first are 1."""
    if _closed(request, quote, token=token) is not None:
        return redirect("public_quote", token=token)
    assert quote.snapshot is not None
    named = quote.snapshot.get("terms_of_sale", [])
    file = named[rank - 1].get("file") if 0 < rank <= len(named) else None
    if file is None:
        raise Http404
    return documents.kept_pdf(file["sha256"], name=file["name"])


@require_GET
@_of_quote
def public_quote_pdf_state(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse:
    """Answer 204 while the PDF is being made, then the fragment that offers it."""
    if actions.ask_for_quote_pdf(quote) is None:
        return HttpResponse(status=204)
    return render(request, "invoicing/_pdf_ready.html", {"pdf_url": "../"})


# -- What the page shows -------------------------------------------------------------------------


def _page(
    request: LinkRequest,
    quote: Quote,
    *,
    token: str,
    signing: SigningForm | None = None,
    refusal: RefusalForm | None = None,
    question: QuestionForm | None = None,
    status: int = 0,
) -> HttpResponse:
    closed = _closed(request, quote, token=token)
    if closed is not None:
        return closed
    context = _context(request, quote, token)
    addresses = queries.signing_addresses(quote) if context["is_open"] else []
    initial = {"name": quote.customer_contact}
    has_errors = bool(signing or refusal or question)
    context |= {
        "signing": signing or SigningForm(addresses=addresses, initial=initial),
        "refusal": refusal or RefusalForm(),
        "question": question or QuestionForm(initial=initial),
        "addresses": [masked(address) for address in addresses],
        "messages_of_quote": queries.messages_of(quote),
        "cooperative": request.cooperative,
    }
    return render(
        request,
        "invoicing/public/quote.html",
        context,
        status=status or (422 if has_errors else 200),
    )


def _context(request: LinkRequest, quote: Quote, token: str) -> dict[str, Any]:
    """Return what the document says, with the options that the address or the form names."""
    assert quote.snapshot is not None
    snapshot, is_open = quote.snapshot, _is_open(quote)
    wanted: set[int] | None = None
    asked = request.GET if request.method in ("GET", "HEAD") else request.POST
    if is_open and ("option" in asked or "options" in asked):
        try:
            wanted = _options(asked.getlist("option"))
            snapshot = actions.with_options(quote, wanted).snapshot
        except ActionRefused:
            wanted = None
    face = face_of(snapshot)
    optional = [
        {"line": line, "position": rank, "is_chosen": line.get("is_chosen", False)}
        for rank, line in enumerate(face["lines"], start=1)
        if line.get("is_optional")
    ]
    return {
        "quote": quote,
        "face": face,
        "firm": [line for line in face["lines"] if not line.get("is_optional")],
        "optional": optional,
        "token": token,
        "is_open": is_open,
        "is_accepted": quote.status == QuoteStatus.ACCEPTED,
        "is_refused": quote.status == QuoteStatus.REFUSED,
    }


def _closed(request: LinkRequest, quote: Quote, *, token: str) -> HttpResponse | None:
    """Return the page of a quote nobody reads there any more: cancelled, corrected, or newer."""
    if quote.status == QuoteStatus.WITHDRAWN:
        why, version = "withdrawn", quote.version
    elif quote.status == QuoteStatus.DRAFT:
        why, version = "reopened", quote.version - 1
    elif request.link.version < quote.version:
        why, version = "newer", request.link.version
    else:
        return None
    earlier = queries.version_of(quote, version)
    assert quote.snapshot is not None
    return render(
        request,
        "invoicing/public/closed.html",
        {
            "quote": quote,
            "why": why,
            "face": face_of(earlier.snapshot if earlier else quote.snapshot),
            "token": token,
            "cooperative": request.cooperative,
            "version": version,
        },
    )


def _is_open(quote: Quote) -> bool:
    return quote.status == QuoteStatus.SENT and quote.valid_until >= clock.today()


def _options(typed: list[str]) -> set[int]:
    return {int(text) for text in typed if text.isdecimal() and len(text) < 4}


# -- Who comes, and how often --------------------------------------------------------------------

_TOO_MANY = "Trop d’essais d’affilée. Attendez une heure, puis recommencez."


def _is_allowed(request: LinkRequest, act: str, *, most: int) -> bool:
    """Count an act of this visitor and of this link; tell whether there were not too many."""
    address = limits.address_of(request)
    by_link = limits.is_within(f"quote-{act}", f"link {request.link.pk}", most=most, seconds=_HOUR)
    by_address = limits.is_within(f"quote-{act}", address, most=2 * most, seconds=_HOUR)
    return by_link and by_address


def _from(request: LinkRequest) -> dict[str, str]:
    agent = request.headers.get("User-Agent", "")
    return {"ip": limits.address_of(request), "user_agent": agent.replace("\0", "")[:300]}


def _note_visit(request: LinkRequest, quote: Quote) -> None:
    """Count a reading of the client: not ours, nor what machines do to a mail."""
    if request.method != "GET" or request.htmx:
        return
    if "prefetch" in request.headers.get("Sec-Purpose", request.headers.get("Purpose", "")):
        return
    if _MACHINE.search(request.headers.get("User-Agent", "") or "bot"):
        return
    user = request.user
    if user.is_authenticated and user.memberships.filter(cooperative=request.cooperative).exists():
        return
    reader = f"quote-read:{request.link.pk}:{quote.version}:{limits.address_of(request)}"
    if cache.add(reader, 1, timeout=_SAME_READING):
        actions.note_visit(quote, at=clock.now())


def _signed(request: LinkRequest, code: SignatureCode, form: CodeForm) -> bool:
    """Try the digits; a wrong try is kept, a refusal writes nothing."""
    try:
        with transaction.atomic():
            signed = actions.sign_quote(
                code,
                typed=form.cleaned_data["code"],
                on=clock.today(),
                at=clock.now(),
                **_from(request),
            )
    except ActionRefused as refusal:
        if refusal.code in ("already_answered", "code_used"):
            return True  # a second click: the page says what is written
        if refusal.code in ("superseded", "reopened", "withdrawn", "expired"):
            messages.error(request, refusal.message)
            return True
        form.add_error(None, refusal.message)
        return False
    if signed is None:
        code.refresh_from_db()
        left = MOST_TRIES - code.tries
        form.add_error(
            "code",
            f"Ce n’est pas le bon code. Il reste {left} essai{'s' if left > 1 else ''}."
            if left
            else "Ce n’est pas le bon code, et c’était le dernier essai. Demandez-en un autre.",
        )
        return False
    messages.success(request, "Devis accepté. La copie signée arrive par courriel.")
    return True


def _refused(
    request: LinkRequest, quote: Quote, token: str, refused: ActionRefused, **form: Any
) -> HttpResponse:
    """Say why; where the quote moved on meanwhile, its page says what became of it."""
    if refused.code == "already_answered":
        return redirect("public_quote", token=token)
    if refused.code in ("reopened", "withdrawn", "expired"):
        messages.error(request, refused.message)
        return redirect("public_quote", token=token)
    next(iter(form.values())).add_error(None, refused.message)
    return _page(request, quote, token=token, **form)


def _too_many(request: LinkRequest, quote: Quote, *, token: str, **form: Any) -> HttpResponse:
    next(iter(form.values())).add_error(None, _TOO_MANY)
    return _page(request, quote, token=token, status=429, **form)
