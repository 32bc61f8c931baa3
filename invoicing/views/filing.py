"""Where a deal, a quote or an invoice is filed: the page that says it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from invoicing import permissions
from invoicing.actions.filing import file_under
from invoicing.forms.folders import FilingForm
from invoicing.models import Deal, Invoice, Quote
from invoicing.permissions import fetch_deal, fetch_invoice, fetch_quote
from invoicing.queries.folders import filing_of, followed
from invoicing.views.frame import place

#: The word of the address: what is fetched, its page, the name of its list.
SORTS: dict[str, tuple[Callable[..., Deal | Quote | Invoice], str, str]] = {
    "affaire": (fetch_deal, "deal", "Affaires"),
    "devis": (fetch_quote, "quote", "Devis et factures"),
    "facture": (fetch_invoice, "invoice", "Devis et factures"),
}


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def file_it(request: PlaceRequest, slug: str, sort: str, pk: int) -> HttpResponse:
    """Choose the folder, the phase and the type of business; what follows another is its."""
    if sort not in SORTS:
        raise Http404
    fetch, page, listing = SORTS[sort]
    found = fetch(request.membership, pk, may=permissions.may_write)
    if followed(found) is not None:
        raise Http404
    form = FilingForm(
        request.POST if request.method == "POST" else None,
        activity_id=found.activity_id,
        filing=filing_of(found),
    )
    here = place(request, page, pk)

    def keep() -> str:
        file_under(found, **form.chosen, by=request.membership)
        toast(request, "Classement enregistré.")
        return here

    return form_page(
        request,
        form,
        keep,
        template="invoicing/folders/filing.html",
        title="Classer",
        intro=str(found),
        verb="Enregistrer",
        back=here,
        crumbs=[(listing, place(request, f"{page}s")), (str(found), here), ("Classer", "")],
    )
