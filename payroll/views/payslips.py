"""One payslip, for whoever prepares the pay: how it was obtained, what to check, to correct."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import audit, clock
from cae.core.accounts import recently_authenticated
from cae.core.documents import attachment
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.periods import Month, french_month
from cae.core.permissions import has_right, requires
from cae.core.replay import new_nonce
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from payroll import actions, queries
from payroll.enums import ControlCode, SalaryMode
from payroll.forms import NoteForm, ReasonForm, SalaryForm
from payroll.models import Payslip
from payroll.permissions import fetch_payslip, may_validate
from payroll.rules.frozen import thawed
from payroll.rules.wishes import Wish
from payroll.views.shown import slip_context


@requires(Right.RUN_PAYROLL)
@require_safe
def payslip(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    payslip = fetch_payslip(request.membership, pk)
    may_see_trail = has_right(request.membership, Right.SEE_AUDIT)
    return render(
        request,
        "payroll/payslip.html",
        {
            **slip_context(payslip),
            "controls": queries.controls_of(payslip),
            "state": queries.state_of(payslip),
            "note_form": NoteForm(),
            "reason_form": ReasonForm(auto_id="reprendre-%s"),
            "crumbs": _crumbs(slug, payslip),
            "around": queries.neighbours(payslip),
            "may_validate": may_validate(request.membership),
            "trail": audit.trail(payslip)[:20] if may_see_trail else [],
            "nonce": new_nonce(),
        },
    )


@requires(Right.RUN_PAYROLL)
@require_POST
def check(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Say that a point was looked at."""
    payslip = fetch_payslip(request.membership, pk)
    code = request.POST.get("code", "")
    if code not in ControlCode.values:
        raise Http404
    form = NoteForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    actions.acknowledge_control(
        payslip, ControlCode(code), on=clock.today(), by=request.membership, note=note
    )
    toast(request, "Point vérifié.")
    return redirect("payroll:payslip", slug=slug, pk=pk)


@requires(Right.RUN_PAYROLL)
@require_http_methods(["GET", "POST"])
def correct(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Choose the salary in the person's place, then compute the run again."""
    payslip = fetch_payslip(request.membership, pk)
    wish = thawed(Wish, payslip.inputs["wish"])
    initial = {
        "mode": wish.mode,
        "amount": None if wish.mode == SalaryMode.ALL else wish.amount,
    }
    form = SalaryForm(request.POST or None, initial=initial)
    back = reverse("payroll:payslip", args=[slug, pk])

    def corrected() -> str:
        today = clock.today()
        actions.choose_salary(
            payslip.entrepreneur,
            Month.of(payslip.month),
            mode=form.mode_chosen,
            amount=form.amount_chosen,
            on=today,
            by=request.membership,
            for_them=True,
        )
        actions.compute_run(payslip.run, on=today, by=request.membership)
        toast(request, "Salaire corrigé, paie recalculée.")
        return back

    return form_page(
        request,
        form,
        corrected,
        template="payroll/correct.html",
        title="Corriger le salaire",
        intro=f"{payslip.entrepreneur.full_name}, {french_month(payslip.month)}",
        verb="Choisir ce salaire",
        back=back,
        crumbs=[
            *_crumbs(slug, payslip)[:-1],
            (payslip.entrepreneur.full_name, back),
            ("Corriger", ""),
        ],
        payslip=payslip,
    )


@requires(Right.VALIDATE_PAYROLL)
@require_POST
@recently_authenticated
def validate_one(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    payslip = fetch_payslip(request.membership, pk)
    actions.validate_payslips(payslip.run, [pk], on=clock.today(), by=request.membership)
    toast(request, f"Bulletin de {payslip.entrepreneur.full_name} validé.")
    return redirect("payroll:payslip", slug=slug, pk=pk)


@requires(Right.VALIDATE_PAYROLL)
@require_POST
@recently_authenticated
def take_back_one(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    payslip = fetch_payslip(request.membership, pk)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    actions.step_back(payslip.run, [pk], reason=reason, on=clock.today(), by=request.membership)
    toast(request, f"Bulletin de {payslip.entrepreneur.full_name} repris.")
    return redirect("payroll:payslip", slug=slug, pk=pk)


@requires(Right.RUN_PAYROLL)
@require_safe
def payslip_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponse | FileResponse:
    """Download the PDF of a payslip; where it is not made yet, it is asked for."""
    payslip = fetch_payslip(request.membership, pk)
    if payslip.document is not None:
        return attachment(actions.take_payslip(payslip, by=request.membership))
    actions.request_document(payslip)
    return render(
        request,
        "payroll/payslip_soon.html",
        {"payslip": payslip, "back": reverse("payroll:payslip", args=[slug, pk])},
        status=202,
    )


def _crumbs(slug: str, payslip: Payslip, *, back: str = "") -> list[tuple[str, str]]:
    return [
        ("Paie", reverse("payroll:runs", args=[slug])),
        (
            french_month(payslip.month).capitalize(),
            reverse("payroll:run", args=[slug, payslip.run_id]),
        ),
        (payslip.inputs["person"]["name"], back),
    ]
