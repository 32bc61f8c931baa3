"""Folders: those in use and those archived, one folder, its phases and its files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import documents
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from entrepreneurs.models import Activity
from invoicing import permissions
from invoicing.actions import folders as acts
from invoicing.forms.folders import FolderFileForm, FolderForm, PhaseForm, initial_folder
from invoicing.models import Folder, FolderFile
from invoicing.permissions import fetch_folder
from invoicing.queries import customers_of, searched
from invoicing.queries.folders import (
    customers_in,
    folder_figures,
    folder_types,
    folders_of,
    phases_shown,
)
from invoicing.views.frame import chosen_activity, done, history, page_of, place


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def folders(request: PlaceRequest, slug: str) -> HttpResponse:
    ids = permissions.seen_activity_ids(request.membership)
    is_archived, text = request.GET.get("etat") == "archives", request.GET.get("q", "").strip()
    rows = folders_of(ids)
    counts = [rows.filter(archived_at__isnull=state).count() for state in (True, False)]
    page = page_of(request, searched(rows.filter(archived_at__isnull=not is_archived), text))
    figures = folder_figures([folder.pk for folder in page])
    return render(
        request,
        "invoicing/folders/list.html",
        {
            "page": page,
            "rows": [(folder, figures[folder.pk]) for folder in page],
            "q": text,
            "is_archived": is_archived,
            "is_empty": not any(counts),
            "chips": [
                {
                    "label": label,
                    "count": count,
                    "url": place(request, "folders", etat=key, q=text),
                    "active": bool(key) == is_archived,
                }
                for (key, label), count in zip(
                    (("", "En cours"), ("archives", "Archivés")), counts, strict=True
                )
            ],
            "may_sell": has_right(request.membership, Right.SELL),
        },
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def new_folder(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, _ = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    form = _form(request, activity)

    def open_it() -> str:
        folder = acts.open_folder(activity, details=form.details, by=request.membership)
        return place(request, "folder", folder.pk)

    return form_page(
        request,
        form,
        open_it,
        title="Nouveau dossier",
        intro=activity.name,
        verb="Ouvrir",
        back=place(request, "folders"),
        crumbs=[("Dossiers", place(request, "folders")), ("Nouveau dossier", "")],
    )


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def edit_folder(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    form = _form(request, found.activity, found)
    here = place(request, "folder", pk)

    def keep() -> str:
        acts.change_folder(found, details=form.details, by=request.membership)
        toast(request, "Dossier enregistré.")
        return here

    return form_page(
        request,
        form,
        keep,
        title=str(found),
        intro=found.activity.name,
        verb="Enregistrer",
        back=here,
        crumbs=[("Dossiers", place(request, "folders")), (str(found), here), ("Modifier", "")],
    )


def _form(request: PlaceRequest, activity: Activity, folder: Folder | None = None) -> FolderForm:
    customers = list(customers_of((activity.pk,)))
    inside = customers_in(folder) if folder else []
    customers += [customer for customer in inside if customer not in customers]
    return FolderForm(
        request.POST or None,
        types=folder_types(beside=folder.folder_type_id if folder else None),
        customers=customers,
        initial=initial_folder(folder, inside) if folder else {},
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def folder(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk)
    return render(request, "invoicing/folders/folder.html", _shown(request, found))


def _shown(request: PlaceRequest, found: Folder) -> dict[str, Any]:
    phases = phases_shown(found)
    files = list(found.files.select_related("document").order_by("id"))
    may_write = permissions.may_write(request.membership, found)
    holds = bool(files) or any(not each.is_empty for each in phases)
    return {
        "folder": found,
        "figures": folder_figures([found.pk])[found.pk],
        "phases": phases,
        "files": files,
        "customers": customers_in(found),
        "holds": holds,
        "may_write": may_write,
        "may_change": may_write and found.archived_at is None,
        "phase_form": PhaseForm(),
        "file_form": FolderFileForm(),
        "trail": history(request, found),
        "crumbs": [("Dossiers", place(request, "folders")), (str(found), "")],
    }


@requires(Right.SELL)
@require_POST
def archive(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: acts.archive_folder(found, by=request.membership),
        said="Dossier archivé.",
        to=place(request, "folder", pk),
    )


@requires(Right.SELL)
@require_POST
def restore(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: acts.restore_folder(found, by=request.membership),
        said="Dossier repris.",
        to=place(request, "folder", pk),
    )


@requires(Right.SELL)
@require_POST
def delete_folder(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Delete an empty folder; one that holds something stays, and says why."""
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    done_at = done(
        request,
        lambda: acts.delete_folder(found, by=request.membership),
        said="Dossier supprimé.",
        to=place(request, "folders"),
    )
    if Folder.objects.filter(pk=pk).exists():
        done_at["Location"] = place(request, "folder", pk)
    return done_at


@requires(Right.SELL)
@require_POST
def add_phase(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    return done(
        request,
        lambda: acts.add_phase(found, name=request.POST.get("name", ""), by=request.membership),
        said="Phase ajoutée.",
        to=place(request, "folder", pk),
    )


@requires(Right.SELL)
@require_POST
def remove_phase(request: PlaceRequest, slug: str, pk: int, phase_pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    phase = found.phases.filter(pk=phase_pk).first()
    if phase is None:
        raise Http404
    return done(
        request,
        lambda: acts.remove_phase(phase, by=request.membership),
        said="Phase retirée.",
        to=place(request, "folder", pk),
    )


@requires(Right.SELL)
@require_POST
def add_file(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    form = FolderFileForm(request.POST, request.FILES)
    if not form.is_valid():
        return render(
            request,
            "invoicing/folders/folder.html",
            _shown(request, found) | {"file_form": form},
            status=422,
        )
    upload = form.cleaned_data["file"]
    return done(
        request,
        lambda: acts.add_folder_file(
            found, content=documents.received(upload), name=upload.name, by=request.membership
        ),
        said="Fichier ajouté.",
        to=place(request, "folder", pk),
    )


@requires(Right.SELL, Right.SEE_SALES)
@require_safe
def file(request: PlaceRequest, slug: str, pk: int, file_pk: int) -> HttpResponseBase:
    """Hand over a file of a folder."""
    found = fetch_folder(request.membership, pk)
    return documents.attachment(_file(found, file_pk).document)


@requires(Right.SELL)
@require_POST
def remove_file(request: PlaceRequest, slug: str, pk: int, file_pk: int) -> HttpResponse:
    found = fetch_folder(request.membership, pk, may=permissions.may_write)
    row = _file(found, file_pk)
    return done(
        request,
        lambda: acts.remove_folder_file(row, by=request.membership),
        said="Fichier retiré.",
        to=place(request, "folder", pk),
    )


def _file(folder: Folder, pk: int) -> FolderFile:
    row = folder.files.filter(pk=pk).select_related("document").first()
    if row is None:
        raise Http404
    return row
