"""The entrance, and each role's first page: questions to every app, no rule of its own."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from cae.core import memberships
from cae.core.requests import PlaceRequest


@require_safe
@login_required
def entrance(request: PlaceRequest) -> HttpResponse:
    """Lead to the only cooperative of a login, or let it choose among several."""
    places = memberships.places_of(request.user)
    if len({place.cooperative_id for place in places}) == 1:
        return redirect("home", slug=places[0].cooperative.slug)
    return render(request, "entrance.html", {"places": places})


@require_POST
@login_required
def change_place(request: PlaceRequest, pk: int) -> HttpResponse:
    """Take another role or another cooperative of one's own."""
    place = next((p for p in memberships.places_of(request.user) if p.pk == pk), None)
    if place is None:
        raise Http404
    request.session["membership"] = place.pk
    return redirect("home", slug=place.cooperative.slug)


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Tell a load balancer that the database answers and as whom the application speaks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        role = cursor.fetchone()[0]
    return JsonResponse({"database": role})


def next_or_home(request: PlaceRequest) -> str:
    """Return the page a form came from if it is one of ours, else the cooperative's home."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=not settings.INSECURE_HTTP
    ):
        return wanted
    return reverse("home", args=[request.cooperative.slug])
