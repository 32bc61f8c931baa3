"""The branches of the cooperative, that its activities answer to."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs import actions
from entrepreneurs.models import Branch


class BranchForm(forms.Form):
    name = forms.CharField(label="Nom de l’antenne", max_length=60)
    town = forms.CharField(label="Ville", max_length=60, required=False)

    wide: tuple[str, ...] = ()


@requires(Right.CONFIGURE)
@require_safe
def branches(request: PlaceRequest, slug: str) -> HttpResponse:
    return render(
        request,
        "onboarding/branches.html",
        {
            "branches": list(
                Branch.objects.annotate(held=Count("activities")).order_by(
                    "is_archived", "name", "id"
                )
            ),
            "crumbs": [("Réglages", _settings(request)), ("Antennes", "")],
        },
    )


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def new_branch(request: PlaceRequest, slug: str) -> HttpResponse:
    form = BranchForm(request.POST or None)

    def add() -> str:
        branch = actions.add_branch(**form.cleaned_data, by=request.membership)
        toast(request, f"Antenne «\u00a0{branch.name}\u00a0» ajoutée.")
        return _list(request)

    return _page(request, form, add, title="Ajouter une antenne", verb="Ajouter l’antenne")


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def edit_branch(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    branch = get_object_or_404(Branch, pk=pk)
    form = BranchForm(request.POST or None, initial={"name": branch.name, "town": branch.town})

    def change() -> str:
        changed = actions.change_branch(branch, **form.cleaned_data, by=request.membership)
        toast(request, f"Antenne «\u00a0{changed.name}\u00a0» enregistrée.")
        return _list(request)

    return _page(request, form, change, title=f"Antenne {branch.name}", verb="Enregistrer")


@requires(Right.CONFIGURE)
@require_POST
def archive_branch(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    actions.archive_branch(get_object_or_404(Branch, pk=pk), by=request.membership)
    toast(request, "Antenne archivée.")
    return redirect(_list(request))


@requires(Right.CONFIGURE)
@require_POST
def restore_branch(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    actions.restore_branch(get_object_or_404(Branch, pk=pk), by=request.membership)
    toast(request, "Antenne remise en service.")
    return redirect(_list(request))


def _page(
    request: PlaceRequest, form: BranchForm, write: Callable[[], str], *, title: str, verb: str
) -> HttpResponse:
    back = _list(request)
    return form_page(
        request,
        form,
        write,
        template="onboarding/branch.html",
        title=title,
        intro="Un lieu de la coopérative, auquel ses enseignes se rattachent.",
        verb=verb,
        back=back,
        crumbs=[("Réglages", _settings(request)), ("Antennes", back), (title, "")],
    )


def _settings(request: PlaceRequest) -> str:
    return reverse("onboarding:settings", args=[request.cooperative.slug])


def _list(request: PlaceRequest) -> str:
    return reverse("onboarding:branches", args=[request.cooperative.slug])
