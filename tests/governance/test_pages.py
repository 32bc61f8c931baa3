"""Pages of cooperative life: read by those who may, true to what was decided."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cae.core.enums import LegalForm
from cae.core.tenancy import tenant
from governance import actions, rules
from governance.enums import AssemblyKind, MandateKind, MemberExit
from governance.rules import Votes
from tests.conftest import JUNE_3
from tests.entrepreneurs.makers import give_access, make_cesa, make_person
from tests.governance.makers import hold, make_assembly, make_member, open_books
from tests.makers import make_membership, signed_in


@pytest.fixture(autouse=True)
def no_second_factor(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()


@pytest.fixture
def reader(books, manager):
    return signed_in(manager)


@pytest.fixture
def url(cooperative):
    def of(name: str, *args: object) -> str:
        return reverse(f"governance:{name}", args=[cooperative.slug, *args])

    return of


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def asked(client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_register_shows_members_shares_and_mandates(reader, url, manager):
    member = make_member("Le Bihan", shares=5, paid=Decimal("60.00"))
    actions.appoint(
        member,
        MandateKind.MANAGER,
        starts_on=date(2026, 6, 1),
        ends_on=date(2030, 5, 31),
        by=manager,
    )

    page = text_of(reader.get(url("members")))

    for said in ("Agnès Le Bihan", "100,00", "60,00", "15/01/2025", "Cogérance", "31 mai 2030"):
        assert said in page, said


def test_an_empty_register_says_how_it_fills(reader, url):
    assert "Le registre est vide" in text_of(reader.get(url("members")))
    assert "quitté le registre" in text_of(reader.get(url("members"), {"qui": "sortis"}))
    assert "Personne ne correspond" in text_of(reader.get(url("members"), {"q": "personne"}))


def test_former_members_are_apart(reader, url, manager):
    make_member("Présente")
    gone = make_member("Partie")
    actions.end_membership(gone, day=JUNE_3, reason=MemberExit.RESIGNATION, on=JUNE_3, by=manager)

    here = text_of(reader.get(url("members")))
    left = text_of(reader.get(url("members"), {"qui": "sortis"}))

    assert "Agnès Présente" in here and "Agnès Partie" not in here
    assert "Agnès Partie" in left and "03/06/2026" in left


def test_the_register_asks_the_same_for_one_and_for_three(reader, url):
    make_member("Un")
    reader.get(url("members"))
    one = asked(reader, url("members"))
    for name in ("Deux", "Trois"):
        make_member(name)

    assert asked(reader, url("members")) == one


def test_a_member_shows_every_movement(reader, url, manager):
    person = make_person()
    make_cesa(person)
    member = make_member(person=person, day=JUNE_3, paid=Decimal("100.00"))
    actions.refund_shares(member, shares=1, on=JUNE_3, by=manager)

    page = text_of(reader.get(url("member", member.pk)))

    for said in ("Souscription", "Libération", "Remboursement", "80,00", "Camille Fournier"):
        assert said in page, said


def test_the_register_is_closed_to_those_who_do_not_steer(
    books, url, cooperative, other_cooperative
):
    member = make_member()
    adviser = signed_in(make_membership(cooperative, "adviser"))
    person = make_person()
    entrepreneur = signed_in(give_access(person))
    with tenant(other_cooperative):
        elsewhere = signed_in(make_membership(other_cooperative, "co_manager"))

    for client in (adviser, entrepreneur, elsewhere):
        assert client.get(url("members")).status_code == 404
        assert client.get(url("member", member.pk)).status_code == 404


def test_assemblies_come_by_date_and_drafts_are_for_those_who_steer(reader, url, cooperative):
    for name in ("Un", "Deux", "Trois"):
        make_member(name)
    hold(make_assembly(), in_room=3, votes=Votes(for_=3))
    make_assembly(held_on=date(2999, 1, 15))
    adviser = signed_in(make_membership(cooperative, "adviser"))

    steering = text_of(reader.get(url("assemblies")))
    others = text_of(adviser.get(url("assemblies")))

    assert "15 janvier 2999" in steering and "En préparation" in steering
    assert "15 janvier 2999" not in others
    assert "30 juin 2026" in others


def test_no_assembly_yet_is_said(reader, url):
    assert "Aucune assemblée encore" in text_of(reader.get(url("assemblies")))


def test_a_held_assembly_shows_its_quorum_votes_and_result(reader, url):
    for name in ("Un", "Deux", "Trois"):
        make_member(name)
    assembly = hold(
        make_assembly("Rapport de gestion", "Taux de contribution"),
        in_room=2,
        represented=1,
        votes=Votes(for_=2, against=1),
    )

    page = text_of(reader.get(url("assembly", assembly.pk)))

    for said in (
        "Assemblée générale ordinaire",
        "ouverte à 18 h 07 par Agnès Le Bihan",
        "Résolution 1 sur 2",
        "Adoptée : 2 pour sur 3 associés, il en fallait 2.",
        "2 pour · 1 contre",
        "voix sur 3",
        "Plus de la moitié de tous les associés",
        "C. com. L223-29",
    ):
        assert said in page, said
    assert "<button" not in page.split('id="contenu"')[1].split("</main>")[0]


def test_a_coming_assembly_shows_its_agenda_and_no_result(reader, url):
    make_member()
    assembly = actions.convene_assembly(make_assembly("Admission"), on=date(2026, 6, 1), by=None)

    page = text_of(reader.get(url("assembly", assembly.pk)))

    assert "Admission" in page and "À venir" in page
    assert "Voix appelées" in page and "Adoptée" not in page


def test_an_assembly_asks_the_same_for_one_and_for_three_questions(reader, url):
    make_member()
    short, long = make_assembly("Une"), make_assembly("Une", "Deux", "Trois")
    reader.get(url("assembly", short.pk))

    assert asked(reader, url("assembly", long.pk)) == asked(reader, url("assembly", short.pk))


def test_an_entrepreneur_reads_assemblies_but_no_draft_nor_another_cooperatives(
    books, url, cooperative, other_cooperative
):
    make_member()
    draft = make_assembly()
    sent = actions.convene_assembly(make_assembly(), on=date(2026, 6, 1), by=None)
    client = signed_in(give_access(make_person()))
    with tenant(other_cooperative):
        open_books()
        make_member()
        theirs = actions.convene_assembly(make_assembly(), on=date(2026, 6, 1), by=None)

    assert client.get(url("assembly", sent.pk)).status_code == 200
    assert client.get(url("assembly", draft.pk)).status_code == 404
    assert client.get(url("assembly", theirs.pk)).status_code == 404


@pytest.mark.parametrize(
    ("form", "kind", "convocation", "majority", "quorum"),
    [
        ("scop_sarl", "ordinary", 1, "Plus de la moitié de tous les associés", "Sans quorum"),
        ("scop_sa", "ordinary", 1, "Plus de la moitié des votes exprimés",
         "Quorum\u00a0: le cinquième des associés"),
        ("scop_sarl", "extraordinary", 1,
         "Au moins les deux tiers des associés présents ou représentés",
         "Quorum\u00a0: le quart des associés"),
    ],
)  # fmt: skip
def test_rules_are_said_in_plain_words(form, kind, convocation, majority, quorum):
    decision = rules.preset(LegalForm(form), AssemblyKind(kind), convocation=convocation)

    assert (rules.majority_words(decision), rules.quorum_words(decision)) == (majority, quorum)
