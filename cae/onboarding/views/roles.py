"""Roles: who may do what, in plain words, and the roles a cooperative composes."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cae.core.enums import PERSONAL_DATA_RIGHTS, Right
from cae.core.models import Role
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast
from cae.onboarding.forms import RoleForm, right_groups
from entrepreneurs import actions


@requires(Right.INVITE)
@require_safe
def roles(request: PlaceRequest, slug: str) -> HttpResponse:
    found = list(request.cooperative.roles.order_by("-is_seeded", "id"))
    return render(
        request,
        "onboarding/roles.html",
        {
            "roles": found,
            "groups": [
                (
                    label,
                    [
                        {
                            "label": right.label,
                            "is_personal": right in PERSONAL_DATA_RIGHTS,
                            "held": [right in role.rights for role in found],
                        }
                        for right in rights
                    ],
                )
                for label, rights in right_groups()
            ],
            "width": len(found) + 1,
        },
    )


@requires(Right.INVITE)
@require_http_methods(["GET", "POST"])
def new_role(request: PlaceRequest, slug: str) -> HttpResponse:
    return _compose(request, None)


@requires(Right.INVITE)
@require_http_methods(["GET", "POST"])
def edit_role(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    role = Role.objects.filter(cooperative=request.cooperative, pk=pk, is_seeded=False).first()
    if role is None:
        raise Http404
    return _compose(request, role)


def _compose(request: PlaceRequest, role: Role | None) -> HttpResponse:
    form = RoleForm(request.POST or None, initial=RoleForm.of(role) if role else None)
    back = reverse("onboarding:roles", args=[request.cooperative.slug])

    def compose() -> str:
        composed = actions.compose_role(
            request.cooperative,
            label=form.cleaned_data["label"],
            rights=form.cleaned_data["rights"],
            by=request.membership,
            role=role,
        )
        toast(request, f"Rôle «\u00a0{composed.label}\u00a0» enregistré.")
        return back

    title = f"Rôle «\u00a0{role.label}\u00a0»" if role else "Composer un rôle"
    return form_page(
        request,
        form,
        compose,
        template="onboarding/role.html",
        title=title,
        verb="Enregistrer le rôle",
        back=back,
        crumbs=[("Rôles", back), (title, "")],
    )
