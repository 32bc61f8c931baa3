"""Quorum and majority of a resolution. One member, one vote; no rounding but these two:

a quorum is rounded up to a whole member, a majority to the first vote that reaches it.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from governance.enums import MajorityBase, ResolutionStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The rule that applies: who must be there, who must agree, and where it is written.

    `quorum` is a share of all members, None where the text asks for none. A `strict` majority
    is more than `majority`, another is at least it.
    """

    quorum: Fraction | None
    majority: Fraction
    strict: bool
    base: MajorityBase
    source: str
    has_second_consultation: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    for_: int = 0
    against: int = 0
    abstained: int = 0
    blank: int = 0
    spoiled: int = 0
    not_voting: int = 0

    @property
    def expressed(self) -> int:
        return self.for_ + self.against

    @property
    def total(self) -> int:
        return self.expressed + self.abstained + self.blank + self.spoiled + self.not_voting


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Members with a vote when the electorate was frozen, and those who take part."""

    registered: int
    present: int
    represented: int = 0
    postal: int = 0
    votes: Votes = Votes()

    @property
    def participants(self) -> int:
        return self.present + self.represented + self.postal


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the counts decide; `adopted` is None where the quorum is missing.

    `votes_needed` is None where nothing was expressed: no number of votes is a majority of none.
    """

    participants: int
    quorum_required: int
    quorum_met: bool
    majority_basis: int
    votes_needed: int | None
    adopted: bool | None
    status: ResolutionStatus


def outcome(decision: Decision, counts: Counts) -> Outcome:
    """Return what the votes decide under a rule.

    Source: loi 78-763, art. 14; Code de commerce, L223-29, L223-30, L225-96, L225-98.
    """
    required = ceil(counts.registered * decision.quorum) if decision.quorum is not None else 0
    is_met = counts.participants >= required
    basis = _basis(decision.base, counts)
    needed = _needed(decision, basis)
    if not is_met:
        adopted, status = None, ResolutionStatus.NO_QUORUM
    elif needed is not None and counts.votes.for_ >= needed:
        adopted, status = True, ResolutionStatus.ADOPTED
    else:
        adopted, status = False, ResolutionStatus.REJECTED
    return Outcome(counts.participants, required, is_met, basis, needed, adopted, status)


def sentence(decision: Decision, result: Outcome, votes: Votes) -> str:
    """Return the result with its rule: `Adoptée : 71 pour sur 118 exprimés, il en fallait 60.`"""
    if not result.quorum_met:
        return (
            f"Quorum non atteint\u00a0: {_people(result.participants)}, il en fallait "
            f"{result.quorum_required}. Une nouvelle convocation est nécessaire."
        )
    word = "Adoptée" if result.adopted else "Rejetée"
    if result.votes_needed is None:
        return f"{word}\u00a0: aucun vote exprimé."
    counted = {
        MajorityBase.EXPRESSED: "exprimés" if result.majority_basis > 1 else "exprimé",
        MajorityBase.CAST: "votes émis",
        MajorityBase.PRESENT: "présents ou représentés",
        MajorityBase.ALL: "associés",
    }[decision.base]
    return (
        f"{word}\u00a0: {votes.for_} pour sur {result.majority_basis} {counted}, "
        f"il en fallait {result.votes_needed}."
    )


_SHARES = {
    Fraction(1, 2): "la moitié",
    Fraction(1, 3): "le tiers",
    Fraction(2, 3): "les deux tiers",
    Fraction(1, 4): "le quart",
    Fraction(3, 4): "les trois quarts",
    Fraction(1, 5): "le cinquième",
}


def majority_words(decision: Decision) -> str:
    """Return the majority in plain words: `Plus de la moitié de tous les associés`."""
    if decision.majority == 1:
        return f"L’unanimité {decision.base.label}"
    share = _share(decision.majority)
    return f"{'Plus de' if decision.strict else 'Au moins'} {share} {decision.base.label}"


def quorum_words(decision: Decision) -> str:
    """Return the quorum in plain words: `Quorum : le cinquième des associés`."""
    if decision.quorum is None:
        return "Sans quorum"
    return f"Quorum\u00a0: {_share(decision.quorum)} des associés"


def _share(share: Fraction) -> str:
    return _SHARES.get(share, f"{share.numerator}/{share.denominator}")


def _people(count: int) -> str:
    return f"{count} présents ou représentés" if count > 1 else f"{count} présent ou représenté"


def _basis(base: MajorityBase, counts: Counts) -> int:
    if base == MajorityBase.ALL:
        return counts.registered
    if base == MajorityBase.PRESENT:
        return counts.participants
    if base == MajorityBase.CAST:
        return counts.votes.expressed + counts.votes.blank
    return counts.votes.expressed


def _needed(decision: Decision, basis: int) -> int | None:
    if not basis:
        return None
    share = basis * decision.majority
    return floor(share) + 1 if decision.strict else ceil(share)
