"""The public directory of companies, as a server of this machine that tests tell what to say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

import pytest
from django.core.cache import cache

from tests.invoicing.makers import SIREN, SIRET

SEAT = {
    "siret": SIRET,
    "numero_voie": "12",
    "indice_repetition": None,
    "type_voie": "RUE",
    "libelle_voie": "DE LA MONNAIE",
    "complement_adresse": "BATIMENT B",
    "code_postal": "35000",
    "libelle_commune": "RENNES",
    "adresse": "12 RUE DE LA MONNAIE 35000 RENNES",
    "etat_administratif": "A",
}
TOLD: dict[str, Any] = {
    "siren": SIREN,
    "nom_complet": "MAISON EBENE (EBENE)",
    "nom_raison_sociale": "MAISON EBENE",
    "nature_juridique": "5710",
    "activite_principale": "58.11Z",
    "etat_administratif": "A",
    "siege": SEAT,
    "matching_etablissements": [],
}
GOOD = {"results": [TOLD], "total_results": 1, "page": 1, "per_page": 10, "total_pages": 1}


class Directory:
    """What the server answers next, and what it was asked."""

    def __init__(self) -> None:
        self.status, self.body, self.asked = 200, json.dumps(GOOD).encode(), []
        self.hangs, self.over, self.url = False, Event(), ""


@contextmanager
def listening(port: int = 0) -> Iterator[Directory]:
    """Answer at a port of this machine, any free one unless said."""
    told = Directory()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append(self.path)
            if told.hangs:
                told.over.wait(30)
                return
            self.send_response(told.status)
            if told.status == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.send_header("Content-Length", str(len(told.body)))
            self.end_headers()
            self.wfile.write(told.body)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Answers)
    server.daemon_threads = True
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    told.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        told.over.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def directory(settings) -> Iterator[Directory]:
    """The server, told to the settings; nothing it says outlives the test."""
    with listening() as told:
        settings.COMPANY_DIRECTORY_URL = told.url
        cache.clear()
        yield told
        cache.clear()
