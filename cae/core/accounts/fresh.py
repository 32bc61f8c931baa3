"""A fresh proof of identity, asked before what a thief of an open session must not do."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from cae.core.models import User
from cae.core.requests import PlaceRequest

View = Callable[..., HttpResponseBase]


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether this session proved who it is, by any means, in the last minutes."""
    records = get_authentication_records(request, request.user)
    last = max((record["at"] for record in records), default=0)
    return time.time() - last < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def enter_with_new_password(request: HttpRequest, user: User) -> None:
    """Sign in whoever has just chosen this login's password: it is not asked again at once."""
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    record_authentication(request, user, method="password")


def recently_authenticated(view: View) -> View:
    """Decorate a view of a cooperative: the person proves who they are, then comes back.

    What was posted is not replayed: a form is decorated whole, so that the proof is asked
    before it is filled; a lone button is pressed again. Accounts of demonstration are exempt.
    """

    @wraps(view)
    def guarded(request: PlaceRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        is_demo = settings.CAE_DEMO and request.cooperative.is_demo
        if is_demo or is_fresh(request):
            return view(request, *args, **kwargs)
        if not _is_page(request):
            messages.info(request, "Confirmez que c’est bien vous, puis recommencez.")
        query = urlencode({"next": _page_of(request)})
        return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{query}")

    guarded.asks_for_fresh_proof = True  # type: ignore[attr-defined]
    return guarded


def _page_of(request: PlaceRequest) -> str:
    """Return the page to come back to: the one asked for, or the one it was asked from."""
    if _is_page(request):
        return request.get_full_path()
    origin = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(origin, allowed_hosts={request.get_host()}):
        return reverse("home", args=[request.cooperative.slug])
    parts = urlsplit(origin)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _is_page(request: PlaceRequest) -> bool:
    """Tell a page from a form, a fragment or a file: our pages end with a slash."""
    return request.method in {"GET", "HEAD"} and not request.htmx and request.path.endswith("/")
