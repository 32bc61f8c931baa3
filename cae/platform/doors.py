"""Who enters the pages of the platform, and the frame they stand in."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from cae.core.accounts import second_factor
from cae.core.memberships import places_of
from cae.core.models import User
from cae.core.shell import NavGroup, NavItem, Place, Shell

View = Callable[..., HttpResponse]

ROLE = "Administration de la plateforme"


def platform_only(view: View) -> View:
    """Open a view to the platform's administrators with a second factor; else it is a 404."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        user = request.user
        if not user.is_platform_admin:
            raise Http404
        if second_factor.platform_misses_one(user):
            query = urlencode({"next": request.get_full_path()})
            return redirect(f"{reverse('second_factor_required')}?{query}")
        request.shell = SimpleLazyObject(lambda: _shell_of(request, user))  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    guarded.is_platform_only = True  # type: ignore[attr-defined]
    return guarded


def _shell_of(request: HttpRequest, user: User) -> Shell:
    items = [
        _item(request, "Coopératives", "platform:cooperatives", "building-2"),
        _item(request, "Santé", "platform:health", "shield-check"),
    ]
    return Shell(
        cooperative="Plateforme",
        detail="Alvéole",
        home_url=reverse("platform:cooperatives"),
        groups=[NavGroup(items)],
        tabs=items,
        places=[
            Place("Plateforme", ROLE, reverse("platform:cooperatives"), current=True),
            *(
                Place(p.cooperative.name, p.role.label, reverse("change_place", args=[p.pk]))
                for p in places_of(user)
            ),
        ],
        person=user.email,
        role=ROLE,
        account=[
            NavItem("Sécurité du compte", reverse("mfa_index"), "shield-check"),
            NavItem("Mot de passe", reverse("account_change_password"), "lock"),
        ],
        logout_url=reverse("account_logout"),
    )


def _item(request: HttpRequest, label: str, name: str, icon: str) -> NavItem:
    url = reverse(name)
    return NavItem(label, url, icon, active=request.path == url)
