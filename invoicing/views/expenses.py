"""A person's expenses: add one, watch the month, submit it."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.documents import keep_upload, received
from cae.core.enums import DocumentKind, Right
from cae.core.models import StoredDocument
from cae.core.permissions import has_right, requires
from cae.core.replay import new_nonce, once
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from entrepreneurs import queries as people
from entrepreneurs.labels import told
from entrepreneurs.models import Activity, Entrepreneur
from invoicing import queries
from invoicing.actions import expenses
from invoicing.actions.transfers import refund_batch
from invoicing.forms.expenses import ExpenseForm, JourneyForm, VoucherForm
from invoicing.models import ExpenseSheet
from invoicing.permissions import (
    fetch_sheet,
    may_approve_sheet,
    may_refund_sheet,
    may_write_sheet,
)
from invoicing.views.vouchers import line_of


@requires(Right.SPEND)
@require_safe
def expense_sheets(request: PlaceRequest, slug: str) -> HttpResponse:
    """The person's sheets, latest month first, and what each waits for."""
    person, _ = _person_and_activities(request)
    sheets = queries.sheets_of(person.pk)
    return render(
        request,
        "invoicing/expenses/sheets.html",
        {"sheets": sheets, "summary": queries.refunds_expected(person.pk)},
    )


@requires(Right.SPEND)
@require_http_methods(["GET", "POST"])
def new_expense(request: PlaceRequest, slug: str) -> HttpResponse:
    person, activities = _person_and_activities(request)
    today = clock.today()
    form = ExpenseForm(
        request.POST or None,
        request.FILES or None,
        activities=activities,
        initial={"spent_on": today},
    )

    def create() -> str:
        data = dict(form.cleaned_data)
        upload = data.pop("voucher")
        voucher = _kept(request, upload, person) if upload else None
        line = expenses.add_expense(
            person,
            data.pop("activity"),
            voucher=voucher,
            on=today,
            by=request.membership,
            **{**data, "paid_vat": data["paid_vat"] or 0},
        )
        return _sheet_url(request, line.sheet_id)

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, create)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
    return _entry(request, "invoicing/expenses/new_expense.html", form)


@requires(Right.SPEND)
@require_http_methods(["GET", "POST"])
def new_journey(request: PlaceRequest, slug: str) -> HttpResponse:
    person, activities = _person_and_activities(request)
    today = clock.today()
    form = JourneyForm(
        request.POST or None, activities=activities, initial=_last_journey(person, today)
    )

    def create() -> str:
        data = dict(form.cleaned_data)
        line = expenses.add_mileage(
            person, data.pop("activity"), on=today, by=request.membership, **data
        )
        return _sheet_url(request, line.sheet_id)

    if request.method == "POST" and form.is_valid():
        try:
            return once(request, create)
        except ActionRefused as refusal:
            form.add_error(None, refusal.message)
    return _entry(request, "invoicing/expenses/new_journey.html", form)


@requires(Right.SPEND, Right.VALIDATE_EXPENSE, Right.RECORD_PAYMENT)
@require_safe
def expense_sheet(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    sheet = fetch_sheet(request.membership, pk)
    return _sheet_page(request, sheet, VoucherForm())


@requires(Right.SPEND)
@require_POST
def add_voucher(request: PlaceRequest, slug: str, pk: int, line_pk: int) -> HttpResponse:
    sheet = fetch_sheet(request.membership, pk, may=may_write_sheet)
    line = line_of(sheet, line_pk)
    form = VoucherForm(request.POST, request.FILES)
    if not form.is_valid():
        return _sheet_page(request, sheet, form, status=422)
    document = _kept(request, form.cleaned_data["voucher"], sheet.entrepreneur)
    expenses.attach_voucher(line, document, by=request.membership)
    return redirect(_sheet_url(request, pk))


@requires(Right.SPEND)
@require_POST
def remove_line(request: PlaceRequest, slug: str, pk: int, line_pk: int) -> HttpResponse:
    sheet = fetch_sheet(request.membership, pk, may=may_write_sheet)
    expenses.remove_expense(line_of(sheet, line_pk), by=request.membership)
    return redirect(_sheet_url(request, pk))


@requires(Right.SPEND)
@require_POST
def submit(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    sheet = fetch_sheet(request.membership, pk, may=may_write_sheet)
    expenses.submit_sheet(sheet, by=request.membership)
    return redirect(_sheet_url(request, pk))


@requires(Right.SPEND)
@require_POST
def withdraw(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    sheet = fetch_sheet(request.membership, pk, may=may_write_sheet)
    expenses.withdraw_sheet(sheet, by=request.membership)
    return redirect(_sheet_url(request, pk))


def _sheet_page(
    request: PlaceRequest, sheet: ExpenseSheet, form: VoucherForm, *, status: int = 200
) -> HttpResponse:
    membership = request.membership
    return render(
        request,
        "invoicing/expenses/sheet.html",
        {
            "sheet": sheet,
            "lines": queries.lines_of(sheet),
            "form": form,
            "may_write": may_write_sheet(membership, sheet),
            "may_approve": may_approve_sheet(membership, sheet),
            "may_refund": may_refund_sheet(membership, sheet),
            "batch": refund_batch(sheet),
            "trail": told(sheet) if _sees_trail(request) else [],
        },
        status=status,
    )


def _sees_trail(request: PlaceRequest) -> bool:
    return request.membership.role.own_only or has_right(request.membership, Right.SEE_AUDIT)


def _entry(request: PlaceRequest, template: str, form: ExpenseForm | JourneyForm) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, template, {"form": form, "nonce": new_nonce()}, status=status)


def _person_and_activities(request: PlaceRequest) -> tuple[Entrepreneur, list[Activity]]:
    person = people.person_of(request.membership)
    if person is None:
        raise Http404
    return person, people.open_activities_of(person, on=clock.today())


def _last_journey(person: Entrepreneur, today: object) -> dict[str, object]:
    """Start from the person's usual vehicle."""
    last = queries.last_journey(person.pk)
    vehicle = {"vehicle": last.vehicle, "power": last.power} if last else {}
    return {"spent_on": today, **vehicle}


def _kept(request: PlaceRequest, upload, person: Entrepreneur) -> StoredDocument:
    return keep_upload(
        received(upload),
        kind=DocumentKind.VOUCHER,
        name=upload.name,
        entrepreneur_id=person.pk,
        by=request.membership,
    )


def _sheet_url(request: PlaceRequest, pk: int) -> str:
    return reverse("invoicing:sheet", args=[request.cooperative.slug, pk])
