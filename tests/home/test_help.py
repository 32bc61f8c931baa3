"""« Une question ? »: the words of the house, the page one is on, and whom to ask."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve

from cae.core.models import Membership
from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from cae.home import glossary
from cae.home.glossary import GLOSSARY, topic_of, words_of
from entrepreneurs.actions import register_staff
from entrepreneurs.models import Entrepreneur
from tests.entrepreneurs.makers import give_access, make_person
from tests.makers import make_membership, signed_in

HELP = "/c/ateliers/aide/"


def test_the_glossary_says_each_word_once():
    assert len({word.anchor for word in GLOSSARY}) == len(GLOSSARY)


def test_every_word_of_a_topic_is_explained():
    topics = [t for t in vars(glossary).values() if isinstance(t, glossary.Topic)]

    assert len(topics) > 10
    for topic in topics:
        assert [word.name for word in words_of(topic)] == list(topic.words)


def test_an_unknown_page_has_no_topic():
    assert topic_of("", is_own=True) is None
    assert topic_of("../../etc", is_own=False) is None


@pytest.fixture
def cooperative(cooperatives):
    cooperative = cooperatives[0]
    cooperative.require_second_factor = False
    cooperative.email, cooperative.phone = "bonjour@ateliers.example", "02 99 00 12 34"
    cooperative.save()
    return cooperative


@pytest.fixture
def camille(cooperative) -> Membership:
    with tenant(cooperative):
        return give_access(make_person())


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_the_menu_has_its_help(cooperative, camille, role):
    membership = camille if role == "entrepreneur" else make_membership(cooperative, role)
    page = signed_in(membership).get(HELP)
    is_own = role == "entrepreneur"

    shell = page.context["shell"]
    for item in (item for group in shell.groups for item in group.items):
        assert topic_of(resolve(item.url).view_name, is_own=is_own), item.label
    assert shell.help.url == f"{HELP}?page=help"


@pytest.mark.django_db
def test_an_entrepreneur_is_told_who_accompanies_her(cooperative, camille):
    with tenant(cooperative):
        helene = register_staff(
            first_name="Hélène", last_name="Morvan", email="helene@ateliers.example", by=None
        )
        Entrepreneur.objects.update(adviser=helene)

    page = signed_in(camille).get(HELP, {"page": "payroll:salaries"})

    text = page.content.decode()
    assert "mailto:helene@ateliers.example" in text
    assert "mailto:bonjour@ateliers.example" in text
    assert "Vos salaires" in text
    assert page.context["shell"].help.detail == "Hélène vous accompagne"
    for word in GLOSSARY:
        assert f'id="{word.anchor}"' in text


@pytest.mark.django_db
def test_without_an_adviser_the_cooperative_answers(camille):
    text = signed_in(camille).get(HELP).content.decode()

    assert "Personne ne vous accompagne encore" in text
    assert "mailto:bonjour@ateliers.example" in text


@pytest.mark.django_db
def test_staff_are_told_who_administers_here_and_not_elsewhere(cooperatives, cooperative):
    make_membership(cooperative, "administrator", "maxime@ateliers.example")
    make_membership(cooperative, "administrator", "partie@ateliers.example", is_active=False)
    make_membership(cooperatives[1], "administrator", "autre@autre.example")

    page = signed_in(make_membership(cooperative, "accountant")).get(HELP)

    assert page.context["administrators"] == [
        ("maxime@ateliers.example", "maxime@ateliers.example")
    ]


@pytest.mark.django_db
def test_the_drawer_is_short_and_has_no_dead_link(camille):
    browser = signed_in(camille)

    text = browser.get(HELP, {"page": "home"}, headers={"HX-Request": "true"}).content.decode()

    assert "<!DOCTYPE" not in text
    assert "Les mots de cette page" in text
    links = re.findall(r'<a[^>]* href="(/[^"]+)"', text)
    assert links == [HELP]
    assert [browser.get(link).status_code for link in links] == [200]


@pytest.mark.django_db
def test_an_address_of_the_page_is_not_written_back(camille):
    text = signed_in(camille).get(HELP, {"page": "<script>x"}).content.decode()

    assert "<script>x" not in text
