"""Where documents are posted: the accounts of the cooperative, and those an activity has."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounting import actions, queries
from accounting.enums import AccountUse, AnalyticKind
from accounting.forms import AccountChoiceForm, AccountForm
from accounting.models import AnalyticAccount
from accounting.permissions import fetch_analytic, may_choose_accounts
from accounting.views.frame import tabs, url
from cae.core.enums import Right
from cae.core.pages import form_page, page_of
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast


@requires(Right.CONFIGURE, Right.SEE_ACCOUNTS)
@require_safe
def own_accounts(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show where the documents of the cooperative and of each activity are posted."""
    page = page_of(
        request, AnalyticAccount.objects.filter(kind=AnalyticKind.ACTIVITY).order_by("code")
    )
    own = queries.cooperative_analytic()
    common, *rows = queries.chosen_accounts([own, *page])
    return render(
        request,
        "accounting/own_accounts.html",
        {
            "tabs": tabs(request, "own_accounts") if _reads_books(request) else [],
            "common": common,
            "rows": rows,
            "page": page,
            "may_choose": may_choose_accounts(request.membership),
            "crumbs": [] if _reads_books(request) else _crumbs(request),
        },
    )


@requires(Right.CONFIGURE, Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def choose_accounts(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Say where the documents of an activity, or of all, go from now on."""
    analytic = fetch_analytic(pk)
    (chosen,) = queries.chosen_accounts([analytic])
    fitting = {use: queries.fitting_accounts(use) for use in AccountUse}
    form = AccountChoiceForm(request.POST or None, chosen=chosen, fitting=fitting)
    back = url(request, "own_accounts")

    def choose() -> str:
        actions.choose_accounts(
            analytic,
            accounts=form.accounts,
            party_prefix=form.cleaned_data["party_prefix"],
            by=request.membership,
        )
        toast(request, f"Comptes de {analytic.label} enregistrés.")
        return back

    return form_page(
        request,
        form,
        choose,
        template="accounting/choose_accounts.html",
        title=f"Comptes de {analytic.label}",
        intro="Où s’écrivent ses prochaines factures, ses dépenses et son argent",
        verb="Enregistrer les comptes",
        back=back,
        crumbs=[*_crumbs(request, back), (analytic.label, "")],
        chosen=chosen,
    )


@requires(Right.CONFIGURE, Right.CLOSE_PERIOD)
@require_http_methods(["GET", "POST"])
def new_account(request: PlaceRequest, slug: str) -> HttpResponse:
    """Add an account to the chart."""
    form = AccountForm(request.POST or None)
    back = url(request, "own_accounts")

    def add() -> str:
        account = actions.open_account(**form.cleaned_data, by=request.membership)
        toast(request, f"Compte {account.number} ouvert.")
        return back

    return form_page(
        request,
        form,
        add,
        template="accounting/new_account.html",
        title="Ouvrir un compte",
        intro="Il s’ajoute au plan comptable de la coopérative",
        verb="Ouvrir le compte",
        back=back,
        crumbs=[*_crumbs(request, back), ("Ouvrir un compte", "")],
    )


def _reads_books(request: PlaceRequest) -> bool:
    return has_right(request.membership, Right.SEE_ACCOUNTS)


def _crumbs(request: PlaceRequest, back: str = "") -> list[tuple[str, str]]:
    """Return the way here: the books for who reads them, else the settings."""
    if _reads_books(request):
        return [("Comptabilité", url(request, "books")), ("Comptes propres", back)]
    settings = reverse("onboarding:settings", args=[request.cooperative.slug])
    return [("Réglages", settings), ("Comptes propres", back)]
