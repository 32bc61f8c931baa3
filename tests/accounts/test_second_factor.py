"""The second factor: asked of whom, given how, kept how, lost how."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from tests.accounts.makers import SECRET, code_now, give_app, make_login
from tests.accounts.test_sign_in import is_signed_in, sign_in
from tests.makers import PASSWORD

CHECK = "/compte/second-facteur/verifier/"


def activate(client: Client) -> None:
    client.get("/compte/second-facteur/application/")
    secret = client.session["mfa.totp.secret"]
    return client.post("/compte/second-facteur/application/", {"code": code_now(secret)})


def test_every_role_but_entrepreneur_must_have_one(cooperative):
    from cae.core.permissions import ROLES

    for number, (code, role) in enumerate(ROLES.items()):
        person = make_login(cooperative, code)
        client = Client(REMOTE_ADDR=f"192.0.2.{100 + number}")
        sign_in(client, person.user.email)
        answer = client.get("/c/ateliers/")
        asked = answer.status_code == 302 and "/second-facteur/requis/" in answer["Location"]
        assert asked is not role.own_only, code


def test_a_cooperative_may_not_ask_for_it(visitor, adviser, cooperative):
    cooperative.require_second_factor = False
    cooperative.save()
    sign_in(visitor, adviser.user.email)

    assert visitor.get("/c/ateliers/").status_code == 200


def test_one_is_led_to_add_it_then_shown_the_codes_then_goes_where_one_was_going(visitor, adviser):
    sign_in(visitor, adviser.user.email)
    page = visitor.get("/c/ateliers/?tri=nom", follow=True)
    assert "Ajoutez un second facteur" in page.content.decode()

    # Just signed in: the password is not asked a second time.
    assert activate(visitor)["Location"] == "/compte/second-facteur/codes/"
    codes = visitor.get("/compte/second-facteur/codes/").content.decode()
    assert codes.count("<code>") == 10
    assert visitor.get("/compte/second-facteur/suite/")["Location"] == "/c/ateliers/?tri=nom"

    assert visitor.get("/c/ateliers/").status_code == 200


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example/", "javascript:1"])
def test_the_way_back_is_never_another_site(visitor, adviser, address):
    sign_in(visitor, adviser.user.email)
    visitor.get("/compte/second-facteur/requis/", {"next": address})

    assert visitor.get("/compte/second-facteur/suite/")["Location"] == "/"


def test_the_code_is_asked_at_each_sign_in(visitor, adviser):
    give_app(adviser.user)

    assert sign_in(visitor, adviser.user.email)["Location"] == CHECK
    assert not is_signed_in(visitor)
    visitor.post(CHECK, {"code": "000000"})
    assert not is_signed_in(visitor)
    visitor.post(CHECK, {"code": code_now()})
    assert is_signed_in(visitor)


@pytest.mark.parametrize("ahead", [-1, 0, 1])
def test_a_telephone_may_be_half_a_minute_wrong(visitor, adviser, ahead):
    give_app(adviser.user)
    sign_in(visitor, adviser.user.email)

    visitor.post(CHECK, {"code": code_now(ahead=ahead)})

    assert is_signed_in(visitor)


def test_a_telephone_two_minutes_wrong_is_refused(visitor, adviser):
    give_app(adviser.user)
    sign_in(visitor, adviser.user.email)

    visitor.post(CHECK, {"code": code_now(ahead=4)})

    assert not is_signed_in(visitor)


def test_a_code_serves_once_as_long_as_it_lives(adviser):
    give_app(adviser.user)
    code = code_now(ahead=1)  # lives ninety seconds
    first, second = Client(REMOTE_ADDR="192.0.2.81"), Client(REMOTE_ADDR="192.0.2.82")
    for client in (first, second):
        sign_in(client, adviser.user.email)
    first.post(CHECK, {"code": code})
    assert is_signed_in(first)
    # django-allauth forgets the code after one period.
    from django.core.cache import cache

    cache.delete(f"allauth.mfa.totp.used?user={adviser.user_id}&code={code}")

    answer = second.post(CHECK, {"code": code})

    assert "il a déjà servi" in answer.content.decode()
    assert not is_signed_in(second)


def test_a_recovery_code_opens_once(adviser):
    give_app(adviser.user)
    codes = Authenticator.objects.get(user=adviser.user, type="recovery_codes").wrap()
    code = codes.get_unused_codes()[0]

    for address, opened in (("192.0.2.83", True), ("192.0.2.84", False)):
        client = Client(REMOTE_ADDR=address)
        sign_in(client, adviser.user.email)
        client.post(CHECK, {"code": code})
        assert is_signed_in(client) is opened


def test_the_sixth_wrong_code_is_refused_and_so_is_the_right_one_then(visitor, adviser):
    give_app(adviser.user)
    sign_in(visitor, adviser.user.email)
    for _ in range(5):
        visitor.post(CHECK, {"code": "000000"})

    answer = visitor.post(CHECK, {"code": code_now()})

    assert "Trop d’essais manqués" in answer.content.decode()
    assert not is_signed_in(visitor)


def test_secrets_are_sealed_in_the_database(adviser):
    give_app(adviser.user)

    for kept in Authenticator.objects.filter(user=adviser.user):
        sealed = kept.data.get("secret") or kept.data["seed"]
        assert SECRET not in str(kept.data)
        assert ":" in sealed  # the key's name, then what it sealed


def test_the_last_one_stays_while_a_role_asks_for_it(visitor, adviser, cooperative):
    give_app(adviser.user)
    sign_in(visitor, adviser.user.email)
    visitor.post(CHECK, {"code": code_now()})
    address = "/compte/second-facteur/application/retirer/"

    refused = visitor.post(address)
    assert "ajoutez-en un autre avant de retirer celui-ci" in refused.content.decode()
    assert Authenticator.objects.filter(user=adviser.user, type="totp").exists()

    cooperative.require_second_factor = False
    cooperative.save()
    visitor.post(address)
    # The recovery codes go with the last one.
    assert not Authenticator.objects.filter(user=adviser.user).exists()


def test_the_last_passkey_stays_too(visitor, adviser):
    passkey = Authenticator.objects.create(
        user=adviser.user, type="webauthn", data={"name": "Clé", "credential": {}}
    )
    visitor.force_login(adviser.user)

    answer = visitor.post(f"/compte/second-facteur/cles/{passkey.pk}/retirer/")

    assert answer["Location"] == "/compte/second-facteur/cles/"
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_nobody_touches_the_keys_of_another(visitor, adviser, entrepreneur):
    passkey = Authenticator.objects.create(
        user=adviser.user, type="webauthn", data={"name": "Clé", "credential": {}}
    )
    sign_in(visitor, entrepreneur.user.email)

    for verb in ("retirer", "nom"):
        address = f"/compte/second-facteur/cles/{passkey.pk}/{verb}/"
        assert visitor.post(address, {"name": "Volée"}).status_code == 404
    assert Authenticator.objects.get(pk=passkey.pk).data["name"] == "Clé"


def test_an_old_session_proves_itself_before_it_touches_the_second_factor(visitor, adviser):
    give_app(adviser.user)
    sign_in(visitor, adviser.user.email)
    visitor.post(CHECK, {"code": code_now()})
    session = visitor.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()

    answer = visitor.get("/compte/second-facteur/codes/")

    assert answer["Location"].startswith("/compte/confirmer/?next=")
    answer = visitor.post(answer["Location"], {"password": PASSWORD})
    assert answer["Location"] == "/compte/second-facteur/codes/"
