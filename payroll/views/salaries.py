"""« Mes salaires »: choose the month's pay and see at once what it does; one's own payslips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.documents import attachment
from cae.core.enums import Right
from cae.core.money import ZERO
from cae.core.pages import page_of
from cae.core.periods import Month, french_month, of_french_month
from cae.core.permissions import requires
from cae.core.replay import new_nonce, once
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, Entrepreneur
from payroll import actions, queries
from payroll.enums import SalaryMode
from payroll.forms import OWN_MODES, SalaryForm
from payroll.permissions import fetch_payslip, fetch_person, may_read_own
from payroll.rules.budget import why_unspent
from payroll.rules.wishes import Pay, Wish
from payroll.views.shown import PayShown, pay_shown, slip_context

_PER_PAGE = 24


@dataclass(frozen=True, slots=True)
class _Choosing:
    """The month whose salary is on the page, for one person."""

    person: Entrepreneur
    month: Month
    payee: queries.Payee | None
    is_open: bool
    #: Why it is not open, as a sentence.
    reason: str
    #: Why the payslip, validated once, is being corrected.
    taken_back: str


@requires(Right.CHOOSE_SALARY)
@require_http_methods(["GET", "POST"])
def salaries(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    choosing = _choosing(request, on=today)
    form = SalaryForm(request.POST or None, initial=_initial(choosing), offered=OWN_MODES)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and "preview" not in request.POST:
            try:
                return once(request, lambda: _chosen(request, choosing, form, on=today))
            except ActionRefused as refused:
                form.add_error(None, refused.message)
    return render(
        request,
        "payroll/salaries.html",
        {
            "choosing": choosing,
            "deadline": queries.choice_deadline(choosing.month),
            "made": queries.wish_of(choosing.person, choosing.month),
            "months": _months(choosing, on=today),
            "form": form,
            "nonce": new_nonce(),
            "parts": _parts(choosing.payee),
            "shown": _shown(choosing, form),
            "page": page_of(request, queries.own_payslips(choosing.person), per_page=_PER_PAGE),
            "preview_url": _url(request, "salary_preview", choosing.month),
        },
        status=status,
    )


@requires(Right.CHOOSE_SALARY)
@require_POST
def preview(request: PlaceRequest, slug: str) -> HttpResponse:
    """Answer what a choice would give, while it is being typed; nothing is kept."""
    choosing = _choosing(request, on=clock.today())
    form = SalaryForm(request.POST)
    return render(
        request,
        "payroll/_consequences.html",
        {"shown": _shown(choosing, form), "choosing": choosing, "is_live": True},
    )


@requires(Right.SEE_OWN)
@require_safe
def own_payslip(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """A payslip of one's own, each line with its rule, its rate and its text."""
    payslip = fetch_payslip(request.membership, pk, may=may_read_own)
    crumbs = [
        ("Mes salaires", reverse("payroll:salaries", args=[slug])),
        (french_month(payslip.month).capitalize(), ""),
    ]
    return render(request, "payroll/own_payslip.html", {**slip_context(payslip), "crumbs": crumbs})


@requires(Right.SEE_OWN)
@require_safe
def own_payslip_pdf(request: PlaceRequest, slug: str, pk: int) -> HttpResponse | FileResponse:
    """Download the PDF of one's own payslip; the first time it may have to be made."""
    payslip = fetch_payslip(request.membership, pk, may=may_read_own)
    if payslip.document is not None:
        return attachment(actions.take_payslip(payslip, by=request.membership))
    actions.request_document(payslip)
    return render(
        request,
        "payroll/payslip_soon.html",
        {
            "payslip": payslip,
            "back": reverse("payroll:own_payslip", args=[slug, pk]),
            "nonce": new_nonce(),
        },
        status=202,
    )


def _choosing(request: PlaceRequest, *, on: date) -> _Choosing:
    """Return the month asked for by `?mois=` if it can be chosen, else the next to choose."""
    person = fetch_person(request.membership)
    this = Month.of(on)
    wanted = request.GET.get("mois", "")
    found = [_month(person, month, on=on) for month in (this, this.next())]
    asked = [choosing for choosing in found if str(choosing.month) == wanted]
    return next(iter(asked), None) or next((c for c in found if c.is_open), found[0])


def _month(person: Entrepreneur, month: Month, *, on: date) -> _Choosing:
    payee = queries.payee_of(person, month, on=on)
    slip = queries.payslip_for(person, month)
    reason = ""
    if payee is None:
        reason = "Votre contrat ne donne pas de bulletin de paie ce mois-là."
    elif slip is not None and not slip.is_draft:
        reason = "Votre bulletin est validé\u00a0: ce salaire ne change plus."
    elif on > queries.choice_deadline(month):
        reason = (
            "La date limite est passée. Si votre bulletin n’est pas encore validé, appelez "
            "l’équipe d’appui."
        )
    taken_back = slip.taken_back_for if slip is not None and slip.is_draft else ""
    return _Choosing(person, month, payee, not reason, reason, taken_back)


def _chosen(request: PlaceRequest, choosing: _Choosing, form: SalaryForm, *, on: date) -> str:
    actions.choose_salary(
        choosing.person,
        choosing.month,
        mode=form.mode_chosen,
        amount=form.amount_chosen,
        on=on,
        by=request.membership,
    )
    toast(request, f"Salaire {of_french_month(choosing.month)} choisi.")
    return _url(request, "salaries", choosing.month)


def _initial(choosing: _Choosing) -> dict[str, object]:
    """The choice that holds: the one made, else the last one that goes on."""
    if choosing.payee is None:
        return {}
    wish = choosing.payee.wish
    amount = None if wish.mode == SalaryMode.ALL else wish.amount
    return {"mode": wish.mode, "amount": amount}


def _shown(choosing: _Choosing, form: SalaryForm) -> PayShown | None:
    """Return what the choice on the page gives, None where there is nothing to compute."""
    if choosing.payee is None:
        return None
    if not form.is_bound:
        return _computed(choosing.payee, choosing.payee.wish)
    if not form.is_valid():
        return PayShown(error="Complétez votre choix pour voir ce qu’il donne.")
    return _computed(choosing.payee, Wish(form.mode_chosen, form.amount_chosen or ZERO))


def _computed(payee: queries.Payee, wish: Wish) -> PayShown:
    try:
        pay: Pay = payee.pay(wish)
    except ActionRefused as refused:
        return PayShown(error=refused.message)
    return pay_shown(
        pay,
        available=payee.available,
        fixed_part=payee.contract.fixed_part,
        why_unspent=why_unspent(pay.distribution, before=payee.before),
    )


def _parts(payee: queries.Payee | None) -> list[dict[str, object]]:
    """Return what each activity can pay, with its name."""
    if payee is None:
        return []
    activities = Activity.objects.in_bulk(part.activity_id for part in payee.parts)
    return [{"activity": activities[part.activity_id], "part": part} for part in payee.parts]


def _months(choosing: _Choosing, *, on: date) -> list[dict[str, object]]:
    this = Month.of(on)
    return [
        {
            "label": french_month(month).capitalize(),
            "count": None,
            "url": f"?mois={month}",
            "active": month == choosing.month,
        }
        for month in (this, this.next())
    ]


def _url(request: PlaceRequest, name: str, month: Month) -> str:
    return f"{reverse(f'payroll:{name}', args=[request.cooperative.slug])}?mois={month}"
