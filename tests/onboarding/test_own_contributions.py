"""The contribution of one activity, as who sets the cooperative decides it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounting.actions import close_period, set_contribution_rule
from accounting.models import ContributionRule
from accounting.queries import contribution_rule, cooperative_analytic
from accounting.rules import Contribution
from cae.core.periods import Month
from cae.core.tenancy import tenant
from tests.api.conftest import Key
from tests.api.test_api import ROOT
from tests.entrepreneurs.makers import make_activity, make_person
from tests.makers import make_membership, signed_in
from tests.onboarding.makers import open_one
from tests.onboarding.test_settings_pages import rule, text_of
from tests.plugins.planted import planted

pytestmark = pytest.mark.django_db
D = Decimal
JANUARY_1 = date(2027, 1, 1)


@planted
def cooperative():
    opened = open_one()
    opened.require_second_factor = False
    opened.save()
    return opened


@planted
def administrator(cooperative):
    return make_membership(cooperative, "administrator")


@planted
def person(cooperative):
    with tenant(cooperative):
        return make_person()


@planted
def activity(cooperative, person):
    with tenant(cooperative):
        return make_activity(person)


@pytest.fixture
def client(administrator):
    return signed_in(administrator)


@pytest.fixture
def url(cooperative, activity):
    def of(name: str) -> str:
        return reverse(f"onboarding:{name}", args=[cooperative.slug, activity.analytic_id])

    return of


def test_an_activity_has_its_rule_then_that_of_all_again(
    client, url, cooperative, person, activity
):
    here = url("own_contribution")
    record = reverse("entrepreneurs:person", args=[cooperative.slug, person.pk])
    assert here in text_of(client.get(record))
    before = text_of(client.get(here))
    assert "de la coopérative, comme pour toutes" in before and "Aucune règle propre" in before
    assert url("follow_common") not in before
    assert "110,00 €" in text_of(client.post(url("new_own_contribution"), rule(preview="1")))

    said = rule(valid_from="2026-11-01", label="Accord de novembre", floor="600", fixed_fee="5")
    assert client.post(url("new_own_contribution"), said).url == here

    shown = text_of(client.get(here))
    for words in (
        "propre à l’enseigne",
        "11 %",
        "9 % au-dessus de 80 000 €",
        "600,00 €",
        "5,00 €",
        "En vigueur",
        url("follow_common"),
    ):
        assert words in shown, words
    settings = reverse("onboarding:settings", args=[cooperative.slug])
    assert here in text_of(client.get(settings))
    with tenant(cooperative):
        assert contribution_rule(cooperative_analytic(), on=date(2026, 11, 23)).rates == [D("0.1")]

    assert client.post(url("follow_common"), {"valid_from": "2027-01-01"}).url == here

    assert "À venir" in text_of(client.get(here))
    assert url("follow_common") not in text_of(client.get(here))
    with tenant(cooperative):
        assert contribution_rule(activity.analytic_id, on=date(2026, 12, 31)).floor == 600
        assert contribution_rule(activity.analytic_id, on=JANUARY_1).analytic_id is None


@pytest.mark.parametrize(
    ("page", "typed", "said"),
    [
        ("new_own_contribution", rule(valid_from="2026-12-01"), "Une autre règle prend déjà effet"),
        ("new_own_contribution", rule(valid_from="2026-10-31"), "est clôturé : ce qui y est pris"),
        ("new_own_contribution", rule(**{"form-0-above": "10"}), "La première tranche commence"),
        ("new_own_contribution", rule(**{"form-2-above": "30000"}), "Les tranches vont en montant"),
        ("follow_common", {"valid_from": "2026-12-01"}, "Une autre règle prend déjà effet"),
        ("follow_common", {"valid_from": "2026-10-31"}, "est clôturé : ce qui y est pris"),
        ("follow_common", {"valid_from": "2026-11-30"}, "suit déjà la règle commune"),
        ("follow_common", {"valid_from": ""}, "obligatoire"),
    ],
)
def test_what_makes_no_sense_is_refused(client, url, cooperative, activity, page, typed, said):
    with tenant(cooperative):
        close_period(Month(2026, 10), on=date(2026, 11, 23), by=None)
        set_contribution_rule(
            Contribution.flat(D("0.08")),
            label="Décembre",
            valid_from=date(2026, 12, 1),
            analytic=activity.analytic,
            by=None,
        )

    assert said in text_of(client.post(url(page), typed), 422)

    with tenant(cooperative):
        assert ContributionRule.objects.count() == 2


def test_only_an_activity_has_its_rule_and_only_its_cooperative_decides(cooperative, client, url):
    with tenant(cooperative):
        own = cooperative_analytic().pk
    for name in ("own_contribution", "new_own_contribution", "follow_common"):
        for pk in (own, 999_999):
            page = reverse(f"onboarding:{name}", args=[cooperative.slug, pk])
            assert client.get(page).status_code == 404
        assert client.get(url(name)).status_code == 200
    seller = signed_in(make_membership(cooperative, "accountant", "compta@example.org"))
    assert seller.get(url("own_contribution")).status_code == 404


def test_the_page_asks_as_much_whatever_was_decided(client, url, cooperative, activity):
    counts = []
    client.get(url("own_contribution"))  # what a first visit of a membership asks besides
    for months in (range(1, 2), range(2, 4)):
        with tenant(cooperative):
            for month in months:
                set_contribution_rule(
                    Contribution.flat(D("0.08")),
                    label="Voté",
                    valid_from=date(2027, month, 1),
                    analytic=activity.analytic,
                    by=None,
                )
        with CaptureQueriesContext(connection) as queries:
            client.get(url("own_contribution"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_program_decides_it(cooperative, administrator, activity):
    key = Key(administrator)
    reader = Key(make_membership(cooperative, "accountant", "compta@example.org"))
    stranger = Key(make_membership(cooperative, "entrepreneur", "e@example.org"))
    here, mine = f"{ROOT}/contribution-rules/", activity.analytic_id
    said = {
        "label": "Accord",
        "analytic": mine,
        "valid_from": "2026-11-01",
        "basis": "cashed",
        "brackets": [{"above": "0", "rate": "0.11"}, {"above": "40000", "rate": "0.10"}],
        "cap": "5000",
    }
    assert key.get(f"{here}in-force/?analytic={mine}").json()["analytic"] is None
    for other in (reader, stranger):
        assert other.post(here, said, format="json").status_code == 404
    assert stranger.get(here).status_code == 404

    made = key.post(here, said, format="json")

    assert (made.status_code, made.json()["cap"]) == (201, "5000.00")
    assert made.json()["brackets"][1] == {"above": "40000.00", "rate": "0.10000"}
    assert key.get(f"{here}in-force/?analytic={mine}").json() == made.json()
    assert key.get(f"{here}in-force/").json()["analytic"] is None
    twice = key.post(here, said, format="json")
    assert (twice.status_code, twice.json()["code"]) == (409, "rule_exists")
    for wrong in ([], [{"above": "5", "rate": "0.1"}], [{"above": "0", "rate": "2"}]):
        nonsense = key.post(here, {**said, "brackets": wrong}, format="json")
        assert nonsense.status_code == 400, wrong
    back = {"analytic": mine, "valid_from": "2027-01-01"}
    assert reader.post(f"{here}common/", back, format="json").status_code == 404
    common = key.post(f"{here}common/", back, format="json")
    assert (common.status_code, common.json()["follows_common"]) == (201, True)
    again = key.post(f"{here}common/", {**back, "valid_from": "2027-02-01"}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "no_own_rule")
    found = reader.get(f"{here}?analytic={mine}").json()
    assert [each["follows_common"] for each in found["results"]] == [True, False]
    assert reader.get(here).json()["count"] == 3
    assert key.get(f"{here}?analytic=nawak").status_code == 404
    voted = key.post(here, {**said, "analytic": None, "valid_from": "2027-01-01"}, format="json")
    assert (voted.status_code, voted.json()["analytic"]) == (201, None)
