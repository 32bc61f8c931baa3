"""How far a worker is, for the person who waits.

It is noted in the cache, so that what the worker reads or writes stays one transaction. The note is
also its turn: a message delivered twice finds it held, and a worker that dies gives it back in two
minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from django.core.cache import cache

_TURN_SECONDS = 120

Item = TypeVar("Item")


@dataclass(slots=True)
class Progress:
    """The work named by a key in the current cooperative; what it goes through is counted."""

    key: str
    done: int = 0
    total: int = 0

    @property
    def _name(self) -> str:
        return f"progress:{self.key}"

    def take(self) -> bool:
        """Take the turn to do this work; False when another worker has it."""
        return cache.add(self._name, (0, 0), timeout=_TURN_SECONDS)

    def give_back(self) -> None:
        cache.delete(self._name)

    def over(self, items: Iterable[Item], *, total: int, done: int = 0) -> Iterator[Item]:
        """Yield the items, noting each hundredth of them."""
        self.total, self.done = total, done
        self._note()
        step = max(total // 100, 1)
        for item in items:
            yield item
            self.done += 1
            if self.done % step == 0:
                self._note()

    def read(self) -> tuple[int, int]:
        """Return what is done and the whole of it; (0, 0) where nothing is known yet."""
        return cache.get(self._name) or (0, 0)

    def _note(self) -> None:
        cache.set(self._name, (self.done, self.total), timeout=_TURN_SECONDS)
