"""Sessions end: some hours after the last click, and some hours after the first."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.http import HttpRequest, HttpResponse

from cae.core.accounts import devices

#: A page seen within so many seconds of the last one noted writes nothing.
_STEP = 5 * 60


class SessionLimits:
    """Keep a session alive while it is used, and never beyond its absolute age.

    Saving at every request would write a row per click; noting the hour every five minutes
    gives the same end to within five minutes.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            self._look_at(request)
        return self.get_response(request)

    def _look_at(self, request: HttpRequest) -> None:
        now = int(time.time())
        started = request.session.setdefault("started_at", now)
        if now - started > settings.SESSION_ABSOLUTE_AGE:
            devices.forget(request.session.session_key)
            logout(request)
            messages.info(request, "Votre session est terminée. Reconnectez-vous pour continuer.")
        elif now - request.session.get("seen_at", 0) > _STEP:
            request.session["seen_at"] = now
            devices.note(request)
