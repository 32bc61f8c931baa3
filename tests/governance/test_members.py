"""The register: admission, shares and their capital in the ledger, exits, mandates."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from accounting.actions import choose_accounts, open_account
from accounting.models import Entry
from accounting.queries import cooperative_analytic, trial_balance
from cae.core.tenancy import OwnIds, tenant
from cae.core.workflow import ActionRefused
from entrepreneurs.enums import Situation, StepKind
from governance import actions, queries
from governance.enums import MandateKind, MemberExit
from governance.models import Member, MemberPeriod, ShareMovement
from governance.rules import Holding, holding, refund_of
from tests.conftest import JUNE_3
from tests.entrepreneurs.makers import make_cape, make_cesa, make_person
from tests.governance.makers import NOMINAL, make_member, open_books
from tests.makers import make_membership

pytestmark = pytest.mark.usefixtures("books")


def refusal(act, *arguments, **named) -> str:
    with pytest.raises(ActionRefused) as refused:
        act(*arguments, **named)
    return refused.value.code


def balances() -> dict[str, Decimal]:
    """Debit less credit of each account that moved."""
    lines = trial_balance(date(2020, 1, 1), date(2027, 1, 1))
    return {line.number: line.debit - line.credit for line in lines if line.debit or line.credit}


def admit(person, **named) -> Member:
    return make_member(person=person, day=named.pop("day", JUNE_3), **named)


def test_admission_dates_the_path_and_pays_the_capital_in(manager):
    person = make_person()
    make_cesa(person)

    member = actions.admit_member(
        person, shares=5, nominal=NOMINAL, paid=Decimal("60.00"), day=JUNE_3, on=JUNE_3, by=manager
    )

    person.refresh_from_db()
    assert person.situation == Situation.MEMBER
    assert person.steps.get(kind=StepKind.ASSOCIATION).on == JUNE_3
    assert (member.number, member.full_name) == (1, "Camille Fournier")
    held = queries.holding_of(member)
    assert held == Holding(5, Decimal("100.00"), Decimal("60.00"))
    assert held.unpaid == Decimal("40.00")
    entry = Entry.objects.get()
    assert (entry.piece, entry.date, entry.label) == (
        "PS-0002",
        JUNE_3,
        "Parts sociales, Camille Fournier",
    )
    own = cooperative_analytic()
    assert {line.analytic_id for line in entry.lines.all()} == {own.pk}
    assert balances() == {"1013": Decimal("-60.00"), "512": Decimal("60.00")}


def test_shares_are_paid_to_the_bank_of_the_cooperative():
    own = cooperative_analytic()
    accountant = make_membership(own.tenant, "accountant")
    open_account("51201", label="Crédit coopératif", by=accountant)
    choose_accounts(own, accounts={"bank": "51201"}, by=accountant)

    make_member("Biocoop Scarabée", college="Partenaires", paid=Decimal("60.00"))

    assert set(balances()) == {"1013", "51201"}


def test_an_outside_person_enters_the_register_with_no_path():
    member = make_member("Biocoop Scarabée", college="Partenaires")

    assert (member.entrepreneur_id, member.college, member.sort_name) == (
        None,
        "Partenaires",
        "biocoop scarabee agnes",
    )
    assert Entry.objects.count() == 0


def test_who_is_under_cape_is_not_admitted_and_nothing_is_written():
    person = make_person()
    make_cape(person)

    assert refusal(admit, person) == "step_out_of_order"
    assert (Member.objects.count(), ShareMovement.objects.count()) == (0, 0)


def test_nobody_is_a_member_twice_at_once():
    person = make_person()
    make_cesa(person)
    admit(person)

    assert refusal(admit, person) == "already_member"


def test_leaving_and_coming_back_keeps_the_number(manager):
    person = make_person()
    make_cesa(person)
    member = admit(person, day=date(2025, 6, 1))
    actions.end_membership(
        member, day=date(2026, 1, 31), reason=MemberExit.RESIGNATION, on=JUNE_3, by=manager
    )
    person.refresh_from_db()
    assert person.situation == Situation.EMPLOYEE
    assert (
        refusal(
            actions.end_membership,
            member,
            day=JUNE_3,
            reason=MemberExit.RESIGNATION,
            on=JUNE_3,
            by=manager,
        )
        == "not_member"
    )

    again = admit(person)

    assert again == member
    assert MemberPeriod.objects.filter(member=member).count() == 2
    on = {day: queries.members_on(day).count() for day in (date(2025, 6, 1), date(2026, 2, 1))}
    assert on == {date(2025, 6, 1): 1, date(2026, 2, 1): 0}
    assert list(queries.members_on(JUNE_3)) == [member]


def test_a_membership_does_not_end_before_it_begins(manager):
    member = make_member(day=JUNE_3)

    assert (
        refusal(
            actions.end_membership,
            member,
            day=date(2026, 6, 2),
            reason=MemberExit.RESIGNATION,
            on=JUNE_3,
            by=manager,
        )
        == "ends_before_start"
    )


def test_shares_are_paid_up_to_what_was_subscribed(manager):
    member = make_member(shares=5)

    actions.release_shares(member, Decimal("100.00"), on=JUNE_3, by=manager)

    def pay(amount: str) -> str:
        return refusal(actions.release_shares, member, Decimal(amount), on=JUNE_3, by=manager)

    assert pay("0.01") == "above_subscribed"
    assert pay("0") == "no_amount"


def test_a_refund_gives_back_what_was_paid_and_writes_it(manager):
    member = make_member(shares=5, paid=Decimal("100.00"))

    movement = actions.refund_shares(member, shares=2, on=JUNE_3, by=manager)

    assert (movement.shares, movement.subscribed, movement.paid) == (
        -2,
        Decimal("-40.00"),
        Decimal("-40.00"),
    )
    assert queries.holding_of(member) == Holding(3, Decimal("60.00"), Decimal("60.00"))
    assert balances() == {"1013": Decimal("-60.00"), "512": Decimal("60.00")}
    assert refusal(actions.refund_shares, member, shares=4, on=JUNE_3, by=manager) == "above_held"
    assert refusal(actions.refund_shares, member, shares=0, on=JUNE_3, by=manager) == "no_shares"


def test_shares_nothing_was_paid_on_are_refunded_without_an_entry(manager):
    actions.refund_shares(make_member(shares=1), shares=1, on=JUNE_3, by=manager)

    assert Entry.objects.count() == 0


def test_the_last_share_takes_the_last_cent():
    held = Holding(3, Decimal("60.00"), Decimal("50.00"))
    taken = []
    while held.shares:
        subscribed, paid = refund_of(held, 1)
        taken.append(paid)
        held = Holding(held.shares - 1, held.subscribed - subscribed, held.paid - paid)

    assert taken == [Decimal("16.67"), Decimal("16.67"), Decimal("16.66")]


@pytest.mark.parametrize(
    ("shares", "nominal", "code"), [(0, "20", "no_shares"), (1, "0", "no_nominal")]
)
def test_a_subscription_has_shares_and_a_value(manager, shares, nominal, code):
    member = make_member()

    assert (
        refusal(
            actions.subscribe_shares,
            member,
            shares=shares,
            nominal=Decimal(nominal),
            on=JUNE_3,
            by=manager,
        )
        == code
    )


def test_movements_only_add_up(manager):
    make_member()

    with pytest.raises(DatabaseError), transaction.atomic():
        ShareMovement.objects.update(shares=500)
    with pytest.raises(DatabaseError), transaction.atomic():
        ShareMovement.objects.all().delete()
    assert holding(ShareMovement.objects.all()).shares == 5


def test_the_register_says_who_holds_what(manager, django_assert_num_queries):
    make_member("Morvan", shares=2, paid=Decimal("40.00"))
    with django_assert_num_queries(2):
        first = list(queries.register(on=JUNE_3))
    make_member("Bihan", shares=3)
    gone = make_member("Parti", day=date(2025, 2, 1))
    actions.end_membership(
        gone, day=date(2026, 1, 1), reason=MemberExit.RESIGNATION, on=JUNE_3, by=manager
    )
    with django_assert_num_queries(2):
        rows = [
            (m.last_name, m.held_shares, m.held_paid, m.dated[0].starts_on)
            for m in queries.register(on=JUNE_3)
        ]

    assert len(first) == 1
    assert rows == [
        ("Bihan", 3, Decimal("0.00"), date(2025, 1, 15)),
        ("Morvan", 2, Decimal("40.00"), date(2025, 1, 15)),
    ]
    assert [m.last_name for m in queries.register(on=JUNE_3, former=True)] == ["Parti"]
    assert [m.last_name for m in queries.register(on=JUNE_3, search="MOR")] == ["Morvan"]
    summary = queries.register_summary(on=JUNE_3)
    assert (summary.members, summary.shares, summary.subscribed) == (2, 10, Decimal("200.00"))


def test_the_register_of_another_cooperative_is_another(other_cooperative):
    make_member()
    with tenant(other_cooperative):
        open_books()
        assert make_member().number == 1
        assert queries.register(on=JUNE_3).count() == 1


def test_an_entrepreneur_reads_their_own_entry_only(cooperative):
    person = make_person()
    make_cesa(person)
    mine, _ = admit(person), make_member("Voisine")

    with tenant(cooperative, own=OwnIds(person.pk)):
        assert list(Member.objects.all()) == [mine]
        assert {m.member_id for m in ShareMovement.objects.all()} == {mine.pk}
        assert {p.member_id for p in MemberPeriod.objects.all()} == {mine.pk}


def test_mandates_last_four_years_at_most_and_are_watched(manager):
    member = make_member()
    start = date(2026, 7, 1)

    def give(kind: MandateKind, ends_on: date, **named):
        return actions.appoint(
            member, kind, starts_on=named.get("starts_on", start), ends_on=ends_on, by=manager
        )

    assert refusal(give, MandateKind.MANAGER, date(2030, 7, 2)) == "mandate_too_long"
    assert refusal(give, MandateKind.MANAGER, date(2026, 6, 30)) == "ends_before_start"
    assert (
        refusal(give, MandateKind.MANAGER, date(2026, 1, 1), starts_on=date(2024, 1, 1))
        == "not_member"
    )
    mandate = give(MandateKind.MANAGER, date(2030, 7, 1))

    assert mandate.holder == "Agnès Le Bihan"
    assert list(queries.mandates_on(start)) == [mandate]
    assert queries.ending_mandates(on=start) == []
    assert queries.ending_mandates(on=date(2030, 3, 1)) == [mandate]
