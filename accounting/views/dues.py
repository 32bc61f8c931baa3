"""What is owed to the State and to the funds, month by month, and paying it."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounting import actions, queries
from accounting.enums import Due
from accounting.forms import PayDueForm
from accounting.views.frame import tabs, url
from cae.core import clock
from cae.core.enums import Right
from cae.core.money import ZERO
from cae.core.pages import form_page
from cae.core.periods import Month, of_french_month
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast


@requires(Right.SEE_ACCOUNTS, Right.RECORD_PAYMENT)
@require_safe
def dues(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show what the end of a month owes to each of them, and what was paid of it."""
    current = Month.of(clock.today())
    month = _asked(request.GET.get("mois", ""), current)
    rows = queries.month_dues(month)
    return render(
        request,
        "accounting/dues.html",
        {
            "tabs": tabs(request, "dues"),
            "month": month,
            "previous": f"?mois={month.previous()}",
            "next": f"?mois={month.next()}" if month < current else "",
            "is_over": month < current,
            "rows": rows,
            "left": sum((row.left for row in rows), ZERO),
            "paid": sum((row.paid for row in rows), ZERO),
            "is_empty": not any(row.left or row.paid or row.credit for row in rows),
            "may_pay": has_right(request.membership, Right.RECORD_PAYMENT),
        },
    )


@requires(Right.RECORD_PAYMENT)
@require_http_methods(["GET", "POST"])
def pay_due(request: PlaceRequest, slug: str, due: str, month: str) -> HttpResponse:
    """Write a payment; the whole of what is owed is proposed."""
    owed = _owed(due, month)
    back = f"{url(request, 'dues')}?mois={owed.month}"
    if request.method == "GET" and not owed.left:
        messages.info(request, f"Rien n’est dû\u00a0: {owed.due.label}.")
        return redirect(back)
    today = clock.today()
    form = PayDueForm(request.POST or None, initial={"amount": owed.left, "paid_on": today})

    codes = {analytic.code: analytic for analytic in queries.analytics_by_code()}

    def paid() -> str:
        actions.pay_due(
            owed.due,
            owed.month,
            amount=form.cleaned_data["amount"],
            paid_on=form.cleaned_data["paid_on"],
            on=today,
            by=request.membership,
        )
        toast(request, f"Versement enregistré\u00a0: {owed.due.label}.")
        return back

    return form_page(
        request,
        form,
        paid,
        template="accounting/pay_due.html",
        title=f"Payer\u00a0: {owed.due.label}",
        intro=f"Dû à la fin {of_french_month(owed.month)}, mois d’avant compris",
        verb="Enregistrer le versement",
        back=back,
        crumbs=[("Comptabilité", url(request, "books")), ("À payer", back), (owed.due.label, "")],
        owed=owed,
        shares=[(codes[code], amount) for code, amount in owed.shares],
    )


def _owed(due: str, month: str) -> queries.MonthDue:
    try:
        return queries.month_due(Due(due), Month.parse(month))
    except ValueError as error:
        raise Http404 from error


def _asked(text: str, current: Month) -> Month:
    """Return the month asked for, else the last one that is over; never one to come."""
    try:
        return min(Month.parse(text), current)
    except ValueError:
        return current.previous()
