"""The refusal of an action, and the moves a record may make from one status to the next."""

from collections.abc import Collection, Mapping
from typing import TypeVar

Status = TypeVar("Status", bound=str)


class ActionRefused(Exception):
    """An action is not legal now: nothing was written.

    `message` is a French sentence for a person: what, why, what to do next.
    `code` is English, for tests and the API.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def check_move(
    moves: Mapping[Status, Collection[Status]], current: Status | str, target: Status
) -> None:
    """Refuse a move that `moves` does not list.

    A value read from the database compares equal to its enum member, so either may be given.

    :raises ActionRefused: code `illegal_move`.
    """
    known = next((status for status in moves if status == current), None)
    if known is not None and target in moves[known]:
        return
    raise ActionRefused(
        f"Cette action n’est pas possible : l’état est « {_label(known or current)} »"
        f" et ne peut pas devenir « {_label(target)} »."
        " Rechargez la page pour voir où en est le document.",
        code="illegal_move",
    )


def _label(status: object) -> str:
    return str(getattr(status, "label", status)).lower()
