"""Our own pages among those of django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.views import LoginView
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.views import remove_webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cae.core import memberships
from cae.core.accounts import devices, second_factor
from cae.core.accounts.demo import demo_accounts
from cae.core.requests import PlaceRequest

#: Where a person was going when a second factor was asked of them.
_INTENDED = "second_factor_next"


class SignIn(LoginView):
    """The form, and in a demonstration the accounts one may enter with."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "demo_accounts": demo_accounts(),
            "demo_password": settings.DEMO_PASSWORD,
        }


@require_safe
@never_cache
@login_required
def account(request: PlaceRequest) -> HttpResponse:
    """Show a login its address, its password, its second factor and its places."""
    places = memberships.places_of(request.user)
    factors = Authenticator.objects.filter(user=request.user, type__in=second_factor.TYPES)
    return render(
        request,
        "account/index.html",
        {
            "places": places,
            "factors": factors.count(),
            "is_required": second_factor.is_required_of_platform(request.user)
            or any(second_factor.is_required(place) for place in places),
        },
    )


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def sessions(request: PlaceRequest) -> HttpResponse:
    """Show where this login is open, and close one of its other sessions or all of them.

    No fresh proof is asked: whoever sees a session that is not theirs must end it at once, and
    a thief gains nothing by it.
    """
    if request.method == "POST":
        return _close(request, request.POST.get("close", ""))
    found = devices.open_sessions(request, request.user)
    return render(request, "account/sessions.html", {"devices": found})


def _close(request: PlaceRequest, which: str) -> HttpResponse:
    if which != "others" and not which.isdecimal():
        raise Http404
    pk = None if which == "others" else int(which)
    ended = devices.end(request, request.user, pk=pk)
    if pk is not None and not ended:
        raise Http404
    said = "Session fermée." if ended == 1 else f"{ended} sessions fermées."
    messages.success(request, said if ended else "Aucune autre session n’est ouverte.")
    return redirect("account_sessions")


@require_safe
@never_cache
@login_required
def second_factor_required(request: PlaceRequest) -> HttpResponse:
    """Explain why a role asks for a second factor, and the two ways to have one."""
    wanted = request.GET.get("next", "")
    if _is_ours(request, wanted):
        request.session[_INTENDED] = wanted
    return render(request, "mfa/required.html")


@require_safe
@login_required
def carry_on(request: HttpRequest) -> HttpResponse:
    """Take a person where they were going before a second factor was asked of them."""
    return redirect(request.session.pop(_INTENDED, "/"))


@login_required
def remove_passkey(request: PlaceRequest, pk: int) -> HttpResponse:
    """Remove a passkey, unless a role of this login needs it.

    django-allauth asks `can_delete_authenticator` for the application only.
    """
    passkey = get_object_or_404(
        Authenticator, user=request.user, type=Authenticator.Type.WEBAUTHN, pk=pk
    )
    adapter = get_adapter()
    if not adapter.can_delete_authenticator(passkey):
        messages.error(request, adapter.error_messages["cannot_delete_authenticator"])
        return redirect("mfa_list_webauthn")
    return remove_webauthn(request, pk=pk)


def _is_ours(request: HttpRequest, address: str) -> bool:
    return address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
