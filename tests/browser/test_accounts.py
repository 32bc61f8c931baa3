"""Signing in with a real browser: a password, a telephone's code, a passkey; and how it looks."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from cae.core.permissions import ROLES
from tests.accounts.makers import code_now, give_app, make_login
from tests.makers import PASSWORD, make_cooperative

pytestmark = pytest.mark.browser


@pytest.fixture
def cooperative(transactional_db):
    make_cooperative("autre")
    return make_cooperative("ateliers", name="Les Ateliers Réunis")


@pytest.fixture
def adviser(cooperative):
    return make_login(cooperative, "adviser", "helene.morvan@ateliers.example")


@pytest.fixture
def device(page) -> Iterator[object]:
    """A telephone with a fingerprint, as the browser sees it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    yield session


def fill_sign_in(page, email: str, password: str = PASSWORD) -> None:
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Se connecter").click()


def button(page, name: str):
    return page.get_by_role("button", name=name)


def title(page) -> str:
    return page.get_by_role("heading", level=1).inner_text().replace("\xa0", " ")


def test_a_passkey_is_added_then_replaces_the_password(page, device, look, adviser):
    page.goto("/c/ateliers/")
    fill_sign_in(page, adviser.user.email)
    assert title(page) == "Ajoutez un second facteur"
    look(page, "compte-second-facteur-requis")

    page.get_by_role("link", name="Ajouter une clé d’accès").click()
    look(page, "compte-cle-ajouter")
    page.get_by_label("Nom de cette clé").fill("Mon téléphone")
    button(page, "Créer la clé d’accès").click()
    expect(page).to_have_url("/compte/second-facteur/codes/")
    assert page.locator(".account-codes li").count() == 10
    page.locator("[data-cae-toast]").wait_for(state="visible")
    look(page, "compte-codes-de-secours")
    page.get_by_role("link", name="C’est noté").click()
    expect(page).to_have_url("/c/ateliers/")

    page.goto("/compte/deconnexion/")
    button(page, "Me déconnecter").click()
    page.goto("/compte/connexion/?next=/compte/second-facteur/cles/")
    button(page, "Utiliser une clé d’accès").click()
    expect(page).to_have_url("/compte/second-facteur/cles/")
    expect(page.get_by_text("Mon téléphone")).to_be_visible()
    look(page, "compte-cles")

    page.get_by_label("Que faire de Mon téléphone").click()
    page.get_by_role("link", name="Renommer").click()
    page.get_by_label("Nom de cette clé").fill("Téléphone de Hélène")
    button(page, "Renommer").click()
    expect(page.get_by_text("Téléphone de Hélène")).to_be_visible()
    page.get_by_label("Que faire de Téléphone de Hélène").click()
    page.get_by_role("link", name="Retirer").click()
    expect(page.get_by_text("ajoutez-en un autre avant")).to_be_visible()
    give_app(adviser.user)
    page.get_by_label("Que faire de Téléphone de Hélène").click()
    page.get_by_role("link", name="Retirer").click()
    look(page, "compte-cle-retirer")
    button(page, "Retirer la clé").click()
    expect(page.get_by_text("Aucune clé d’accès")).to_be_visible()
    look(page, "compte-cles-aucune")


def test_a_passkey_is_the_second_step_after_a_password(page, device, look, adviser):
    page.goto("/compte/second-facteur/cles/ajouter/")
    fill_sign_in(page, adviser.user.email)
    button(page, "Créer la clé d’accès").click()
    expect(page).to_have_url("/compte/second-facteur/codes/")
    page.context.clear_cookies()

    page.goto("/compte/connexion/?next=/compte/")
    fill_sign_in(page, adviser.user.email)
    expect(page).to_have_url("/compte/second-facteur/verifier/")
    look(page, "compte-verifier-cle")
    button(page, "Utiliser ma clé d’accès").click()
    expect(page).to_have_url("/compte/")


