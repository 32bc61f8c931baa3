"""A platform of our profile, as a server of this machine that tests tell what to say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest


class Station:
    """What was deposited by key, what is told of each flow, and what it answers instead."""

    def __init__(self) -> None:
        self.flows: dict[str, str] = {}
        self.statuses: list[dict[str, Any]] = []
        self.cashed: dict[str, Any] = {}
        self.asked: list[tuple[str, str]] = []
        self.fault: tuple[int, bytes] | None = None
        self.bodies: list[bytes] = []
        self.authorizations: set[str] = set()
        self.url = ""

    def answer(self, verb: str, path: str, key: str, body: bytes) -> tuple[int, bytes]:
        self.asked.append((verb, path))
        if self.fault is not None:
            return self.fault
        if (verb, path) == ("POST", "/api/v1/flows"):
            self.bodies.append(body)
            flow = self.flows.setdefault(key, f"flux-{len(self.flows) + 1}")
            return 202, json.dumps({"flowId": flow}).encode()
        if verb == "POST" and path.endswith("/cashed"):
            self.cashed.setdefault(key, json.loads(body))
            return 200, b"{}"
        return 200, json.dumps({"statuses": self.statuses}).encode()


@pytest.fixture
def station(settings) -> Iterator[Station]:
    """The server, at an address of this machine, which development may call."""
    settings.INSECURE_HTTP = True
    told = Station()

    class Answers(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._say(told.answer("POST", self.path, self.headers["Idempotency-Key"], body))

        def do_GET(self) -> None:
            self._say(told.answer("GET", self.path, "", b""))

        def _say(self, answer: tuple[int, bytes]) -> None:
            told.authorizations.add(self.headers["Authorization"])
            self.send_response(answer[0])
            self.send_header("Content-Length", str(len(answer[1])))
            self.end_headers()
            self.wfile.write(answer[1])

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}/api"
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
