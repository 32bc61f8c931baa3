"""A form sent twice creates once: each carries a nonce, its result is kept."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect

from cae.core.models import SubmittedForm
from cae.core.requests import PlaceRequest
from cae.core.tenancy import as_cooperative, current_tenant_id

FIELD = "nonce"


def new_nonce() -> str:
    return secrets.token_urlsafe(16)


def once(
    request: PlaceRequest,
    create: Callable[[], str],
    *,
    resume: Callable[[str], str] | None = None,
) -> HttpResponse:
    """Run `create` (returns the URL of what it made) and redirect there; a replay only redirects.

    Two simultaneous posts wait for each other on the nonce's lock, until commit. With `resume`,
    the second goes on from the URL of the first, and returns where that leads.
    """
    nonce = request.POST.get(FIELD, "")[:64].replace("\0", "")
    if not nonce:
        return HttpResponseRedirect(create())
    with as_cooperative(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, %s))",
            [nonce, current_tenant_id()],
        )
        earlier = SubmittedForm.objects.filter(nonce=nonce).first()
    if earlier is not None and earlier.membership_id == request.membership.pk:
        if resume is not None and (url := resume(earlier.result_url)) != earlier.result_url:
            earlier.result_url = url
            with as_cooperative():
                earlier.save(update_fields=["result_url"])
        return HttpResponseRedirect(earlier.result_url)
    url = create()
    if earlier is not None:  # another person's nonce: it remembers what they made
        return HttpResponseRedirect(url)
    with as_cooperative():
        SubmittedForm.objects.create(
            nonce=nonce, membership_id=request.membership.pk, result_url=url
        )
    return HttpResponseRedirect(url)
