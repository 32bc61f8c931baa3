"""« Mes exports »: the files somebody asked for, as they are made."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cae.core import audit, documents
from cae.core.enums import ExportStatus, Right
from cae.core.exports import exports_of, progress
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest

#: text, tone, icon
_PILLS = {
    ExportStatus.WAITING: ("En préparation", "info", "clock"),
    ExportStatus.READY: ("Prêt", "ok", "check"),
    ExportStatus.FAILED: ("Arrêté", "danger", "circle-alert"),
    ExportStatus.EXPIRED: ("Expiré", "", ""),
}
LATEST = 30


@requires(*Right)
@require_safe
def exports(request: PlaceRequest, slug: str) -> HttpResponse:
    return render(request, "home/exports.html", _context(request))


@requires(*Right)
@require_safe
def exports_state(request: PlaceRequest, slug: str) -> HttpResponse:
    """Answer with the list alone, for the page that waits."""
    return render(request, "home/_exports.html", _context(request))


@requires(*Right)
@require_safe
def download_export(request: PlaceRequest, slug: str, pk: int) -> HttpResponseBase:
    export = exports_of(request.membership).filter(pk=pk, status=ExportStatus.READY).first()
    if export is None or export.document is None:
        raise Http404
    audit.record("export.downloaded", export, by=request.membership, after={"label": export.title})
    return documents.streamed(export.document)


def _context(request: PlaceRequest) -> dict[str, Any]:
    rows = []
    for export in exports_of(request.membership)[:LATEST]:
        done, total = (0, 0)
        if export.status == ExportStatus.WAITING:
            done, total = progress(export).read()
        rows.append(
            {
                "export": export,
                "pill": _PILLS[ExportStatus(export.status)],
                "done": done,
                "total": total,
                "url": reverse("export_download", args=[request.cooperative.slug, export.pk]),
            }
        )
    return {
        "rows": rows,
        "waits": any(row["export"].status == ExportStatus.WAITING for row in rows),
        "poll_url": reverse("exports_state", args=[request.cooperative.slug]),
        "crumbs": [("Mes exports", "")],
    }
