"""Pages about people: who opens them, what they say, what they refuse, how much they ask."""

from datetime import date

import pytest
from django.urls import reverse

from cae.core.clock import today
from cae.core.tenancy import tenant
from entrepreneurs import actions
from entrepreneurs.enums import ContractEnd, Situation
from entrepreneurs.models import Contract, Entrepreneur
from tests.entrepreneurs.makers import (
    IBAN,
    NIR,
    give_access,
    make_activity,
    make_cape,
    make_cesa,
    make_person,
)
from tests.makers import make_membership, signed_in


@pytest.fixture(autouse=True)
def no_second_factor(cooperatives):
    for cooperative in cooperatives:
        cooperative.require_second_factor = False
        cooperative.save()


@pytest.fixture
def staff(officer):
    return signed_in(officer)


@pytest.fixture
def url(cooperative):
    def of(name: str, *args: object) -> str:
        return reverse(f"entrepreneurs:{name}", args=[cooperative.slug, *args])

    return of


def text_of(response) -> str:
    return response.content.decode()


def fields(response) -> dict[str, list[str]]:
    return response.context["form"].errors


def new_person(**changes) -> dict[str, str]:
    return {
        "first_name": "Loïc",
        "last_name": "Le Goff",
        "email": "loic@example.org",
        "nonce": "once",
        **changes,
    }


# -- the list ----------------------------------------------------------------------------------


def test_the_list_shows_people_their_activity_and_what_comes_next(staff, url, person):
    make_activity(person)
    make_cape(person, date(2025, 12, 1))

    page = text_of(staff.get(url("people")))

    assert "Camille Fournier" in page
    assert "Studio Brume" in page
    assert "Fin du CAPE" in page
    assert "30 novembre 2026" in page


def test_an_empty_list_says_what_to_do(staff, url):
    page = text_of(staff.get(url("people")))

    assert "Personne encore" in page
    assert url("new_person") in page


def test_the_list_filters_by_situation_and_by_word(staff, url, inside):
    make_person("Ana", "Candidate")
    make_cape(make_person("Zoé", "Accompagnée"))

    supported = text_of(staff.get(url("people"), {"situation": "supported"}))
    found = text_of(staff.get(url("people"), {"q": "candidate"}))
    nobody = text_of(staff.get(url("people"), {"q": "introuvable"}))

    assert "Zoé Accompagnée" in supported and "Ana Candidate" not in supported
    assert "Ana Candidate" in found and "Zoé Accompagnée" not in found
    assert "Personne ne correspond" in nobody
    assert staff.get(url("people"), {"situation": "n’importe quoi"}).status_code == 200


