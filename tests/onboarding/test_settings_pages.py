"""Settings, roles and access: changed by those who may, refused with a reason."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounting.models import ContributionRule
from accounting.rules import Bracket, Contribution
from cae.core.enums import Right
from cae.core.models import AuditEvent, Invitation, Membership
from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from cae.onboarding.forms import right_groups
from cae.onboarding.settings import update_settings
from cae.onboarding.views.settings import preview
from entrepreneurs.models import StaffMember
from tests.governance.makers import make_member
from tests.makers import make_membership, signed_in
from tests.onboarding.makers import open_one
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def cooperative():
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


@planted
def administrator(cooperative):
    return make_membership(cooperative, "administrator")


@pytest.fixture
def client(administrator):
    return signed_in(administrator)


@pytest.fixture
def url(cooperative):
    def of(name: str, *args: object) -> str:
        return reverse(f"onboarding:{name}", args=[cooperative.slug, *args])

    return of


def text_of(response, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


# -- settings ----------------------------------------------------------------------------------


def test_settings_show_the_cooperative_and_what_it_takes(client, url):
    page = text_of(client.get(url("settings")))

    for said in ("732829320", "FR44732829320", "Sur 1 000 €", "100,00 €", "En vigueur"):
        assert said in page, said


def test_each_part_is_changed_on_its_own_page(client, url, cooperative):
    client.post(
        url("edit_settings", "coordonnees"),
        {"street": "4 rue de la Barre", "postcode": "35170", "town": "Bruz"},
    )
    client.post(
        url("edit_settings", "paie"),
        {
            "salary_day": "28",
            "salary_choice_day": "20",
        },
    )
    client.post(url("edit_settings", "securite"), {})

    cooperative.refresh_from_db()
    assert (cooperative.town, cooperative.salary_day) == ("Bruz", 28)
    assert not cooperative.require_second_factor


@pytest.mark.parametrize(
    ("section", "given", "wrong"),
    [
        ("coordonnees", {"street": "", "postcode": "35", "town": "Bruz"}, {"street", "postcode"}),
        ("identite", {"name": "X", "legal_form": "scop_sarl", "capital": "beaucoup"}, {"capital"}),
        ("paie", {"salary_day": "32"}, {"salary_day"}),
        ("comptes", {"fiscal_year_start": "13"}, {"fiscal_year_start"}),
    ],
)
def test_bad_input_is_said_and_changes_nothing(client, url, cooperative, section, given, wrong):
    refused = client.post(url("edit_settings", section), given)

    assert refused.status_code == 422
    assert wrong <= set(refused.context["form"].errors)
    before = (cooperative.name, cooperative.town, cooperative.salary_day)
    cooperative.refresh_from_db()
    assert (cooperative.name, cooperative.town, cooperative.salary_day) == before


def test_a_capital_too_low_is_refused_in_words(client, url):
    refused = client.post(
        url("edit_settings", "identite"), {"name": "X", "legal_form": "scop_sa", "capital": "30"}
    )

    assert "au moins 18 500 €" in text_of(refused, 422)


def test_what_decided_entries_is_locked_and_says_why(client, url, cooperative):
    with tenant(cooperative):
        make_member(paid=Decimal("100.00"))

    page = text_of(client.get(url("edit_settings", "comptes")))
    client.post(
        url("edit_settings", "comptes"),
        {
            "fiscal_year_start": "9",
            "vat_basis": "accrual",
            "payment_days": "45",
            "penalty_rate": "12",
        },
    )

    assert "Ne change plus" in page and "disabled" in page
    cooperative.refresh_from_db()
    assert (cooperative.fiscal_year_start, cooperative.vat_basis, cooperative.payment_days) == (
        1,
        "cash",
        45,
    )


def test_an_unknown_part_does_not_exist(client, url):
    assert client.get(url("edit_settings", "inconnue")).status_code == 404


# -- contribution ------------------------------------------------------------------------------


def rule(**changes) -> dict[str, str]:
    return {
        "label": "Vote du 3 décembre",
        "valid_from": "2027-01-01",
        "basis": "cashed",
        "measure": "turnover",
        "floor": "0",
        "cap": "",
        "fixed_fee": "0",
        "form-TOTAL_FORMS": "3",
        "form-INITIAL_FORMS": "0",
        "form-0-above": "0",
        "form-0-rate": "11",
        "form-1-above": "40 000",
        "form-1-rate": "10",
        "form-2-above": "80 000",
        "form-2-rate": "9",
        **changes,
    }


def test_a_rule_is_previewed_before_it_is_voted_in(client, url, cooperative):
    page = text_of(client.post(url("contribution"), rule(preview="1")))

    for said in ("110,00 €", "1 100,00 €", "4 400,00 €", "9 300,00 €"):
        assert said in page, said
    with tenant(cooperative):
        assert ContributionRule.objects.count() == 1


def test_a_new_version_takes_effect_on_its_day_and_the_old_one_stays(client, url, cooperative):
    client.post(url("contribution"), rule())
    same_day = client.post(url("contribution"), rule(label="Encore"))

    assert "prend déjà effet" in text_of(same_day, 422)
    with tenant(cooperative):
        latest, first = ContributionRule.objects.all()
    assert (latest.valid_from, latest.rates) == (
        date(2027, 1, 1),
        [Decimal("0.11"), Decimal("0.10"), Decimal("0.09")],
    )
    assert first.valid_from == date(2026, 1, 1)


def test_one_more_bracket_needs_no_script(client, url):
    page = text_of(client.post(url("contribution"), rule(add_line="form")))

    assert "form-3-above" in page


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"form-0-above": "10"}, "La première tranche commence à 0 €."),
        ({"form-2-above": "30000"}, "Les tranches vont en montant"),
        ({"form-0-rate": "101"}, "Taux"),
        ({f"form-{i}-DELETE": "on" for i in range(3)}, "au moins un taux"),
        ({"valid_from": "demain"}, "date"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(client, url, cooperative, changes, said):
    assert said in text_of(client.post(url("contribution"), rule(**changes)), 422)
    with tenant(cooperative):
        assert ContributionRule.objects.count() == 1


def test_the_preview_is_what_the_ledger_would_take():
    brackets = (Bracket(Decimal(0), Decimal("0.11")), Bracket(Decimal(40000), Decimal("0.10")))

    taken = preview(Contribution(brackets=brackets))

    assert [t.amount for t in taken] == [
        Decimal("110.00"),
        Decimal("1100.00"),
        Decimal("4400.00"),
        Decimal("9400.00"),
    ]


# -- roles -------------------------------------------------------------------------------------


def test_every_right_stands_once_in_plain_words():
    placed = [right for _, rights in right_groups() for right in rights]

    assert sorted(placed) == sorted(Right)


def test_the_matrix_shows_every_right_and_flags_personal_data(client, url):
    page = text_of(client.get(url("roles")))

    for right in Right:
        assert right.label in page
    for seed in ROLES.values():
        assert seed.label in page
    assert page.count("Données personnelles") > 3


def test_a_role_is_composed_then_changed(client, url, cooperative):
    client.post(url("new_role"), {"label": "Accueil", "rights": ["see_people"]})
    role = cooperative.roles.get(code="accueil")
    client.post(
        url("edit_role", role.pk), {"label": "Accueil", "rights": ["see_people", "see_members"]}
    )

    role.refresh_from_db()
    assert role.rights == ["see_members", "see_people"]
    assert url("edit_role", role.pk) in text_of(client.get(url("roles")))


def test_a_role_that_mixes_or_is_seeded_is_refused(client, url, cooperative):
    mixed = client.post(url("new_role"), {"label": "Mêlé", "rights": ["sell", "see_people"]})
    empty = client.post(url("new_role"), {"label": "Vide"})
    seeded = cooperative.roles.get(code="accountant")

    assert "Composez deux rôles" in text_of(mixed, 422)
    assert "Cochez au moins un droit" in text_of(empty, 422)
    assert client.get(url("edit_role", seeded.pk)).status_code == 404


# -- access ------------------------------------------------------------------------------------


def test_someone_is_invited_sent_again_then_taken_back(client, url, cooperative):
    role = cooperative.roles.get(code="accountant")
    given = {
        "first_name": "Inès",
        "last_name": "Roux",
        "email": "ines@example.org",
        "role": role.pk,
    }
    client.post(url("invite"), given)
    twice = client.post(url("invite"), {**given, "nonce": "other"})
    assert "Une invitation attend déjà" in text_of(twice, 422)
    with tenant(cooperative):
        invitation = Invitation.objects.get(email="ines@example.org")
        assert StaffMember.objects.filter(email="ines@example.org").count() == 1
    assert "ines@example.org" in text_of(client.get(url("access")))

    client.post(url("resend", invitation.pk))
    client.post(url("withdraw", invitation.pk))

    with tenant(cooperative):
        invitation.refresh_from_db()
    assert invitation.withdrawn_at is not None
    again = client.post(
        url("withdraw", invitation.pk),
        follow=True,
        headers={"referer": f"http://testserver{url('access')}"},
    )
    assert "n’est plus ouverte" in text_of(again)


def test_an_entrepreneurs_role_is_not_offered_here(client, url, cooperative):
    role = cooperative.roles.get(code="entrepreneur")
    refused = client.post(
        url("invite"),
        {"first_name": "A", "last_name": "B", "email": "a@example.org", "role": role.pk},
    )

    assert set(refused.context["form"].errors) == {"role"}


def test_a_place_is_closed_opened_and_changed(client, url, cooperative):
    place = make_membership(cooperative, "accountant", email="ines@example.org")
    client.post(url("close_place", place.pk))
    place.refresh_from_db()
    assert not place.is_active
    client.post(url("open_place", place.pk))
    adviser = cooperative.roles.get(code="adviser")
    client.post(url("change_role", place.pk), {"role": adviser.pk})

    place.refresh_from_db()
    assert (place.is_active, place.role) == (True, adviser)


def test_ones_own_place_stays(client, url, administrator):
    answer = client.post(
        url("close_place", administrator.pk),
        follow=True,
        headers={"referer": f"http://testserver{url('access')}"},
    )

    assert "votre propre accès" in text_of(answer)
    administrator.refresh_from_db()
    assert administrator.is_active


def test_a_place_of_another_cooperative_does_not_exist(client, url):
    other = open_one(slug="autre", siren="356000000", siret="35600000000048")
    place = make_membership(other, "accountant", email="x@example.org")

    for name in ("close_place", "open_place", "change_role"):
        assert client.post(url(name, place.pk)).status_code == 404
    assert Membership.objects.get(pk=place.pk).is_active


def test_access_asks_the_same_for_one_and_for_three(client, url, cooperative):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            text_of(client.get(url("access")))
        return len(queries)

    asked()
    one = asked()
    for code in ("accountant", "adviser"):
        make_membership(cooperative, code, email=f"{code}@example.org")

    assert asked() == one


# -- the words of a CAPE -----------------------------------------------------------------------


def test_the_mention_of_a_cape_is_shown_changed_and_traced(client, url, cooperative):
    words = "{personne} est accompagnée par {cooperative} (CAPE)"
    assert "contrat d’appui au projet d’entreprise" in text_of(client.get(url("settings")))

    response = client.post(url("edit_settings", "mentions"), {"cape_mention": f" {words} "})

    assert response["Location"] == url("settings")
    cooperative.refresh_from_db()
    assert cooperative.cape_mention == words
    with tenant(cooperative):
        trace = AuditEvent.objects.filter(action="cooperative.updated").latest("id")
        assert trace.after == {"cape_mention": words}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("Sous contrat d’appui.", "gardez {personne}"),
        ("{personne} et {nom}", "Seuls {personne} et {cooperative}"),
        ("{personne} {", "Seuls {personne} et {cooperative}"),
        ("", "obligatoire"),
        ("{personne}" * 40, "300"),
    ],
)
def test_a_mention_that_names_nobody_or_something_else_is_refused(
    client, url, cooperative, words, said
):
    before = cooperative.cape_mention

    page = client.post(url("edit_settings", "mentions"), {"cape_mention": words})

    assert said in text_of(page, 422)
    cooperative.refresh_from_db()
    assert cooperative.cape_mention == before


@pytest.mark.parametrize(
    ("words", "code"),
    [("Sous contrat d’appui.", "mention_without_person"), ("{personne} {x}", "unknown_blank")],
)
def test_the_action_refuses_it_too(cooperative, administrator, words, code):
    with tenant(cooperative), pytest.raises(ActionRefused) as refusal:
        update_settings(cooperative, by=administrator, cape_mention=words)

    assert refusal.value.code == code


def test_who_may_not_set_the_cooperative_does_not_find_the_mention(cooperative, url):
    accountant = signed_in(make_membership(cooperative, "accountant"))

    assert accountant.get(url("edit_settings", "mentions")).status_code == 404
