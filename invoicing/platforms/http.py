"""Our small profile of the flows of AFNOR XP Z12-013, over HTTP: `docs/platforms.md` is its text.

Nothing of an answer is trusted: its size, its type and each of its values are read.
"""

from __future__ import annotations

import ipaddress
import json
import ssl
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from invoicing.platforms import Parcel, PlatformRefused, PlatformUnavailable, Told

MOST_BYTES = 256 * 1024
SECONDS = 15
#: What another try would not change.
_FINAL = range(400, 500)
_NOT_FINAL = (408, 409, 425, 429)
_BOUNDARY = "alveole-" + "-" * 12


class HttpPlatform:
    """A platform at an address, with an identifier and a secret.

    :param private: whether an address of the inside network may be called (development only).
    """

    def __init__(self, url: str, *, login: str, secret: str, private: bool = False) -> None:
        self._url = urlsplit(url)
        self._private = private
        pair = b64encode(f"{login}:{secret}".encode()).decode()
        self._headers = {
            "Authorization": f"Basic {pair}",
            "Accept": "application/json",
            "User-Agent": "Alveole",
            "Connection": "close",
        }

    def deposit(self, parcel: Parcel) -> str:
        """Deposit a file: `POST /v1/flows`."""
        info = {
            "trackingId": parcel.key,
            "name": parcel.name,
            "flowSyntax": "Factur-X",
            "processingRule": parcel.rule,
            "sha256": parcel.sha256,
        }
        body = b"".join(
            [
                _part("flowInfo", "application/json", json.dumps(info).encode()),
                _part("file", "application/pdf", parcel.content, file_name=parcel.name),
                f"--{_BOUNDARY}--\r\n".encode(),
            ]
        )
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        answer = self._ask("POST", "/v1/flows", body, kind=kind, key=parcel.key)
        flow = answer.get("flowId")
        if not isinstance(flow, str) or not 0 < len(flow) <= 80:
            raise PlatformUnavailable("no flowId in the answer")
        return flow

    def statuses(self, flow: str) -> list[Told]:
        """Return what became of a deposit: `GET /v1/flows/{flowId}`."""
        rows = self._ask("GET", f"/v1/flows/{quote(flow, safe='')}").get("statuses", [])
        if not isinstance(rows, list):
            raise PlatformUnavailable("statuses is not a list")
        return [_told(row) for row in rows[:200]]

    def tell_cashed(
        self, flow: str, *, key: str, on: date, rates: Sequence[tuple[str, Decimal]]
    ) -> None:
        """Tell what was received: `POST /v1/flows/{flowId}/cashed`."""
        told = {
            "trackingId": key,
            "date": on.isoformat(),
            "rates": [{"rate": rate, "amount": str(amount)} for rate, amount in rates],
        }
        self._ask(
            "POST", f"/v1/flows/{quote(flow, safe='')}/cashed", json.dumps(told).encode(), key=key
        )

    def _ask(
        self,
        verb: str,
        path: str,
        body: bytes | None = None,
        *,
        kind: str = "application/json",
        key: str = "",
    ) -> dict[str, Any]:
        headers = dict(self._headers)
        if body is not None:
            headers |= {"Content-Type": kind, "Idempotency-Key": key}
        connection = self._connection()
        try:
            connection.connect()
            self._check_peer(connection)
            connection.request(verb, self._url.path.rstrip("/") + path, body, headers)
            response = connection.getresponse()
            content = response.read(MOST_BYTES + 1)
        except (OSError, HTTPException, ValueError) as error:
            raise PlatformUnavailable(type(error).__name__) from error
        finally:
            connection.close()
        if response.status in _FINAL and response.status not in _NOT_FINAL:
            raise PlatformRefused(_why(response.status, content))
        if response.status not in (200, 201, 202):
            raise PlatformUnavailable(f"status {response.status}")
        return _read(content)

    def _connection(self) -> HTTPConnection:
        try:
            host, port = self._url.hostname or "", self._url.port
            if self._url.scheme == "https":
                context = ssl.create_default_context()
                return HTTPSConnection(host, port, timeout=SECONDS, context=context)
            if self._url.scheme == "http" and self._private:
                return HTTPConnection(host, port, timeout=SECONDS)
        except ValueError as error:
            raise PlatformRefused("L’adresse de la plateforme n’en est pas une.") from error
        raise PlatformRefused("L’adresse de la plateforme commence par https://.")

    def _check_peer(self, connection: HTTPConnection) -> None:
        """Refuse a machine of the inside network, whatever its name was resolved to."""
        peer = ipaddress.ip_address(connection.sock.getpeername()[0])
        if not self._private and not peer.is_global:
            raise PlatformRefused(
                "L’adresse de la plateforme mène à une machine du réseau intérieur. Corrigez-la."
            )


def _part(name: str, kind: str, content: bytes, *, file_name: str = "") -> bytes:
    said = f'; filename="{quote(file_name)}"' if file_name else ""
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{said}\r\n'
        f"Content-Type: {kind}\r\n\r\n"
    )
    return head.encode() + content + b"\r\n"


def _read(content: bytes) -> dict[str, Any]:
    if len(content) > MOST_BYTES:
        raise PlatformUnavailable("too long an answer")
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PlatformUnavailable("not JSON") from error
    if not isinstance(answer, dict):
        raise PlatformUnavailable("not an object")
    return answer


def _told(row: object) -> Told:
    if not isinstance(row, dict):
        raise PlatformUnavailable("a status is not an object")
    texts = {name: row.get(name, "") for name in ("id", "code", "reason", "note", "date")}
    if not all(isinstance(text, str) for text in texts.values()) or not texts["id"]:
        raise PlatformUnavailable("a status is not whole")
    try:
        on = date.fromisoformat(texts["date"][:10])
    except ValueError as error:
        raise PlatformUnavailable("a status has no day") from error
    return Told(
        reference=texts["id"][:80],
        code=texts["code"][:8],
        on=on,
        reason=texts["reason"][:24],
        note=" ".join(texts["note"].split())[:400],
    )


def _why(status: int, content: bytes) -> str:
    if status in (401, 403):
        return (
            "La plateforme ne reconnaît pas l’identifiant ou le mot de passe. Corrigez-les dans "
            "les réglages, puis réessayez."
        )
    try:
        said = _read(content).get("message", "")
    except PlatformUnavailable:
        said = ""
    words = " ".join(said.split())[:240] if isinstance(said, str) else ""
    return f"La plateforme refuse l’envoi ({status})" + (f"\u00a0: {words}" if words else ".")
