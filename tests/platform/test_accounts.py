"""An account of the platform: mailed by a command, apart from cooperatives, with two factors."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client

from cae.core.accounts import demo_accounts, second_factor
from cae.core.models import User
from cae.platform.accounts import seed_administrator
from tests.accounts.makers import code_now, give_app
from tests.makers import PASSWORD, make_membership

pytestmark = pytest.mark.django_db

EMAIL = "plateforme@example.org"


def invite(email: str = EMAIL) -> str:
    out = StringIO()
    call_command("create_platform_administrator", email, stdout=out)
    return out.getvalue().strip()


def link_in(mail) -> str:
    return re.search(r"https?://[^/]+(/\S+mot-de-passe/oublie/\S+)", mail.body)[1]


def choose_password(mail, password: str = PASSWORD) -> Client:
    client = Client()
    form = client.get(link_in(mail), follow=True)
    assert form.status_code == 200
    client.post(form.request["PATH_INFO"], {"password1": password, "password2": password})
    return client


def test_the_mailed_link_chooses_the_password_and_the_second_factor_is_asked(mailoutbox):
    assert invite(" Plateforme@Example.org ") == f"Invitation envoyée à {EMAIL}."

    (mail,) = mailoutbox
    assert mail.to == [EMAIL]
    assert PASSWORD not in mail.body
    choose_password(mail)
    client = Client()
    entered = client.post("/compte/connexion/", {"login": EMAIL, "password": PASSWORD}, follow=True)
    assert entered.redirect_chain[-1][0].startswith("/compte/second-facteur/requis/")


def test_with_its_second_factor_it_enters_the_platform(mailoutbox):
    invite()
    choose_password(mailoutbox[0])
    give_app(User.objects.get())
    client = Client()
    client.post("/compte/connexion/", {"login": EMAIL, "password": PASSWORD})

    client.post("/compte/second-facteur/verifier/", {"code": code_now()})

    assert client.get("/")["Location"] == "/plateforme/cooperatives/"


def test_asked_again_before_the_password_it_mails_again(mailoutbox):
    invite()
    invite()

    assert len(mailoutbox) == 2
    assert User.objects.count() == 1


def test_the_link_serves_once(mailoutbox):
    invite()
    choose_password(mailoutbox[0])

    again = Client().get(link_in(mailoutbox[0]), follow=True)

    assert 'name="password1"' not in again.content.decode()


def test_an_administrator_is_not_invited_twice(mailoutbox):
    invite()
    choose_password(mailoutbox[0])

    with pytest.raises(CommandError, match="administre déjà la plateforme"):
        invite()


def test_an_account_of_a_cooperative_is_refused(cooperative, mailoutbox):
    user = make_membership(cooperative, "administrator").user

    with pytest.raises(CommandError, match="donnez une autre adresse"):
        invite(user.email)

    user.refresh_from_db()
    assert not user.is_platform_admin
    assert mailoutbox == []


def test_what_is_not_an_address_is_refused():
    with pytest.raises(CommandError, match="pas une adresse"):
        invite("plateforme")


def test_a_mail_that_does_not_leave_opens_no_account(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    with pytest.raises(CommandError, match="aucun compte n’est ouvert"):
        invite()

    assert not User.objects.exists()


def test_its_last_second_factor_cannot_be_removed():
    user = User.objects.create_user(EMAIL, PASSWORD, is_platform_admin=True)
    give_app(user)

    app = Authenticator.objects.get(type=Authenticator.Type.TOTP)

    assert second_factor.is_last_required(app)


def test_the_demonstration_has_one_and_shows_it(settings):
    settings.CAE_DEMO = True
    seed_administrator()
    seed_administrator()

    (account,) = demo_accounts()

    assert (account.cooperative, account.role) == ("La plateforme", "Administration")
    assert User.objects.get().check_password(settings.DEMO_PASSWORD)


def test_an_invited_administrator_is_not_shown_on_the_sign_in_page(settings, mailoutbox):
    settings.CAE_DEMO = True
    invite()

    assert demo_accounts() == []
