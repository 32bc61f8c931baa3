"""`recently_authenticated`: what an open session alone must not do."""

from __future__ import annotations

import time

import pytest
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.urls import include, path

from cae.core.accounts import recently_authenticated
from cae.core.enums import Right
from cae.core.permissions import requires
from tests.accounts.test_sign_in import sign_in
from tests.makers import PASSWORD


@requires(*Right)
@recently_authenticated
def change_iban(request, slug):
    return HttpResponse(f"{request.method} {request.membership.role.code}")


urlpatterns = [
    path("c/<slug:slug>/iban/", change_iban),
    path("c/<slug:slug>/export.csv", change_iban),
    path("c/<slug:slug>/", lambda request, slug: HttpResponse("accueil"), name="home"),
    path("compte/", include("cae.core.accounts.urls")),
    path("", include("cae.core.urls")),
    path("", lambda request: HttpResponse("entrée"), name="entrance"),
]

pytestmark = pytest.mark.urls(__name__)
IBAN = "/c/ateliers/iban/"


@pytest.fixture
def client(visitor, adviser, cooperative):
    cooperative.require_second_factor = False
    cooperative.save()
    sign_in(visitor, adviser.user.email)
    return visitor


def grow_old(client, seconds: int = 16 * 60) -> None:
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time() - seconds}
    ]
    session.save()


def test_whoever_has_just_signed_in_is_not_asked(client):
    assert client.get(IBAN).content == b"GET adviser"
    assert client.post(IBAN).content == b"POST adviser"


def test_an_older_session_proves_itself_and_comes_back(client):
    grow_old(client)

    asked = client.get(f"{IBAN}?x=1")
    assert asked["Location"] == "/compte/confirmer/?next=%2Fc%2Fateliers%2Fiban%2F%3Fx%3D1"
    assert client.post(asked["Location"], {"password": "faux"}).status_code == 200
    assert client.get(IBAN).status_code == 302
    back = client.post(asked["Location"], {"password": PASSWORD})

    assert back["Location"] == f"{IBAN}?x=1"
    assert client.get(IBAN).content == b"GET adviser"


def test_a_button_leads_back_to_its_page_to_be_pressed_again(client):
    """Nothing posted is kept: replayed outside the cooperative it would write without walls."""
    grow_old(client)

    asked = client.post(
        IBAN, {"iban": "FR76"}, headers={"referer": "http://testserver/c/ateliers/?tri=nom"}
    )

    assert asked["Location"] == "/compte/confirmer/?next=%2Fc%2Fateliers%2F%3Ftri%3Dnom"
    assert [str(m) for m in get_messages(asked.wsgi_request)] == [
        "Confirmez que c’est bien vous, puis recommencez."
    ]
    assert client.post(asked["Location"], {"password": PASSWORD}).content == b""
    assert "account_reauthentication_state" not in client.session


@pytest.mark.parametrize("referer", ["", "https://evil.example/c/ateliers/"])
def test_one_never_comes_back_to_another_site(client, referer):
    grow_old(client)

    asked = client.post(IBAN, headers={"referer": referer})

    assert asked["Location"] == "/compte/confirmer/?next=%2Fc%2Fateliers%2F"


def test_a_fragment_leads_back_to_the_page_it_stands_in(client):
    grow_old(client)

    asked = client.get(
        IBAN,
        headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/c/ateliers/"},
    )

    assert asked["Location"] == "/compte/confirmer/?next=%2Fc%2Fateliers%2F"


def test_a_file_is_asked_again_from_the_page_it_is_on(client):
    grow_old(client)

    asked = client.get(
        "/c/ateliers/export.csv", headers={"referer": "http://testserver/c/ateliers/"}
    )

    assert asked["Location"] == "/compte/confirmer/?next=%2Fc%2Fateliers%2F"


def test_a_demonstration_is_exempt_and_only_in_demonstration_mode(client, cooperative, settings):
    grow_old(client)
    cooperative.is_demo = True
    cooperative.save()

    settings.CAE_DEMO = False
    assert client.get(IBAN).status_code == 302
    settings.CAE_DEMO = True
    assert client.get(IBAN).status_code == 200


def test_the_rights_of_a_guarded_view_are_still_declared():
    assert change_iban.required_rights


def test_what_asks_for_a_fresh_proof_in_the_product():
    """A view that changes where money goes, or takes data away, is added here and decorated."""
    from django.urls import get_resolver

    def views(patterns):
        for pattern in patterns:
            if hasattr(pattern, "url_patterns"):
                yield from views(pattern.url_patterns)
            elif getattr(pattern.callback, "asks_for_fresh_proof", False):
                yield pattern.callback.__name__

    guarded = set(views(get_resolver("cae.urls").url_patterns))

    assert guarded >= {
        "own_iban", "change_iban", "validate", "pay", "transfers", "archive", "export"
    }  # fmt: skip