def test_a_refused_passkey_is_said_and_one_may_try_again(page, device, adviser):
    page.goto("/compte/connexion/")
    # This browser has none: the person gives up.
    device.send("WebAuthn.disable")
    page.evaluate(
        "void (navigator.credentials.get ="
        " () => Promise.reject(new DOMException('', 'NotAllowedError')))"
    )

    for _ in range(2):
        button(page, "Utiliser une clé d’accès").click()
        page.get_by_text("Vous avez annulé").last.wait_for()

    assert page.url.endswith("/compte/connexion/")


def test_a_telephone_s_code_is_added_then_asked(page, look, adviser, site):
    page.goto("/compte/second-facteur/application/")
    fill_sign_in(page, adviser.user.email)
    look(page, "compte-application")
    secret = page.get_by_label("Clé à recopier").input_value()
    page.get_by_label("Le code que l’application affiche").fill("000000")
    button(page, "Activer").click()
    expect(page.get_by_text("Ce code n’est pas le bon")).to_be_visible()
    assert page.get_by_label("Clé à recopier").input_value() == secret
    page.get_by_label("Le code que l’application affiche").fill(code_now(secret))
    button(page, "Activer").click()
    expect(page).to_have_url("/compte/second-facteur/codes/")
    assert "est ajoutée à votre compte" in site.wait_for_mail(
        adviser.user.email, about="application"
    )

    page.context.clear_cookies()
    page.goto("/compte/connexion/?next=/compte/second-facteur/")
    fill_sign_in(page, adviser.user.email)
    assert title(page) == "Second facteur"
    look(page, "compte-verifier-code")
    page.get_by_label("Code").fill(code_now(secret))
    button(page, "Continuer").click()
    expect(page).to_have_url("/compte/second-facteur/")
    look(page, "compte-second-facteur")


def test_a_forgotten_password_is_replaced_from_the_mail(page, look, site, adviser):
    give_app(adviser.user)
    page.goto("/compte/connexion/")
    page.get_by_role("link", name="Mot de passe oublié").click()
    look(page, "compte-oublie")
    page.get_by_label("Adresse électronique").fill(adviser.user.email)
    button(page, "Recevoir le lien").click()
    assert title(page) == "Regardez vos courriels"
    look(page, "compte-oublie-envoye")

    mail = site.wait_for_mail(adviser.user.email, about="nouveau mot de passe")
    page.goto(re.search(r"http\S+", mail).group())
    look(page, "compte-nouveau-mot-de-passe")
    page.get_by_label("Nouveau mot de passe").fill("court")
    page.get_by_label("Le même").fill("court")
    button(page, "Enregistrer").click()
    look(page, "compte-nouveau-mot-de-passe-refuse")
    page.get_by_label("Nouveau mot de passe").fill("quatre mots pour la suite")
    page.get_by_label("Le même").fill("quatre mots pour la suite")
    button(page, "Enregistrer").click()
    page.get_by_role("link", name="Me connecter").click()
    fill_sign_in(page, adviser.user.email, "quatre mots pour la suite")
    assert title(page) == "Second facteur"


def test_the_pages_of_an_account_without_script(new_page, look, adviser, cooperative):
    """Everything but passkeys works with JavaScript off."""
    page = new_page(java_script_enabled=False)
    page.goto("/compte/connexion/?next=/compte/")
    assert not button(page, "Utiliser une clé d’accès").is_visible()
    fill_sign_in(page, adviser.user.email, "faux")
    expect(page.get_by_text("L’adresse ou le mot de passe n’est pas le bon")).to_be_visible()
    fill_sign_in(page, adviser.user.email)
    assert title(page) == "Mon compte"

    page.goto("/compte/second-facteur/application/")
    secret = page.get_by_label("Clé à recopier").input_value()
    page.get_by_label("Le code que l’application affiche").fill(code_now(secret))
    button(page, "Activer").click()
    assert title(page) == "Codes de secours"
    button(page, "Se déconnecter").click()
    assert "/compte/connexion/" in page.url


