"""The open sessions of a login: on which device, since when; and how to end them.

django-allauth keeps the list. Its middleware would write a row at each click: `SessionLimits`
notes the hour every five minutes instead.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpRequest

from cae.core.models import User

#: The first that is found names it: Edge and Opera also say Chrome, which also says Safari.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "un iPhone", True),
    ("iPad", "un iPad", True),
    ("Android", "un appareil Android", True),
    ("CrOS", "un Chromebook", False),
    ("Windows", "Windows", False),
    ("Macintosh", "un Mac", False),
    ("Linux", "Linux", False),
)


@dataclass(frozen=True, slots=True)
class Device:
    """An open session; `seen_at` is true to within five minutes."""

    pk: int
    name: str
    icon: str
    opened_at: datetime
    seen_at: datetime
    is_current: bool


def note(request: HttpRequest) -> None:
    """Keep that this session was just seen, on this device."""
    if request.user.is_authenticated:
        UserSession.objects.create_from_request(request)


def forget(session_key: str | None) -> None:
    """Take a session that has just ended off the list."""
    UserSession.objects.filter(session_key=session_key).delete()


def open_sessions(request: HttpRequest, user: User) -> list[Device]:
    """Return the sessions of a login still open, the current one first, then the last seen."""
    # The machine's clock, by which sessions end.
    oldest = datetime.fromtimestamp(time.time() - settings.SESSION_ABSOLUTE_AGE, tz=UTC)
    devices = [
        Device(
            pk=session.pk,
            name=device_name(session.user_agent),
            icon="smartphone" if _is_mobile(session.user_agent) else "monitor",
            opened_at=session.created_at,
            seen_at=session.last_seen_at,
            is_current=session.session_key == request.session.session_key,
        )
        for session in UserSession.objects.purge_and_list(user)
        if session.created_at > oldest
    ]
    return sorted(devices, key=lambda d: (d.is_current, d.seen_at), reverse=True)


def end(request: HttpRequest, user: User, *, pk: int | None = None) -> int:
    """End the other sessions of a login, or one of them; return how many were.

    The current one is not ended here: signing out does it.
    """
    others = UserSession.objects.filter(user=user).exclude(session_key=request.session.session_key)
    if pk is not None:
        others = others.filter(pk=pk)
    ended = list(others)
    for session in ended:
        session.end()
    return len(ended)


def device_name(user_agent: str) -> str:
    """Return `Firefox sur Windows`, from what the browser says of itself."""
    browser = next((name for mark, name in _BROWSERS if mark in user_agent), "Un navigateur")
    machine = next((name for mark, name, _ in _MACHINES if mark in user_agent), "")
    return f"{browser} sur {machine}" if machine else browser


def _is_mobile(user_agent: str) -> bool:
    return next((mobile for mark, _, mobile in _MACHINES if mark in user_agent), False)
