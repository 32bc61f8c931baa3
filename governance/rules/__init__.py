"""The arithmetic of cooperative life, in whole numbers and exact fractions."""

from governance.rules.convening import latest_notice, notice_days
from governance.rules.majority import (
    Counts,
    Decision,
    Outcome,
    Votes,
    majority_words,
    outcome,
    quorum_words,
    sentence,
)
from governance.rules.moves import MOVES
from governance.rules.presets import LONGEST_MANDATE_YEARS, preset
from governance.rules.shares import Holding, holding, refund_of

__all__ = [
    "LONGEST_MANDATE_YEARS",
    "MOVES",
    "Counts",
    "Decision",
    "Holding",
    "Outcome",
    "Votes",
    "holding",
    "latest_notice",
    "majority_words",
    "notice_days",
    "outcome",
    "preset",
    "quorum_words",
    "refund_of",
    "sentence",
]
