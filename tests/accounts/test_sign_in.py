"""Signing in and out: who enters, what is said to who does not, when it ends."""

from __future__ import annotations

import time

import pytest
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.utils import timezone

from tests.makers import PASSWORD

SIGN_IN = "/compte/connexion/"


def sign_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"login": email, "password": password, **more})


def is_signed_in(client: Client) -> bool:
    return client.get("/compte/").status_code == 200


def test_a_person_enters_with_address_and_password(visitor, entrepreneur):
    answer = sign_in(visitor, entrepreneur.user.email)

    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_signed_in(visitor)


def test_the_case_of_an_address_does_not_matter(visitor, entrepreneur):
    sign_in(visitor, "  Camille.FOURNIER@Ateliers.Example ")

    assert is_signed_in(visitor)


def test_one_returns_where_one_was_going_and_never_to_another_site(visitor, entrepreneur):
    email = entrepreneur.user.email

    assert sign_in(visitor, email, next="/c/ateliers/")["Location"] == "/c/ateliers/"
    visitor.post("/compte/deconnexion/")
    assert sign_in(visitor, email, next="https://evil.example/")["Location"] == "/"


def test_passwords_are_kept_with_argon2id(entrepreneur):
    assert entrepreneur.user.password.startswith("argon2$argon2id$")


def test_a_wrong_password_and_an_unknown_address_are_told_the_same(visitor, entrepreneur):
    def said(email: str) -> str:
        page = sign_in(visitor, email, "un tout autre secret").content.decode()
        return page[page.index("errorlist") :].split("</ul>")[0]

    assert said(entrepreneur.user.email) == said("personne@ateliers.example")
    assert "L’adresse ou le mot de passe n’est pas le bon." in said(entrepreneur.user.email)


def test_a_closed_account_does_not_enter(visitor, entrepreneur):
    get_user_model().objects.filter(pk=entrepreneur.user_id).update(is_active=False)

    answer = sign_in(visitor, entrepreneur.user.email)

    assert answer["Location"] == "/compte/ferme/"
    assert "Ce compte est fermé" in visitor.get("/compte/ferme/").content.decode()
    assert not is_signed_in(visitor)


def test_nobody_opens_an_account_alone(visitor, db):
    page = visitor.get("/compte/ouvrir/").content.decode()
    visitor.post(
        "/compte/ouvrir/",
        {"email": "a@b.example", "password1": PASSWORD, "password2": PASSWORD},
    )

    assert "Un compte s’ouvre sur invitation" in page
    assert not get_user_model().objects.exists()


def test_the_thirty_first_try_of_a_minute_is_refused(visitor, entrepreneur, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": None}
    tries = [sign_in(visitor, "x@ateliers.example", "faux").status_code for _ in range(30)]

    refused = sign_in(visitor, entrepreneur.user.email)

    assert set(tries) == {200}
    assert refused.status_code == 429
    assert "Attendez quelques minutes" in refused.content.decode()
    assert not is_signed_in(visitor)


def test_the_sixth_wrong_password_of_an_account_is_refused_even_elsewhere(entrepreneur):
    email = entrepreneur.user.email
    for number in range(5):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), email, "un tout autre secret")

    late = Client(REMOTE_ADDR="203.0.113.9")
    answer = sign_in(late, email)

    assert "Trop d’essais manqués" in answer.content.decode()
    assert not is_signed_in(late)


def test_the_limits_count_visitors_behind_our_proxy(db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}

    def visit(address: str) -> int:
        # The visitor may write any header; our proxy adds the last address.
        client = Client(headers={"X-Forwarded-For": f"1.2.3.4, {address}"})
        return sign_in(client, "x@ateliers.example", "faux").status_code

    assert [visit("192.0.2.1"), visit("192.0.2.2"), visit("192.0.2.1")] == [200, 200, 429]


def test_signing_in_gives_a_new_session(visitor, entrepreneur):
    """A session planted in a browser beforehand must not become a signed-in one."""
    visitor.get(SIGN_IN)
    planted = visitor.session
    planted["planted"] = True
    planted.save()
    visitor.cookies["sessionid"] = planted.session_key

    sign_in(visitor, entrepreneur.user.email)

    assert visitor.cookies["sessionid"].value != planted.session_key
    assert not Session.objects.filter(session_key=planted.session_key).exists()


def test_only_a_post_signs_out(visitor, entrepreneur):
    sign_in(visitor, entrepreneur.user.email)

    asked = visitor.get("/compte/deconnexion/")
    assert "Se déconnecter ?" in asked.content.decode().replace("\xa0", " ")
    assert is_signed_in(visitor)

    visitor.post("/compte/deconnexion/")
    assert not is_signed_in(visitor)


