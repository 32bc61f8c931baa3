"""The State's public directory of companies: the one place that asks it.

« API Recherche d’entreprises »: without a key, `GET search?q=…`, JSON. Nothing of its answer is
trusted here nor after: `invoicing.rules.companies` reads it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from queue import Empty, SimpleQueue
from socket import SHUT_RDWR, socket
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

#: Ten companies weigh some 60 KiB.
MOST_BYTES = 256 * 1024
_HEADERS = {"Accept": "application/json", "User-Agent": "Alveole", "Connection": "close"}


class DirectoryUnavailable(Exception):
    """It is away, slow, or what it answers is not an answer."""


def is_reachable() -> bool:
    """Whether this server was told where the directory is."""
    return bool(settings.COMPANY_DIRECTORY_URL)


def ask_directory(text: str, *, most: int) -> Any:
    """Return the JSON that the directory answers for `text`, within the seconds of the settings.

    :raises DirectoryUnavailable: in every other case.
    """
    seconds = settings.COMPANY_DIRECTORY_SECONDS
    connection = _connection(seconds)
    base = urlsplit(settings.COMPANY_DIRECTORY_URL).path.rstrip("/")
    address = f"{base}/search?{urlencode({'q': text, 'page': 1, 'per_page': most})}"
    answers: SimpleQueue[bytes] = SimpleQueue()
    sockets: list[socket] = []
    # Resolving a name and a trickle of bytes escape the limit of a socket: a thread does not.
    Thread(target=_fetch, args=(connection, address, answers, sockets), daemon=True).start()
    try:
        body = answers.get(timeout=seconds)
    except Empty as error:
        for one in sockets:
            with suppress(OSError):
                one.shutdown(SHUT_RDWR)
        raise DirectoryUnavailable("no answer in time") from error
    if not body or len(body) > MOST_BYTES:
        raise DirectoryUnavailable("no answer, or too long a one")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise DirectoryUnavailable("not JSON") from error


def _connection(seconds: float) -> HTTPConnection:
    try:
        url = urlsplit(settings.COMPANY_DIRECTORY_URL)
        kind = {"https": HTTPSConnection, "http": HTTPConnection}[url.scheme]
        return kind(url.hostname or "", url.port, timeout=seconds)
    except (KeyError, ValueError, HTTPException) as error:
        raise DirectoryUnavailable("its address is not one") from error


def _fetch(
    connection: HTTPConnection,
    address: str,
    answers: SimpleQueue[bytes],
    sockets: list[socket],
) -> None:
    """Put the body of a good answer in `answers`, or nothing of it."""
    body = b""
    try:
        connection.connect()
        sockets.append(connection.sock)
        connection.request("GET", address, headers=_HEADERS)
        response = connection.getresponse()
        if response.status == 200:
            body = response.read(MOST_BYTES + 1)
    except (OSError, HTTPException, ValueError):
        body = b""
    finally:
        connection.close()
        answers.put(body)
