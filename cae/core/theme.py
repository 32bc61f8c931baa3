"""The stylesheet of a cooperative that has its own colour; pages carry no style of their own."""

from __future__ import annotations

from hashlib import sha256

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from cae.core.colours import theme_of
from cae.core.models import Cooperative

#: Raise it when the shades change: browsers keep a stylesheet for good.
_VERSION = 1


def theme_url(cooperative: Cooperative) -> str:
    """Return the address of its stylesheet, none where it keeps the colour of the house."""
    if not cooperative.accent:
        return ""
    return f"{reverse('theme', args=[cooperative.slug])}?v={_digest(cooperative)}"


@require_safe
def theme(request: HttpRequest, slug: str) -> HttpResponse:
    """Serve the stylesheet, to whoever was given its address by a page.

    Without the right digest nothing is there: the address would tell which cooperatives exist.
    """
    cooperative = Cooperative.objects.filter(slug=slug).exclude(accent="").first()
    given = request.GET.get("v", "")
    if cooperative is None or not constant_time_compare(given, _digest(cooperative)):
        raise Http404
    return HttpResponse(
        stylesheet(cooperative.accent),
        content_type="text/css; charset=utf-8",
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )


def _digest(cooperative: Cooperative) -> str:
    known = f"{_VERSION}:{cooperative.uuid}:{cooperative.accent}"
    return sha256(known.encode()).hexdigest()[:16]


def stylesheet(accent: str, *, selector: str = ":root") -> str:
    """Return the tokens an accent replaces, for what `selector` matches."""
    shades = theme_of(accent)
    tokens = {
        "accent": (shades.light.accent, shades.dark.accent),
        "accent-fort": (shades.light.strong, shades.dark.strong),
        "accent-doux": (shades.light.soft, shades.dark.soft),
        "sur-accent": (shades.light.on_accent, shades.dark.on_accent),
    }
    lines = (f"    --{name}: light-dark({a}, {b});" for name, (a, b) in tokens.items())
    return "\n".join(("@layer tokens {", f"  {selector} {{", *lines, "  }", "}", ""))
