from enum import StrEnum

import pytest

from cae.core.workflow import ActionRefused, check_move


class Light(StrEnum):
    RED = "red"
    GREEN = "green"

    @property
    def label(self):
        return {"red": "Rouge", "green": "Vert"}[self.value]


MOVES = {Light.RED: {Light.GREEN}, Light.GREEN: frozenset()}


def test_a_listed_move_passes_whatever_the_database_gave():
    check_move(MOVES, Light.RED, Light.GREEN)
    check_move(MOVES, "red", Light.GREEN)


@pytest.mark.parametrize("current", [Light.GREEN, "green", "unknown"])
def test_any_other_move_is_refused(current):
    with pytest.raises(ActionRefused) as refusal:
        check_move(MOVES, current, Light.RED)

    assert refusal.value.code == "illegal_move"
    assert "«\u00a0rouge\u00a0»" in refusal.value.message
    assert str(refusal.value) == refusal.value.message
