"""Deposits of invoices: how they are made, the work list, one deposit and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.pages import chips, page_of, say
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.labels import told
from entrepreneurs.queries import display_names
from invoicing.actions import carrying
from invoicing.actions import transmissions as acts
from invoicing.enums import EventSource, TransmissionRoute, TransmissionStatus, TransmissionTarget
from invoicing.forms.transmissions import (
    AnswerForm,
    AsideForm,
    ChorusDepositsForm,
    DepositedForm,
    DepositsForm,
)
from invoicing.models import Invoice, Transmission, TransmissionEvent
from invoicing.permissions import fetch_transmission
from invoicing.queries import transmissions as found_by
from invoicing.rules.transmissions import OPEN_AGAIN, OVER, TO_HANDLE, reason_label
from invoicing.views.frame import done, place

_LABELS = {
    found_by.WAITING: "À déposer",
    found_by.FAILED: "À vérifier",
    found_by.HANDLED: "À traiter",
    found_by.CASHED: "Encaissements à dire",
    found_by.RUNNING: "En cours",
    found_by.DONE: "Toutes",
}
_FORMS: dict[str, type[DepositsForm]] = {
    TransmissionTarget.PLATFORM: DepositsForm,
    TransmissionTarget.CHORUS: ChorusDepositsForm,
}


def pill_of(found: Transmission) -> tuple[str, str, str]:
    """Return text, tone and icon of where a deposit stands."""
    label = found.get_status_display()
    if found.status in TO_HANDLE:
        return (label, "danger", "circle-alert")
    if found.status == TransmissionStatus.WAITING:
        return ("À vérifier", "warning", "circle-alert") if found.failure else (label, "", "clock")
    if found.status == TransmissionStatus.DROPPED:
        return (label, "", "x")
    if found.status in (TransmissionStatus.APPROVED, TransmissionStatus.CASHED):
        return (label, "ok", "check")
    return (label, "info", "send")


def deposit_face(invoice: Invoice) -> dict[str, Any] | None:
    """Return what the page of an invoice says of its deposit, None where there is none."""
    found = found_by.transmission_of(invoice)
    if found is None:
        return None
    events = found_by.events_of(found)
    return {"found": found, "pill": pill_of(found), "events": _said(events)}


def _said(events: Sequence[TransmissionEvent]) -> list[dict[str, Any]]:
    names = display_names(event.recorded_by for event in events if event.recorded_by)
    return [
        {
            "event": event,
            "code": "" if event.code == TransmissionStatus.DROPPED else event.code,
            "reason": reason_label(event.reason) if event.reason else "",
            "who": names[event.recorded_by_id]
            if event.source == EventSource.HAND and event.recorded_by_id
            else event.get_source_display(),
            "rates": event.rates,
        }
        for event in events
    ]


@requires(Right.CONFIGURE, Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def settings(request: PlaceRequest, slug: str) -> HttpResponse:
    """Choose how invoices are deposited, for businesses and for public bodies."""
    posted = request.POST.get("target") if request.method == "POST" else None
    forms = {
        target: _settings_form(target, request if target == posted else None) for target in _FORMS
    }
    status = 200
    if posted in forms:
        form = forms[posted]
        status = 422
        if form.is_valid():
            try:
                with transaction.atomic():
                    acts.set_deposits(posted, **form.cleaned_data, by=request.membership)
            except ActionRefused as refusal:
                say(form, refusal)
            else:
                toast(request, "Dépôt enregistré.")
                return redirect(place(request, "deposits_settings"))
    return render(
        request,
        "invoicing/transmissions/settings.html",
        {
            "platform": forms[TransmissionTarget.PLATFORM],
            "chorus": forms[TransmissionTarget.CHORUS],
            "crumbs": [("Réglages", ""), ("Dépôt des factures", "")],
        },
        status=status,
    )


def _settings_form(target: str, request: PlaceRequest | None) -> DepositsForm:
    account = found_by.deposit_account(target)
    kind = _FORMS[target]
    initial = {name: getattr(account, name) if account else None for name in kind.base_fields} | (
        {} if account else {"route": TransmissionRoute.NONE}
    )
    data = request.POST if request else None
    return kind(data, prefix=target, initial=initial)


@requires(Right.VALIDATE_INVOICE)
@require_safe
def transmissions(request: PlaceRequest, slug: str) -> HttpResponse:
    """The work list: what to deposit, what stopped, what the customers refuse."""
    return _list(request, DepositedForm(initial={"on": clock.today()}))


def _list(request: PlaceRequest, form: Form, *, status: int = 200) -> HttpResponse:
    state, search = request.GET.get("etat", ""), request.GET.get("q", "").strip()
    state = state if state in _LABELS else found_by.WAITING
    counts = found_by.transmission_counts()
    page = page_of(request, found_by.transmissions(state, search))
    return render(
        request,
        "invoicing/transmissions/list.html",
        {
            "page": page,
            "rows": [(row, pill_of(row)) for row in page],
            "chips": chips(
                request, "etat", {key: (label, counts[key]) for key, label in _LABELS.items()}
            ),
            "state": state,
            "search": search,
            "is_choosing": state in (found_by.WAITING, found_by.FAILED),
            "is_empty": not counts[found_by.DONE],
            "to_take": found_by.waiting_by_hand().exists(),
            "form": form,
        },
        status=status,
    )


@requires(Right.VALIDATE_INVOICE)
@require_safe
@recently_authenticated
def parcel(request: PlaceRequest, slug: str) -> HttpResponse:
    """Hand over the zip of what is deposited by hand."""
    content = acts.take_parcel(by=request.membership)
    return HttpResponse(
        content,
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="a-deposer-{clock.today()}.zip"',
            "Cache-Control": "private, no-store",
        },
    )


@requires(Right.VALIDATE_INVOICE)
@require_POST
def mark_deposited(request: PlaceRequest, slug: str) -> HttpResponse:
    """Write that the chosen invoices were deposited."""
    form = DepositedForm(request.POST)
    ids = [int(pk) for pk in request.POST.getlist("pk") if pk.isdecimal() and len(pk) < 19]
    if not form.is_valid():
        return _list(request, form, status=422)
    return done(
        request,
        lambda: acts.mark_deposited(
            ids, on=form.cleaned_data["on"], today=clock.today(), by=request.membership
        ),
        said="Dépôts notés.",
        to=place(request, "transmissions"),
    )


@requires(Right.VALIDATE_INVOICE)
@require_safe
def transmission(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, fetch_transmission(request.membership, pk))


@requires(Right.VALIDATE_INVOICE)
@require_POST
def answer(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Write down what the platform answered."""
    found = fetch_transmission(request.membership, pk)
    form = AnswerForm(request.POST, after=found.status, auto_id="reponse_%s")
    if form.is_valid():
        try:
            with transaction.atomic():
                acts.record_answer(
                    found, **form.cleaned_data, today=clock.today(), by=request.membership
                )
        except ActionRefused as refusal:
            say(form, refusal)
        else:
            toast(request, "Réponse notée.")
            return redirect(place(request, "transmission", pk))
    return _page(request, found, answer_form=form, status=422)


