"""Assemblies: prepared, convened in time, attended, decided once."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import DatabaseError, transaction

from cae.core import audit
from cae.core.enums import LegalForm
from cae.core.workflow import ActionRefused
from governance import actions, queries
from governance.enums import (
    AssemblyKind,
    AssemblyStatus,
    MajorityBase,
    MemberExit,
    ResolutionStatus,
)
from governance.models import DecisionRule, Elector, Resolution
from governance.rules import Decision, Votes
from governance.seeds import seed_decision_rules
from tests.conftest import JUNE_3
from tests.governance.makers import OPENED, hold, make_assembly, make_member

pytestmark = pytest.mark.usefixtures("books")

SENT = date(2026, 6, 1)


def refusal(act, *arguments, **named) -> str:
    with pytest.raises(ActionRefused) as refused:
        act(*arguments, **named)
    return refused.value.code


@pytest.fixture
def three_members():
    return [make_member(name) for name in ("Un", "Deux", "Trois")]


@pytest.fixture
def in_session(three_members):
    assembly = actions.convene_assembly(make_assembly(), on=SENT, by=None)
    assembly = actions.open_assembly(assembly, at=OPENED, chair="Agnès Un", by=None)
    return actions.record_attendance(assembly, in_room=2, represented=1, by=None)


def test_convening_freezes_the_electorate(three_members, manager):
    assembly = actions.convene_assembly(make_assembly(), on=SENT, by=manager)

    make_member("Venue après", day=JUNE_3)
    actions.end_membership(
        three_members[0], day=JUNE_3, reason=MemberExit.RESIGNATION, on=JUNE_3, by=manager
    )

    assert (assembly.registered, assembly.convened_on) == (3, SENT)
    assert sorted(e.name for e in assembly.electors.all()) == [
        "Agnès Deux",
        "Agnès Trois",
        "Agnès Un",
    ]
    with pytest.raises(DatabaseError), transaction.atomic():
        Elector.objects.all().delete()
    assert audit.trail(assembly).first().after == {"registered": 3}


def test_notices_leave_fifteen_days_before(three_members):
    assembly = make_assembly(held_on=date(2026, 6, 30))

    late = refusal(actions.convene_assembly, assembly, on=date(2026, 6, 16), by=None)

    assert late == "notice_too_short"
    assert actions.convene_assembly(assembly, on=date(2026, 6, 15), by=None).registered == 3


def test_an_agenda_without_question_or_without_member_is_not_sent():
    empty = make_assembly()
    empty.resolutions.all().delete()

    assert refusal(actions.convene_assembly, empty, on=SENT, by=None) == "no_agenda"
    assert refusal(actions.convene_assembly, make_assembly(), on=SENT, by=None) == "no_members"


def test_the_agenda_is_final_once_sent(three_members):
    assembly = actions.convene_assembly(make_assembly(), on=SENT, by=None)

    assert refusal(actions.add_resolution, assembly, title="Tard", by=None) == "agenda_sent"
    assert refusal(actions.convene_assembly, assembly, on=SENT, by=None) == "illegal_move"


def test_the_rule_of_the_law_decides_with_its_sentence(in_session):
    question = in_session.resolutions.get()

    decided = actions.record_result(question, Votes(for_=2, against=1), at=OPENED, by=None)

    # SCOP SARL, first convocation: more than half of all the members.
    assert (decided.status, decided.votes_needed, decided.participants) == (
        ResolutionStatus.ADOPTED,
        2,
        3,
    )
    assert decided.result == "Adoptée\u00a0: 2 pour sur 3 associés, il en fallait 2."


def test_a_quorum_of_the_statutes_may_be_missed(three_members):
    actions.set_decision_rule(
        Decision(
            quorum=Fraction(2, 3),
            majority=Fraction(1, 2),
            strict=True,
            base=MajorityBase.EXPRESSED,
            source="Statuts, article 21",
        ),
        kind=AssemblyKind.ORDINARY,
        convocation=1,
        valid_from=date(2026, 1, 1),
        is_statutory=True,
        by=None,
    )
    assembly = hold(make_assembly(), in_room=1, votes=Votes(for_=1))

    question = assembly.resolutions.get()
    assert (question.status, question.quorum_required) == (ResolutionStatus.NO_QUORUM, 2)
    assert question.result.startswith("Quorum non atteint")
    quorum = queries.quorum_of(assembly, question.rule)
    assert (quorum.participants, quorum.registered, quorum.required, quorum.is_met) == (
        1,
        3,
        2,
        False,
    )


def test_a_result_is_final(in_session):
    question = in_session.resolutions.get()
    actions.record_result(question, Votes(for_=2), at=OPENED, by=None)

    again = refusal(actions.record_result, question, Votes(for_=1), at=OPENED, by=None)

    assert again == "already_decided"
    assert refusal(actions.withdraw_resolution, question, by=None) == "already_decided"
    with pytest.raises(DatabaseError), transaction.atomic():
        Resolution.objects.update(votes_for=3)


def test_votes_do_not_outnumber_those_who_take_part(in_session):
    question = in_session.resolutions.get()

    too_many = refusal(
        actions.record_result, question, Votes(for_=3, against=1), at=OPENED, by=None
    )

    assert too_many == "too_many"
    assert refusal(actions.record_attendance, in_session, in_room=4, by=None) == "too_many"
    assert refusal(actions.record_attendance, in_session, in_room=-1, by=None) == "too_many"


def test_nothing_is_decided_out_of_session(three_members):
    assembly = actions.convene_assembly(make_assembly(), on=SENT, by=None)
    question = assembly.resolutions.get()

    early = refusal(actions.record_result, question, Votes(for_=1), at=OPENED, by=None)

    assert early == "not_in_session"
    assert refusal(actions.record_attendance, assembly, in_room=1, by=None) == "not_in_session"
    assert refusal(actions.close_assembly, assembly, at=OPENED, by=None) == "illegal_move"


def test_a_session_closes_when_every_question_is_settled(in_session):
    assert refusal(actions.close_assembly, in_session, at=OPENED, by=None) == "undecided"

    actions.withdraw_resolution(in_session.resolutions.get(), by=None)

    assert actions.close_assembly(in_session, at=OPENED, by=None).status == AssemblyStatus.CLOSED


def test_an_assembly_is_called_off_before_it_opens(three_members):
    assembly = actions.convene_assembly(make_assembly(), on=SENT, by=None)
    assert queries.next_assembly(on=JUNE_3) == assembly

    actions.cancel_assembly(assembly, by=None)

    assert queries.next_assembly(on=JUNE_3) is None
    assert refusal(actions.cancel_assembly, assembly, by=None) == "illegal_move"


def test_rules_are_versions_that_never_change(inside):
    rule = DecisionRule.objects.get(kind=AssemblyKind.EXTRAORDINARY, convocation=1)

    same_day = refusal(
        actions.set_decision_rule,
        rule.terms,
        kind=AssemblyKind.EXTRAORDINARY,
        convocation=1,
        valid_from=rule.valid_from,
        by=None,
    )

    assert same_day == "rule_exists"
    with pytest.raises(DatabaseError), transaction.atomic():
        DecisionRule.objects.update(majority_strict=True)
    seed_decision_rules(LegalForm.SCOP_SA, on=JUNE_3)
    assert DecisionRule.objects.count() == 4
