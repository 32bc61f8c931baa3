"""Activities: their account, their dated sharing key, their reserve and ceiling."""

from datetime import date
from decimal import Decimal

import pytest

from accounting.enums import AnalyticKind
from accounting.models import AnalyticAccount
from cae.core.money import split
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from entrepreneurs import actions, queries
from entrepreneurs.models import Activity
from tests.conftest import JUNE_3
from tests.entrepreneurs.makers import make_activity, make_person


def test_an_activity_opens_with_its_analytic_account(person, officer):
    activity = actions.open_activity(
        name="Studio Brume", trade="Graphisme", shares={person: 1}, on=JUNE_3, by=officer
    )

    assert (activity.code, activity.analytic.code, activity.analytic.label) == (
        "E001",
        "E001",
        "Studio Brume",
    )
    assert activity.analytic.kind == AnalyticKind.ACTIVITY
    assert queries.shares_on(activity, on=JUNE_3) == [(person, Decimal(1))]
    assert queries.activities_of(person, on=date(2026, 6, 2)) == []


def test_codes_run_on_and_skip_what_is_taken(person, officer):
    AnalyticAccount.objects.create(code="E002", label="Ancien", kind=AnalyticKind.ACTIVITY)

    codes = [make_activity(person, name=name).code for name in ("Un", "Deux")]

    assert codes == ["E001", "E003"]


def test_two_cooperatives_number_their_activities_apart(person, other_cooperative):
    make_activity(person)
    with tenant(other_cooperative):
        assert make_activity(make_person()).code == "E001"


def test_a_code_already_taken_is_refused(person, officer):
    make_activity(person)

    with pytest.raises(ActionRefused) as refused:
        actions.open_activity(name="X", code="e001", shares={person: 1}, on=JUNE_3, by=officer)

    assert refused.value.code == "code_taken"
    assert Activity.objects.count() == 1


@pytest.mark.parametrize(("share", "code"), [(0, "share_not_positive"), (None, "nobody")])
def test_an_activity_needs_people_with_positive_parts(person, officer, share, code):
    shares = {} if share is None else {person: share}

    with pytest.raises(ActionRefused) as refused:
        actions.open_activity(name="X", shares=shares, on=JUNE_3, by=officer)

    assert refused.value.code == code


def test_a_new_key_takes_over_on_its_day_and_shares_every_cent(person, officer):
    fatou, yanis = make_person("Fatou", "Ndiaye"), make_person("Yanis", "Belkacem")
    activity = make_activity(person, fatou)

    actions.share_activity(activity, {person: 1, fatou: 1, yanis: 1}, on=JUNE_3, by=officer)

    before = queries.shares_on(activity, on=date(2026, 6, 2))
    after = queries.shares_on(activity, on=JUNE_3)
    assert [p.last_name for p, _ in before] == ["Fournier", "Ndiaye"]
    assert [p.last_name for p, _ in after] == ["Belkacem", "Fournier", "Ndiaye"]
    shares = split(Decimal("100.00"), [weight for _, weight in after])
    assert shares == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]


def test_a_key_cannot_start_before_the_current_one(person, officer):
    activity = make_activity(person, on=JUNE_3)

    with pytest.raises(ActionRefused) as refused:
        actions.share_activity(activity, {person: 2}, on=JUNE_3, by=officer)

    assert refused.value.code == "before_current_key"


def test_reserve_and_ceiling_are_kept_and_never_negative(person, officer):
    activity = make_activity(person)

    actions.set_reserve(activity, Decimal("300.00"), by=officer)
    actions.set_ceiling(activity, Decimal("1500.00"), by=officer)

    activity.refresh_from_db()
    assert (activity.reserve, activity.validation_ceiling) == (Decimal("300"), Decimal("1500"))
    for act, code in (
        (actions.set_reserve, "negative_reserve"),
        (actions.set_ceiling, "negative_ceiling"),
    ):
        with pytest.raises(ActionRefused) as refused:
            act(activity, Decimal("-0.01"), by=officer)
        assert refused.value.code == code


def test_an_activity_closes_once_and_not_before_it_opened(person, officer):
    activity = make_activity(person, on=JUNE_3)

    with pytest.raises(ActionRefused) as refused:
        actions.close_activity(activity, on=date(2026, 6, 2), by=officer)
    assert refused.value.code == "closed_before_opening"

    actions.close_activity(activity, on=date(2026, 7, 1), by=officer)
    with pytest.raises(ActionRefused) as refused:
        actions.close_activity(activity, on=date(2026, 7, 2), by=officer)
    assert refused.value.code == "already_closed"
