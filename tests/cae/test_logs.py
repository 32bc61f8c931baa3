"""A token in a log opens as much as the one in the mail: it is written nowhere."""

from __future__ import annotations

import logging.config
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.test import Client
from gunicorn.config import Config

from cae.logs import AccessLog, masked

TOKEN = "rSAvYJ3k-4aVtoken_Q2x9"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"GET /p/{TOKEN}/devis/ HTTP/1.1", "GET /p/…/devis/ HTTP/1.1"),
        (f"Not Found: /p/{TOKEN}/invitation/", "Not Found: /p/…/invitation/"),
        (
            f"GET /compte/mot-de-passe/oublie/1a-{TOKEN}/ HTTP/1.1",
            "GET /compte/mot-de-passe/oublie/…/ HTTP/1.1",
        ),
        (f"GET /compte/adresse/MQ:1v:{TOKEN}/", "GET /compte/adresse/…/"),
        ("GET /compte/mot-de-passe/oublie/ HTTP/1.1", "GET /compte/mot-de-passe/oublie/ HTTP/1.1"),
        ("GET /c/ateliers/paie/12/ HTTP/1.1", "GET /c/ateliers/paie/12/ HTTP/1.1"),
    ],
)
def test_what_opens_without_a_password_is_masked(said, kept):
    assert masked(said) == kept


@pytest.mark.django_db
def test_an_address_not_found_is_logged_without_its_token(capsys):
    logging.config.dictConfig(settings.LOGGING)

    Client().get(f"/p/{TOKEN}/devis/")

    said = capsys.readouterr().err
    assert TOKEN not in said
    assert "/p/…/" in said or said == ""


def test_the_servers_own_lines_are_masked():
    path = f"/p/{TOKEN}/devis/"
    request = SimpleNamespace(headers=[("REFERER", f"https://cae.example{path}")])
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": path,
        "PATH_INFO": path,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_REFERER": f"https://cae.example{path}",
    }
    answer = SimpleNamespace(status="200 OK", sent=12, headers=[])

    atoms = AccessLog(Config()).atoms(answer, request, environ, timedelta(seconds=1))

    assert TOKEN not in str(atoms)
    assert atoms["r"] == "GET /p/…/devis/ HTTP/1.1"
