"""The rate of contribution of one quote or invoice, where it is not that of all."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from cae.core import clock
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from invoicing import permissions
from invoicing.actions.contribution_rates import set_own_rate
from invoicing.forms.after_issue import OwnRateForm
from invoicing.permissions import fetch_invoice, fetch_quote
from invoicing.queries.contribution_rates import rate_of
from invoicing.views.frame import place

_FETCHED: dict[str, Any] = {"quote": fetch_quote, "invoice": fetch_invoice}


@requires(Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def rate(request: PlaceRequest, slug: str, pk: int, sort: str) -> HttpResponse:
    """Say what is taken of a document, until it is issued, or answered."""
    document = _FETCHED[sort](request.membership, pk, may=permissions.may_set_rate)
    today = clock.today()
    form = OwnRateForm(request.POST or None, initial={"rate": document.own_rate})
    back = place(request, sort, pk)

    def act() -> str:
        set_own_rate(document, on=today, by=request.membership, **form.cleaned_data)
        toast(request, "Taux de contribution enregistré.")
        return back

    return form_page(
        request,
        form,
        act,
        template="invoicing/own_rate.html",
        title="Contribution de ce document",
        intro=f"{document}, {document.customer_name}",
        verb="Enregistrer",
        back=back,
        crumbs=[
            ("Devis et factures", place(request, f"{sort}s")),
            (str(document), back),
            ("Contribution", ""),
        ],
        rate=rate_of(document, on=today),
    )
