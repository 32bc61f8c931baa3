"""The browser's opening of a cooperative: in steps, resumable, refused with a reason."""

import pytest
from django.test import Client
from django.urls import reverse

from accounting.models import ContributionRule
from cae.core.models import Cooperative, Membership, User
from cae.core.tenancy import tenant
from tests.onboarding.makers import open_one

pytestmark = pytest.mark.django_db

TYPED = {
    "identite": {
        "name": "Les Ateliers Réunis",
        "slug": "ateliers-reunis",
        "legal_form": "scop_sarl",
        "siren": "732 829 320",
        "siret": "732 829 320 00074",
        "capital": "3 000",
    },
    "coordonnees": {"street": "12 allée du Chêne", "postcode": "35000", "town": "Rennes"},
    "comptes": {
        "fiscal_year_start": "9",
        "vat_basis": "cash",
        "payment_days": "30",
        "penalty_rate": "12,15",
    },
    "contribution": {
        "basis": "cashed",
        "measure": "turnover",
        "floor": "0",
        "cap": "",
        "fixed_fee": "0",
        "form-TOTAL_FORMS": "1",
        "form-INITIAL_FORMS": "0",
        "form-0-above": "0",
        "form-0-rate": "12",
    },
    "administration": {
        "first_name": "Agnès",
        "last_name": "Le Bihan",
        "email": "agnes@example.org",
    },
}


@pytest.fixture
def user(settings):
    settings.CAE_DEMO = True  # its second factor has its own test
    settings.PLATFORM_READS = False  # and so has what it counts
    return User.objects.create_user("plateforme@example.org", is_platform_admin=True)


@pytest.fixture
def client(user):
    client = Client()
    client.force_login(user)
    return client


def step(name: str) -> str:
    return reverse("platform:step", args=[name])


def fill(client, **changes) -> None:
    for name, typed in TYPED.items():
        answer = client.post(step(name), {**typed, **changes.get(name, {})})
        assert answer.status_code == 302, (name, answer.context["form"].errors)


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def test_six_steps_open_a_cooperative(client):
    fill(client)
    review = text_of(client.get(step("verifier")))
    for said in ("Les Ateliers Réunis", "septembre", "sur les encaissements", "120,00 €"):
        assert said in review, said

    done = client.post(step("verifier"))

    assert done["Location"] == reverse("platform:cooperatives")
    cooperative = Cooperative.objects.get()
    assert (cooperative.slug, cooperative.fiscal_year_start) == ("ateliers-reunis", 9)
    with tenant(cooperative):
        assert ContributionRule.objects.get().rates[0].normalize().as_tuple().digits == (1, 2)
    assert "L’invitation part à agnes@example.org" in text_of(client.get(done["Location"]))


def test_whoever_opens_it_for_themself_lands_in_it(client, user):
    fill(client, administration={"email": user.email})

    done = client.post(step("verifier"))

    assert done["Location"] == "/c/ateliers-reunis/"
    assert Membership.objects.get().user == user


def test_an_interrupted_opening_goes_on_where_it_stopped(client):
    client.post(step("identite"), TYPED["identite"])
    client.post(step("coordonnees"), TYPED["coordonnees"])

    assert client.get(reverse("platform:new"))["Location"] == step("comptes")
    assert "Reprendre l’ouverture" in text_of(client.get(reverse("platform:cooperatives")))
    assert 'value="12 allée du Chêne"' in text_of(client.get(step("coordonnees")))
    assert client.get(step("verifier"))["Location"] == step("comptes")


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("identite", {"siren": "732829321"}, "Ce SIREN n’est pas valable"),
        ("identite", {"siret": "356 000 000 00048"}, "n’est pas celui d’un établissement"),
        ("identite", {"slug": "Les Ateliers"}, "lettres sans accent"),
        ("coordonnees", {"postcode": "35"}, "cinq chiffres"),
        ("coordonnees", {"iban": "FR00"}, "IBAN"),
        ("comptes", {"fiscal_year_start": "0"}, "fiscal_year_start"),
        ("contribution", {"form-0-above": "5"}, "commence à 0"),
        ("administration", {"email": "agnes"}, "email"),
    ],
)
def test_a_wrong_step_says_why_and_does_not_go_on(client, name, changes, said):
    for before in TYPED:
        if before == name:
            break
        client.post(step(before), TYPED[before])

    answer = client.post(step(name), {**TYPED[name], **changes})

    assert said in text_of(answer, 422)
    assert not Cooperative.objects.exists()


def test_a_bracket_is_added_and_previewed_without_script(client):
    for name in ("identite", "coordonnees", "comptes"):
        client.post(step(name), TYPED[name])

    more = client.post(step("contribution"), {**TYPED["contribution"], "add_line": "form"})
    seen = client.post(step("contribution"), {**TYPED["contribution"], "preview": "1"})

    assert "form-1-above" in text_of(more)
    assert "120,00 €" in text_of(seen)


def test_a_double_click_opens_one(client):
    fill(client)
    client.post(step("verifier"))

    again = client.post(step("verifier"))

    assert again["Location"] == step("identite")
    assert Cooperative.objects.count() == 1


def test_a_capital_too_low_is_said_at_the_end_with_nothing_opened(client):
    fill(client, identite={"legal_form": "scop_sa", "capital": "100"})

    assert "au moins 18 500 €" in text_of(client.post(step("verifier")), 422)
    assert not Cooperative.objects.exists()


def test_an_address_taken_meanwhile_brings_back_to_its_step(client):
    fill(client)
    open_one()

    assert client.post(step("verifier"))["Location"] == step("identite")
