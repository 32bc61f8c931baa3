from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from accounting import queries
from accounting.actions import (
    close_period,
    follow_common_rule,
    levy_contribution,
    levy_floor,
    levy_monthly_fee,
    set_contribution_rule,
)
from accounting.enums import ContributionBasis
from accounting.models import ContributionLevy, Entry
from accounting.rules import Bracket, Contribution
from cae.core.periods import Month
from cae.core.tenancy import OwnIds, tenant
from cae.core.workflow import ActionRefused
from tests.invoicing.test_deals import sql_refusal

pytestmark = pytest.mark.django_db
D = Decimal
JAN_1, JUNE_3 = date(2026, 1, 1), date(2026, 6, 3)
ASTROLABE = Contribution(
    brackets=(
        Bracket(D(0), D("0.11")),
        Bracket(D(40_000), D("0.10")),
        Bracket(D(80_000), D("0.09")),
    ),
    floor=D(1200),
)
CASHED = Contribution.flat(D("0.10"), basis=ContributionBasis.CASHED, fixed_fee=D(19))


def vote(terms, *, valid_from=JAN_1, analytic=None):
    return set_contribution_rule(
        terms, label="Taux voté", valid_from=valid_from, by=None, analytic=analytic
    )


def levy(analytic, basis, *, key, on=JUNE_3, moment=ContributionBasis.INVOICED):
    return levy_contribution(
        analytic,
        moment=moment,
        basis=D(basis),
        on=on,
        piece=key,
        posting_key=f"contribution:{key}",
        by=None,
    )


def test_a_year_of_invoices_goes_through_the_brackets(books):
    vote(ASTROLABE)

    levies = [levy(books.x1, basis, key=str(basis)) for basis in (30_000, 20_000, 40_000)]

    assert [one.amount for one in levies] == [D(3300), D(2100), D(3900)]
    assert queries.balance_of("6041", analytic=books.x1) == D(9300)
    assert queries.contribution_basis(books.x1, on=JUNE_3) == 90_000


def test_a_new_year_and_another_activity_start_from_zero(books):
    vote(ASTROLABE)
    levy(books.x1, 50_000, key="a", on=date(2026, 12, 31))

    assert levy(books.x1, 100, key="b", on=date(2027, 1, 1)).amount == 11
    assert levy(books.x2, 100, key="c").amount == 11


def test_levying_twice_takes_once(books):
    vote(ASTROLABE)

    assert levy(books.x1, 100, key="a") == levy(books.x1, 100, key="a")
    assert ContributionLevy.objects.count() == Entry.objects.count() == 1


def test_a_credit_note_gives_back(books):
    vote(ASTROLABE)
    levy(books.x1, 41_000, key="a")

    assert levy(books.x1, -41_000, key="b").amount == -4500
    assert queries.balance_of("181", analytic=books.x1) == 0


def test_nothing_is_taken_at_the_other_moment_nor_without_a_rule(books):
    assert levy(books.x1, 100, key="a") is None
    vote(CASHED)

    assert levy(books.x1, 100, key="a") is None
    assert levy(books.x1, 100, key="b", moment=ContributionBasis.CASHED).amount == 10


def test_a_basis_too_small_to_be_charged_still_counts(books):
    vote(Contribution.flat(D("0.10")))

    first, second = levy(books.x1, "0.04", key="a"), levy(books.x1, "0.04", key="b")

    assert (first.amount, first.entry, second.amount) == (0, None, D("0.01"))


def test_its_own_rule_comes_before_the_common_one(books):
    vote(ASTROLABE)
    own = vote(Contribution.flat(D("0.05")), analytic=books.x1)
    later = vote(Contribution.flat(D("0.07")), valid_from=date(2026, 7, 1))

    assert queries.contribution_rule(books.x1, on=JUNE_3) == own
    assert queries.contribution_rule(books.x1, on=date(2026, 7, 1)) == own
    assert queries.contribution_rule(books.x2, on=date(2026, 7, 1)) == later
    assert queries.contribution_rule(books.x2, on=date(2025, 7, 1)) is None
    assert own.terms == Contribution.flat(D("0.05000"))


