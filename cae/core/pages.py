"""The page of a form: shown, refused with its sentences, or acted upon once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import render

from cae.core.replay import new_nonce, once
from cae.core.requests import PlaceRequest
from cae.core.workflow import ActionRefused

PER_PAGE = 50


def form_page(
    request: PlaceRequest,
    form: BaseForm,
    act: Callable[[], str],
    *,
    template: str = "form.html",
    is_valid: Callable[[], bool] | None = None,
    **context: Any,
) -> HttpResponse:
    """Show a form, or run `act` (which returns where to go next) on a valid one, once.

    What the action refuses is said above the form, with nothing written and a 422.
    `form.html` takes `title`, `verb`, `back` (an address), `crumbs`, `intro`.
    """
    status = 200
    if request.method == "POST":
        if (is_valid or form.is_valid)():
            try:
                with transaction.atomic():  # an action refused takes those before it back
                    return once(request, act)
            except ActionRefused as refused:
                say(form, refused)
        status = 422
    return render(request, template, {"form": form, "nonce": new_nonce(), **context}, status=status)


def say(form: BaseForm, refused: ActionRefused) -> None:
    """Put the sentence of a refusal above a form."""
    form.add_error(None, refused.message)


def page_of(request: PlaceRequest, rows: QuerySet[Any], *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page asked for by `?page=`, the nearest one where it does not exist."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def chips(
    request: PlaceRequest, parameter: str, choices: Mapping[str, tuple[str, int | None]]
) -> list[dict[str, Any]]:
    """Return filter chips: `choices` gives label and count by value, the empty value first.

    A chip keeps the other filters and goes back to the first page.
    """
    current = request.GET.get(parameter, "")
    found = []
    for value, (label, count) in choices.items():
        query = request.GET.copy()
        query.pop("page", None)
        query.pop(parameter, None)
        if value:
            query[parameter] = value
        url = f"?{query.urlencode()}" if query else request.path
        found.append({"label": label, "count": count, "url": url, "active": value == current})
    return found
