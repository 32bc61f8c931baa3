"""The types of folders and of business of the cooperative."""

from __future__ import annotations

from typing import Any

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
from invoicing.actions.folder_types import write_business_type, write_folder_type
from invoicing.forms.folders import BusinessTypeForm, FolderTypeForm
from invoicing.models import BusinessType, FolderType
from invoicing.permissions import fetch_business_type, fetch_folder_type
from invoicing.queries.folders import business_types, folder_types
from invoicing.views.frame import place


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_safe
def types(request: PlaceRequest, slug: str) -> HttpResponse:
    return render(
        request,
        "invoicing/folders/types.html",
        {
            "folder_types": folder_types(withdrawn=True),
            "business_types": business_types(withdrawn=True),
            "crumbs": _crumbs(request, ("Types de dossier", "")),
        },
    )


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def new_folder_type(request: PlaceRequest, slug: str) -> HttpResponse:
    return _folder_type(request, None)


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def edit_folder_type(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return _folder_type(request, fetch_folder_type(request.membership, pk))


def _folder_type(request: PlaceRequest, found: FolderType | None) -> HttpResponse:
    form = FolderTypeForm(request.POST or None, found=found)

    def keep() -> str:
        row = write_folder_type(found, details=form.details, by=request.membership)
        return _kept(request, row.label)

    title = found.label if found else "Nouveau type de dossier"
    return _page(request, form, keep, title=title, found=found, sort="folder")


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def new_business_type(request: PlaceRequest, slug: str) -> HttpResponse:
    return _business_type(request, None)


@requires(Right.CONFIGURE, Right.VALIDATE_INVOICE)
@require_http_methods(["GET", "POST"])
def edit_business_type(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    return _business_type(request, fetch_business_type(request.membership, pk))


def _business_type(request: PlaceRequest, found: BusinessType | None) -> HttpResponse:
    names = BusinessTypeForm.base_fields
    initial = {name: getattr(found, name) for name in names} if found else None
    form = BusinessTypeForm(request.POST or None, initial=initial)

    def keep() -> str:
        row = write_business_type(found, details=form.details, by=request.membership)
        return _kept(request, row.label)

    title = found.label if found else "Nouveau type d’affaire"
    return _page(request, form, keep, title=title, found=found, sort="business")


def _kept(request: PlaceRequest, label: str) -> str:
    toast(request, f"«\u00a0{label}\u00a0» enregistré.")
    return place(request, "folder_types")


def _page(request: PlaceRequest, form: Any, keep: Any, **context: Any) -> HttpResponse:
    found, title = context["found"], context["title"]
    back = place(request, "folder_types")
    sees_trail = found is not None and has_right(request.membership, Right.SEE_AUDIT)
    return form_page(
        request,
        form,
        keep,
        template="invoicing/folders/type.html",
        verb="Enregistrer",
        back=back,
        trail=told(found, last=20) if sees_trail else [],
        crumbs=_crumbs(request, ("Types de dossier", back), (title, "")),
        **context,
    )


def _crumbs(request: PlaceRequest, *more: tuple[str, str]) -> list[tuple[str, str]]:
    if has_right(request.membership, Right.CONFIGURE):
        settings = reverse("onboarding:settings", args=[request.cooperative.slug])
        return [("Réglages", settings), *more]
    return [("Dossiers", place(request, "folders")), *more]
