"""Pages that belong to no app: how this browser shows ours, and the components they are made of."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from cae.core import shell, specimens

_ONE_YEAR = 365 * 24 * 3600


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep the theme or the font this browser asks for, and go back where one was."""
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = HttpResponseRedirect(back)
    for field, cookie, known in (
        ("theme", shell.THEME_COOKIE, shell.THEMES),
        ("font", shell.FONT_COOKIE, shell.FONTS),
    ):
        value = request.POST.get(field, "unchanged")
        if value in known:
            response.set_cookie(
                cookie,
                value,
                max_age=_ONE_YEAR,
                secure=request.is_secure(),
                httponly=True,
                samesite="Lax",
            )
    return response


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who write pages and for the tests.

    In production it does not exist.
    """
    if not (settings.DEBUG or settings.CAE_DEMO):
        raise Http404
    return render(request, "composants.html", specimens.context())
