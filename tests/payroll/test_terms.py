"""The dated terms of every pay: which month they hold for, what they change, who sets them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse

from cae.core import clock
from cae.core.models import AuditEvent
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from payroll import queries, rates
from payroll.actions import set_terms
from payroll.enums import Hours, HoursSmic
from payroll.models import PayrollTerms
from payroll.rules.slip import payslip
from payroll.rules.terms import Terms, worked_years
from tests.makers import make_membership, signed_in
from tests.payroll.makers import NOVEMBER, ON, make_run, paid_month

DECEMBER = NOVEMBER.next()
TERMS = Terms(headcount=24, accident_rate=Decimal("0.0120"))


def put(valid_from=DECEMBER, **changes):
    return set_terms(replace(TERMS, **changes), valid_from=valid_from, note="Rescrit", by=None)


def refused(*args, **kwargs) -> str:
    with pytest.raises(ActionRefused) as refusal:
        put(*args, **kwargs)
    assert refusal.value.message.endswith(".")
    return refusal.value.code


def test_the_terms_of_the_opening_hold_until_others_are_set(books, cooperative):
    cooperative.refresh_from_db()

    put(accident_rate=Decimal("0.0208"))

    before, after = (queries.terms_in_force(month) for month in (NOVEMBER, DECEMBER))
    assert before == Terms(
        headcount=cooperative.headcount,
        accident_rate=cooperative.accident_rate,
        mobility_rate=cooperative.mobility_rate,
        health_premium=Decimal("40.00"),
        health_employer_share=cooperative.health_employer_share,
    )
    assert after.accident_rate == Decimal("0.0208")
    trace = AuditEvent.objects.get(action="payroll.terms_set")
    assert trace.after["accident_rate"] == "0.0208"
    assert "mobility_rate" not in trace.after


def test_a_run_is_computed_with_the_terms_of_its_month(camille):
    put(NOVEMBER, accident_rate=Decimal("0.05"), hours=Hours.YEARLY)

    slip = queries.slip_of(make_run().payslips.get())

    assert slip.line("atmp").employer_rate == Decimal("0.05")
    assert slip.situation.hours == Hours.YEARLY


def test_validated_payslips_keep_their_terms(camille):
    paid_month(NOVEMBER)

    assert refused(NOVEMBER) == "already_validated"
    assert refused(Month(2026, 3)) == "already_validated"
    put(DECEMBER)


def test_a_month_has_one_version(books):
    put()

    assert refused() == "terms_exist"
    assert PayrollTerms.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"accident_rate": Decimal("1.01")},
        {"mobility_rate": Decimal("-0.01")},
        {"accident_rate": Decimal("0.01234")},
        {"health_premium": Decimal("10000.01")},
        {"pension_share": Decimal("0.31")},
        {"hours": Hours.CONTRACT},
    ],
)
def test_what_the_engine_cannot_take_is_refused(books, changes):
    assert refused(**changes) == "impossible_terms"


def test_postgresql_keeps_the_terms_as_they_were_set(books):
    put()

    for wrong in ({"accident_rate": 2}, {"valid_from": date(2026, 12, 2)}, {"note": "Autre"}):
        with pytest.raises((IntegrityError, DatabaseError)), transaction.atomic():
            PayrollTerms.objects.update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayrollTerms.objects.create(
            valid_from=date(2027, 1, 1),
            headcount=1,
            accident_rate=Decimal("1.5"),
            mobility_rate=0,
            health_premium=ZERO,
            health_employer_share=0,
            hours=Hours.MONTHLY,
            hours_smic=HoursSmic.REDUCTION,
        )


# What each reading changes


def test_the_yearly_reading_keeps_the_reduction_of_a_lumpy_year():
    """The figures of the network: nothing month by month, 6 230 EUR over the year."""
    lumpy = {
        hours: worked_years(replace(TERMS, hours=hours), year=2026)[1]
        for hours in (Hours.MONTHLY, Hours.YEARLY)
    }

    assert lumpy[Hours.MONTHLY].gross == 15_650
    assert lumpy[Hours.MONTHLY].reduction == 0
    assert abs(lumpy[Hours.YEARLY].reduction - 6_230) < 1


def test_a_smooth_year_is_hardly_changed_by_the_reading():
    smooth = [
        worked_years(replace(TERMS, hours=hours), year=2026)[0].reduction
        for hours in (Hours.MONTHLY, Hours.YEARLY)
    ]

    assert smooth[0] == smooth[1] > 7_000


def test_a_year_whose_legal_values_are_unknown_shows_nothing():
    assert worked_years(TERMS, year=2031) == ()


def test_the_pension_share_moves_the_reduction_and_nothing_else():
    by_law = payslip(TERMS.situation(NOVEMBER), Decimal(1500))
    own = payslip(
        replace(TERMS, pension_share=Decimal("0.0401")).situation(NOVEMBER), Decimal(1500)
    )

    assert (own.cost, own.net_paid, own.reduction) == (
        by_law.cost,
        by_law.net_paid,
        by_law.reduction,
    )
    assert own.line("reduction_pension").employer > by_law.line("reduction_pension").employer
    share = rates.get("reduction", on=NOVEMBER.first_day, headcount=24).numbers["pension_share"]
    same = payslip(replace(TERMS, pension_share=share).situation(NOVEMBER), Decimal(1500))
    assert same.lines == by_law.lines


# Pages


@pytest.fixture
def url(cooperatives, cooperative, monkeypatch):
    for each in cooperatives:
        each.require_second_factor = False
        each.save()
    monkeypatch.setattr(clock, "today", lambda: ON)
    return lambda name: reverse(f"payroll:{name}", args=[cooperative.slug])


def text_of(response) -> str:
    return " ".join(response.content.decode().replace("\u00a0", " ").split())


GIVEN = {
    "valid_from": "2026-12",
    "headcount": "24",
    "accident_rate": "2,08",
    "mobility_rate": "0",
    "health_premium": "42",
    "health_employer_share": "50",
    "hours": "yearly",
    "hours_smic": "reduction",
    "pension_share": "",
    "note": "Notification de la Carsat",
    "nonce": "a",
}


@pytest.mark.parametrize("role", ["payroll_officer", "administrator"])
def test_the_terms_are_shown_and_changed(books, url, cooperative, role):
    client = signed_in(make_membership(cooperative, role))

    page = text_of(client.get(url("terms")))
    assert "Les réglages d’origine" in page
    assert "Onze mois à 150 €, puis 14 000 €" in page
    assert "À confirmer" in text_of(client.get(url("set_terms")))
    response = client.post(url("set_terms"), GIVEN, follow=True)

    page = text_of(response)
    assert "Réglages en vigueur à partir de décembre 2026." in page
    assert "Notification de la Carsat" in page
    assert queries.terms_in_force(DECEMBER).hours == Hours.YEARLY
    again = client.post(url("set_terms"), {**GIVEN, "nonce": "b"})
    assert again.status_code == 422
    assert "prennent déjà effet en décembre 2026" in text_of(again)
    wrong = client.post(url("set_terms"), {**GIVEN, "accident_rate": "208", "nonce": "c"})
    assert "Ce taux dépasse 100 %" in text_of(wrong)


@pytest.mark.parametrize("role", ["adviser", "accountant", "co_manager"])
def test_other_roles_find_no_terms(books, url, cooperative, role):
    client = signed_in(make_membership(cooperative, role))

    assert client.get(url("terms")).status_code == 404
    assert client.post(url("set_terms"), GIVEN).status_code == 404


def test_another_cooperative_has_its_own_terms(books, other_cooperative):
    put(NOVEMBER, accident_rate=Decimal("0.05"))

    with tenant(other_cooperative):
        assert queries.terms_in_force(NOVEMBER).accident_rate == Decimal("0.0120")
