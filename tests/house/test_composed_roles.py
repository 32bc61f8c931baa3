"""A role a cooperative composes opens what it holds, and shows nothing beside.

The seeded roles hold rights that go together; here each goes alone, so that what a page shows
beside its own right is asked for, not supposed.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounting.models import Entry
from cae.core.clock import today
from cae.core.enums import Right
from cae.core.models import Cooperative, Role
from cae.core.tenancy import tenant
from tests.entrepreneurs.makers import give_access, make_cape, make_person
from tests.governance.makers import make_member
from tests.makers import make_membership, make_role, signed_in
from tests.onboarding.makers import open_one
from tests.payroll.makers import NOVEMBER, make_payee, make_run
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db


@planted
def cooperative() -> Cooperative:
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


@planted
def camille(cooperative):
    with tenant(cooperative):
        person = make_payee()
        give_access(person)
        return person


def seen(cooperative: Cooperative, path: str, *rights: Right):
    """Return what a page shows to whoever holds these rights alone."""
    role = make_role(cooperative, *rights)
    membership = role.memberships.first() or make_membership(cooperative, role.code)
    answer = signed_in(membership).get(f"/c/{cooperative.slug}/{path}")
    assert answer.status_code == 200, path
    return answer.context


def test_who_only_reads_people_keeps_no_record_and_no_trail(cooperative, camille):
    listed = seen(cooperative, "entrepreneurs/", Right.SEE_PEOPLE)
    record = seen(cooperative, f"entrepreneurs/{camille.pk}/", Right.SEE_PEOPLE)

    assert not listed["may_manage"]
    assert (record["may_manage"], record["trail"]) == (False, None)


def test_who_only_reads_accounts_sees_no_trail(cooperative, camille):
    with tenant(cooperative):
        entry = Entry.objects.first()

    assert (
        seen(cooperative, f"comptabilite/ecritures/{entry.pk}/", Right.SEE_ACCOUNTS)["trail"] == []
    )
    assert not seen(cooperative, "comptabilite/clotures/", Right.SEE_ACCOUNTS)["may_close"]


def test_who_only_prepares_the_pay_validates_nothing_and_sees_no_trail(cooperative, camille):
    with tenant(cooperative):
        run = make_run(NOVEMBER)
        payslip = run.payslips.get()

    page = seen(cooperative, f"paie/bulletins/{payslip.pk}/", Right.RUN_PAYROLL)
    month = seen(cooperative, f"paie/{run.pk}/", Right.RUN_PAYROLL)

    assert (page["may_validate"], page["trail"]) == (False, [])
    assert (month["may_validate"], month["may_select"]) == (False, False)


def test_who_only_reads_the_register_is_not_led_to_records(cooperative):
    with tenant(cooperative):
        member = make_member()

    assert not seen(cooperative, f"associes/{member.pk}/", Right.SEE_MEMBERS)["may_see_person"]


def test_who_only_sets_the_cooperative_right_invites_nobody(cooperative):
    assert not seen(cooperative, "reglages/", Right.CONFIGURE)["may_invite"]


def test_the_first_page_shows_each_only_their_work(cooperative, camille):
    with tenant(cooperative):
        make_cape(make_person("Awa", "Diallo"), today() - timedelta(days=340))
    for right, shown in (
        (Right.SEE_AUDIT, set()),
        (Right.SEE_PEOPLE, {"deadlines"}),
        (Right.RUN_PAYROLL, {"payroll"}),
        (Right.VALIDATE_INVOICE, {"waiting"}),
        (Right.VALIDATE_EXPENSE, {"waiting"}),
    ):
        page = seen(cooperative, "", right)
        assert {name for name in ("waiting", "payroll", "deadlines") if page[name]} == shown, right


def test_a_role_of_another_cooperative_is_not_changed(cooperative):
    elsewhere = Cooperative.objects.create(
        slug="autre", name="Autre", legal_form="scop_sarl", siren="404833048",
        siret="40483304800022", street="1 rue", postcode="35000", town="Rennes",
    )  # fmt: skip
    theirs = make_role(elsewhere, Right.SEE_PEOPLE)
    stranger = make_membership(elsewhere, theirs.code, "ailleurs@autre.example")
    here = signed_in(make_membership(cooperative, "administrator"))

    place = f"/c/{cooperative.slug}/reglages/"
    assert here.get(f"{place}roles/{theirs.pk}/").status_code == 404
    assert here.post(f"{place}roles/{theirs.pk}/", {"label": "À moi"}).status_code == 404
    assert stranger.user.email not in here.get(f"{place}acces/").content.decode()
    assert Role.objects.get(pk=theirs.pk).label != "À moi"
