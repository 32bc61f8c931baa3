"""The vouchers of expenses: the file, and its pages beside the form where it is checked."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from cae.core.documents import attachment
from cae.core.drawings import Drawing, drawing_of, picture_of
from cae.core.enums import Right
from cae.core.models import StoredDocument
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from invoicing import queries
from invoicing.actions.files import ask_for_drawing
from invoicing.models import ExpenseLine, ExpenseSheet
from invoicing.permissions import fetch_sheet, may_read_sheet

_READERS = (Right.SPEND, Right.VALIDATE_EXPENSE, Right.RECORD_PAYMENT)


@dataclass(frozen=True, slots=True)
class ExpenseShown:
    """An expense and what is seen of its voucher: a photo, or the pages drawn of a PDF."""

    line: ExpenseLine
    is_pdf: bool = False
    drawing: Drawing | None = None


def expenses_shown(request: PlaceRequest, sheet: ExpenseSheet) -> list[ExpenseShown]:
    """Return the expenses of a sheet with their vouchers; a PDF nobody drew yet is asked for."""
    return [_shown(request, line) for line in queries.lines_of(sheet)]


@requires(*_READERS)
@require_safe
def voucher(request: PlaceRequest, slug: str, pk: int, line_pk: int) -> FileResponse:
    """The file of an expense, of our own making for a photo; it never runs anything."""
    sheet = fetch_sheet(request.membership, pk, may=may_read_sheet)
    return attachment(_document(line_of(sheet, line_pk)), inline=True)


@requires(*_READERS)
@require_safe
def voucher_page(
    request: PlaceRequest, slug: str, pk: int, line_pk: int, rank: int
) -> HttpResponse:
    """One page of a PDF, as a picture drawn by us."""
    sheet = fetch_sheet(request.membership, pk, may=may_read_sheet)
    document = _document(line_of(sheet, line_pk))
    picture = picture_of(document, rank, cooperative=request.cooperative)
    if picture is None:
        raise Http404
    response = HttpResponse(picture, content_type="image/jpeg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=0, no-store"
    return response


@requires(*_READERS)
@require_safe
def shown_voucher(request: PlaceRequest, slug: str, pk: int, line_pk: int) -> HttpResponse:
    """Answer 204 while a worker draws the PDF, then the fragment that shows it."""
    sheet = fetch_sheet(request.membership, pk, may=may_read_sheet)
    shown = _shown(request, line_of(sheet, line_pk))
    if shown.is_pdf and shown.drawing is None:
        return HttpResponse(status=204)
    return render(request, "invoicing/_voucher.html", {"document": sheet, "shown": shown})


def line_of(sheet: ExpenseSheet, pk: int) -> ExpenseLine:
    """Return an expense of a sheet, or a 404."""
    line = ExpenseLine.objects.filter(sheet=sheet, pk=pk).prefetch_related("voucher").first()
    if line is None:
        raise Http404
    return line


def _document(line: ExpenseLine) -> StoredDocument:
    if line.voucher is None:
        raise Http404
    return line.voucher


def _shown(request: PlaceRequest, line: ExpenseLine) -> ExpenseShown:
    if line.voucher is None or line.voucher.mime != "application/pdf":
        return ExpenseShown(line)
    drawing = drawing_of(line.voucher, cooperative=request.cooperative)
    if drawing is None:
        ask_for_drawing(line.voucher)
    return ExpenseShown(line, is_pdf=True, drawing=drawing)
