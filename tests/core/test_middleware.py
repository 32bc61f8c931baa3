"""The door of a cooperative: who enters, and what a request that fails leaves behind."""

from __future__ import annotations

import time

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import include, path

from cae.core.enums import LinkKind, Right
from cae.core.models import Counter
from cae.core.numbering import next_number
from cae.core.permissions import requires
from cae.core.tenancy import tenant
from cae.core.tokens import create_api_token, open_link
from cae.core.workflow import ActionRefused
from tests.makers import make_membership


@requires(Right.SEE_SALES)
def write(request, slug):
    next_number("essai", year=2026)
    match request.GET.get("then"):
        case "crash":
            raise RuntimeError("a bug")
        case "refuse":
            raise ActionRefused("Ce mois est clos. Choisissez le suivant.", code="closed")
        case "500":
            return HttpResponse("trouble", status=500)
    return HttpResponse(request.membership.role.code)


def public(request, token):
    return HttpResponse(request.cooperative.slug)


urlpatterns = [
    path("c/<slug:slug>/ecrire/", write),
    path("p/<str:token>/", public),
    path("", lambda request: HttpResponse("entrée")),
    path("compte/", include("cae.core.accounts.urls")),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def client(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()
    client = Client(raise_request_exception=False)
    membership = make_membership(cooperatives[0], "adviser")
    client.force_login(membership.user)
    client.membership = membership
    return client


def numbers_given(cooperative) -> int:
    with tenant(cooperative):
        return Counter.objects.count()


def test_a_member_enters_their_cooperative_and_no_other(client, cooperatives):
    assert client.get("/c/ateliers/ecrire/").content == b"adviser"
    assert client.get("/c/autre/ecrire/").status_code == 404
    assert client.get("/c/inconnue/ecrire/").status_code == 404


@pytest.mark.parametrize("then", ["crash", "refuse", "500"])
def test_a_request_that_fails_leaves_nothing_half_written(client, cooperative, then):
    client.get(f"/c/ateliers/ecrire/?then={then}")

    assert numbers_given(cooperative) == 0


def test_a_refusal_no_form_caught_is_said_in_french_on_the_page_one_came_from(client):
    response = client.get(
        "/c/ateliers/ecrire/?then=refuse", headers={"referer": "http://testserver/ici/"}
    )

    assert (response.status_code, response["Location"]) == (302, "http://testserver/ici/")
    stored = client.get("/").wsgi_request
    assert [str(m) for m in __messages(stored)] == ["Ce mois est clos. Choisissez le suivant."]


def __messages(request):
    from django.contrib.messages import get_messages

    return get_messages(request)


def test_a_refusal_never_leads_to_another_site(client):
    response = client.get(
        "/c/ateliers/ecrire/?then=refuse", headers={"referer": "https://evil.example/"}
    )
    assert response["Location"].startswith("/")


def test_a_page_that_refuses_to_show_itself_says_why_and_does_not_turn_in_circles(client):
    here = "/c/ateliers/ecrire/?then=refuse"

    again = client.get(here, headers={"referer": f"http://testserver{here}"})

    assert again.status_code == 409
    assert "Ce mois est clos. Choisissez le suivant." in again.content.decode()
    assert client.get(here)["Location"] == "/c/ateliers/"


def test_a_membership_that_ended_opens_nothing(client):
    client.membership.is_active = False
    client.membership.save()

    assert client.get("/c/ateliers/ecrire/").status_code == 404


def test_staff_without_a_second_factor_are_led_to_add_one(client, cooperative):
    cooperative.require_second_factor = True
    cooperative.save()

    response = client.get("/c/ateliers/ecrire/")

    assert (response.status_code, response["Location"]) == (
        302,
        "/compte/second-facteur/requis/?next=%2Fc%2Fateliers%2Fecrire%2F",
    )


def test_a_demonstration_account_is_exempt_only_in_demonstration_mode(
    client, cooperative, settings
):
    cooperative.require_second_factor = cooperative.is_demo = True
    cooperative.save()

    settings.CAE_DEMO = False
    assert client.get("/c/ateliers/ecrire/").status_code == 302
    settings.CAE_DEMO = True
    assert client.get("/c/ateliers/ecrire/").status_code == 200


def test_a_session_ends_after_twelve_hours_whatever_the_activity(client):
    session = client.session
    session["started_at"] = int(time.time()) - 12 * 3600 - 1
    session.save()

    response = client.get("/c/ateliers/ecrire/")

    assert response.status_code == 302
    assert response["Location"].startswith("/compte/connexion/")


def test_a_public_link_names_its_cooperative_and_a_wrong_one_nothing(client, cooperative):
    with tenant(cooperative):
        token = open_link(LinkKind.QUOTE, 1, days=1)

    assert Client().get(f"/p/{token}/").content == b"ateliers"
    assert Client().get("/p/x/").status_code == 404
    with tenant(cooperative):
        replaced_by = open_link(LinkKind.QUOTE, 1, days=1)
    assert Client().get(f"/p/{token}/").status_code == 404
    assert Client().get(f"/p/{replaced_by}/").status_code == 200


def test_an_expired_link_opens_nothing(cooperative):
    with tenant(cooperative):
        token = open_link(LinkKind.QUOTE, 1, days=0)
    assert Client().get(f"/p/{token}/").status_code == 404


def test_only_the_digest_of_a_key_is_kept(cooperative):
    membership = make_membership(cooperative, "adviser")
    with tenant(cooperative):
        token = create_api_token(membership, label="caisse")
    assert token not in str(membership.tokens.values())
