"""Statements of the bank: deposited, then each receipt matched with what it pays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core.enums import Right
from cae.core.pages import chips, page_of
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import queries
from invoicing.actions import bank as actions
from invoicing.forms.bank import AsideForm, StatementForm
from invoicing.models import BankLine
from invoicing.permissions import fetch_bank_line, fetch_payment
from invoicing.queries import bank as found
from invoicing.rules.bank_matching import Strength
from invoicing.views.frame import done, place
from invoicing.views.receipts import tabs

#: What a strength is called, and its tone.
STRENGTHS = {
    Strength.SURE: ("Sûr", "ok", "check"),
    Strength.LIKELY: ("Probable", "info", "circle-dot"),
    Strength.WEAK: ("À vérifier", "warning", "circle-alert"),
}
_STATES = {
    "": ("À rapprocher", None),
    "rapprochees": ("Rapprochées", None),
    "de-cote": ("Mises de côté", None),
    "sorties": ("Sorties", None),
}
_IN_ENGLISH = {"rapprochees": "matched", "de-cote": "aside", "sorties": "out"}


@requires(Right.RECORD_PAYMENT)
@require_safe
def lines(request: PlaceRequest, slug: str) -> HttpResponse:
    """What the bank received, with what each line most likely pays."""
    state = request.GET.get("etat", "")
    search = request.GET.get("q", "").strip()
    page = page_of(request, found.bank_lines(_IN_ENGLISH.get(state, ""), search=search))
    waits = state not in _IN_ENGLISH
    rows = found.proposed_for(list(page)) if waits else []
    outcomes = found.outcomes_of(list(page)) if state in ("rapprochees", "de-cote") else {}
    count, total = found.waiting_lines()
    return render(
        request,
        "invoicing/bank/lines.html",
        {
            "tabs": tabs(request, "bank_lines"),
            "states": chips(request, "etat", _STATES),
            "page": page,
            "search": search,
            "waits": waits,
            "rows": [
                {
                    "line": row.line,
                    "proposal": row.proposal,
                    "payment": row.payment,
                    "seen": _seen(row),
                    "pill": STRENGTHS[row.proposal.strength] if row.proposal else None,
                }
                for row in rows
            ],
            "decided": [{"line": line, "outcome": outcomes.get(line.pk)} for line in page],
            "count": count,
            "total": total,
            "last": found.bank_statements().first(),
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def deposit(request: PlaceRequest, slug: str) -> HttpResponse:
    """Send a file of the bank."""
    form = StatementForm(
        request.POST or None, request.FILES or None, accounts=actions.bank_accounts()
    )
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data["file"]
        try:
            kept = actions.deposit_statement(
                sent.read(actions.MAX_BYTES + 1),
                name=sent.name or "releve",
                iban=form.cleaned_data["account"],
                by=request.membership,
            )
        except ActionRefused as refusal:
            form.add_error("file", refusal.message)
        else:
            added, known = (
                sum(one.line_count for one in kept),
                sum(one.known_count for one in kept),
            )
            said = f"{added} lignes ajoutées" if added > 1 else "1 ligne ajoutée"
            toast(request, f"{said}, {known} déjà connues." if known else f"{said}.")
            return redirect(place(request, "bank_lines"))
    return render(
        request,
        "invoicing/bank/deposit.html",
        {
            "form": form,
            "page": page_of(request, found.bank_statements()),
            "crumbs": [("Banque", place(request, "bank_lines")), ("Déposer un relevé", "")],
        },
        status=422 if form.errors else 200,
    )


@requires(Right.RECORD_PAYMENT)
@require_safe
def line(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """One line: what is proposed, what else it could be, or why it is none of ours."""
    shown = fetch_bank_line(request.membership, pk)
    outcome = found.outcomes_of([shown]).get(shown.pk)
    waits = outcome is None and shown.amount > 0
    search = request.GET.get("q", "").strip()
    proposed = found.proposed_for([shown])[0] if waits else None
    proposal = proposed.proposal if proposed else None
    return render(
        request,
        "invoicing/bank/line.html",
        {
            "line": shown,
            "outcome": outcome,
            "waits": waits,
            "proposal": proposal,
            "proposal_pill": STRENGTHS[proposal.strength] if proposal else None,
            "payments": found.payments_like(shown) if waits else [],
            "search": search,
            "invoices": queries.receivables(search)[:30] if waits and search else [],
            "form": AsideForm(),
            "crumbs": [("Banque", place(request, "bank_lines")), ("Ligne", "")],
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def accept(request: PlaceRequest, slug: str) -> HttpResponse:
    """Record the proposals that were ticked, each as it was seen; the rest is said."""
    chosen = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    taken = 0
    for shown in BankLine.objects.filter(pk__in=chosen).order_by("booked_on", "id"):
        try:
            with transaction.atomic():
                _accept_one(request, shown, request.POST.get(f"seen_{shown.pk}", ""))
        except ActionRefused as refusal:
            messages.error(request, refusal.message)
        else:
            taken += 1
    if taken:
        toast(request, f"{taken} lignes rapprochées." if taken > 1 else "1 ligne rapprochée.")
    elif not chosen:
        messages.error(request, "Cochez au moins une ligne, puis acceptez.")
    return redirect(place(request, "bank_lines"))


@requires(Right.RECORD_PAYMENT)
@require_POST
def match(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Record a line on the invoices that were chosen by hand."""
    shown = fetch_bank_line(request.membership, pk)
    return _decided(
        request,
        shown,
        lambda: actions.match_invoices(
            shown, _ids(",".join(request.POST.getlist("invoice"))), by=request.membership
        ),
        "Encaissé et rapproché.",
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def match_payment(request: PlaceRequest, slug: str, pk: int, payment_pk: int) -> HttpResponse:
    shown = fetch_bank_line(request.membership, pk)
    payment = fetch_payment(request.membership, payment_pk)
    return _decided(
        request,
        shown,
        lambda: actions.match_payment(shown, payment, by=request.membership),
        "Rapproché.",
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def set_aside(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    shown = fetch_bank_line(request.membership, pk)
    return _decided(
        request,
        shown,
        lambda: actions.set_aside(
            shown, reason=request.POST.get("reason", ""), by=request.membership
        ),
        "Mise de côté.",
    )


@requires(Right.RECORD_PAYMENT)
@require_POST
def take_up_again(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    shown = fetch_bank_line(request.membership, pk)
    return done(
        request,
        lambda: actions.take_up_again(shown, by=request.membership),
        said="À rapprocher de nouveau.",
        to=place(request, "bank_line", pk),
    )


def _seen(row: found.Proposed) -> str:
    """Return what a ticked line accepts: invoices, or a payment; empty where one looks first."""
    if row.payment is not None:
        return f"payment:{row.payment.pk}"
    if row.proposal is None or row.proposal.strength == Strength.WEAK:
        return ""
    return ",".join(str(one.pk) for one in row.proposal.invoices)


def _accept_one(request: PlaceRequest, shown: BankLine, seen: str) -> None:
    kind, _, payment_pk = seen.partition(":")
    if kind == "payment" and payment_pk.isdecimal() and len(payment_pk) < 19:
        payment = fetch_payment(request.membership, int(payment_pk))
        actions.match_payment(shown, payment, by=request.membership)
    else:
        actions.accept_proposal(shown, _ids(seen), by=request.membership)


def _ids(said: str) -> list[int]:
    return [int(pk) for pk in said.split(",") if pk.isdecimal() and len(pk) < 19]


def _decided(
    request: PlaceRequest, shown: BankLine, act: Callable[[], Any], said: str
) -> HttpResponse:
    """Run an action on a line: go on with the list, or come back to what refuses it."""
    try:
        with transaction.atomic():
            act()
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(place(request, "bank_line", shown.pk))
    toast(request, said)
    return redirect(place(request, "bank_lines"))