def test_the_list_asks_the_same_for_one_and_for_three(
    staff, url, inside, django_assert_max_num_queries, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_activity(make_person("Ana", "Un"))
    staff.get(url("people"))
    with CaptureQueriesContext(connection) as one:
        staff.get(url("people"))
    for name in ("Deux", "Trois"):
        person = make_person("Ana", name)
        make_activity(person, name=name)
        make_cape(person)
    with CaptureQueriesContext(connection) as three:
        staff.get(url("people"))

    assert len(three) == len(one)


def test_nobody_of_another_cooperative_is_listed(staff, url, other_cooperative):
    with tenant(other_cooperative):
        make_person("Autre", "Part")

    assert "Autre Part" not in text_of(staff.get(url("people")))


# -- a record ----------------------------------------------------------------------------------


def test_opening_a_record_and_a_double_click_open_one(staff, url):
    first = staff.post(url("new_person"), new_person())
    again = staff.post(url("new_person"), new_person())

    assert first.status_code == again.status_code == 302
    assert first["Location"] == again["Location"]
    assert "Fiche de Loïc Le Goff ouverte" in text_of(staff.get(first["Location"]))


def test_a_twin_is_opened_only_when_confirmed(staff, url, person, cooperative):
    twin = new_person(first_name="Camille", last_name="Fournier")

    refused = staff.post(url("new_person"), twin)
    assert refused.status_code == 422
    assert "Une fiche existe déjà" in text_of(refused)
    assert 'type="checkbox"' in text_of(refused)
    confirmed = staff.post(url("new_person"), {**twin, "nonce": "two", "knowingly": "on"})

    assert confirmed.status_code == 302
    with tenant(cooperative):
        assert Entrepreneur.objects.count() == 2


def test_bad_input_is_said_under_its_field_and_writes_nothing(staff, url, cooperative):
    refused = staff.post(
        url("new_person"),
        new_person(first_name="", email="loic", nir="123", birth_date="hier"),
    )

    assert refused.status_code == 422
    assert set(fields(refused)) == {"first_name", "email", "nir", "birth_date"}
    assert "sa clé ne correspond pas" in text_of(refused)
    with tenant(cooperative):
        assert not Entrepreneur.objects.exists()


def test_a_record_shows_the_whole_person_and_what_was_done(staff, url, person, officer):
    make_activity(person)
    make_cape(person, date(2024, 3, 1))
    actions.set_nir(person, NIR, by=officer)
    actions.change_iban(person, iban=IBAN, holder="C. Fournier", on=today(), by=officer)

    page = text_of(staff.get(url("person", person.pk)))

    for said in (
        "Camille Fournier",
        "mars 2024 – févr. 2025",
        "Studio Brume",
        NIR,
        "•••• 2606",
        "LA BANQUE POSTALE",
        "IBAN changé",
        officer.user.email,
    ):
        assert said in page, said
    assert IBAN not in page


def test_a_co_manager_reads_the_end_of_a_nir_and_no_button(cooperative, url, person, officer):
    actions.set_nir(person, NIR, by=officer)
    reader = signed_in(make_membership(cooperative, "co_manager"))

    page = text_of(reader.get(url("person", person.pk)))

    assert NIR not in page and "•••• 2538" in page
    assert url("edit_person", person.pk) not in page
    assert reader.get(url("edit_person", person.pk)).status_code == 404


def test_a_record_of_another_cooperative_does_not_exist(staff, url, other_cooperative):
    with tenant(other_cooperative):
        theirs = make_person()

    for name in ("person", "edit_person", "change_iban", "new_contract", "new_step", "leave"):
        assert staff.get(url(name, theirs.pk)).status_code == 404
    assert staff.post(url("invite_person", theirs.pk)).status_code == 404


def test_correcting_saves_all_or_nothing(staff, url, person):
    given = {
        "first_name": "Camille",
        "last_name": "Roy",
        "email": person.email,
        "birth_date": "1990-05-02",
        "withholding_rate": "7,5",
    }
    staff.post(url("edit_person", person.pk), {**given, "nir": NIR})
    person.refresh_from_db()
    assert (person.last_name, person.nir, str(person.withholding_rate)) == ("Roy", NIR, "0.0750")

    refused = staff.post(
        url("edit_person", person.pk),
        {**given, "last_name": "Autre", "withholding_rate": "100"},
    )

    assert refused.status_code == 422
    assert "Ce taux dépasse 55\u00a0%" in text_of(refused)
    person.refresh_from_db()
    assert person.last_name == "Roy"


def test_a_wrong_iban_is_said_and_the_old_one_stays(staff, url, person):
    refused = staff.post(
        url("change_iban", person.pk), {"iban": IBAN[:-1] + "7", "holder": "C. Fournier"}
    )

    assert refused.status_code == 422
    assert "Cet IBAN n’est pas valable" in text_of(refused)
    staff.post(url("change_iban", person.pk), {"iban": IBAN, "holder": "C. Fournier"})
    person.refresh_from_db()
    assert (person.iban, person.iban_changed_on) == (IBAN, today())


# -- contracts, steps, exit ----------------------------------------------------------------------


def test_the_form_of_a_contract_fits_its_kind(staff, url, person):
    cape = text_of(staff.get(url("new_contract", person.pk)))
    cesa = text_of(staff.get(url("new_contract", person.pk), {"contrat": "cesa"}))

    assert "Dernier jour" in cape and "Part fixe, brut" not in cape
    assert "Part fixe, brut" in cesa and "Dernier jour" not in cesa
    assert "trois ans" in cesa


def test_a_contract_is_added_and_the_law_refuses_the_next(staff, url, person):
    given = {"starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    added = staff.post(url("new_contract", person.pk) + "?contrat=cape", given)
    assert added.status_code == 302

    refused = staff.post(url("new_contract", person.pk) + "?contrat=cape", given)

    assert refused.status_code == 422
    assert "couvre déjà ces jours" in text_of(refused)
    person.refresh_from_db()
    assert person.situation == Situation.SUPPORTED


def test_a_contract_ends_from_the_record(staff, url, person, cooperative):
    contract = make_cesa(person)
    assert url("end_contract", contract.pk) in text_of(staff.get(url("person", person.pk)))

    staff.post(
        url("end_contract", contract.pk),
        {"ends_on": "2026-06-30", "reason": ContractEnd.AGREEMENT.value},
    )

    with tenant(cooperative):
        assert Contract.objects.get().ends_on == date(2026, 6, 30)


def test_a_step_and_an_exit_are_noted(staff, url, person):
    staff.post(
        url("new_step", person.pk), {"kind": "diagnosis", "day": "2026-01-05", "note": "À suivre"}
    )
    future = staff.post(url("new_step", person.pk), {"kind": "diagnosis", "day": "2999-01-05"})
    assert future.status_code == 422 and "dans l’avenir" in text_of(future)

    staff.post(url("leave", person.pk), {"day": "2026-02-01", "reason": "agreement"})

    person.refresh_from_db()
    assert person.situation == Situation.LEFT
    page = text_of(staff.get(url("person", person.pk)))
    assert "Diagnostic" in page
    assert url("leave", person.pk) not in page


# -- activities ----------------------------------------------------------------------------------


def test_an_activity_opens_from_the_record_then_is_shared(staff, url, person, cooperative):
    partner = make_person("Fatou", "Ndiaye")
    staff.post(url("new_activity", person.pk), {"name": "Studio Brume", "opened_on": "2026-01-01"})
    activity = person.parts.get().activity
    lines = {
        "form-TOTAL_FORMS": "2",
        "form-INITIAL_FORMS": "1",
        "form-0-person": person.pk,
        "form-0-share": "2",
        "form-1-person": partner.pk,
        "form-1-share": "1",
    }

    more = staff.post(
        url("sharing", activity.pk), {"on": "2026-03-01", "add_line": "form", **lines}
    )
    assert more.status_code == 200 and "form-2-person" in text_of(more)
    twice = staff.post(
        url("sharing", activity.pk), {"on": "2026-03-01", **lines, "form-1-person": person.pk}
    )
    assert twice.status_code == 422 and "figure deux fois" in text_of(twice)
    staff.post(url("sharing", activity.pk), {"on": "2026-03-01", **lines})

    page = text_of(staff.get(url("person", partner.pk)))
    assert "Studio Brume" in page and "33,3" in page


def test_a_ceiling_is_set_and_never_negative(staff, url, person):
    activity = make_activity(person)

    assert staff.post(url("ceiling", activity.pk), {"ceiling": "-1"}).status_code == 422
    staff.post(url("ceiling", activity.pk), {"ceiling": "1 500"})

    activity.refresh_from_db()
    assert activity.validation_ceiling == 1500


def test_a_person_may_have_a_ceiling_of_their_own(staff, url, person):
    assert staff.get(url("person_ceiling", person.pk)).status_code == 200
    assert staff.post(url("person_ceiling", person.pk), {"ceiling": "-1"}).status_code == 422
    staff.post(url("person_ceiling", person.pk), {"ceiling": "250"})
    person.refresh_from_db()
    assert person.validation_ceiling == 250

    staff.post(url("person_ceiling", person.pk), {"ceiling": ""})

    person.refresh_from_db()
    assert person.validation_ceiling is None


# -- one's own path --------------------------------------------------------------------------------


def test_an_entrepreneur_reads_their_own_path_and_no_record(url, person, cooperative):
    neighbour = make_person("Fatou", "Ndiaye")
    theirs = make_activity(neighbour, name="Voisine")
    mine = make_activity(person)
    make_cape(person, date(2024, 3, 1))
    make_cesa(person, date(2025, 3, 1))
    client = signed_in(give_access(person))

    page = text_of(client.get(url("path")))

    assert "au plus tard le 2 mars 2027" in page
    assert "Studio Brume" in page and "Voisine" not in page
    assert client.get(url("people")).status_code == 404
    assert client.get(url("person", person.pk)).status_code == 404
    assert client.get(url("own_reserve", theirs.pk)).status_code == 404
    assert client.post(url("own_reserve", mine.pk), {"reserve": "300"}).status_code == 302
    mine.refresh_from_db()
    assert mine.reserve == 300


def test_an_entrepreneur_without_anything_yet_is_told_what_comes(url, person):
    page = text_of(signed_in(give_access(person)).get(url("path")))

    assert "Votre parcours commence" in page
    assert "Aucune enseigne encore" in page


def test_an_entrepreneur_changes_their_own_iban(url, person):
    client = signed_in(give_access(person))

    assert client.post(url("own_iban"), {"iban": IBAN, "holder": ""}).status_code == 422
    client.post(url("own_iban"), {"iban": IBAN, "holder": "Camille Fournier"})

    person.refresh_from_db()
    assert person.iban == IBAN
    assert "•••• 2606" in text_of(client.get(url("path")))


def test_an_inviting_button_sends_then_sends_again(staff, url, person, cooperative):
    from cae.core.models import Invitation, OutboxMessage

    staff.post(url("invite_person", person.pk))
    staff.post(url("invite_person", person.pk))

    with tenant(cooperative):
        assert (Invitation.objects.count(), OutboxMessage.objects.count()) == (1, 2)
    assert "Renvoyer l’invitation" in text_of(staff.get(url("person", person.pk)))