# -- Sessions end ------------------------------------------------------------------------------


def last_hour(client: Client) -> float:
    """How many hours from now the session ends by itself."""
    ends = Session.objects.get(session_key=client.session.session_key).expire_date
    return (ends - timezone.now()).total_seconds() / 3600


def test_a_session_ends_three_hours_after_the_last_page(visitor, entrepreneur):
    sign_in(visitor, entrepreneur.user.email)
    session = visitor.session
    session["seen_at"] = int(time.time()) - 2 * 3600
    session.save()
    Session.objects.update(expire_date=timezone.now() + timezone.timedelta(hours=1))

    visitor.get("/compte/")

    assert last_hour(visitor) == pytest.approx(3, abs=0.01)


def test_a_page_seen_just_after_another_writes_nothing(visitor, entrepreneur):
    sign_in(visitor, entrepreneur.user.email)
    visitor.get("/compte/")
    before = Session.objects.values_list("session_data", flat=True).get()

    visitor.get("/compte/")

    assert Session.objects.values_list("session_data", flat=True).get() == before


def test_a_session_ends_after_twelve_hours_whatever_the_activity(visitor, entrepreneur):
    sign_in(visitor, entrepreneur.user.email)
    session = visitor.session
    session["started_at"] = int(time.time()) - 12 * 3600 - 1
    session.save()

    answer = visitor.get("/compte/", follow=True)

    assert answer.redirect_chain[0][0].startswith(SIGN_IN)
    assert "Votre session est terminée." in answer.content.decode()


def test_the_twelve_hours_begin_when_one_signs_in(visitor, entrepreneur):
    planted = visitor.session
    planted["started_at"] = int(time.time()) - 11 * 3600
    planted.save()

    sign_in(visitor, entrepreneur.user.email)

    assert time.time() - visitor.session["started_at"] < 60


def test_the_cookies_of_production_are_closed_to_scripts_and_to_plain_http(settings):
    import subprocess
    import sys

    code = (
        "import os; os.environ.pop('INSECURE_HTTP', None);"
        "from cae import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE,"
        " s.ACCOUNT_DEFAULT_HTTP_PROTOCOL)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["True", "True", "Lax", "https"]


# -- The entrance ------------------------------------------------------------------------------


def test_a_person_of_several_cooperatives_chooses(visitor, cooperatives, entrepreneur):
    from tests.accounts.makers import make_login

    make_login(cooperatives[1], "adviser", entrepreneur.user.email)
    sign_in(visitor, entrepreneur.user.email)

    page = visitor.get("/").content.decode()

    assert "Où voulez-vous entrer" in page
    assert all(cooperative.name in page for cooperative in cooperatives)


def test_a_person_without_any_place_is_told_so(visitor, entrepreneur):
    entrepreneur.is_active = False
    entrepreneur.save()
    sign_in(visitor, entrepreneur.user.email)

    assert "Aucune coopérative ne vous est ouverte" in visitor.get("/").content.decode()


# -- The demonstration -------------------------------------------------------------------------


@pytest.fixture
def demo_cooperative(cooperative, settings):
    settings.CAE_DEMO = True
    cooperative.is_demo = True
    cooperative.save()
    return cooperative


def test_the_demonstration_shows_an_account_per_role_and_its_password(
    visitor, demo_cooperative, other_cooperative, entrepreneur, adviser, settings
):
    from tests.accounts.makers import make_login

    make_login(demo_cooperative, "entrepreneur", "un.second@ateliers.example")
    make_login(other_cooperative, "adviser", "cachee@autre.example")

    page = visitor.get(SIGN_IN).content.decode()

    assert settings.DEMO_PASSWORD in page
    assert entrepreneur.user.email in page
    assert adviser.user.email in page
    assert "un.second@ateliers.example" not in page
    assert "cachee@autre.example" not in page


def test_production_shows_no_account(visitor, demo_cooperative, entrepreneur, settings):
    settings.CAE_DEMO = False

    page = visitor.get(SIGN_IN).content.decode()

    assert entrepreneur.user.email not in page
    assert settings.DEMO_PASSWORD not in page


def test_a_link_may_bring_the_address(visitor, db):
    page = visitor.get(f"{SIGN_IN}?adresse=camille@ateliers.example").content.decode()

    assert 'value="camille@ateliers.example"' in page


def test_no_mail_leaves_for_a_mere_sign_in(visitor, entrepreneur):
    sign_in(visitor, entrepreneur.user.email)

    assert mail.outbox == []
