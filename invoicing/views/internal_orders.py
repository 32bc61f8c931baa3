"""Internal orders: the list of both sides, one order, what each side does with it."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock, replay
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing import actions, permissions, queries
from invoicing.enums import InternalOrderStatus
from invoicing.forms.internal_orders import (
    COOPERATIVE,
    InternalOrderForm,
    OrderReasonForm,
    order_lines,
)
from invoicing.models import InternalOrder
from invoicing.permissions import fetch_internal_order
from invoicing.rules.internal_orders import ordered_total
from invoicing.views.frame import chosen_activity, done, history, page_of, place

_STATUS = InternalOrderStatus
PILLS = {
    _STATUS.DRAFT: ("Brouillon", "", ""),
    _STATUS.PROPOSED: ("Proposée", "info", "clock"),
    _STATUS.ACCEPTED: ("Acceptée", "ok", "check"),
    _STATUS.REFUSED: ("Refusée", "danger", "circle-alert"),
    _STATUS.CANCELLED: ("Annulée", "", ""),
}
_OWN_BOXES = {
    "": "Toutes",
    "to_answer": "À répondre",
    "received": "Reçues",
    "sent": "Envoyées",
}
_STAFF_BOXES = {
    "": "Toutes",
    "to_answer": "À la coopérative",
    "waiting": "En attente de réponse",
}


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def internal_orders(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    boxes = _STAFF_BOXES if ids is None else _OWN_BOXES
    box, text = request.GET.get("boite", ""), request.GET.get("q", "").strip()
    if box not in boxes:
        box = ""
    rows = queries.in_box(queries.internal_orders_of(ids), box, ids)
    page = page_of(request, queries.searched(rows, text, amount="total"))
    counts = queries.internal_order_counts(ids)
    return render(
        request,
        "invoicing/internal/list.html",
        {
            "page": page,
            "rows": [_row(order, ids) for order in page],
            "q": text,
            "box": box,
            "chips": [
                {
                    "label": label,
                    "count": counts[key or "all"],
                    "url": place(request, "internal_orders", boite=key, q=text),
                    "active": key == box,
                }
                for key, label in boxes.items()
            ],
            "is_staff": ids is None,
            "may_sell": has_right(request.membership, Right.SELL),
            "is_on": request.cooperative.internal_orders,
            "is_empty": not counts["all"],
        },
    )


def _row(order: InternalOrder, ids: tuple[int, ...] | None) -> dict[str, Any]:
    """Return an order as its reader sees it: who is on the other side, which way money goes."""
    is_sold = ids is None or order.activity_id in ids
    return {
        "order": order,
        "pill": PILLS[_STATUS(order.status)],
        "other": order.buyer_name if is_sold else order.seller_name,
        "way": "Vous vendez" if is_sold else "Vous achetez",
    }


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_internal_order(request: PlaceRequest, slug: str) -> HttpResponse:
    if not request.cooperative.internal_orders:
        raise Http404
    activity, activities = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    return _edit(request, activity, activities=activities)


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_write_order)
    if order.status != _STATUS.DRAFT:
        return redirect(place(request, "internal_order", pk))
    return _edit(request, order.activity, order=order)


def _edit(
    request: PlaceRequest,
    activity: Activity,
    *,
    order: InternalOrder | None = None,
    activities: list[Activity] | None = None,
) -> HttpResponse:
    today = clock.today()
    posted = _with_one_more(request.POST) if request.method == "POST" else None
    form = InternalOrderForm(
        posted,
        initial=_initial(order),
        counterparties=queries.counterparties(activity.pk, on=today),
    )
    lines = order_lines(posted, initial=_initial_lines(order), extra=0 if order else 1)
    context = {
        "form": form,
        "lines": lines,
        "order": order,
        "activity": activity,
        "activities": activities or [],
        "crumbs": [
            ("Commandes internes", place(request, "internal_orders")),
            (str(order) if order else "Nouvelle commande", ""),
        ],
        "nonce": request.POST.get(replay.FIELD) or replay.new_nonce(),
    } | _total(lines, order)
    if request.htmx:
        return render(request, "invoicing/internal/_live.html", context)
    template = "invoicing/internal/editor.html"
    if posted is None or "add_line" in posted or posted.get("do") == "refresh":
        return render(request, template, context)
    if form.is_valid() & lines.is_valid():
        values = {"lines": lines.ordered, "on": today, "by": request.membership, **form.details}

        def write() -> str:
            written = (
                actions.change_internal_order(order, **values)
                if order
                else actions.create_internal_order(activity, **values)
            )
            toast(request, "Brouillon enregistré.")
            return place(request, "internal_order", written.pk)

        try:
            with transaction.atomic():
                return replay.once(request, write)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
    return render(request, template, context, status=422)


def _total(lines: Any, order: InternalOrder | None) -> dict[str, Any]:
    """Return what the typed lines add up to, or why they do not."""
    if not lines.is_bound:
        for form, line in zip(lines.forms, order.lines.all() if order else [], strict=False):
            form.net = line.net
        return {"total": order.total if order else None}
    if not (typed := lines.ordered):
        return {"total": None}
    try:
        return {"total": ordered_total(typed)}
    except ActionRefused as refusal:
        return {"total": None, "refusal": refusal.message}


def _initial(order: InternalOrder | None) -> dict[str, Any]:
    if order is None:
        return {}
    buyer = COOPERATIVE if order.buyer_id is None else str(order.buyer_id)
    return {"buyer": buyer, "subject": order.subject, "notes": order.notes}


def _initial_lines(order: InternalOrder | None) -> list[dict[str, Any]]:
    if order is None:
        return []
    return [
        {
            "label": line.label,
            "description": line.description,
            "quantity": line.quantity.normalize(),
            "unit": line.unit,
            "unit_price": line.unit_price.normalize(),
        }
        for line in order.lines.all()
    ]


def _with_one_more(posted: Any) -> Any:
    """Without script « Ajouter une ligne » posts the form: answer with one more."""
    if "add_line" not in posted:
        return posted
    data = posted.copy()
    count = data.get("lignes-TOTAL_FORMS", "")
    data["lignes-TOTAL_FORMS"] = str(int(count) + 1 if count.isdecimal() else 1)
    return data


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return record(request, fetch_internal_order(request.membership, pk))


def record(
    request: PlaceRequest, order: InternalOrder, *, reason: OrderReasonForm | None = None
) -> HttpResponse:
    """Show an order; `reason` is what was missing to refuse or cancel it."""
    by = request.membership
    waits = order.status == _STATUS.PROPOSED
    may_answer = waits and permissions.may_answer_order(by, order)
    left = queries.left_to_buyer(order) if may_answer else None
    may_go_beyond = permissions.may_go_beyond(by)
    return render(
        request,
        "invoicing/internal/order.html",
        {
            "order": order,
            "lines": list(order.lines.all()),
            "pill": PILLS[_STATUS(order.status)],
            "steps": _steps(order),
            "left": left,
            "may_write": permissions.may_write_order(by, order),
            "may_answer": may_answer and by.pk != order.proposed_by_id,
            "is_own_answer": may_answer and by.pk == order.proposed_by_id,
            "may_accept": left is None or not left.is_short or may_go_beyond,
            "may_go_beyond": may_go_beyond,
            "may_cancel": order.status == _STATUS.ACCEPTED
            and permissions.may_cancel_order(by, order),
            "is_on": request.cooperative.internal_orders,
            "reason_form": reason or OrderReasonForm(),
            "trail": history(request, order),
            "crumbs": [
                ("Commandes internes", place(request, "internal_orders")),
                (str(order), ""),
            ],
        },
        status=422 if reason else 200,
    )


@requires(Right.SELL)
@require_POST
def propose_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_write_order)
    return done(
        request,
        lambda: actions.propose_internal_order(order, by=request.membership),
        said=f"Proposée à {order.buyer_name}.",
        to=place(request, "internal_order", pk),
    )


@requires(Right.SELL)
@require_POST
def withdraw_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_write_order)
    return done(
        request,
        lambda: actions.withdraw_internal_order(order, by=request.membership),
        said="Reprise\u00a0: corrigez-la, puis proposez-la à nouveau.",
        to=place(request, "internal_order", pk),
    )


@requires(Right.SELL)
@require_POST
def discard_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_write_order)
    return done(
        request,
        lambda: actions.discard_internal_order(order, by=request.membership),
        said="Brouillon supprimé.",
        to=place(request, "internal_orders"),
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def accept_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_answer_order)
    return done(
        request,
        lambda: actions.accept_internal_order(
            order,
            on=clock.today(),
            by=request.membership,
            beyond=permissions.may_go_beyond(request.membership),
        ),
        said=f"Acceptée\u00a0: {order.seller_name} a reçu son argent.",
        to=place(request, "internal_order", pk),
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def refuse_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_answer_order)
    form = OrderReasonForm(request.POST)
    if not form.is_valid():
        return record(request, order, reason=form)
    return done(
        request,
        lambda: actions.refuse_internal_order(
            order, reason=form.cleaned_data["reason"], by=request.membership
        ),
        said=f"Refusée\u00a0: {order.seller_name} lira votre motif.",
        to=place(request, "internal_order", pk),
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE)
@require_POST
def cancel_internal_order(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    order = fetch_internal_order(request.membership, pk, may=permissions.may_cancel_order)
    form = OrderReasonForm(request.POST)
    if not form.is_valid():
        return record(request, order, reason=form)
    return done(
        request,
        lambda: actions.cancel_internal_order(
            order,
            reason=form.cleaned_data["reason"],
            on=clock.today(),
            by=request.membership,
            beyond=permissions.may_go_beyond(request.membership),
        ),
        said=f"Annulée\u00a0: l’argent est revenu à {order.buyer_name}.",
        to=place(request, "internal_order", pk),
    )


def _steps(order: InternalOrder) -> list[dict[str, str]]:
    """Return the way of an order, as the component draws it."""
    status = _STATUS(order.status)
    labels = ["Brouillon", "Proposée", "Acceptée"]
    here = {_STATUS.DRAFT: 0, _STATUS.PROPOSED: 1}.get(status, 2)
    if status == _STATUS.REFUSED:
        labels[2] = "Refusée"
    if status == _STATUS.CANCELLED:
        labels.append("Annulée")
        here = 3
    steps = [
        {"label": label, "state": "done" if rank < here else "current" if rank == here else ""}
        for rank, label in enumerate(labels)
    ]
    if status == _STATUS.ACCEPTED:
        steps[here]["state"] = "done"
    if status in (_STATUS.REFUSED, _STATUS.CANCELLED):
        steps[here]["state"] = "blocked"
    return steps
