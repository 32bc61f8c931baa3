"""People who enter the cooperative, and those who are invited to."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cae.core.enums import Right
from cae.core.models import Invitation, Membership
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.onboarding.forms import InvitationForm, PlaceRoleForm
from entrepreneurs import actions
from entrepreneurs.queries import display_names


@requires(Right.INVITE)
@require_safe
def access(request: PlaceRequest, slug: str) -> HttpResponse:
    places = list(
        Membership.objects.filter(cooperative=request.cooperative)
        .select_related("user", "role")
        .order_by("role_id", "user__email", "id")
    )
    names = display_names(places)
    return render(
        request,
        "onboarding/access.html",
        {
            "rows": [
                {
                    "place": place,
                    "name": names[place.pk],
                    "is_self": place.user_id == request.user.pk,
                }
                for place in places
            ],
            "invitations": list(
                Invitation.objects.filter(accepted_at=None, withdrawn_at=None)
                .select_related("role")
                .order_by("-sent_at")
            ),
            "crumbs": [("Réglages", _url(request, "settings")), ("Accès", "")]
            if Right.CONFIGURE in request.membership.role.rights
            else [],
        },
    )


@requires(Right.INVITE)
@require_http_methods(["GET", "POST"])
def invite(request: PlaceRequest, slug: str) -> HttpResponse:
    form = InvitationForm(request.POST or None, cooperative=request.cooperative)

    def send() -> str:
        typed = form.cleaned_data
        staff = actions.register_staff(
            first_name=typed["first_name"],
            last_name=typed["last_name"],
            email=typed["email"],
            job=typed["job"],
            by=request.membership,
        )
        invitation = actions.invite(
            email=typed["email"], role=typed["role"], by=request.membership, holder=staff
        )
        toast(request, f"Invitation envoyée à {invitation.email}.")
        return _url(request, "access")

    return form_page(
        request,
        form,
        send,
        template="onboarding/invite.html",
        title="Inviter une personne",
        verb="Envoyer l’invitation",
        back=_url(request, "access"),
        crumbs=[("Accès", _url(request, "access")), ("Inviter", "")],
    )


@requires(Right.INVITE)
@require_POST
def resend(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invitation = actions.resend_invitation(_invitation(pk), by=request.membership)
    toast(request, f"Invitation renvoyée à {invitation.email}.")
    return redirect("onboarding:access", slug=slug)


@requires(Right.INVITE)
@require_POST
def withdraw(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    invitation = actions.withdraw_invitation(_invitation(pk), by=request.membership)
    toast(request, f"Invitation de {invitation.email} retirée.")
    return redirect("onboarding:access", slug=slug)


@requires(Right.INVITE)
@require_POST
def close_place(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    place = actions.deactivate(_place(request, pk), by=request.membership)
    toast(
        request,
        f"Accès de {place.user.email} fermé.",
        undo=_url(request, "open_place", place.pk),
    )
    return redirect("onboarding:access", slug=slug)


@requires(Right.INVITE)
@require_POST
def open_place(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    place = actions.reactivate(_place(request, pk), by=request.membership)
    toast(request, f"Accès de {place.user.email} rouvert.")
    return redirect("onboarding:access", slug=slug)


@requires(Right.INVITE)
@require_http_methods(["GET", "POST"])
def change_role(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    place = _place(request, pk)
    form = PlaceRoleForm(
        request.POST or None,
        roles=request.cooperative.roles.filter(own_only=place.role.own_only),
        initial={"role": place.role},
    )

    def change() -> str:
        actions.change_role(place, form.cleaned_data["role"], by=request.membership)
        toast(request, f"{place.user.email} a le rôle «\u00a0{form.cleaned_data['role']}\u00a0».")
        return _url(request, "access")

    return form_page(
        request,
        form,
        change,
        title="Changer le rôle",
        intro=place.user.email,
        verb="Changer le rôle",
        back=_url(request, "access"),
        crumbs=[("Accès", _url(request, "access")), ("Changer le rôle", "")],
    )


def _invitation(pk: int) -> Invitation:
    found = Invitation.objects.filter(pk=pk).select_related("role").first()
    if found is None:
        raise Http404
    return found


def _place(request: PlaceRequest, pk: int) -> Membership:
    """Return a place of this cooperative: the table is the platform's, so say whose."""
    found = (
        Membership.objects.filter(cooperative=request.cooperative, pk=pk)
        .select_related("user", "role", "cooperative")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _url(request: PlaceRequest, name: str, *args: object) -> str:
    return reverse(f"onboarding:{name}", args=[request.cooperative.slug, *args])
