"""« Clés d’API »: what lets a program act with one's own rights, and how to take it back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cae.core import tokens
from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.requests import PlaceRequest
from cae.core.toasts import toast

_TEMPLATE = "api/keys.html"


class KeyForm(forms.Form):
    label = forms.CharField(
        label="À quoi sert-elle\u00a0?",
        max_length=60,
        help_text="Une clé par programme\u00a0: vous pourrez la révoquer seule.",
    )


@requires(*Right)
@require_http_methods(["GET", "POST"])
@recently_authenticated
@never_cache
def keys(request: PlaceRequest, slug: str) -> HttpResponse:
    """List one's own keys, and create one: it is shown on the page that answers, once."""
    here = reverse("api_keys", args=[slug])
    form = KeyForm(request.POST or None)
    created: list[str] = []

    def create() -> str:
        label = form.cleaned_data["label"]
        created.append(tokens.create_api_token(request.membership, label=label))
        return here

    shown: dict[str, Any] = {
        "keys": tokens.api_tokens_of(request.membership),
        "example": request.build_absolute_uri("/api/v1/invoices/"),
    }
    response = form_page(request, form, create, template=_TEMPLATE, **shown)
    if not created:
        return response
    return render(request, _TEMPLATE, {"created": created[0], **shown})


@requires(*Right)
@require_POST
def revoke_key(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    """Close a key. No fresh proof: a key that leaked is closed at once, and only closed."""
    if not tokens.revoke_api_token(request.membership, pk):
        raise Http404
    toast(request, "Clé révoquée\u00a0: elle n’ouvre plus rien.")
    return redirect("api_keys", slug)
