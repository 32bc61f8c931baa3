"""The retention of works: agreed on a quote, listed, accepted, opposed, released."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import chips, form_page, page_of, say
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.labels import told
from invoicing import permissions, queries
from invoicing.actions import retentions as acts
from invoicing.enums import QuoteStatus
from invoicing.forms.retentions import (
    AcceptedWorksForm,
    AgreedForm,
    OppositionForm,
    ReleaseForm,
)
from invoicing.models import Retention
from invoicing.permissions import fetch_quote, fetch_retention
from invoicing.queries.retentions import DUE, OVER, TO_COME
from invoicing.views.frame import RETENTION_PILLS, place
from invoicing.views.receipts import tabs


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def retentions(request: PlaceRequest, slug: str) -> HttpResponse:
    """What customers keep of works: to come, whose year is over, released."""
    ids = permissions.retained_activity_ids(request.membership)
    today, search = clock.today(), request.GET.get("q", "").strip()
    state = request.GET.get("etat", "")
    counts = {
        name: queries.retentions(ids, state=name, on=today).count() for name in (TO_COME, DUE, OVER)
    }
    shown = state if state in (DUE, OVER) else TO_COME
    page = page_of(request, queries.retentions(ids, state=shown, search=search, on=today))
    return render(
        request,
        "invoicing/payments/retentions.html",
        {
            "tabs": tabs(request, "retentions")
            if has_right(request.membership, Right.RECORD_PAYMENT)
            else None,
            "page": page,
            "rows": [
                (found, RETENTION_PILLS[found.state])
                for found in queries.retentions_shown(list(page), on=today)
            ],
            "search": search,
            "state": state,
            "is_empty": not any(counts.values()),
            "retained": queries.retained_total(ids),
            "due_count": counts[DUE],
            "chips": chips(
                request,
                "etat",
                {
                    "": ("À venir", counts[TO_COME]),
                    DUE: ("À libérer", counts[DUE]),
                    OVER: ("Terminées", counts[OVER]),
                },
            ),
        },
    )


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_safe
def retention(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, fetch_retention(request.membership, pk))


@requires(Right.SELL, Right.RECORD_PAYMENT)
@require_POST
def accept_works(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    form = AcceptedWorksForm(request.POST, auto_id="reception_%s")
    return _acted(request, pk, form, "works", acts.accept_works, said="Réception enregistrée.")


@requires(Right.SELL, Right.RECORD_PAYMENT)
@require_POST
def contest(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    form = OppositionForm(request.POST, auto_id="opposition_%s")
    return _acted(
        request, pk, form, "opposition", acts.contest_retention, said="Opposition enregistrée."
    )


@requires(Right.SELL, Right.RECORD_PAYMENT)
@require_POST
def release(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    form = ReleaseForm(request.POST, auto_id="mainlevee_%s")
    return _acted(request, pk, form, "release", acts.release_retention, said="Retenue libérée.")


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def agree(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Say what the customer of a quote will keep of its invoices."""
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    back = place(request, "quote", pk)
    if quote.status != QuoteStatus.DRAFT:
        return redirect(back)
    form = AgreedForm(request.POST or None, initial={"rate": quote.retention_rate or None})

    def act() -> str:
        acts.set_retention(quote, rate=form.cleaned_data["rate"], by=request.membership)
        toast(request, "Retenue enregistrée.")
        return back

    return form_page(
        request,
        form,
        act,
        template="invoicing/quote_retention.html",
        title="Retenue de garantie",
        intro=f"{quote}, {quote.customer_name}",
        verb="Enregistrer",
        back=back,
        crumbs=[
            ("Devis et factures", place(request, "quotes")),
            (str(quote), back),
            ("Retenue de garantie", ""),
        ],
    )


def _acted(
    request: PlaceRequest, pk: int, form: Form, name: str, act: Callable[..., Any], *, said: str
) -> HttpResponse:
    """Run what a form of the page asks for; what is wrong is said in its dialog's place."""
    found = fetch_retention(request.membership, pk, may=permissions.may_follow_retention)
    if form.is_valid():
        try:
            with transaction.atomic():
                act(found, today=clock.today(), by=request.membership, **form.cleaned_data)
        except ActionRefused as refusal:
            say(form, refusal)
        else:
            toast(request, said)
            return redirect(place(request, "retention", pk))
    return _page(request, found, forms={name: form}, status=422)


def _page(
    request: PlaceRequest,
    found: Retention,
    *,
    forms: dict[str, Form] | None = None,
    status: int = 200,
) -> HttpResponse:
    today = clock.today()
    shown = queries.retention_shown(found, on=today)
    is_running = shown.state not in ("released", "settled")
    may_follow = permissions.may_follow_retention(request.membership, found)
    same_site = queries.retentions_of_quote(found.quote_id) if found.quote_id else [found]
    return render(
        request,
        "invoicing/payments/retention.html",
        {
            "retention": found,
            "shown": shown,
            "pill": RETENTION_PILLS[shown.state],
            "may_follow": may_follow and is_running,
            "others": [row for row in same_site if row.pk != found.pk],
            "works_form": AcceptedWorksForm(
                initial={"on": found.works_accepted_on}, auto_id="reception_%s"
            ),
            "opposition_form": OppositionForm(initial={"on": today}, auto_id="opposition_%s"),
            "release_form": ReleaseForm(initial={"on": today}, auto_id="mainlevee_%s"),
            **{f"{name}_form": form for name, form in (forms or {}).items()},
            "faulty": next(iter(forms or {}), ""),
            "may_read_invoice": permissions.may_read(request.membership, found.invoice),
            "trail": told(found)
            if permissions.may_see_trail(request.membership, found.invoice)
            else [],
            "crumbs": [
                ("Retenues de garantie", place(request, "retentions")),
                (found.number, ""),
            ],
        },
        status=status,
    )
