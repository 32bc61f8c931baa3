"""Opening a cooperative: everything works from the first minute, or nothing is written."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from accounting.models import Account, Journal
from accounting.queries import contribution_rule, cooperative_analytic
from cae.core import audit
from cae.core.enums import LegalForm, VatBasis
from cae.core.models import Cooperative, Invitation, Membership, OutboxMessage, Role, User
from cae.core.permissions import ROLES
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from cae.onboarding import equip, update_settings
from entrepreneurs.enums import ContractKind
from entrepreneurs.models import ContractType, StaffMember
from governance.models import DecisionRule
from tests.entrepreneurs.makers import make_activity, make_cesa, make_person
from tests.governance.makers import make_member
from tests.makers import make_membership
from tests.onboarding.makers import ADMINISTRATOR, DAY, open_one

pytestmark = pytest.mark.django_db


def refusal(act, *arguments, **named) -> str:
    with pytest.raises(ActionRefused) as refused:
        act(*arguments, **named)
    return refused.value.code


def test_an_opened_cooperative_has_its_books_its_roles_and_its_rule():
    cooperative = open_one()

    assert (cooperative.siren, cooperative.siret, cooperative.vat_number) == (
        "732829320",
        "73282932000074",
        "FR44732829320",
    )
    assert set(cooperative.roles.values_list("code", flat=True)) == set(ROLES)
    with tenant(cooperative):
        assert Account.objects.filter(number="6041").exists()
        assert Journal.objects.filter(internal=True).count() == 1
        assert cooperative_analytic().code == "CAE"
        assert contribution_rule(cooperative_analytic(), on=date(2026, 1, 1)).rates == [
            Decimal("0.10000")
        ]
        assert set(ContractType.objects.values_list("kind", flat=True)) == set(ContractKind.values)
        assert DecisionRule.objects.count() == 4
        assert audit.trail(cooperative).get().action == "cooperative.opened"


def test_its_administrator_is_invited():
    with tenant(open_one()):
        invitation = Invitation.objects.get()
        assert (invitation.email, invitation.role.code) == ("agnes@example.org", "administrator")
        assert StaffMember.objects.get().invitation == invitation
        assert OutboxMessage.objects.get().task == "entrepreneurs.tasks.send_invitation"
    assert not Membership.objects.exists()


def test_whoever_opens_it_for_themself_is_in_at_once():
    user = User.objects.create_user("agnes@example.org", is_platform_admin=True)

    cooperative = open_one(by=user)

    place = Membership.objects.get()
    assert (place.user, place.cooperative, place.role.code) == (user, cooperative, "administrator")
    with tenant(cooperative):
        assert StaffMember.objects.get().membership == place
        assert audit.trail(cooperative).get().actor == user.email


def test_it_works_at_once():
    with tenant(open_one()):
        person = make_person()
        make_activity(person)
        make_cesa(person)
        make_member(person=person, day=DAY, paid=Decimal("100.00"))


def test_equipping_again_changes_nothing():
    cooperative = open_one()

    def everything() -> list[int]:
        with tenant(cooperative):
            models = (Account, Journal, ContractType, DecisionRule, Role)
            return [model.objects.count() for model in models]

    before = everything()
    equip(cooperative, on=DAY)

    assert everything() == before


def test_equipping_brings_seeded_roles_up_to_the_product():
    cooperative = open_one()
    cooperative.roles.filter(code="accountant").update(rights=[])

    equip(cooperative, on=DAY)

    rights = cooperative.roles.get(code="accountant").rights
    assert set(rights) == ROLES["accountant"].rights


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"siren": "732829321"}, "invalid_siren"),
        ({"siren": ""}, "invalid_siren"),
        ({"siret": "73282932000075"}, "invalid_siret"),
        ({"siret": "356 000 000 00048"}, "siret_of_another"),
        ({"slug": "Les Ateliers"}, "invalid_slug"),
        ({"slug": "-"}, "invalid_slug"),
        ({"slug": "a" * 41}, "invalid_slug"),
        ({"name": " "}, "missing_identity"),
        ({"street": ""}, "missing_identity"),
        ({"postcode": "3500"}, "invalid_postcode"),
        ({"naf": "informatique"}, "invalid_naf"),
        ({"iban": "FR1420041010050500013M02607"}, "invalid_iban"),
        ({"fiscal_year_start": 13}, "invalid_month"),
        ({"capital": Decimal("29.99")}, "capital_too_low"),
        ({"legal_form": LegalForm.SCOP_SA}, "capital_too_low"),
        ({"administrator": replace(ADMINISTRATOR, email="agnes")}, "administrator_missing"),
        ({"administrator": replace(ADMINISTRATOR, last_name="")}, "administrator_missing"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_opened(changes, code):
    assert refusal(open_one, **changes) == code
    assert not Cooperative.objects.exists()


def test_an_address_and_a_siren_are_taken_once():
    open_one()

    assert refusal(open_one) == "slug_taken"
    assert refusal(open_one, slug="autre") == "siren_taken"
    assert Cooperative.objects.count() == 1


def test_settings_change_with_their_trace():
    cooperative = open_one()
    manager = make_membership(cooperative, "administrator")
    with tenant(cooperative):
        changed = update_settings(
            cooperative, by=manager, town="Bruz", naf="7022z", vat_basis=VatBasis.ACCRUAL
        )

        assert (changed.town, changed.naf, changed.vat_basis) == ("Bruz", "70.22Z", "accrual")
        trace = audit.trail(cooperative).first()
        assert trace.before == {"town": "Rennes", "naf": "", "vat_basis": "cash"}


def test_what_decided_written_entries_does_not_change_any_more():
    cooperative = open_one()
    manager = make_membership(cooperative, "administrator")
    with tenant(cooperative):
        make_member(paid=Decimal("100.00"))

        for change in ({"vat_basis": VatBasis.ACCRUAL}, {"fiscal_year_start": 9}):
            assert refusal(update_settings, cooperative, by=manager, **change) == "setting_locked"
        update_settings(cooperative, by=manager, vat_basis=VatBasis.CASH, town="Bruz")


def test_a_capital_stays_above_the_least_of_its_form():
    cooperative = open_one()
    manager = make_membership(cooperative, "administrator")
    with tenant(cooperative):
        assert (
            refusal(update_settings, cooperative, by=manager, legal_form=LegalForm.SCOP_SA)
            == "capital_too_low"
        )
