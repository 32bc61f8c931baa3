"""Importing customers: the file, its columns, what would happen, and what did."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core import documents
from cae.core.csv_files import csv_file
from cae.core.enums import Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused
from invoicing.actions import imports
from invoicing.documents.tables import CUSTOMER_HEAD
from invoicing.enums import CustomerKind, ImportStatus
from invoicing.forms.imports import ImportForm, mapping_form
from invoicing.models import CustomerImport
from invoicing.permissions import fetch_import
from invoicing.views.frame import chosen_activity, done, place

_EXAMPLE = (
    "Entreprise", "Éditions Maison Ébène", "404833048", "40483304800022", "SAS", "58.11Z",
    "FR83404833048", "Marianne Lescop", "bonjour@exemple.fr", "compta@exemple.fr", "02 99 00 00 00",
    "14 rue des Carmes", "", "35000", "Rennes", "FR", "", "30",
)  # fmt: skip
_WAITS = (ImportStatus.CHECKING, ImportStatus.APPLYING)


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def import_customers(request: PlaceRequest, slug: str) -> HttpResponse:
    activity, activities = chosen_activity(request)
    if activity is None:
        return render(request, "invoicing/no_activity.html")
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            imported = imports.start_from(
                form.cleaned_data["file"], activity, by=request.membership
            )
        except ActionRefused as refusal:
            form.add_error("file", refusal.message)
        else:
            return redirect(place(request, "customer_import", imported.pk))
    return render(
        request,
        "invoicing/imports/new.html",
        {
            "form": form,
            "activity": activity,
            "activities": activities,
            "earlier": CustomerImport.objects.filter(activity=activity)[:10],
            "crumbs": [("Clients", place(request, "customers")), ("Importer", "")],
        },
        status=422 if form.errors else 200,
    )


@requires(Right.SELL)
@require_safe
def import_template(request: PlaceRequest, slug: str) -> HttpResponse:
    """Hand over a file to fill, with one line as an example."""
    return csv_file("modele-clients", head=CUSTOMER_HEAD, rows=[_EXAMPLE])


@requires(Right.SELL)
@require_http_methods(["GET", "POST"])
def customer_import(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    imported = fetch_import(request.membership, pk)
    if request.method == "POST":
        form = mapping_form(imported, request.POST)
        if form.is_valid():
            return done(
                request,
                lambda: imports.ask_for_check(
                    imported,
                    mapping=form.mapping,
                    default_kind=form.cleaned_data["default_kind"],
                    by=request.membership,
                ),
                said="Vérification lancée\u00a0: rien n’est encore écrit.",
                to=place(request, "customer_import", pk),
            )
    else:
        form = mapping_form(imported)
    return render(request, "invoicing/imports/import.html", _context(request, imported, form))


@requires(Right.SELL)
@require_safe
def customer_import_state(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Answer with where the file is, for the page that waits."""
    imported = fetch_import(request.membership, pk)
    context = _context(request, imported, mapping_form(imported))
    return render(request, "invoicing/imports/_state.html", context)


@requires(Right.SELL)
@require_POST
def apply_import(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    imported = fetch_import(request.membership, pk)
    return done(
        request,
        lambda: imports.ask_to_apply(imported, by=request.membership),
        said="Import lancé.",
        to=place(request, "customer_import", pk),
    )


@requires(Right.SELL)
@require_safe
def import_report(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    """Hand over the rows that are refused, with their reason, to be corrected."""
    imported = fetch_import(request.membership, pk)
    if imported.report is None:
        raise Http404
    return documents.streamed(imported.report)


def _context(request: PlaceRequest, imported: CustomerImport, form: forms.Form) -> dict[str, Any]:
    waits = imported.status in _WAITS
    done_rows, total = imports.progress(imported).read() if waits else (0, 0)
    counts = imported.counts
    return {
        "imported": imported,
        "form": form,
        "columns": zip(
            imported.head,
            [form[name] for name in form.fields if name != "default_kind"],
            _examples(imported),
            strict=True,
        ),
        "waits": waits,
        "done_rows": done_rows,
        "total": total,
        "counts": counts,
        "brings": counts.get("created", 0) + counts.get("updated", 0),
        "steps": _steps(imported),
        "poll_url": place(request, "customer_import_state", imported.pk),
        "apply_url": place(request, "customer_import_apply", imported.pk),
        "report_url": place(request, "customer_import_report", imported.pk)
        if imported.report_id
        else "",
        "crumbs": [
            ("Clients", place(request, "customers")),
            ("Importer", place(request, "customer_import_new")),
            (imported.file_name, ""),
        ],
        "kinds": CustomerKind.choices,
    }


def _examples(imported: CustomerImport) -> list[str]:
    """Return, for each column, the first cells that say something."""
    return [
        " · ".join([row[rank] for row in imported.sample if rank < len(row) and row[rank]][:2])
        for rank in range(len(imported.head))
    ]


def _steps(imported: CustomerImport) -> list[dict[str, str]]:
    rank = {
        ImportStatus.MAPPING: 1,
        ImportStatus.CHECKING: 2,
        ImportStatus.CHECKED: 2,
        ImportStatus.APPLYING: 3,
        ImportStatus.DONE: 4,
        ImportStatus.FAILED: 2,
    }[ImportStatus(imported.status)]
    labels = ("Fichier", "Colonnes", "Vérification", "Import")
    blocked = imported.status == ImportStatus.FAILED
    return [
        {
            "label": label,
            "state": "done"
            if place_ < rank
            else ("blocked" if blocked else "current")
            if place_ == rank
            else "",
        }
        for place_, label in enumerate(labels)
    ]