def test_how_the_other_pages_look(page, new_page, look, sign_in, adviser, cooperative):
    page.goto("/compte/connexion/")
    fill_sign_in(page, adviser.user.email, "faux")
    look(page, "compte-connexion-refusee")
    page.goto("/compte/ouvrir/")
    look(page, "compte-ouvrir")
    page.goto("/compte/mot-de-passe/oublie/1-faux/")
    look(page, "compte-lien-mort")

    make_login(cooperative, "entrepreneur", adviser.user.email)
    sign_in(page, adviser)
    for address, name in (
        ("", "index"),
        ("mot-de-passe/", "mot-de-passe"),
        ("adresse/", "adresse"),
        ("confirmer/", "confirmer"),
        ("deconnexion/", "deconnexion"),
    ):
        page.goto(f"/compte/{address}")
        look(page, f"compte-{name}")
    page.goto("/compte/adresse/")
    page.get_by_label("Nouvelle adresse").fill("nouvelle@ateliers.example")
    button(page, "Envoyer le lien").click()
    look(page, "compte-adresse-a-confirmer")


def test_a_person_of_two_cooperatives_chooses(page, look, sign_in, adviser):
    from cae.core.models import Cooperative

    autre = Cooperative.objects.get(slug="autre")
    make_login(autre, "accountant", adviser.user.email)
    make_login(autre, "co_manager", adviser.user.email)
    sign_in(page, adviser)

    page.goto("/")

    assert title(page) == "Où voulez-vous entrer ?"
    look(page, "entree")


def test_the_demonstration_is_entered_in_one_click(page, look, cooperative, settings):
    cooperative.is_demo = True
    cooperative.save()
    for role in ROLES:
        person = make_login(cooperative, role)
        person.user.set_password(settings.DEMO_PASSWORD)
        person.user.save()

    page.goto("/compte/connexion/?next=/compte/")
    look(page, "compte-connexion-demonstration")
    button(page, "Entrer : Accompagnateur").click()

    expect(page).to_have_url("/compte/")


def test_too_many_tries_are_refused_in_words(page, look, watch, db):
    watch.allow("status of 429")
    page.goto("/compte/mot-de-passe/oublie/")
    for _ in range(4):
        page.goto("/compte/mot-de-passe/oublie/")
        page.get_by_label("Adresse électronique").fill("quelquun@ateliers.example")
        button(page, "Recevoir le lien").click()

    assert title(page) == "Trop d’essais à la fois"
    look(page, "compte-trop-d-essais")


def test_a_person_closes_the_session_of_another_device(page, new_page, sign_in, look, cooperative):
    camille = make_login(cooperative, "entrepreneur", "camille@ateliers.example")
    phone = new_page(width=390, user_agent="Mozilla/5.0 (iPhone) Version/19.0 Safari/604.1")
    sign_in(phone, camille)
    phone.goto("/compte/")
    sign_in(page, camille)
    page.goto("/compte/")
    page.get_by_role("link", name="Voir mes sessions").click()
    expect(page.get_by_text("Safari sur un iPhone")).to_be_visible()
    look(page, "compte-sessions")

    button(page, "Fermer la session : Safari sur un iPhone").click()
    expect(page.get_by_text("Session fermée.")).to_be_visible()
    expect(page.get_by_text("Safari sur un iPhone")).to_be_hidden()
    look(page, "compte-sessions-une")
    phone.goto("/compte/")
    expect(phone).to_have_url("/compte/connexion/?next=/compte/")


def test_a_person_gives_a_program_a_key_and_takes_it_back(
    page, sign_in, look, cooperative, adviser
):
    cooperative.require_second_factor = False
    cooperative.save()
    sign_in(page, adviser)
    page.goto("/c/ateliers/cles-api/")
    expect(page.get_by_text("Aucune clé", exact=True)).to_be_visible()
    look(page, "cles-api-aucune")

    page.get_by_label("À quoi sert-elle ?").fill("Ma caisse")
    button(page, "Créer la clé").click()
    expect(page.get_by_label("Votre nouvelle clé")).to_have_value(re.compile(r"^cae_"))
    look(page, "cles-api-nouvelle")

    button(page, "Révoquer la clé : Ma caisse").click()
    expect(page.get_by_text("Clé révoquée")).to_be_visible()
    expect(page.get_by_text("Aucune clé", exact=True)).to_be_visible()
