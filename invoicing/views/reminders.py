"""Reminders: what is late, what is said of it, who is left alone, in what words."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import form_page, page_of
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing import permissions, queries
from invoicing.actions import reminders as actions
from invoicing.enums import LetterKind
from invoicing.forms.reminders import HoldForm, LevelForm
from invoicing.models import ReminderHold, ReminderLevel
from invoicing.permissions import fetch_invoice, may_remind
from invoicing.rules.reminders import BLANKS
from invoicing.views.frame import done, place


@requires(Right.SELL, Right.VALIDATE_INVOICE, Right.RECORD_PAYMENT)
@require_safe
def late(request: PlaceRequest, slug: str) -> HttpResponse:
    """Invoices past their due date: the last thing said of each, and what comes next."""
    today = clock.today()
    search = request.GET.get("q", "").strip()
    ids = permissions.reminded_activity_ids(request.membership)
    page = page_of(request, queries.late_settlements(ids, on=today, search=search))
    return render(
        request,
        "invoicing/reminders/late.html",
        {
            "page": page,
            "rows": queries.with_reminders(page, on=today),
            "levels": {level.rank: level for level in queries.reminder_levels()},
            "owed": queries.owed(ids, on=today),
            "search": search,
            "is_staff": ids is None,
            "may_set": _may_set(request),
        },
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE, Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def remind(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Read the mail as the customer would, with what lateness costs; then send it."""
    invoice = fetch_invoice(request.membership, pk, may=may_remind)
    today = clock.today()
    level = _asked(request)
    if request.method == "POST":
        return done(
            request,
            lambda: actions.remind(invoice, on=today, level=level, by=request.membership),
            said="Relance envoyée.",
            to=place(request, "reminder", pk),
        )
    settlement = queries.settlement_of(invoice)
    written, refusal = None, ""
    try:
        level = level or actions.next_level(invoice)
    except ActionRefused as refused:
        refusal = refused.message
    if level and settlement:
        written = actions.worded(level, invoice, settlement, on=today, by=request.membership)
    return render(
        request,
        "invoicing/reminders/invoice.html",
        {
            "invoice": invoice,
            "settlement": settlement,
            "lateness": settlement and queries.lateness_of(invoice, settlement, on=today),
            "level": level,
            "written": written,
            "refusal": refusal,
            "recipient": ", ".join(queries.recipients(invoice.customer, LetterKind.REMINDERS)),
            "is_late": settlement is not None
            and bool(settlement.claimable)
            and settlement.due_on < today,
            "chips": [
                {
                    "label": found.label,
                    "count": None,
                    "url": place(request, "reminder", pk, niveau=found.rank),
                    "active": level is not None and found.pk == level.pk,
                }
                for found in queries.reminder_levels()
            ],
            "reminders": queries.reminders_of(invoice),
            "hold": queries.hold_on(invoice, on=today),
            "form": HoldForm(),
            "crumbs": [("Relances", place(request, "reminders")), (str(invoice), "")],
        },
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE, Right.RECORD_PAYMENT)
@require_POST
def hold(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=may_remind)
    form = HoldForm(request.POST)
    if not form.is_valid():
        raise ActionRefused(
            "Dites pourquoi, par exemple un échéancier convenu ou un litige.",
            code="reason_missing",
        )
    what = form.cleaned_data["what"]
    return done(
        request,
        lambda: actions.hold_reminders(
            invoice.activity,
            customer=invoice.customer if what == HoldForm.CUSTOMER else None,
            invoice=invoice if what == HoldForm.INVOICE else None,
            until=form.cleaned_data["until"],
            reason=form.cleaned_data["reason"],
            on=clock.today(),
            by=request.membership,
        ),
        said="Relances en pause.",
        to=place(request, "reminder", pk),
    )


@requires(Right.SELL, Right.VALIDATE_INVOICE, Right.RECORD_PAYMENT)
@require_POST
def lift(request: PlaceRequest, slug: str, pk: int, hold_pk: int) -> HttpResponse:
    invoice = fetch_invoice(request.membership, pk, may=may_remind)
    found = get_object_or_404(ReminderHold, pk=hold_pk, activity=invoice.activity_id)
    return done(
        request,
        lambda: actions.lift_hold(found, by=request.membership),
        said="Relances reprises.",
        to=place(request, "reminder", pk),
    )


@requires(Right.CONFIGURE, Right.RECORD_PAYMENT)
@require_safe
def levels(request: PlaceRequest, slug: str) -> HttpResponse:
    return render(
        request,
        "invoicing/reminders/levels.html",
        {
            "levels": queries.reminder_levels(active=False),
            "crumbs": _crumbs(request, "Niveaux"),
        },
    )


@requires(Right.CONFIGURE, Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def level(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(ReminderLevel, pk=pk)
    form = LevelForm(request.POST or None, instance=get_object_or_404(ReminderLevel, pk=pk))

    def act() -> str:
        actions.set_level(found, by=request.membership, **form.cleaned_data)
        toast(request, "Niveau enregistré. Les relances déjà envoyées ne changent pas.")
        return place(request, "reminder_levels")

    return form_page(
        request,
        form,
        act,
        template="invoicing/reminders/level.html",
        title=found.label,
        intro=f"Niveau {found.rank} des relances",
        verb="Enregistrer",
        back=place(request, "reminder_levels"),
        crumbs=[*_crumbs(request, "Niveaux")[:-1], ("Niveaux", place(request, "reminder_levels")),
                (found.label, "")],
        level=found,
        blanks=BLANKS,
    )  # fmt: skip


@requires(Right.CONFIGURE, Right.RECORD_PAYMENT)
@require_POST
def level_test(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = get_object_or_404(ReminderLevel, pk=pk)
    return done(
        request,
        lambda: actions.send_test(found, by=request.membership),
        said=f"Essai envoyé à {request.membership.user.email}.",
        to=place(request, "reminder_level", pk),
    )


def _crumbs(request: PlaceRequest, here: str) -> list[tuple[str, str]]:
    may_see = any(
        has_right(request.membership, right)
        for right in (Right.SELL, Right.VALIDATE_INVOICE, Right.RECORD_PAYMENT)
    )
    return [("Relances", place(request, "reminders") if may_see else ""), (here, "")]


def _may_set(request: PlaceRequest) -> bool:
    return has_right(request.membership, Right.CONFIGURE) or has_right(
        request.membership, Right.RECORD_PAYMENT
    )


def _asked(request: PlaceRequest) -> ReminderLevel | None:
    rank = request.POST.get("niveau") or request.GET.get("niveau", "")
    if not rank.isdecimal() or len(rank) > 1:
        return None
    return ReminderLevel.objects.filter(rank=int(rank), is_active=True).first()
