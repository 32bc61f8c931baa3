"""A password forgotten or changed, an address replaced: what is said, what ends."""

from __future__ import annotations

import re
from smtplib import SMTPServerDisconnected

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from tests.accounts.makers import code_now, give_app, make_login
from tests.accounts.test_sign_in import is_signed_in, sign_in
from tests.makers import PASSWORD

ANOTHER = "quatre mots pour la suite"


def link_in(text: str) -> str:
    return re.search(r"http://testserver(/\S+)", text).group(1)


def forget(client: Client, email: str):
    return client.post("/compte/mot-de-passe/oublie/", {"email": email})


def choose_by_mail(client: Client, link: str, password: str = ANOTHER):
    form = client.get(link, follow=True)
    return client.post(
        form.request["PATH_INFO"], {"password1": password, "password2": password}, follow=True
    )


def test_a_forgotten_password_is_replaced_by_the_mailed_link(visitor, entrepreneur):
    email = entrepreneur.user.email
    forget(visitor, email)
    [message] = mail.outbox
    assert message.to == [email]
    assert message.subject == "Choisissez un nouveau mot de passe"

    done = choose_by_mail(visitor, link_in(message.body))

    assert "Votre mot de passe est changé" in done.content.decode()
    assert mail.outbox[1].subject == "Votre mot de passe est changé"
    sign_in(visitor, email)
    assert not is_signed_in(visitor)
    sign_in(visitor, email, ANOTHER)
    assert is_signed_in(visitor)


def test_the_link_serves_once(visitor, entrepreneur):
    forget(visitor, entrepreneur.user.email)
    link = link_in(mail.outbox[0].body)
    choose_by_mail(visitor, link)

    again = Client().get(link, follow=True)

    assert "Ce lien n’ouvre plus" in again.content.decode()


def test_asking_says_the_same_whether_the_account_exists_or_not(entrepreneur):
    known, unknown = Client(REMOTE_ADDR="192.0.2.61"), Client(REMOTE_ADDR="192.0.2.62")
    answers = [
        forget(known, entrepreneur.user.email),
        forget(unknown, "personne@ateliers.example"),
    ]

    assert {(a.status_code, a["Location"]) for a in answers} == {
        (302, "/compte/mot-de-passe/oublie/envoye/")
    }
    # Both are written to: the time a mail takes tells nothing either.
    assert [(m.to[0], m.subject) for m in mail.outbox] == [
        (entrepreneur.user.email, "Choisissez un nouveau mot de passe"),
        ("personne@ateliers.example", "Aucun compte à cette adresse"),
    ]


def test_the_fourth_request_for_an_address_is_refused(visitor, entrepreneur):
    statuses = [forget(visitor, entrepreneur.user.email).status_code for _ in range(4)]

    assert statuses == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_a_new_password_does_not_pass_over_the_second_factor(visitor, adviser):
    give_app(adviser.user)
    forget(visitor, adviser.user.email)
    choose_by_mail(visitor, link_in(mail.outbox[0].body))
    assert not is_signed_in(visitor)

    answer = sign_in(visitor, adviser.user.email, ANOTHER)

    assert answer["Location"] == "/compte/second-facteur/verifier/"
    assert not is_signed_in(visitor)
    visitor.post("/compte/second-facteur/verifier/", {"code": code_now()})
    assert is_signed_in(visitor)


def test_changing_a_password_ends_the_other_sessions_and_not_this_one(entrepreneur):
    here, elsewhere = Client(REMOTE_ADDR="192.0.2.71"), Client(REMOTE_ADDR="192.0.2.72")
    for client in (here, elsewhere):
        sign_in(client, entrepreneur.user.email)

    answer = here.post(
        "/compte/mot-de-passe/",
        {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER},
    )

    assert answer["Location"] == "/compte/"
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert "Vos autres appareils sont déconnectés." in mail.outbox[0].body


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("court", "trop court"),
        ("camille.fournier@ateliers", "trop semblable"),
        ("password1234", "trop courant"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(visitor, entrepreneur, password, why):
    sign_in(visitor, entrepreneur.user.email)

    page = visitor.post(
        "/compte/mot-de-passe/",
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    ).content.decode()

    assert why in page
    sign_in(Client(REMOTE_ADDR="192.0.2.73"), entrepreneur.user.email)


def test_a_mail_server_that_is_down_is_said_and_nothing_changes(visitor, entrepreneur, monkeypatch):
    def down(*args, **kwargs):
        raise SMTPServerDisconnected

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", down)

    answers = [
        forget(visitor, entrepreneur.user.email),
        forget(visitor, "personne@ateliers.example"),
    ]

    assert [a.status_code for a in answers] == [503, 503]
    assert "Le courriel n’a pas pu partir" in answers[0].content.decode()


def test_a_warning_that_cannot_leave_does_not_undo_the_change(visitor, entrepreneur, monkeypatch):
    sign_in(visitor, entrepreneur.user.email)

    def down(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.message.EmailMessage.send", down)
    answer = visitor.post(
        "/compte/mot-de-passe/",
        {"oldpassword": PASSWORD, "password1": ANOTHER, "password2": ANOTHER},
    )

    assert answer["Location"] == "/compte/"
    entrepreneur.user.refresh_from_db()
    assert entrepreneur.user.check_password(ANOTHER)


# -- The address -------------------------------------------------------------------------------


def test_an_address_is_replaced_once_the_new_one_is_confirmed(visitor, adviser):
    give_app(adviser.user)  # even with a second factor
    sign_in(visitor, adviser.user.email)
    visitor.post("/compte/second-facteur/verifier/", {"code": code_now()})
    old = adviser.user.email

    visitor.post("/compte/adresse/", {"email": "Nouvelle@ateliers.example", "action_add": ""})
    adviser.user.refresh_from_db()
    assert adviser.user.email == old
    [message] = mail.outbox
    assert message.to == ["nouvelle@ateliers.example"]
    visitor.post(link_in(message.body))

    adviser.user.refresh_from_db()
    assert adviser.user.email == "nouvelle@ateliers.example"
    assert [a.email for a in EmailAddress.objects.filter(user=adviser.user)] == [
        "nouvelle@ateliers.example"
    ]
    assert (mail.outbox[1].to, mail.outbox[1].subject) == (
        [old],
        "L’adresse de votre compte est changée",
    )


def test_the_address_of_another_account_cannot_be_taken_nor_guessed(
    visitor, cooperative, entrepreneur
):
    other = make_login(cooperative, "adviser", "prise@ateliers.example")
    sign_in(visitor, entrepreneur.user.email)

    answers = [
        visitor.post("/compte/adresse/", {"email": email, "action_add": ""}, follow=True)
        for email in ("prise@ateliers.example", "libre@ateliers.example")
    ]
    said = [
        re.sub(r"(prise|libre)@", "", a.content.decode()).split("<main")[1].split("</main")[0]
        for a in answers
    ]
    for page in said:
        assert "À confirmer" in page
    visitor.post(link_in(next(m for m in mail.outbox if "prise@" in m.to[0]).body))

    entrepreneur.user.refresh_from_db()
    assert entrepreneur.user.email == "camille.fournier@ateliers.example"
    assert other.user.email == "prise@ateliers.example"
