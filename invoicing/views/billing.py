"""The billing plan of an accepted quote, and the schedule of one that is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock, replay
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import actions, permissions, queries
from invoicing.documents.faces import face_of
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import InvoiceStatus, QuoteStatus
from invoicing.forms.billing import (
    DepositForm,
    DetailsForm,
    EqualScheduleForm,
    InstalmentFormSet,
    ProgressForm,
    ScheduleShownForm,
)
from invoicing.models import Invoice, Quote
from invoicing.permissions import fetch_invoice, fetch_quote
from invoicing.views.frame import INVOICE_PILLS, RETENTION_PILLS, place


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def plan(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return _page(request, fetch_quote(request.membership, pk))


@requires(Right.SELL)
@require_POST
def deposit(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    form = DepositForm(request.POST)
    if not form.is_valid():
        return _page(request, quote, deposit_form=form, status=422)
    return _billed(
        request,
        quote,
        lambda: actions.bill_deposit(
            quote,
            share=form.cleaned_data["share"],
            net=form.cleaned_data["net"],
            by=request.membership,
        ),
        deposit_form=form,
    )


@requires(Right.SELL)
@require_POST
def situation(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    form = ProgressForm(request.POST, lines=queries.billing_plan(quote).lines)
    if not form.is_valid():
        return _page(request, quote, progress_form=form, status=422)
    return _billed(
        request,
        quote,
        lambda: actions.bill_progress(
            quote,
            progress=form.progress,
            with_deposits=form.cleaned_data["with_deposits"],
            by=request.membership,
        ),
        progress_form=form,
    )


@requires(Right.SELL)
@require_POST
def rest(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    return _billed(request, quote, lambda: actions.bill_rest(quote, by=request.membership))


@requires(Right.SELL)
@require_POST
def instalment(request: PlaceRequest, slug: str, pk: int, instalment_pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    found = quote.instalments.filter(pk=instalment_pk).first()
    if found is None:
        raise Http404
    return _billed(request, quote, lambda: actions.bill_instalment(found, by=request.membership))


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def schedule(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    quote = fetch_quote(request.membership, pk, may=permissions.may_write)
    if not quote.is_being_written:
        to = "quote" if quote.status == QuoteStatus.DRAFT else "quote_plan"
        return redirect(place(request, to, pk))
    return _schedule(request, quote)


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def details(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Change what a draft says beside its lines, which come from the plan."""
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_write)
    if invoice.status != InvoiceStatus.DRAFT:
        return redirect(place(request, "invoice", pk))
    names = tuple(DetailsForm.base_fields)
    form = DetailsForm(
        request.POST or None, initial={name: getattr(invoice, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                content = replace(actions.invoice_content(invoice), **form.details)
                actions.change_details(invoice, content=content, by=request.membership)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
        else:
            toast(request, "Facture corrigée.")
            return redirect(place(request, "invoice", pk))
    return render(
        request,
        "invoicing/invoice_details.html",
        {
            "invoice": invoice,
            "form": form,
            "crumbs": [
                ("Devis et factures", place(request, "invoices")),
                (str(invoice), place(request, "invoice", pk)),
                ("Modifier", ""),
            ],
        },
        status=422 if form.is_bound else 200,
    )


def _billed(
    request: PlaceRequest, quote: Quote, bill: Callable[[], Invoice], **forms: object
) -> HttpResponse:
    """Write a draft once, and go to it; a refusal is said on the plan."""
    try:
        with transaction.atomic():
            return replay.once(request, lambda: place(request, "invoice", bill().pk))
    except ActionRefused as refusal:
        return _page(request, quote, refusal=refusal.message, status=422, **forms)


def _page(
    request: PlaceRequest,
    quote: Quote,
    *,
    deposit_form: object = None,
    progress_form: object = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    if quote.status != QuoteStatus.ACCEPTED:
        return redirect(place(request, "quote", quote.pk))
    plan = queries.billing_plan(quote)
    may_write = permissions.may_write(request.membership, quote)
    is_open = may_write and not plan.is_closed and plan.pending is None
    share = quote.deposit_rate if quote.deposit_rate and not plan.standing else None
    return render(
        request,
        "invoicing/plan.html",
        {
            "quote": quote,
            "plan": plan,
            "rows": [
                {"invoice": row.invoice, "pill": INVOICE_PILLS[row.state]}
                for row in queries.with_settlements(
                    [each.invoice for each in plan.invoices], on=clock.today()
                )
            ],
            "retentions": _retentions(quote),
            "may_bill": is_open,
            "may_write": may_write,
            "deposit_form": deposit_form or DepositForm(initial={"share": share}),
            "progress_form": progress_form or ProgressForm(lines=plan.lines),
            "refusal": refusal,
            "nonce": replay.new_nonce(),
            "crumbs": [
                ("Devis et factures", place(request, "quotes")),
                (str(quote), place(request, "quote", quote.pk)),
                ("Plan de facturation", ""),
            ],
        },
        status=status,
    )


def _retentions(quote: Quote) -> list[tuple[queries.RetentionShown, tuple[str, str, str]]]:
    if not quote.retention_rate:
        return []
    rows = queries.retentions_of_quote(quote.pk)
    shown = queries.retentions_shown(rows, on=clock.today())
    return [(found, RETENTION_PILLS[found.state]) for found in shown]


def _schedule(request: PlaceRequest, quote: Quote) -> HttpResponse:
    rows = list(quote.instalments.all())
    initial = [{"label": row.label, "due_on": row.due_on, "net": row.net} for row in rows]
    posted = request.POST if request.method == "POST" else None
    is_equal = posted is not None and "equal" in posted
    equal = EqualScheduleForm(posted if is_equal else None, prefix="egal")
    lines = InstalmentFormSet(
        _with_one_more(None if is_equal else posted), initial=initial, prefix="echeances"
    )
    shown = ScheduleShownForm(None if is_equal else posted, initial={"shown": quote.schedule_shown})
    refusal = ""
    is_sent = posted is not None and "add_line" not in posted
    if is_sent:
        try:
            with transaction.atomic():
                if _saved(request, quote, equal if is_equal else None, lines, shown):
                    toast(request, "Échéancier enregistré.")
                    return redirect(place(request, "quote_schedule", quote.pk))
        except ActionRefused as refused:
            refusal = refused.message
    return render(
        request,
        "invoicing/schedule.html",
        {
            "quote": quote,
            "rows": rows,
            "equal": equal,
            "lines": lines,
            "shown": shown,
            "face": face_of(quote_snapshot(quote, list(quote.lines.all()), on=clock.today())),
            "refusal": refusal,
            "crumbs": [
                ("Devis et factures", place(request, "quotes")),
                (str(quote), place(request, "quote", quote.pk)),
                ("Échéancier", ""),
            ],
        },
        status=422 if is_sent else 200,
    )


def _saved(
    request: PlaceRequest,
    quote: Quote,
    equal: EqualScheduleForm | None,
    lines: Any,
    shown: ScheduleShownForm,
) -> bool:
    if equal is not None:
        if not equal.is_valid():
            return False
        actions.set_equal_schedule(quote, count=equal.cleaned_data["count"], by=request.membership)
        return True
    if not (lines.is_valid() and shown.is_valid()):
        return False
    actions.set_schedule(quote, lines.typed, by=request.membership)
    if shown.cleaned_data["shown"]:
        actions.show_schedule(quote, shown.cleaned_data["shown"], by=request.membership)
    return True


def _with_one_more(posted: Any) -> Any:
    """Without script « Ajouter » posts the form: answer with one more line."""
    if posted is None or "add_line" not in posted:
        return posted
    data = posted.copy()
    count = data.get("echeances-TOTAL_FORMS", "")
    data["echeances-TOTAL_FORMS"] = str(int(count) + 1 if count.isdecimal() else 1)
    return data
