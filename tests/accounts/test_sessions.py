"""« Mes sessions »: where a login is open, and how to close it there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.db.models import F
from django.test import Client

from cae.core.accounts.devices import device_name
from tests.accounts.test_sign_in import is_signed_in, sign_in
from tests.makers import PASSWORD

SESSIONS = "/compte/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
    "Gecko) Version/19.0 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (IPHONE, "Safari sur un iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36",
         "Chrome sur un appareil Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", "Chrome sur Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) Version/19 Safari/605.1.15",
         "Safari sur un Mac"),
        ("curl/8.5", "Un navigateur"),
        ("", "Un navigateur"),
    ],
)  # fmt: skip
def test_a_device_is_named_in_plain_words(user_agent, name):
    assert device_name(user_agent) == name


@pytest.fixture
def phone(entrepreneur) -> Client:
    """The same person, signed in on a telephone too."""
    client = Client(REMOTE_ADDR="198.51.100.77", HTTP_USER_AGENT=IPHONE)
    sign_in(client, entrepreneur.user.email)
    return client


@pytest.fixture
def desk(visitor, entrepreneur) -> Client:
    visitor.defaults["HTTP_USER_AGENT"] = FIREFOX
    sign_in(visitor, entrepreneur.user.email)
    return visitor


def listed(client: Client) -> list[tuple[str, bool]]:
    return [(d.name, d.is_current) for d in client.get(SESSIONS).context["devices"]]


def pk_of(client: Client, name: str) -> int:
    return next(d.pk for d in client.get(SESSIONS).context["devices"] if d.name == name)


def test_sessions_are_listed_the_current_one_first(phone, desk):
    assert listed(desk) == [("Firefox sur Windows", True), ("Safari sur un iPhone", False)]
    assert listed(phone) == [("Safari sur un iPhone", True), ("Firefox sur Windows", False)]


def test_one_session_is_closed_and_the_others_stay(phone, desk):
    answer = desk.post(SESSIONS, {"close": pk_of(desk, "Safari sur un iPhone")})

    assert answer["Location"] == SESSIONS
    assert not is_signed_in(phone)
    assert listed(desk) == [("Firefox sur Windows", True)]


def test_all_the_others_are_closed_at_once(phone, desk, entrepreneur):
    third = Client(REMOTE_ADDR="198.51.100.78")
    sign_in(third, entrepreneur.user.email)

    page = desk.post(SESSIONS, {"close": "others"}, follow=True)

    assert "2 sessions fermées." in page.content.decode()
    assert [is_signed_in(browser) for browser in (desk, phone, third)] == [True, False, False]
    page = desk.post(SESSIONS, {"close": "others"}, follow=True)
    assert "Aucune autre session n’est ouverte." in page.content.decode()


def test_another_persons_session_is_neither_seen_nor_closed(desk, adviser):
    stranger = Client(REMOTE_ADDR="198.51.100.79")
    sign_in(stranger, adviser.user.email)
    theirs = UserSession.objects.get(user=adviser.user)

    assert desk.post(SESSIONS, {"close": theirs.pk}).status_code == 404
    assert is_signed_in(stranger)
    assert listed(desk) == [("Firefox sur Windows", True)]


def test_the_current_one_is_not_closed_here(desk):
    assert desk.post(SESSIONS, {"close": pk_of(desk, "Firefox sur Windows")}).status_code == 404
    assert is_signed_in(desk)


@pytest.mark.parametrize("close", ["", "all", "-1", "1' OR '1'='1", "99999999"])
def test_what_is_not_a_session_is_not_found(desk, close):
    assert desk.post(SESSIONS, {"close": close}).status_code == 404


def test_signing_out_takes_it_off_the_list(phone, desk):
    phone.post("/compte/deconnexion/")

    assert UserSession.objects.count() == 1
    assert listed(desk) == [("Firefox sur Windows", True)]


def test_a_new_password_leaves_the_current_session_alone_in_the_list(phone, desk):
    new = "une autre phrase de passe"
    desk.post(
        "/compte/mot-de-passe/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
    )

    assert listed(desk) == [("Firefox sur Windows", True)]


def test_a_session_too_old_to_serve_is_not_shown(phone, desk, settings):
    older = F("created_at") - timedelta(seconds=settings.SESSION_ABSOLUTE_AGE)
    UserSession.objects.filter(user_agent=IPHONE).update(created_at=older)

    assert listed(desk) == [("Firefox sur Windows", True)]


def test_the_hour_is_noted_every_five_minutes_and_not_at_each_click(desk):
    desk.get("/compte/")
    session = UserSession.objects.get()
    before = session.last_seen_at

    desk.get("/compte/")
    session.refresh_from_db()
    assert session.last_seen_at == before

    store = desk.session
    store["seen_at"] -= 301
    store.save()
    desk.get("/compte/")
    session.refresh_from_db()
    assert session.last_seen_at > before


def test_only_who_is_signed_in_has_sessions(visitor, db):
    assert visitor.get(SESSIONS).status_code == 302
    assert visitor.post(SESSIONS, {"close": "others"}).status_code == 302