@requires(Right.VALIDATE_INVOICE)
@require_POST
def cashed(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Write that the platform was told what was received."""
    found = fetch_transmission(request.membership, pk)
    return done(
        request,
        lambda: acts.tell_cashed(found, on=clock.today(), by=request.membership),
        said="Encaissement noté.",
        to=place(request, "transmission", pk),
    )


@requires(Right.VALIDATE_INVOICE)
@require_POST
def aside(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Write that an invoice is not deposited."""
    found = fetch_transmission(request.membership, pk)
    note = request.POST.get("note", "")
    return done(
        request,
        lambda: acts.set_aside(found, note=note, on=clock.today(), by=request.membership),
        said="Dépôt mis de côté.",
        to=place(request, "transmission", pk),
    )


@requires(Right.VALIDATE_INVOICE)
@require_POST
def retry(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Have a deposit that stopped sent again."""
    found = fetch_transmission(request.membership, pk)
    return done(
        request,
        lambda: carrying.retry(found, at=clock.now(), by=request.membership),
        said="L’envoi recommence : revenez dans une minute.",
        to=place(request, "transmission", pk),
    )


@requires(Right.VALIDATE_INVOICE)
@require_POST
def again(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Prepare another deposit of an invoice that nobody took."""
    found = fetch_transmission(request.membership, pk)
    return done(
        request,
        lambda: acts.deposit_again(found, by=request.membership),
        said="La facture attend à nouveau d’être déposée.",
        to=place(request, "transmissions"),
    )


def _page(
    request: PlaceRequest,
    found: Transmission,
    *,
    answer_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    last = found_by.transmission_of(found.invoice)
    return render(
        request,
        "invoicing/transmissions/transmission.html",
        {
            "found": found,
            "pill": pill_of(found),
            "events": _said(found_by.events_of(found)),
            "untold": found_by.cashed_untold(found),
            "is_waiting": found.status == TransmissionStatus.WAITING,
            "is_over": found.status in OVER,
            "may_retry": found.route == TransmissionRoute.API
            and bool(found.failure)
            and found.status not in OVER,
            "is_by_hand": found.route == TransmissionRoute.MANUAL,
            "may_again": found.status in OPEN_AGAIN and last == found,
            "must_credit": found.status in OVER - OPEN_AGAIN,
            "answer_form": answer_form
            or AnswerForm(after=found.status, initial={"on": clock.today()}, auto_id="reponse_%s"),
            "aside_form": AsideForm(auto_id="cote_%s"),
            "trail": told(found),
            "crumbs": [("Dépôts de factures", place(request, "transmissions")), (found.number, "")],
        },
        status=status,
    )
