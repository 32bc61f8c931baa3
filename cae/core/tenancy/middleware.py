"""The cooperative of a request, and the one transaction around its whole response.

`/c/<slug>/…` a signed-in person's place; `/p/<token>/…` a public link; `/api/…` a key.
Everywhere else no cooperative is current and a business query fails loudly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string

from cae.core import memberships, tokens
from cae.core.accounts import second_factor
from cae.core.models import Membership
from cae.core.requests import LinkRequest, PlaceRequest
from cae.core.tenancy.context import tenant
from cae.core.workflow import ActionRefused

GetResponse = Callable[[Any], HttpResponse]


class TenantMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            # No text of PostgreSQL holds it, and nobody types it: no view need think of it.
            raise SuspiciousOperation("A null byte in an address.")
        head, _, rest = request.path_info.lstrip("/").partition("/")
        if head == "c":
            return self._in_place(request, slug=rest.partition("/")[0])
        if head == "p":
            return self._behind_link(request, token=rest.partition("/")[0])
        if head == "api":
            return self._with_key(request)
        return self.get_response(request)

    # -- the three doors ---------------------------------------------------------------------

    def _in_place(self, request: PlaceRequest, *, slug: str) -> HttpResponse:
        query = urlencode({"next": request.get_full_path()})
        if not request.user.is_authenticated:
            return HttpResponseRedirect(f"{reverse(settings.LOGIN_URL)}?{query}")
        request.places = memberships.places_of(request.user)
        membership = memberships.place_in(
            request.places, slug=slug, preferred=request.session.get("membership")
        )
        if membership is None:
            return _not_found(request)
        if second_factor.is_missing(membership):
            return HttpResponseRedirect(f"{reverse('second_factor_required')}?{query}")
        return self._within(request, membership)

    def _behind_link(self, request: LinkRequest, *, token: str) -> HttpResponse:
        link = tokens.link_behind(token)
        if link is None:
            return _not_found(request)
        request.link = link
        request.cooperative = link.cooperative
        with tenant(link.cooperative):
            return self._in_transaction(request)

    def _with_key(self, request: PlaceRequest) -> HttpResponse:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        membership = tokens.membership_behind(token) if scheme == "Bearer" else None
        if membership is None:
            return self.get_response(request)  # answers 401, or the schema
        request.user = membership.user
        return self._within(request, membership)

    # -- inside ------------------------------------------------------------------------------

    def _within(self, request: PlaceRequest, membership: Membership) -> HttpResponse:
        request.membership = membership
        request.cooperative = membership.cooperative
        own = None
        if membership.role.own_only:
            with tenant(membership.cooperative, membership=membership), transaction.atomic():
                own = import_string("entrepreneurs.queries.own_ids")(membership)
            if own is None:
                return _not_found(request)
        with tenant(membership.cooperative, membership=membership, own=own):
            return self._in_transaction(request)

    def _in_transaction(self, request: HttpRequest) -> HttpResponse:
        with transaction.atomic():
            response = self.get_response(request)
            # A crashed view has become a 500 by now: without this it would be committed.
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return response

    def process_view(self, request: Any, *view: Any) -> None:
        """Hang the frame of the page, drawn only where a template asks for it."""
        if getattr(request, "places", None):
            request.shell = SimpleLazyObject(
                lambda: import_string("cae.navigation.shell_of")(request)
            )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn a refused action no form caught into its sentence, with nothing written."""
        if not isinstance(error, ActionRefused) or request.path_info.startswith("/api/"):
            return None
        transaction.set_rollback(True)
        back = _way_back(request)
        if back is None:
            # Nothing may be read any more in a transaction that is taken back: no frame.
            request.shell = None  # type: ignore[attr-defined]
            return render(request, "refused.html", {"sentence": error.message}, status=409)
        messages.error(request, error.message)
        return HttpResponseRedirect(back)


def _way_back(request: HttpRequest) -> str | None:
    """Return the page somebody comes from, else the first one; None where it refused to show."""
    reads = request.method in ("GET", "HEAD")
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        referer, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return None if reads and urlsplit(referer).path == request.path else referer
    place = getattr(request, "cooperative", None)
    first = f"/c/{place.slug}/" if reads and place else "/"
    return None if reads and request.path == first else first


def _not_found(request: HttpRequest) -> HttpResponse:
    """404 and never 403: whoever may not see a cooperative cannot tell whether it exists."""
    from django.views.defaults import page_not_found

    return page_not_found(request, Http404())
