"""Invitations: sent from a record, accepted behind a public link."""

from __future__ import annotations

from django.contrib.auth import logout
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cae.core.accounts import enter_with_new_password
from cae.core.enums import LinkKind, Right
from cae.core.models import Invitation, User
from cae.core.pages import say
from cae.core.permissions import requires
from cae.core.requests import LinkRequest, PlaceRequest
from cae.core.toasts import toast
from cae.core.workflow import ActionRefused
from entrepreneurs import actions, permissions
from entrepreneurs.forms import JoinForm


@requires(Right.INVITE, Right.MANAGE_PEOPLE)
@require_POST
def invite_person(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Invite the person of a record, or send again the invitation that waits."""
    person = permissions.fetch_person(request.membership, pk, may=permissions.may_invite_person)
    waiting = person.invitation
    if waiting is not None and not waiting.accepted_at and not waiting.withdrawn_at:
        actions.resend_invitation(waiting, by=request.membership)
        toast(request, f"Invitation renvoyée à {waiting.email}.")
    else:
        actions.invite_person(person, by=request.membership)
        toast(request, f"Invitation envoyée à {person.email}.")
    return redirect("entrepreneurs:person", slug=slug, pk=pk)


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: LinkRequest, token: str) -> HttpResponse:
    """Join a cooperative: choose a password, or with a login that exists simply accept."""
    if request.link.kind != LinkKind.INVITATION:
        raise Http404
    invited = Invitation.objects.select_related("role").filter(pk=request.link.target_id).first()
    if invited is None:
        raise Http404
    is_known = User.objects.filter(email__iexact=invited.email).exists()
    form = JoinForm(request.POST if request.method == "POST" else None, email=invited.email)
    status = 200
    if request.method == "POST":
        if is_known or form.is_valid():
            try:
                return _joined(request, invited, "" if is_known else form.cleaned_data["password"])
            except ActionRefused as refused:
                say(form, refused)
        status = 422
    return render(
        request,
        "entrepreneurs/invitation.html",
        {
            "cooperative": request.cooperative,
            "invitation": invited,
            "form": form,
            "is_known": is_known,
        },
        status=status,
    )


def _joined(request: LinkRequest, invited: Invitation, password: str) -> HttpResponse:
    """Accept; a new login enters at once, a known one signs in as it always does."""
    membership = actions.accept_invitation(invited, password=password)
    home = reverse("home", args=[request.cooperative.slug])
    if password:
        enter_with_new_password(request, membership.user)
        request.session["membership"] = membership.pk
    elif request.user != membership.user:
        logout(request)  # somebody else's session would find nothing there
    toast(request, f"Bienvenue dans {request.cooperative.name}.")
    return redirect(home)
