"""The colour of a cooperative: chosen by its administrator, refused where it could not be read."""

from __future__ import annotations

import pytest

from cae.core.models import AuditEvent
from cae.core.tenancy import tenant
from tests.makers import make_membership, signed_in
from tests.onboarding.makers import open_one
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db

PLUM = "#6b2d5c"


@planted
def cooperative():
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


@pytest.fixture
def client(cooperative):
    return signed_in(make_membership(cooperative, "administrator"))


@pytest.fixture
def url(cooperative) -> str:
    return f"/c/{cooperative.slug}/reglages/couleur/"


def accent_of(cooperative) -> str:
    cooperative.refresh_from_db()
    return cooperative.accent


def test_a_colour_is_chosen_then_given_back(client, url, cooperative):
    chosen = client.post(url, {"accent": "#6B2D5C"})

    assert chosen["Location"] == f"/c/{cooperative.slug}/reglages/"
    assert accent_of(cooperative) == PLUM
    assert PLUM in client.get(chosen["Location"]).content.decode()

    client.post(url, {"accent": PLUM, "house": ""})

    assert accent_of(cooperative) == ""
    with tenant(cooperative):
        trail = AuditEvent.objects.filter(action="cooperative.updated").order_by("id")
        assert [event.after for event in trail] == [{"accent": PLUM}, {"accent": ""}]


def test_a_colour_too_light_is_refused_with_one_that_is_not(client, url, cooperative):
    refused = client.post(url, {"accent": "#ffd400"})

    assert refused.status_code == 422
    (said,) = refused.context["form"].errors["accent"]
    assert said == (
        "Cette couleur est trop claire pour être lue\xa0: son contraste est de 1,2 pour 1, il en "
        "faut 4,5. Prenez-la plus foncée, par exemple #826c00."
    )
    assert accent_of(cooperative) == ""
    assert client.post(url, {"accent": "#826c00"}).status_code == 302


@pytest.mark.parametrize("typed", ["", "vert", "#12345", "#12345g", "#000}*{"])
def test_what_is_not_a_colour_is_refused(client, url, cooperative, typed):
    assert client.post(url, {"accent": typed}).status_code == 422
    assert accent_of(cooperative) == ""


def test_without_script_a_button_shows_it_and_keeps_nothing(client, url, cooperative):
    shown = client.post(url, {"accent": "#ffd400", "preview": ""})

    assert shown.status_code == 200
    assert "trop claire" in shown.content.decode()
    assert "accent=%23ffd400" in shown.content.decode()
    assert accent_of(cooperative) == ""


def test_the_preview_dresses_nothing_but_itself(client, url):
    fragment = client.get(f"{url}apercu/", {"accent": PLUM})
    sheet = client.get(f"{url}apercu.css", {"accent": PLUM})

    assert "<!DOCTYPE" not in fragment.content.decode()
    assert "se lit bien" in fragment.content.decode()
    assert sheet["Content-Type"].startswith("text/css")
    assert sheet.content.decode().split("{")[1].strip() == ".theme-preview"
    assert PLUM in sheet.content.decode()


@pytest.mark.parametrize("accent", ["", "red", "#0b6a54;}", "url(//x)"])
def test_nothing_but_a_colour_is_written_into_a_stylesheet(client, url, accent):
    assert client.get(f"{url}apercu.css", {"accent": accent}).status_code == 404
    assert client.get(f"{url}apercu/", {"accent": accent}).status_code == 404


@pytest.mark.parametrize("role", ["adviser", "accountant", "co_manager"])
def test_only_who_configures_chooses(cooperative, url, role):
    browser = signed_in(make_membership(cooperative, role))

    for address in (url, f"{url}apercu/?accent=%23000000", f"{url}apercu.css?accent=%23000000"):
        assert browser.get(address).status_code == 404
    assert browser.post(url, {"accent": PLUM}).status_code == 404
    assert accent_of(cooperative) == ""


def test_an_administrator_of_another_cooperative_chooses_nothing_here(url, cooperative):
    other = open_one(slug="autre", siren="404833048", siret="40483304800022")
    other.require_second_factor = False
    other.save()
    stranger = signed_in(make_membership(other, "administrator"))

    assert stranger.post(url, {"accent": PLUM}).status_code == 404
    assert accent_of(cooperative) == ""