def test_it_goes_back_to_the_common_rule_and_to_those_voted_after(books):
    common = vote(ASTROLABE)
    own = vote(Contribution.flat(D("0.05")), analytic=books.x1)
    july, august, october = date(2026, 7, 1), date(2026, 8, 1), date(2026, 10, 1)
    levy(books.x1, 30_000, key="a")

    follow_common_rule(books.x1, valid_from=july, by=None)
    voted = vote(Contribution.flat(D("0.07")), valid_from=august)
    own_again = vote(Contribution.flat(D("0.04")), valid_from=october, analytic=books.x1)

    days = (JUNE_3, date(2026, 6, 30), july, august, date(2026, 9, 30), october)
    found = [queries.contribution_rule(books.x1, on=day) for day in days]
    assert found == [own, own, common, voted, voted, own_again]
    assert levy(books.x1, 20_000, key="b", on=july).amount == 2100  # 30 000 counted already
    assert queries.contribution_rules(on=july) == [common]
    assert queries.contribution_rules(on=october) == [voted, own_again]
    assert levy_floor(books.x1, on=date(2026, 7, 31), months=7, by=None).amount == 0


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (JUNE_3, "no_own_rule"),
        (date(2026, 7, 1), "rule_exists"),
        (date(2026, 8, 2), "no_own_rule"),
        (date(2026, 5, 31), "closed_period"),
    ],
)
def test_going_back_is_refused_where_there_is_nothing_to_go_back_from(books, day, code):
    vote(ASTROLABE)
    vote(CASHED, valid_from=date(2026, 7, 1), analytic=books.x1)
    follow_common_rule(books.x1, valid_from=date(2026, 8, 1), by=None)
    close_period(Month(2026, 5), on=date(2026, 11, 23), by=None)

    with pytest.raises(ActionRefused) as refusal:
        follow_common_rule(books.x1, valid_from=day, by=None)

    assert refusal.value.code == code


def test_no_rule_begins_in_a_closed_month(books):
    close_period(Month(2026, 5), on=date(2026, 11, 23), by=None)

    for analytic in (None, books.x1):
        with pytest.raises(ActionRefused) as refusal:
            vote(CASHED, valid_from=date(2026, 5, 31), analytic=analytic)
        assert refusal.value.code == "closed_period"
        vote(CASHED, valid_from=date(2026, 6, 1), analytic=analytic)


def test_postgresql_keeps_rules_honest(books):
    vote(ASTROLABE, analytic=books.x1)
    close_period(Month(2026, 5), on=date(2026, 11, 23), by=None)
    wrong = (
        "INSERT INTO accounting_contributionrule (tenant_id, label, analytic_id, follows_common,"
        " valid_from, basis, measure, thresholds, rates, floor, fixed_fee) SELECT tenant_id, 'x',"
        " {analytic}, {follows}, {day}, {basis}, {basis}, {thresholds}, {rates}, {floor}, 0"
        " FROM accounting_contributionrule"
    )
    said = {
        "analytic": "analytic_id",
        "follows": "false",
        "day": "'2026-06-01'",
        "basis": "'cashed'",
        "thresholds": "'{0}'",
        "rates": "'{0.1}'",
        "floor": "0",
    }
    follows = {"follows": "true", "basis": "''", "thresholds": "'{}'", "rates": "'{}'"}
    for changes, constraint in (
        ({"day": "'2026-05-31'"}, "open_month"),
        ({"thresholds": "'{}'", "rates": "'{}'"}, "brackets"),
        ({"thresholds": "'{5}'"}, "brackets"),
        ({**follows, "thresholds": "'{0}'", "rates": "'{0.1}'"}, "brackets"),
        ({**follows, "analytic": "NULL::bigint"}, "says_or_follows"),
        ({**follows, "floor": "10"}, "says_or_follows"),
        ({"basis": "''"}, "says_or_follows"),
    ):
        refusal = sql_refusal(wrong.format(**{**said, **changes}))
        assert refusal == f"accounting_contributionrule_{constraint}", changes


def test_an_entrepreneur_is_told_the_rule_but_reads_no_table_of_rules(books, cooperative):
    common = vote(ASTROLABE)

    with tenant(cooperative, own=OwnIds(1, (), (books.x1.pk,))):
        assert queries.contribution_rule(books.x1, on=JUNE_3) == common
        assert not type(common).objects.exists()
        assert levy(books.x1, 100, key="a").amount == 11


def test_two_rules_do_not_start_the_same_day(books):
    vote(ASTROLABE)

    with pytest.raises(ActionRefused) as refusal:
        vote(CASHED)

    assert refusal.value.code == "rule_exists"


def test_the_monthly_fee_is_taken_once_on_the_last_day(books):
    vote(CASHED)
    november = Month(2026, 11)

    fee = levy_monthly_fee(books.x1, month=november, by=None)

    assert (fee.amount, fee.date, fee.basis) == (19, date(2026, 11, 30), 0)
    assert levy_monthly_fee(books.x1, month=november, by=None) == fee
    assert levy_monthly_fee(books.x1, month=november.next(), by=None).amount == 19
    assert queries.contribution_basis(books.x1, on=JUNE_3) == 0


def test_the_floor_is_reached_at_the_end_of_the_year_once(books):
    vote(ASTROLABE)
    levy(books.x1, 5000, key="a")
    december_31 = date(2026, 12, 31)

    floor = levy_floor(books.x1, on=december_31, months=12, by=None)

    assert floor.amount == 650
    assert levy_floor(books.x1, on=december_31, months=12, by=None) == floor
    assert queries.balance_of("6041", analytic=books.x1) == 1200
    assert levy_floor(books.x2, on=december_31, months=3, by=None).amount == 300
