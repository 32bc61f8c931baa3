"""The colour of the cooperative: chosen, seen in light and in dark, refused when unreadable."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from cae.core import colours
from cae.core.enums import Right
from cae.core.pages import form_page
from cae.core.permissions import requires
from cae.core.replay import new_nonce
from cae.core.requests import PlaceRequest
from cae.core.theme import stylesheet
from cae.core.toasts import toast
from cae.onboarding.forms import ColourForm
from cae.onboarding.settings import update_settings

#: The preview stands in the page that chooses, whose own colour stays.
_PREVIEW = ".theme-preview"
_PAGE = "onboarding/colour.html"


@dataclass(frozen=True, slots=True)
class Preview:
    """A colour as it would show; its least contrasts in light and in dark."""

    accent: str

    @property
    def light(self) -> Decimal:
        return colours.shown(colours.light_contrast(self.accent))

    @property
    def dark(self) -> Decimal:
        return colours.shown(colours.theme_of(self.accent).least_dark)

    @property
    def is_readable(self) -> bool:
        return colours.is_readable(self.accent)

    @property
    def nearest(self) -> str:
        return colours.readable_shade(self.accent)


@requires(Right.CONFIGURE)
@require_http_methods(["GET", "POST"])
def colour(request: PlaceRequest, slug: str) -> HttpResponse:
    """Choose the colour, or come back to the one of the house (`house`)."""
    settings_url = reverse("onboarding:settings", args=[slug])
    current = request.cooperative.accent or colours.HOUSE
    is_look = "preview" in request.POST
    seen = _read(request.POST.get("accent", "")) or current
    form = ColourForm(None if is_look else request.POST or None, initial={"accent": seen})
    form.fields["accent"].widget.attrs["hx-get"] = reverse("onboarding:colour_preview", args=[slug])
    page: dict[str, Any] = {
        "title": "Couleur de la coopérative",
        "intro": request.cooperative.name,
        "verb": "Enregistrer cette couleur",
        "back": settings_url,
        "crumbs": [("Réglages", settings_url), ("Couleur", "")],
        "preview": Preview(seen),
        "cooperative": request.cooperative,
    }
    if is_look:  # without script, a button shows the colour before it is kept
        return render(request, _PAGE, {"form": form, "nonce": new_nonce(), **page})

    def keep() -> str:
        accent = "" if "house" in request.POST else form.cleaned_data["accent"]
        update_settings(request.cooperative, by=request.membership, accent=accent)
        toast(request, "Couleur enregistrée." if accent else "Couleur retirée.")
        return settings_url

    return form_page(
        request,
        form,
        keep,
        template=_PAGE,
        is_valid=lambda: "house" in request.POST or form.is_valid(),
        **page,
    )


@requires(Right.CONFIGURE)
@require_safe
def colour_preview(request: PlaceRequest, slug: str) -> HttpResponse:
    """Answer the fragment that shows a colour before it is kept."""
    accent = _asked(request)
    context = {"preview": Preview(accent), "cooperative": request.cooperative}
    return render(request, "onboarding/_colour_preview.html", context)


@requires(Right.CONFIGURE)
@require_safe
def colour_stylesheet(request: PlaceRequest, slug: str) -> HttpResponse:
    """Serve the shades of a colour nobody chose yet, for the preview alone."""
    return HttpResponse(
        stylesheet(_asked(request), selector=_PREVIEW), content_type="text/css; charset=utf-8"
    )


def _asked(request: HttpRequest) -> str:
    accent = _read(request.GET.get("accent", ""))
    if accent is None:
        raise Http404
    return accent


def _read(text: str) -> str | None:
    with suppress(ValueError):
        return colours.written(text)
    return None
