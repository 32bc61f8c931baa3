"""Quorums and majorities against the published scenarios."""

import json
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from cae.core.enums import LegalForm
from governance.enums import AssemblyKind, MajorityBase, ResolutionStatus
from governance.rules import Counts, Decision, Votes, latest_notice, outcome, preset, sentence

VECTORS = json.loads(
    (Path(__file__).parents[1] / "data/governance/tally_vectors.json").read_text()
)["vectors"]
RESOLUTIONS = [v for v in VECTORS if v["kind"] == "resolution"]

BASES = {
    "exprimes": MajorityBase.EXPRESSED,
    "emis_avec_blancs": MajorityBase.CAST,
    "presents_representes": MajorityBase.PRESENT,
    "inscrits": MajorityBase.ALL,
}
STATUSES = {
    "adoptee": ResolutionStatus.ADOPTED,
    "rejetee": ResolutionStatus.REJECTED,
    "quorum_non_atteint": ResolutionStatus.NO_QUORUM,
}


def decision(rule: dict) -> Decision:
    quorum, majority = rule["quorum"], rule["majority"]
    return Decision(
        quorum=Fraction(quorum["num"], quorum["den"]) if quorum else None,
        majority=Fraction(majority["num"], majority["den"]),
        strict=majority["strict"],
        base=BASES[rule["majority_base"]],
        source=rule["source"],
        has_second_consultation=rule.get("second_consultation", False),
    )


def counts(given: dict) -> Counts:
    votes = given["votes"]
    return Counts(
        registered=given["inscrits"],
        present=given["presents"],
        represented=given["representes"],
        postal=given["correspondance"],
        votes=Votes(
            for_=votes["pour"],
            against=votes["contre"],
            abstained=votes["abstention"],
            blank=votes["blanc"],
            spoiled=votes["nul"],
            not_voting=votes["non_votant"],
        ),
    )


@pytest.mark.parametrize("vector", RESOLUTIONS, ids=lambda v: v["id"])
def test_every_scenario_agrees(vector):
    result = outcome(decision(vector["rule"]), counts(vector["counts"]))

    assert {
        "participants": result.participants,
        "quorum_required": result.quorum_required,
        "quorum_met": result.quorum_met,
        "majority_basis": result.majority_basis,
        "votes_needed": result.votes_needed,
        "adopted": result.adopted,
        "status": result.status,
    } == vector["expected"] | {"status": STATUSES[vector["expected"]["status"]]}


def test_there_are_thirty_scenarios():
    assert len(RESOLUTIONS) == 30


@pytest.mark.parametrize(
    "vector",
    [v for v in RESOLUTIONS if not v["rule"]["statutory"] and "antérieure" not in str(v["refs"])],
    ids=lambda v: v["id"],
)
def test_presets_are_the_rules_of_the_law(vector):
    form = LegalForm(f"{vector['company']['coop']}_{vector['company']['form']}".lower())
    meeting = vector["meeting"]
    kind = {"AGO": AssemblyKind.ORDINARY, "AGE": AssemblyKind.EXTRAORDINARY}[meeting["type"]]

    proposed = preset(form, kind, convocation=meeting["convocation"])

    expected = decision(vector["rule"])
    assert (
        proposed.quorum, proposed.majority, proposed.strict, proposed.base, proposed.source,
    ) == (
        expected.quorum, expected.majority, expected.strict, expected.base, expected.source,
    )  # fmt: skip


def test_the_sentence_says_the_result_and_its_rule():
    rule = preset(LegalForm.SCOP_SA, AssemblyKind.ORDINARY, convocation=1)

    def said(**given) -> str:
        votes = Votes(**given.pop("votes"))
        tally = Counts(votes=votes, **given)
        return sentence(rule, outcome(rule, tally), votes)

    assert (
        said(registered=150, present=120, votes={"for_": 71, "against": 47, "abstained": 2})
        == "Adoptée\u00a0: 71 pour sur 118 exprimés, il en fallait 60."
    )
    assert (
        said(registered=150, present=120, votes={"for_": 47, "against": 71})
        == "Rejetée\u00a0: 47 pour sur 118 exprimés, il en fallait 60."
    )
    assert said(registered=60, present=12, votes={"abstained": 12}) == (
        "Rejetée\u00a0: aucun vote exprimé."
    )
    assert said(registered=100, present=1, votes={}) == (
        "Quorum non atteint\u00a0: 1 présent ou représenté, il en fallait 20. "
        "Une nouvelle convocation est nécessaire."
    )


@pytest.mark.parametrize(
    "vector", [v for v in VECTORS if v["kind"] == "convocation"], ids=lambda v: v["id"]
)
def test_notices_leave_in_time(vector):
    form = LegalForm(f"scop_{vector['form']}".lower())
    held_on = date.fromisoformat(vector["meeting"])

    latest = latest_notice(held_on, form, convocation=vector["convocation"])

    assert (date.fromisoformat(vector["sent"]) <= latest) is vector["expected"]["regular"]
