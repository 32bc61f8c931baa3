"""The months of the books: open, or closed for good."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounting import actions, queries
from accounting.views.frame import tabs, url
from cae.core import clock
from cae.core.enums import Right
from cae.core.memberships import names_of
from cae.core.periods import Month, of_french_month
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast


@requires(Right.SEE_ACCOUNTS, Right.CLOSE_PERIOD)
@require_safe
def closings(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show every month since the first entry, and offer to close those that are over."""
    months = queries.book_months(on=clock.today())
    names = names_of(m.closed.closed_by for m in months if m.closed)
    return render(
        request,
        "accounting/closings.html",
        {
            "tabs": tabs(request, "closings"),
            "months": months,
            "rows": [(m, names[m.closed.closed_by_id] if m.closed else "") for m in months],
            "oldest_open": next((m for m in reversed(months) if m.closed is None), None),
            "current": Month.of(clock.today()),
            "may_close": has_right(request.membership, Right.CLOSE_PERIOD),
        },
    )


@requires(Right.CLOSE_PERIOD)
@require_POST
def close_month(request: PlaceRequest, slug: str, month: str) -> HttpResponse:
    """Close a month and all before it; what is refused is said on the page one comes from."""
    try:
        closed = Month.parse(month)
    except ValueError as error:
        raise Http404 from error
    actions.close_period(closed, on=clock.today(), by=request.membership)
    toast(request, f"Mois {of_french_month(closed)} clôturé.")
    return redirect(url(request, "closings"))
