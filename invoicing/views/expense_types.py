"""The kinds of expenses: their account and the VAT they give back."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.labels import told
from invoicing import queries
from invoicing.actions.expense_types import change_expense_type
from invoicing.forms.expenses import ExpenseTypeForm
from invoicing.permissions import fetch_expense_type, may_set_expense_types


@requires(Right.CONFIGURE, Right.SEE_ACCOUNTS)
@require_safe
def expense_types(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show every kind of expense with its account and its shares."""
    labels = dict(queries.expense_accounts())
    return render(
        request,
        "invoicing/expenses/types.html",
        {
            "rows": [(kind, labels.get(kind.account, "")) for kind in queries.expense_types()],
            "may_change": may_set_expense_types(request.membership),
            "crumbs": _crumbs(request, "Types de dépense"),
        },
    )


@requires(Right.CONFIGURE, Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def edit_expense_type(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Change a kind of expense, for those entered from now on."""
    kind = fetch_expense_type(request.membership, pk)
    form = ExpenseTypeForm(request.POST or None, kind=kind, accounts=queries.expense_accounts())
    back = reverse("invoicing:expense_types", args=[slug])

    def keep() -> str:
        change_expense_type(kind, by=request.membership, **form.cleaned_data)
        toast(request, f"«\u00a0{kind.label}\u00a0» enregistré.")
        return back

    return form_page(
        request,
        form,
        keep,
        template="invoicing/expenses/type.html",
        title=kind.label,
        verb="Enregistrer",
        back=back,
        trail=told(kind, last=20) if has_right(request.membership, Right.SEE_AUDIT) else [],
        crumbs=[*_crumbs(request, "Types de dépense", back), (kind.label, "")],
    )


def _crumbs(request: PlaceRequest, label: str, url: str = "") -> list[tuple[str, str]]:
    """Return the way here: the settings for who sets the cooperative, else the books."""
    slug = request.cooperative.slug
    if has_right(request.membership, Right.CONFIGURE):
        return [("Réglages", reverse("onboarding:settings", args=[slug])), (label, url)]
    return [("Comptabilité", reverse("accounting:books", args=[slug])), (label, url)]
