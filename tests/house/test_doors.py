"""Every address of a cooperative states who may open it, and holds to it.

The routes are walked, not listed: a view without `@requires` fails here.
"""

from __future__ import annotations

import re

import pytest
from django.conf import settings
from django.test import Client

from cae.core.enums import Right
from cae.core.permissions import ROLES
from tests.makers import make_membership, signed_in
from tests.plugins.every_page import routes
from tests.plugins.planted import planted

_SAMPLES = {"int": "987654321", "slug": "x", "str": "x", "month": "2026-11", "uuid": "x"}


PLACES = [(path, view) for path, view in routes() if path.startswith("c/<slug:slug>/")]
each_place = pytest.mark.parametrize(("path", "view"), PLACES, ids=[path for path, _ in PLACES])


def address(path: str, slug: str) -> str:
    filled = path.replace("<slug:slug>", slug, 1)
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda m: _SAMPLES[m.group(1) or "str"], filled)
    return "/" + filled


@planted
def staff_without_second_factor(cooperatives):
    """The second factor has its own tests; here it would hide what is behind it."""
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    return cooperatives


@planted
def sessions(staff_without_second_factor) -> tuple[dict[str, str], dict[str, str]]:
    """The session of each role of the staff: in the first cooperative, in the other."""

    def opened(cooperative, code: str) -> str:
        browser = signed_in(make_membership(cooperative, code))
        browser.get("/sante/")  # its device is noted
        return browser.session.session_key

    return tuple(
        {code: opened(cooperative, code) for code, role in ROLES.items() if not role.own_only}
        for cooperative in staff_without_second_factor
    )


@pytest.fixture
def open_as():
    """Open an address with the session of somebody."""
    browser = Client()

    def answer(session: str, path: str):
        browser.cookies[settings.SESSION_COOKIE_NAME] = session
        return browser.get(path)

    return answer


@each_place
def test_every_view_states_who_may(path, view):
    assert getattr(view, "required_rights", None), f"{path}: decorate its view with @requires"


@each_place
def test_nobody_enters_without_signing_in(path, view, cooperative):
    response = Client().get(address(path, cooperative.slug))

    assert response.status_code == 302
    assert response["Location"].startswith("/compte/")


@each_place
def test_a_role_without_the_right_finds_nothing(path, view, cooperative, sessions, open_as):
    for code, session in sessions[0].items():
        if ROLES[code].rights & view.required_rights:
            continue
        response = open_as(session, address(path, cooperative.slug))
        assert response.status_code == 404, f"{code} opened {path}"


@each_place
def test_another_cooperative_finds_nothing(path, view, cooperative, sessions, open_as):
    for code, session in sessions[1].items():
        response = open_as(session, address(path, cooperative.slug))
        assert response.status_code == 404, f"{code} of another cooperative opened {path}"


@each_place
def test_what_does_not_exist_is_not_found_for_whoever_may(
    path, view, cooperative, sessions, open_as
):
    """A page with a number in its address answers 404, never 500, to those who may open it."""
    if "<int:" not in path.replace("<slug:slug>", ""):
        return
    for code, session in sessions[0].items():
        if not ROLES[code].rights & view.required_rights:
            continue
        response = open_as(session, address(path, cooperative.slug))
        assert response.status_code in {404, 405}, f"{code} on {path}: {response.status_code}"


WHO_MAY = settings.BASE_DIR / "docs" / "who-may.md"


def table_of_who_may() -> str:
    """Write each address of a cooperative, and the seeded roles that open it."""
    head = """# Qui ouvre quoi

Chaque adresse d’une coopérative et les rôles de départ qui l’ouvrent ; une coopérative peut en
composer d’autres, des mêmes droits. Qui n’est pas coché reçoit 404. Ce qui se passe ensuite (à qui
est cette facture, est-elle encore un brouillon) se décide dans `permissions.py` de chaque étage.

Cette table est comparée aux vues par `tests/house/test_doors.py` : la changer est une décision.
"""
    rows = [
        ["", "droits", *(role.label for role in ROLES.values())],
        ["---", "---", *[":-:"] * len(ROLES)],
    ]
    for path, view in sorted(PLACES, key=lambda place: place[0]):
        rights = view.required_rights
        said = "tous" if rights == frozenset(Right) else ", ".join(sorted(rights))
        cells = ["✓" if role.rights & rights else "" for role in ROLES.values()]
        rows.append([f"`{path.removeprefix('c/<slug:slug>')}`", said, *cells])
    return head + "\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


def test_the_table_of_who_may_is_what_the_views_state(tmp_path):
    """A view that opens to one role more, or to one less, is read in the table first."""
    stated = tmp_path / "who-may.md"
    stated.write_text(table_of_who_may())

    assert stated.read_text() == WHO_MAY.read_text(), (
        f"If this is what was decided: cp {stated} {WHO_MAY}"
    )


#: Files of one's own: an entrepreneur who reads them again gives no proof.
OWN_FILES = {"c/<slug:slug>/tresorerie/releve.csv"}

#: Asked as pages are, or by a button, and worth as much as a file to a thief.
WORTH_A_PROOF = {
    "c/<slug:slug>/paie/<int:pk>/valider/",
    "c/<slug:slug>/paie/<int:pk>/payer/",
    "c/<slug:slug>/paie/bulletins/<int:pk>/valider/",
    "c/<slug:slug>/paie/virements/<int:pk>/",
    "c/<slug:slug>/entrepreneurs/<int:pk>/iban/",
    "c/<slug:slug>/virements/lots/<int:pk>/fermer/",
    "c/<slug:slug>/virements/lots/<int:pk>/fichier/",
}


def test_what_carries_the_whole_cooperative_away_asks_who_you_are():
    """The thief of an open session takes no table of it, and moves no money."""
    files = {path for path, _ in PLACES if re.search(r"\.(?:csv|zip|xml|txt|ods|xlsx)$", path)}
    assert files, "files are recognised by the end of their address"

    asking = {path for path, view in PLACES if getattr(view, "asks_for_fresh_proof", False)}

    assert files - OWN_FILES <= asking
    assert asking >= WORTH_A_PROOF
    assert not OWN_FILES & asking


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/place/1/",
        "/compte/",
        "/compte/second-facteur/requis/",
        "/compte/second-facteur/suite/",
        "/compte/second-facteur/cles/1/retirer/",
        "/plateforme/cooperatives/",
        "/plateforme/cooperatives/nouvelle/",
        "/plateforme/cooperatives/nouvelle/identite/",
    ],
)
def test_outside_of_a_cooperative_too_one_signs_in_first(path, db):
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer["Location"].startswith("/compte/connexion/")
