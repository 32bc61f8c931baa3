"""« Clés d'API »: created once, shown once, closed at once, each one's own."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from cae.core import tokens
from cae.core.models import ApiToken, AuditEvent
from cae.core.tenancy import tenant
from tests.api.conftest import Key
from tests.makers import make_cooperative, make_membership, signed_in


@pytest.fixture
def browser(camille) -> Client:
    return signed_in(camille.membership)


def address(key: Key) -> str:
    return f"/c/{key.membership.cooperative.slug}/cles-api/"


def posted(browser: Client, key: Key, label: str = "Ma caisse") -> tuple[dict[str, str], object]:
    nonce = browser.get(address(key)).context["nonce"]
    form = {"label": label, "nonce": nonce}
    return form, browser.post(address(key), form)


def test_a_key_is_shown_once_and_opens_the_api(browser, camille, client):
    _, page = posted(browser, camille)

    token = re.search(r"cae_[\w-]{43}", page.content.decode()).group()
    answer = client.get("/api/v1/invoices/", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert token not in browser.get(address(camille)).content.decode()
    assert "no-store" in page["Cache-Control"]
    with tenant(camille.membership.cooperative):
        trace = AuditEvent.objects.get(action="api_key.created", after={"label": "Ma caisse"})
    assert trace.membership == camille.membership


def test_pressing_twice_creates_one_key(browser, camille):
    form, _ = posted(browser, camille)

    again = browser.post(address(camille), form)

    assert again.status_code == 302
    assert ApiToken.objects.filter(label="Ma caisse").count() == 1


def test_a_key_without_a_use_is_refused(browser, camille):
    before = ApiToken.objects.count()

    _, page = posted(browser, camille, label=" ")

    assert page.status_code == 422
    assert ApiToken.objects.count() == before


def test_too_many_keys_say_to_revoke_some(browser, camille):
    with tenant(camille.membership.cooperative):
        for n in range(tokens.MOST_KEYS - 1):
            tokens.create_api_token(camille.membership, label=f"programme {n}")

    _, page = posted(browser, camille)

    assert page.status_code == 422
    assert "Révoquez celles qui ne servent plus" in page.content.decode()


def test_a_revoked_key_opens_nothing(browser, camille):
    key = ApiToken.objects.get(membership=camille.membership)
    assert camille.get("/api/v1/invoices/").status_code == 200

    browser.post(f"{address(camille)}{key.pk}/revoquer/")

    assert camille.get("/api/v1/invoices/").status_code == 401
    assert key.label not in browser.get(address(camille)).content.decode()


def test_a_key_of_another_does_not_exist(browser, camille, neighbour):
    key = ApiToken.objects.get(membership=neighbour.membership)

    answer = browser.post(f"{address(camille)}{key.pk}/revoquer/")

    assert answer.status_code == 404
    assert neighbour.get("/api/v1/invoices/").status_code == 200
    assert browser.get(address(camille)).context["keys"].count() == 1


def test_a_key_of_one_s_other_cooperative_is_not_listed(browser, camille):
    other = make_cooperative("autre")
    place = make_membership(other, "entrepreneur", camille.membership.user.email)
    with tenant(other):
        tokens.create_api_token(place, label="là-bas")

    assert "là-bas" not in browser.get(address(camille)).content.decode()


def test_a_key_asks_for_a_fresh_proof(browser, camille):
    session = browser.session
    session["account_authentication_methods"] = [{"method": "password", "at": 0}]
    session.save()

    answer = browser.get(address(camille))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/compte/confirmer/")
