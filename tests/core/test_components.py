"""The page of components, the refusals, and how a browser keeps its appearance."""

import pytest
from django.template.loader import get_template
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demonstration(settings):
    settings.CAE_DEMO = True


def test_in_production_the_page_of_components_does_not_exist(settings):
    settings.CAE_DEMO = False

    assert Client().get("/composants/").status_code == 404


def test_the_page_of_components_shows_them_all():
    answer = Client().get("/composants/")

    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Bande de répartition" in page
    assert "{%" not in page
    assert "<c-" not in page
    assert " style=" not in page


def test_its_policy_lets_nothing_inline():
    policy = Client().get("/composants/")["Content-Security-Policy"]

    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_an_unknown_address_says_so_in_french():
    answer = Client().get("/nulle-part/")

    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.content.decode()


@pytest.mark.parametrize("name", ["403.html", "403_csrf.html", "404.html", "500.html"])
def test_a_refusal_needs_no_context(name):
    """The page of a failure is drawn when everything else may be down."""
    assert "Revenir à l’accueil" in get_template(name).render()


def test_a_form_without_its_token_is_explained():
    answer = Client(enforce_csrf_checks=True).post("/apparence/", {"theme": "dark"})

    assert answer.status_code == 403
    assert "restée ouverte trop longtemps" in answer.content.decode()


def test_the_theme_is_kept_and_one_returns_where_one_was():
    client = Client()

    answer = client.post("/apparence/", {"theme": "dark", "next": "/composants/"})

    assert answer["Location"] == "/composants/"
    assert 'data-theme="dark"' in client.get("/composants/").content.decode()


@pytest.mark.parametrize("value", ["neon", '"><script>', "light dark"])
def test_an_unknown_theme_is_ignored(value):
    client = Client()
    client.cookies["cae_theme"] = value

    assert "data-theme" not in client.get("/composants/").content.decode()


@pytest.mark.parametrize(
    "elsewhere", ["https://ailleurs.test/", "//ailleurs.test/", "javascript:1"]
)
def test_one_is_never_sent_elsewhere(elsewhere):
    answer = Client().post("/apparence/", {"theme": "", "next": elsewhere})

    assert answer["Location"] == "/"


def test_a_toast_carries_its_way_back_only_within_the_site():
    from django.contrib.messages.storage.base import Message

    from cae.core.toasts import undo_url

    assert undo_url(Message(25, "x", extra_tags="undo=/c/a/clients/1/")) == "/c/a/clients/1/"
    assert undo_url(Message(25, "x", extra_tags="undo=//ailleurs.test/")) == ""
    assert undo_url(Message(25, "x", extra_tags="undo=https://ailleurs.test/")) == ""
    assert undo_url(Message(25, "x")) == ""
