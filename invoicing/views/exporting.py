"""The lists of sales, asked for as files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from cae.core.enums import ExportFormat, Right
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing.actions.exports import KINDS, ask_for_export
from invoicing.views.frame import done, place


def export_menu(request: PlaceRequest, query: Mapping[str, str], *kinds: str) -> dict[str, Any]:
    """Return what the menu « Exporter » of a list offers, of the rows this list shows."""
    kept = QueryDict(mutable=True)
    kept.update({name: value for name, value in query.items() if value})
    return {
        "query": kept.urlencode(),
        "choices": [
            {
                "label": f"{KINDS[kind].title} en {_WORDS[file_format]}",
                "url": place(request, "export", kind),
                "format": file_format.value,
            }
            for kind in kinds
            for file_format in KINDS[kind].formats
        ],
    }


_WORDS = {
    ExportFormat.XLSX: "tableur (.xlsx)",
    ExportFormat.CSV: "texte (.csv)",
    ExportFormat.ZIP: "archive (.zip)",
}


@requires(Right.SELL, Right.SEE_SALES, Right.RECORD_PAYMENT)
@require_POST
def export(request: PlaceRequest, slug: str, kind: str) -> HttpResponse:
    if kind not in KINDS:
        raise Http404
    query = QueryDict(request.POST.get("query", "")[:2000]).dict()
    return done(
        request,
        lambda: ask_for_export(
            kind,
            file_format=request.POST.get("format", ""),
            query={name: str(value) for name, value in query.items()},
            by=request.membership,
        ),
        said="Export demandé\u00a0: il se prépare.",
        to=reverse("exports", args=[slug]),
    )
