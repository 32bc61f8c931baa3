"""Messages shown for a moment at the bottom of the next page, with a way back when there is one."""

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest

_UNDO = "undo="


def toast(request: HttpRequest, text: str, *, undo: str = "") -> None:
    """Tell what was just done, with its verb; `undo` is an address to post to, of ours only."""
    messages.success(request, text, extra_tags=f"{_UNDO}{undo}" if undo else "")


def undo_url(message: Message) -> str:
    tags = message.extra_tags or ""
    address = tags.removeprefix(_UNDO) if tags.startswith(f"{_UNDO}/") else ""
    return "" if address.startswith("//") else address
