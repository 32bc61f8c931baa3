"""How often somebody without an account may do something: counted in the cache, by window.

A cache that loses its counts loses a limit, not a rule: what must hold is counted in PostgreSQL.
"""

from __future__ import annotations

from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest


def is_within(action: str, key: str, *, most: int, seconds: int) -> bool:
    """Count one more `action` of `key`; False once there were `most` in this window."""
    name = f"limit:{action}:{sha256(key.encode()).hexdigest()[:32]}"
    if cache.add(name, 1, timeout=seconds):
        return True
    try:
        return cache.incr(name) <= most
    except ValueError:  # the window ended in between
        cache.set(name, 1, timeout=seconds)
        return True


def address_of(request: HttpRequest) -> str:
    """Return the network address of a visitor, read behind the proxies we trust."""
    from allauth.account.adapter import get_adapter

    return get_adapter(request).get_client_ip(request)
