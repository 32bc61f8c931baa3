"""Every page a person may open is looked at by axe in a browser, or the whole suite fails.

`check_with_axe` notes the route of each page it passed. When the whole suite ran and passed, what
no journey went through is named, and the suite fails.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest

from cae import bootstrap

#: Routes a person opens that answer something else than a page of their own.
NOT_A_PAGE = {
    "": "leads to the only cooperative of a login; several are chosen on it",
    "place/<int:pk>/": "leads to another place",
    "sante/": "for a load balancer",
    "plateforme/cooperatives/nouvelle/": "leads to the first step not filled",
    "c/<slug:slug>/simulation/<int:pk>/": "a part of the home page",
    "c/<slug:slug>/recherche/": "a part of every page",
    "c/<slug:slug>/reglages/couleur/apercu/": "a part of the page of the colour",
    "c/<slug:slug>/ventes/": "leads to the invoices",
    "c/<slug:slug>/paie/<int:pk>/progression/": "a part of the page of a month",
    "c/<slug:slug>/paie/virements/<int:pk>/": "a file",
    "c/<slug:slug>/clients/<int:pk>/donnees/": "a file",
    "c/<slug:slug>/clients/importer/<int:pk>/refus/": "a file",
    "c/<slug:slug>/clients/importer/modele/": "a file",
    "c/<slug:slug>/depenses/<int:pk>/<int:line_pk>/": "a file",
    "c/<slug:slug>/depenses/<int:pk>/<int:line_pk>/apercu/": "an image",
    "c/<slug:slug>/depenses/<int:pk>/<int:line_pk>/pages/<int:rank>/": "an image",
    "c/<slug:slug>/encaissements/archives/<int:pk>/": "a file",
    "c/<slug:slug>/exports/<int:pk>/": "a file",
    "c/<slug:slug>/virements/lots/<int:pk>/fichier/": "a file",
    "c/<slug:slug>/ventes/dossiers/<int:pk>/fichiers/<int:file_pk>/": "a file",
    "c/<slug:slug>/ventes/factures/<int:pk>/pieces/<int:file_pk>/": "a file",
}
#: How the address of a file ends, or of the part of a page that tells where something is.
_FILES = (".csv", ".css", ".zip", "/pdf/", "/etat/")
#: Where people are; the pages of an account are those of django-allauth, the API has none.
_PLACES = ("c/", "p/", "plateforme/")

LOOKED_AT: set[str] = set()


def note(url: str) -> None:
    """Remember that axe passed this page."""
    from django.urls import Resolver404, resolve

    try:
        LOOKED_AT.add(resolve(urlsplit(url).path).route)
    except Resolver404:
        return  # a page of error


def pages() -> set[str]:
    """Return the routes of the pages people open."""
    return {
        path
        for path, view in routes()
        if path.startswith(_PLACES)
        and path not in NOT_A_PAGE
        and not path.endswith(_FILES)
        and (path.startswith("plateforme/") or "GET" in methods_of(view))
    }


def routes(patterns: Sequence[Any] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Walk every address of the product with its view."""
    from django.urls import URLResolver, get_resolver

    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern.callback


def methods_of(view: Any) -> set[str]:
    """Return what a view answers to: asked with a method no view knows, it says so."""
    from django.test import RequestFactory

    from cae.core.enums import Right

    request: Any = RequestFactory().trace("/")
    role = SimpleNamespace(rights=frozenset(Right))
    request.membership = SimpleNamespace(is_active=True, role=role)
    answer = view(request)
    assert answer.status_code == 405, f"{view.__name__}: say its methods before anything else"
    return set(answer["Allow"].split(", "))


# -- At the end --------------------------------------------------------------------------------


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["looked_at"] = sorted(LOOKED_AT)
        return
    if exitstatus == pytest.ExitCode.OK and _ran_whole(session.config) and never_looked_at():
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Gather what each of the processes that shared the tests has looked at."""
    LOOKED_AT.update(getattr(node, "workeroutput", {}).get("looked_at", ()))


def pytest_terminal_summary(terminalreporter: Any, exitstatus: int, config: pytest.Config) -> None:
    # A journey that stopped did not go through its last pages: nothing to say of those.
    if exitstatus == pytest.ExitCode.OK and _ran_whole(config) and (missed := never_looked_at()):
        terminalreporter.section("pages that no journey looks at")
        for path in missed:
            terminalreporter.line(f"/{path}")


def never_looked_at() -> list[str]:
    logging.disable(logging.WARNING)  # each view is asked with a method it refuses
    try:
        return sorted(pages() - LOOKED_AT)
    finally:
        logging.disable(logging.NOTSET)


def _ran_whole(config: pytest.Config) -> bool:
    """Tell whether every test was asked for, on a machine that has a browser."""
    options = config.option
    is_narrowed = options.keyword or options.markexpr or getattr(options, "lf", False)
    is_all = config.args_source == pytest.Config.ArgsSource.TESTPATHS
    return is_all and not is_narrowed and bootstrap.chromium() is not None
