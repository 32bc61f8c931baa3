"""The one-time code by which a client signs: how long it lives, what is shown of an address."""

from __future__ import annotations

from datetime import timedelta

CODE_DIGITS = 6
CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
#: Codes for one quote: a person who mistypes needs two or three; a machine, thousands.
MOST_CODES_AN_HOUR = 5


def masked(address: str) -> str:
    """Return an address its owner recognises and nobody else learns: `m…p@vieux-port.fr`."""
    name, _, domain = address.partition("@")
    ends = name[0] + "…" + name[-1] if len(name) > 2 else name[:1] + "…"
    return f"{ends}@{domain}"


def digits_of(typed: str) -> str:
    """Return the digits of what was typed: people separate them with spaces."""
    return "".join(sign for sign in typed if sign in "0123456789")
