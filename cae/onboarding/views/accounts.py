"""Bank accounts that documents print: that of the settings, and those that activities choose."""

from __future__ import annotations

from django.db.models import Count, F
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import clock
from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.onboarding.forms import BankAccountForm, BookedAccountForm
from entrepreneurs import actions
from entrepreneurs.models import BankAccount


@requires(Right.CONFIGURE)
@require_safe
def bank_accounts(request: PlaceRequest, slug: str) -> HttpResponse:
    return render(
        request,
        "onboarding/bank_accounts.html",
        {
            "cooperative": request.cooperative,
            "accounts": list(
                BankAccount.objects.annotate(printed_by=Count("activities"))
                .prefetch_related("ledger_account")
                .order_by(F("closed_on").asc(nulls_first=True), "name", "id")
            ),
            "crumbs": [("Réglages", _settings(request)), ("Comptes bancaires", "")],
        },
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
@recently_authenticated
def new_bank_account(request: PlaceRequest, slug: str) -> HttpResponse:
    form = BankAccountForm(request.POST or None)
    back = _list(request)

    def add() -> str:
        account = actions.add_account(**form.cleaned_data, by=request.membership)
        toast(request, f"Compte «\u00a0{account.name}\u00a0» ajouté.")
        return back

    return form_page(
        request,
        form,
        add,
        title="Ajouter un compte bancaire",
        intro="Une enseigne pourra l’imprimer sur ses devis et ses factures.",
        verb="Ajouter le compte",
        back=back,
        crumbs=[("Réglages", _settings(request)), ("Comptes bancaires", back), ("Ajouter", "")],
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def book_bank_account(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Say where the books keep a bank account."""
    account = get_object_or_404(BankAccount, pk=pk)
    booked = account.ledger_account.number if account.ledger_account else ""
    form = BookedAccountForm(request.POST or None, initial={"ledger_account": booked})
    back = _list(request)

    def book() -> str:
        actions.book_account(account, **form.cleaned_data, by=request.membership)
        toast(request, f"Compte «\u00a0{account.name}\u00a0» rattaché.")
        return back

    return form_page(
        request,
        form,
        book,
        template="onboarding/book_account.html",
        title="Rattacher au plan comptable",
        intro=account.name,
        verb="Rattacher",
        back=back,
        crumbs=[("Réglages", _settings(request)), ("Comptes bancaires", back), (account.name, "")],
    )


@requires(Right.CONFIGURE)
@require_POST
def close_bank_account(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    account = get_object_or_404(BankAccount, pk=pk)
    actions.close_account(account, on=clock.today(), by=request.membership)
    toast(request, "Compte fermé.")
    return redirect(_list(request))


def _settings(request: PlaceRequest) -> str:
    return reverse("onboarding:settings", args=[request.cooperative.slug])


def _list(request: PlaceRequest) -> str:
    return reverse("onboarding:bank_accounts", args=[request.cooperative.slug])
