"""Behind the mailed link: a new login chooses its password, a known one just joins."""

import pytest
from django.test import Client
from django.urls import reverse

from cae.core import tokens
from cae.core.enums import LinkKind
from cae.core.models import Membership, User
from cae.core.tenancy import tenant
from entrepreneurs import actions
from tests.entrepreneurs.makers import make_person
from tests.makers import make_membership, signed_in

PHRASE = "une phrase de passe solide"


@pytest.fixture
def invited(cooperative):
    """An entrepreneur with a record, and the address of their mailed link."""
    with tenant(cooperative):
        person = make_person()
        invitation = actions.invite_person(person, by=None)
        token = tokens.open_link(LinkKind.INVITATION, invitation.pk, days=14)
    return person, invitation, reverse("invitation", args=[token])


def test_a_new_person_chooses_a_password_and_is_at_home(invited, cooperative):
    person, _, address = invited
    client = Client()
    assert "Rejoindre Ateliers" in client.get(address).content.decode()

    joined = client.post(address, {"password": PHRASE})

    assert joined["Location"] == f"/c/{cooperative.slug}/"
    assert client.get(joined["Location"]).status_code == 200
    with tenant(cooperative):
        person.refresh_from_db()
    assert person.membership.user.check_password(PHRASE)
    assert client.get(address).status_code == 404


def test_a_password_just_chosen_is_not_asked_again(cooperative):
    """An invited colleague goes straight to the second factor their role asks for."""
    role = cooperative.roles.get(code="accountant")
    with tenant(cooperative):
        invitation = actions.invite(email="sophie@example.org", role=role, by=None, holder=None)
        token = tokens.open_link(LinkKind.INVITATION, invitation.pk, days=14)
    client = Client()
    client.post(reverse("invitation", args=[token]), {"password": PHRASE})

    assert client.get(reverse("mfa_activate_totp")).status_code == 200


@pytest.mark.parametrize("password", ["", "court", "camille.fournier@example.org"])
def test_a_weak_password_is_refused_with_its_reason(invited, password):
    _, _, address = invited

    refused = Client().post(address, {"password": password})

    assert refused.status_code == 422
    assert refused.context["form"].errors["password"]
    assert not User.objects.exists()


def test_a_known_login_accepts_and_signs_in_as_usual(invited, other_cooperative):
    person, _, address = invited
    elsewhere = make_membership(other_cooperative, "accountant", email=person.email)

    page = Client().get(address).content.decode()
    joined = Client().post(address)

    assert "Vous avez déjà un compte" in page and 'name="password"' not in page
    assert joined.status_code == 302
    assert Membership.objects.filter(user=elsewhere.user).count() == 2


def test_somebody_elses_session_is_closed_on_joining(invited, other_cooperative):
    person, _, address = invited
    make_membership(other_cooperative, "accountant", email=person.email)
    browser = signed_in(make_membership(other_cooperative, "adviser"))

    browser.post(address)

    assert "_auth_user_id" not in browser.session


def test_a_link_that_is_over_or_about_something_else_opens_nothing(invited, cooperative):
    _, invitation, address = invited
    with tenant(cooperative):
        quote = tokens.open_link(LinkKind.QUOTE, invitation.pk, days=1)
        actions.withdraw_invitation(invitation, by=make_membership(cooperative, "administrator"))

    assert Client().get(address).status_code == 404
    assert Client().post(address, {"password": PHRASE}).status_code == 404
    assert Client().get(reverse("invitation", args=[quote])).status_code == 404
    assert Client().get(reverse("invitation", args=["inconnu"])).status_code == 404
    assert not User.objects.filter(email="camille.fournier@example.org").exists()
