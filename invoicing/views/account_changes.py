"""The accounts an issued invoice or credit note is on, and how they are changed."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods

from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.queries import display_names
from invoicing import permissions, queries
from invoicing.actions.account_changes import change_accounts
from invoicing.enums import InvoiceStatus
from invoicing.forms.after_issue import AccountsForm
from invoicing.permissions import fetch_invoice
from invoicing.views.frame import place


@requires(Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def accounts(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Show where a document is in the books, and move it while its month is open."""
    invoice = fetch_invoice(request.membership, pk, may=permissions.may_change_accounts)
    if invoice.status != InvoiceStatus.ISSUED:
        raise Http404
    posted, closed = queries.posted_accounts(invoice), queries.closed_for(invoice)
    movable = [] if closed else [each for each in posted if not each.stays]
    form = AccountsForm(request.POST or None, posted=movable)
    back = place(request, "invoice", pk)
    changes = queries.changes_of(invoice)
    names = display_names(change.changed_by for change in changes)

    def change() -> str:
        change_accounts(
            invoice,
            accounts=form.accounts,
            reason=form.cleaned_data["reason"],
            by=request.membership,
        )
        toast(request, "Comptes changés\u00a0: l’écriture est passée.")
        return place(request, "invoice_accounts", pk)

    return form_page(
        request,
        form,
        change,
        template="invoicing/accounts.html",
        title=f"Comptes de {invoice.number}",
        intro="Où ce document est écrit, et où le reclasser",
        verb="Reclasser",
        back=back,
        crumbs=[
            ("Devis et factures", place(request, "invoices")),
            (str(invoice), back),
            ("Comptes", ""),
        ],
        invoice=invoice,
        posted=posted,
        is_movable=bool(movable),
        closed=closed,
        reads_books=has_right(request.membership, Right.SEE_ACCOUNTS),
        changes=[(change, names[change.changed_by_id]) for change in changes],
    )
