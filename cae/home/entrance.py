"""The entrance: which cooperative, which role, and the page that fits it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from cae.core import memberships
from cae.core.enums import Right
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from cae.home.desk import desk
from cae.home.entrepreneur import entrepreneur_home
from cae.home.steering import steering


@require_safe
@login_required
def entrance(request: PlaceRequest) -> HttpResponse:
    """Lead to the only place of a login, or let it choose among several."""
    places = memberships.places_of(request.user)
    if request.user.is_platform_admin and not places:
        return redirect("platform:cooperatives")
    if len({place.cooperative_id for place in places}) == 1 and not request.user.is_platform_admin:
        return redirect("home", slug=places[0].cooperative.slug)
    return render(request, "entrance.html", {"places": places})


@require_safe
@login_required
def change_place(request: PlaceRequest, pk: int) -> HttpResponse:
    """Take another role or another cooperative of one's own: a preference of the session."""
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


@requires(*Right)
@require_safe
def home(request: PlaceRequest, slug: str) -> HttpResponse:
    """Show the first page of this membership's role."""
    if request.membership.role.own_only:
        return entrepreneur_home(request)
    if has_right(request.membership, Right.STEER):
        return steering(request)
    return desk(request)
