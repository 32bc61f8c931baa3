"""The editor's drafts that save themselves, and the forms kept until they can be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import resolve
from django.utils import timezone
from django.views.decorators.http import require_POST

from cae.core import replay
from cae.core.enums import Right
from cae.core.money import NO_BREAK_SPACE
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from invoicing.actions.discards import restore_draft
from invoicing.actions.inputs import Seen, drop_input, keep_input
from invoicing.models import DiscardedDraft, Invoice, Quote, SaleInput
from invoicing.permissions import (
    fetch_discarded,
    fetch_input,
    fetch_invoice,
    fetch_quote,
    may_write,
)
from invoicing.views.frame import done, place

if TYPE_CHECKING:
    from invoicing.views.editor import Editor

#: What a form says besides what is typed in it.
_NOT_TYPED = {
    "csrfmiddlewaretoken", "nonce", "do", "keep", "add_line", "add_section", "overwrite",
    "document", "saisie", "revision", "page",
}  # fmt: skip
_BLANK = {"customer", "subject", "notes", "client-name"}


def posted_draft(request: PlaceRequest, kind: str) -> Quote | Invoice | None:
    """Return the draft that a page begun on « nouveau » has since become."""
    return _draft(request, kind, request.POST.get("document", ""))


def posted_input(request: PlaceRequest, kind: str) -> SaleInput | None:
    """Return the form kept alone that this page goes on with, if it is still there."""
    return _input(request, kind, request.POST.get("saisie", "") or request.GET.get("saisie", ""))


def take_up(editor: Editor, address: str) -> bool:
    """Have a page write what it saved by itself at that address, its answer still on its way.

    :returns: False when nothing there is being written any more.
    """
    to = urlsplit(address)
    where = resolve(to.path)
    try:
        if where.url_name == f"{editor.kind}_edit":
            editor.document = _draft(editor.request, editor.kind, str(where.kwargs["pk"]))
        elif where.url_name == f"{editor.kind}_new":
            editor.input = _input(
                editor.request, editor.kind, QueryDict(to.query).get("saisie", "")
            )
    except Http404:
        return False
    return bool(editor.document or editor.input)


def _draft(request: PlaceRequest, kind: str, pk: str) -> Quote | Invoice | None:
    if not pk.isdecimal():
        return None
    found: Quote | Invoice
    if kind == "quote":
        found = fetch_quote(request.membership, int(pk), may=may_write)
    else:
        found = fetch_invoice(request.membership, int(pk), may=may_write)
    if not found.is_being_written:
        raise Http404
    return found


def _input(request: PlaceRequest, kind: str, pk: str) -> SaleInput | None:
    if not pk.isdecimal():
        return None
    row = SaleInput.objects.filter(pk=int(pk), kind=kind, quote=None, invoice=None).first()
    return row if row and may_write(request.membership, row) else None


def seen_of(request: PlaceRequest) -> Seen | None:
    """Return what the page knew of the draft it writes; None to write over the rest."""
    revision = request.POST.get("revision", "")
    if "overwrite" in request.POST or not revision.isdecimal():
        return None
    is_autosave = request.POST.get("do") == "autosave"
    return Seen(int(revision), request.POST.get("page", ""), by_itself=is_autosave)


def autosaved(editor: Editor) -> HttpResponse:
    """Save what is typed: the document when it can be read, else the form as it is."""
    if editor.document is None and editor.input is None and _is_blank(editor):
        return HttpResponse(status=204)
    try:
        with transaction.atomic():
            said = _saved(editor)
    except ActionRefused as refusal:
        elsewhere = refusal.code == "changed_elsewhere"
        return _state(editor, {"refusal": refusal.message, "elsewhere": elsewhere})
    return said if isinstance(said, HttpResponse) else _state(editor, said)


def _saved(editor: Editor) -> dict[str, Any] | HttpResponse:
    missing = editor.missing()
    if not missing:
        try:
            with transaction.atomic():
                return _written(editor) or {"saved_at": _now()}
        except ActionRefused as refusal:
            if refusal.code in ("changed_elsewhere", "not_a_draft"):
                raise
            missing = [refusal.message]
    kept = _once(editor, lambda: _keep(editor, missing))
    return kept or {"saved_at": _now(), "missing": missing}


def _written(editor: Editor) -> HttpResponse | None:
    if editor.document is not None:
        editor.write()
        return None
    return _once(editor, editor.write)


def _once(editor: Editor, save: Callable[[], object]) -> HttpResponse | None:
    """Create the first time this page asks, then write that; what is no draft any more is shown."""
    if editor.document is not None or editor.input is not None:
        save()
        return None
    saved: list[bool] = []

    def create() -> str:
        save()
        saved.append(True)
        return _address(editor)

    def resume(address: str) -> str:
        return create() if take_up(editor, address) else address

    answer = replay.once(editor.request, create, resume=resume)
    return None if saved else HttpResponse(headers={"HX-Redirect": answer["Location"]})


def _address(editor: Editor) -> str:
    """Return where the draft that a page writes is found again."""
    if editor.document is not None:
        return place(editor.request, f"{editor.kind}_edit", editor.document.pk)
    return place(editor.request, f"{editor.kind}_new", saisie=editor.input and editor.input.pk)


def _keep(editor: Editor, missing: Sequence[str]) -> None:
    data = editor.data
    assert data is not None
    row = keep_input(
        editor.activity,
        kind=editor.kind,
        title=data.get("subject", ""),
        fields={name: data.getlist(name) for name in data if name not in _NOT_TYPED},
        missing=missing,
        document=editor.document,
        earlier=editor.input,
        seen=seen_of(editor.request),
        by=editor.request.membership,
    )
    if editor.document is not None:
        editor.document.refresh_from_db(fields=["revision"])
    else:
        editor.input = row


def _state(editor: Editor, said: dict[str, Any]) -> HttpResponse:
    context = {
        **said,
        **editor.identity(renewed="saved_at" in said),
        "kind": editor.kind,
        "address": _address(editor),
    }
    return render(editor.request, "invoicing/_autosaved.html", context)


def _now() -> str:
    at = timezone.localtime()
    return f"{at.hour}{NO_BREAK_SPACE}h{NO_BREAK_SPACE}{at.minute:02d}"


def _is_blank(editor: Editor) -> bool:
    data = editor.data
    assert data is not None
    return not any(data.get(name, "").strip() for name in _BLANK) and not editor.lines.filled


def discarded(request: PlaceRequest, act: Callable[[], DiscardedDraft], *, to: str) -> HttpResponse:
    """Delete a draft, and offer for a moment to put it back."""
    try:
        with transaction.atomic():
            kept = act()
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
    else:
        undo = place(request, "draft_restore", kept.pk)
        toast(request, "Brouillon supprimé.", undo=undo)
    return redirect(to)


@requires(Right.SELL)
@require_POST
def restore(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Put back a draft that was just deleted."""
    row = fetch_discarded(request.membership, pk)
    listing = place(request, f"{row.kind}s")
    try:
        with transaction.atomic():
            document = restore_draft(row, by=request.membership)
    except ActionRefused as refusal:
        messages.error(request, refusal.message)
        return redirect(listing)
    toast(request, "Brouillon rétabli.")
    return redirect(place(request, row.kind, document.pk))


@requires(Right.SELL)
@require_POST
def drop(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Give up a form that was kept; its document stays as it was last readable."""
    row = fetch_input(request.membership, pk)
    document = row.quote_id or row.invoice_id
    to = place(request, row.kind, document) if document else place(request, f"{row.kind}s")
    return done(request, lambda: drop_input(row), said="Saisie abandonnée.", to=to)
