"""Records of persons: opening, correcting, identifiers and the traces they leave."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection

from cae.core import audit
from cae.core.models import RowChange
from cae.core.tenancy import OwnIds, tenant
from cae.core.workflow import ActionRefused
from entrepreneurs import actions, queries
from entrepreneurs.enums import Situation
from entrepreneurs.models import Entrepreneur
from tests.conftest import JUNE_3
from tests.entrepreneurs.makers import (
    IBAN,
    NIR,
    give_access,
    make_activity,
    make_cape,
    make_person,
    own_ids,
)


def code_of(refused) -> str:
    return refused.value.code


def test_registering_opens_a_candidate_and_says_so(inside, officer):
    person = actions.register_entrepreneur(
        first_name=" Loïc ", last_name="Le Goff", email="Loic@Example.org", by=officer
    )

    assert (person.full_name, person.email, person.sort_name) == (
        "Loïc Le Goff",
        "loic@example.org",
        "le goff loic",
    )
    assert person.situation == Situation.CANDIDATE
    trace = audit.trail(person).get()
    assert (trace.action, trace.actor, trace.entrepreneur_id) == (
        "entrepreneur.registered",
        officer.user.email,
        person.pk,
    )


def test_the_same_person_twice_is_refused_unless_meant(person, officer):
    twin = {"first_name": "CAMILLE", "last_name": "fournier", "email": "autre@example.org"}
    with pytest.raises(ActionRefused) as refused:
        actions.register_entrepreneur(**twin, by=officer)
    assert code_of(refused) == "duplicate_person"

    actions.register_entrepreneur(**twin, knowingly=True, by=officer)
    assert Entrepreneur.objects.count() == 2


def test_the_same_name_elsewhere_is_no_duplicate(person, other_cooperative):
    with tenant(other_cooperative):
        make_person()


def test_identifiers_are_sealed_in_the_database_and_hidden_in_traces(person, officer):
    actions.set_nir(person, "2 55 08 14 168 025 38", by=officer)
    actions.change_iban(
        person, iban="FR14 2004 1010 0505 0001 3M02 606", holder="C. Fournier", on=JUNE_3,
        by=officer,
    )  # fmt: skip

    person.refresh_from_db()
    assert (person.nir, person.iban, person.iban_changed_on) == (NIR, IBAN, JUNE_3)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nir, iban FROM entrepreneurs_entrepreneur WHERE id = %s", [person.pk]
        )
        assert not any(secret in str(cursor.fetchone()) for secret in (NIR, IBAN))
    said = [(t.action, t.before, t.after) for t in audit.trail(person)[:2]]
    assert said == [
        (
            "entrepreneur.iban_changed",
            {"iban": "", "holder": ""},
            {"iban": "•••• 2606", "holder": "C. Fournier"},
        ),
        ("entrepreneur.nir_changed", {"nir": ""}, {"nir": "•••• 2538"}),
    ]
    rows = str(list(RowChange.objects.values_list("was", "became")))
    assert NIR not in rows and IBAN not in rows


@pytest.mark.parametrize(
    ("iban", "holder", "code"),
    [
        ("FR1420041010050500013M02607", "C. Fournier", "invalid_iban"),
        ("n’importe quoi", "C. Fournier", "invalid_iban"),
        (IBAN, "  ", "holder_missing"),
    ],
)
def test_a_wrong_account_is_refused_and_nothing_changes(person, officer, iban, holder, code):
    with pytest.raises(ActionRefused) as refused:
        actions.change_iban(person, iban=iban, holder=holder, on=JUNE_3, by=officer)

    person.refresh_from_db()
    assert (code_of(refused), person.iban, person.iban_changed_on) == (code, "", None)


def test_the_same_account_again_is_no_change(person, officer):
    for day in (JUNE_3, date(2026, 7, 1)):
        actions.change_iban(person, iban=IBAN, holder="C. Fournier", on=day, by=officer)

    person.refresh_from_db()
    assert person.iban_changed_on == JUNE_3
    assert audit.trail(person).filter(action="entrepreneur.iban_changed").count() == 1


def test_a_wrong_nir_is_refused(person, officer):
    with pytest.raises(ActionRefused) as refused:
        actions.set_nir(person, "255081416802539", by=officer)
    assert code_of(refused) == "invalid_nir"


def test_correcting_a_record_traces_what_changed_only(person, officer):
    actions.update_person(
        person, last_name="Fournier-Roy", phone=person.phone, town="Bruz", by=officer
    )

    person.refresh_from_db()
    assert person.sort_name == "fournier-roy camille"
    trace = audit.trail(person).first()
    assert (trace.before, trace.after) == (
        {"last_name": "Fournier", "town": ""},
        {"last_name": "Fournier-Roy", "town": "Bruz"},
    )


@pytest.mark.parametrize("rate", ["-0.01", "0.5501", "1", "12", "0.12345"])
def test_a_withholding_rate_is_a_fraction(person, officer, rate):
    with pytest.raises(ActionRefused) as refused:
        actions.set_withholding_rate(person, Decimal(rate), by=officer)
    assert code_of(refused) == "invalid_rate"


def test_postgresql_holds_the_highest_withholding_rate(person):
    with pytest.raises(IntegrityError, match="entrepreneurs_entrepreneur_withholding"):
        Entrepreneur.objects.filter(pk=person.pk).update(withholding_rate=Decimal("0.5501"))


def test_searching_finds_names_activities_and_codes_without_accents(inside):
    loic, fatou = make_person("Loïc", "Le Goff"), make_person("Fatou", "Ndiaye")
    make_person("Yanis", "Belkacem")
    code = make_activity(fatou, name="Atelier Safran").code

    def found(search: str) -> list[Entrepreneur]:
        return list(queries.people(search=search))

    assert found("LE GOFF loic") == [loic]
    assert found("safran") == [fatou]
    assert found(f" {code.lower()} ") == [fatou]
    assert found("goff ndiaye") == []
    assert [p.last_name for p in found("")] == ["Belkacem", "Le Goff", "Ndiaye"]


def test_the_list_asks_the_same_questions_for_one_and_for_three(
    inside, officer, django_assert_num_queries
):
    adviser = actions.register_staff(
        first_name="Hélène", last_name="Morvan", email="h@example.org", by=None
    )

    def listed() -> list[str]:
        return [
            f"{p.full_name} {p.adviser and p.adviser.full_name} "
            + " ".join(part.activity.name for part in p.current_parts)
            for p in queries.people()
        ]

    make_activity(make_person("Ana", "Un", adviser=adviser))
    with django_assert_num_queries(4):
        assert listed() == ["Ana Un Hélène Morvan Studio Brume"]
    for name in ("Deux", "Trois"):
        make_activity(make_person("Ana", name, adviser=adviser), name=name)
    with django_assert_num_queries(4):
        assert len(listed()) == 3


def test_people_are_counted_by_situation_in_their_cooperative_only(person, other_cooperative):
    make_cape(make_person("Fatou", "Ndiaye"))
    with tenant(other_cooperative):
        make_person("Autre", "Part")

    assert queries.situation_counts() == {
        Situation.CANDIDATE: 1,
        Situation.SUPPORTED: 1,
        Situation.EMPLOYEE: 0,
        Situation.MEMBER: 0,
        Situation.LEFT: 0,
    }


def test_a_membership_leads_to_its_person_activities_and_accounts(person, cooperative):
    activity = make_activity(person)
    former = make_activity(person, name="Ancienne")
    other = make_person("Fatou", "Ndiaye")
    actions.share_activity(former, {other: 1}, on=date(2026, 1, 1), by=give_access(other))
    membership = give_access(person)

    assert queries.own_ids(membership) == OwnIds(
        person.pk,
        (activity.pk, former.pk),
        (activity.analytic_id, former.analytic_id),
    )


def test_a_membership_without_a_person_leads_nowhere(inside, officer):
    assert queries.own_ids(officer) is None


def test_an_entrepreneur_reads_themself_and_the_team_but_no_neighbour(person, cooperative):
    neighbour = make_person("Fatou", "Ndiaye")
    make_cape(neighbour)
    make_activity(neighbour, name="Voisine")
    make_activity(person)
    make_cape(person)
    give_access(person)
    actions.register_staff(first_name="H", last_name="Morvan", email="h@example.org", by=None)

    with tenant(cooperative, own=own_ids(person)):
        assert [p.full_name for p in queries.people()] == ["Camille Fournier"]
        assert [a.name for a in queries.activities_of(person, on=JUNE_3)] == ["Studio Brume"]
        assert queries.activities_of(neighbour, on=JUNE_3) == []
        assert queries.terms_of(neighbour) == []
        assert list(neighbour.steps.all()) == []
        assert len(queries.path_of(person, on=JUNE_3)) == 1
        assert queries.StaffMember.objects.count() == 1


def test_an_entrepreneur_may_change_their_own_account(person, cooperative):
    membership = give_access(person)

    with tenant(cooperative, membership=membership, own=own_ids(person)):
        actions.change_iban(person, iban=IBAN, holder="C. Fournier", on=JUNE_3, by=membership)

    person.refresh_from_db()
    assert person.iban == IBAN
