"""What many tests start from is written once, and each of them finds it as it was.

    @planted
    def shop(cooperative, inside) -> Shop:
        return make_shop(cooperative)

is a fixture like another, save that its rows stay from one test to the next of the same file:
each test runs in a savepoint above them, and is given a copy of the objects. Planted fixtures
lean on each other, and on those that only open a context (`inside`): what a test changes
(settings, the day, a file) is not there yet. One that leans on anything else is written in each
test, as any fixture is, and so are all of them in a test that commits.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

_HELPER = "_django_db_helper"  # of pytest-django: opens the transaction of a test


@dataclass
class _Bed:
    """One fixture, written above a savepoint."""

    write: Callable[..., Any]
    values: dict[str, Any]  # its own and those under it, as it left them
    savepoint: ExitStack


@dataclass
class _Garden:
    """The beds, each above the former; the first stands in a transaction never committed."""

    beds: list[_Bed] = field(default_factory=list)
    copied: dict[int, Any] = field(default_factory=dict)
    blocker: Any = None  # of pytest-django: the database is closed between tests

    def keep(self, wanted: list[_Plan]) -> None:
        """Leave these beds and no other, writing those that are missing."""
        with self.blocker.unblock():
            self._keep(wanted)

    def _keep(self, wanted: list[_Plan]) -> None:
        self.copied = {}
        common = 0
        for bed, plan in zip(self.beds, wanted, strict=False):
            if bed.write is not plan.write:
                break
            common += 1
        while len(self.beds) > common:
            self.beds.pop().savepoint.close()
        for plan in wanted[common:]:
            try:
                self._plant(plan)
            except Exception:  # noqa: BLE001 it is raised again, see below
                # Written again in the test that asks for it, where it fails for all to see:
                # here it would take every later test of the session with it.
                break
        if wanted:
            _forget_cache()
            _defer_constraints()

    def _plant(self, plan: _Plan) -> None:
        from django.db import connection

        with ExitStack() as savepoint:
            savepoint.enter_context(_taken_back())
            values = deepcopy(self.beds[-1].values) if self.beds else {}
            values[plan.name] = plan.run(values)
            connection.check_constraints()
            self.beds.append(_Bed(plan.write, values, savepoint.pop_all()))

    def holds(self, write: Callable[..., Any]) -> bool:
        return any(bed.write is write for bed in self.beds)

    def copy(self, name: str) -> Any:
        """Return what was planted; what it shares with other copies of the test stays shared."""
        return deepcopy(self.beds[-1].values[name], self.copied)


def _defer_constraints() -> None:
    """Put constraints back as they were: a savepoint of the last test may have left them at once.

    PostgreSQL forgets it when that savepoint is taken back, not when one released in it said so.
    All those of the database that can wait begin by waiting.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _forget_cache() -> None:
    """The same cooperative comes back in each test: what was cached of it must not."""
    from django.core.cache import cache

    client = cache._cache.get_client(write=True)
    if found := client.keys(":*"):  # those of the cache, never those of the broker beside it
        client.delete(*found)


@contextmanager
def _taken_back() -> Iterator[None]:
    """A transaction, or a savepoint in it, that ends by being taken back."""
    from django.db import transaction

    with transaction.atomic():
        try:
            yield
        finally:
            transaction.set_rollback(True)


@dataclass(frozen=True)
class _Plan:
    """How a fixture is written: its function, and the contexts it is written in."""

    name: str
    write: Callable[..., Any]
    needs: tuple[str, ...]
    contexts: tuple[_Plan, ...] = ()

    def run(self, values: dict[str, Any]) -> Any:
        with ExitStack() as opened:
            found = dict(values)
            for context in self.contexts:
                found[context.name] = opened.enter_context(
                    contextmanager(context.write)(*(found[name] for name in context.needs))
                )
            return self.write(*(found[name] for name in self.needs))


_garden = _Garden()


def planted(write: Callable[..., Any] | None = None, *, autouse: bool = False) -> Any:
    """Make a fixture written once for the tests of a file that follow each other."""
    if write is None:
        return partial(planted, autouse=autouse)
    needs = inspect.signature(write).parameters

    def give(**found: Any) -> Any:
        # Asked for by name in the midst of a test, it is written there.
        return (
            _garden.copy(write.__name__)
            if _garden.holds(write)
            else write(*(found[name] for name in needs))
        )

    give.__name__, give.__doc__, give.__module__ = write.__name__, write.__doc__, write.__module__
    names = dict.fromkeys([*needs, "db"])
    give.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in names]
    )
    give.planted = write  # type: ignore[attr-defined]
    return pytest.fixture(give, autouse=autouse)


def _plans(item: pytest.Item) -> list[_Plan]:
    """Return what a test leans on among what is planted, the ground first."""
    known = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    plans: dict[str, _Plan] = {}

    def plan(name: str) -> bool:
        if name in plans:
            return True
        write = getattr(known[name][-1].func, "planted", None) if name in known else None
        if write is None:
            return False
        needs = tuple(inspect.signature(write).parameters)
        contexts: dict[str, _Plan] = {}
        for need in needs:
            if plan(need):  # written in a context, it is used in it
                contexts |= {context.name: context for context in plans[need].contexts}
            elif context := context_of(need):
                contexts[need] = context
            else:
                return False
        plans[name] = _Plan(name, write, needs, tuple(contexts.values()))
        return True

    def context_of(name: str) -> _Plan | None:
        function = known[name][-1].func
        needs = tuple(inspect.signature(function).parameters)
        if inspect.isgeneratorfunction(function) and all(plan(need) for need in needs):
            return _Plan(name, function, needs)
        return None

    for name in item.fixturenames:  # type: ignore[attr-defined]
        plan(name)
    return list(plans.values())


def commits(item: pytest.Item) -> bool:
    """Tell whether a test really commits: it runs outside any transaction."""
    marker = item.get_closest_marker("django_db")
    return "transactional_db" in item.fixturenames or bool(  # type: ignore[attr-defined]
        marker and marker.kwargs.get("transaction")
    )


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    # Before the browser starts too: Django has other connections beside its event loop.
    if _garden.beds and (commits(item) or not _speaks_to_database(item)):
        _garden.keep([])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_fixture_setup(fixturedef: Any, request: Any) -> Iterator[None]:
    if fixturedef.argname == _HELPER and not commits(request.node):
        _garden.blocker = request.getfixturevalue("django_db_blocker")
        if not _garden.beds:
            request.session.addfinalizer(lambda: _garden.keep([]))
        _garden.keep(_plans(request.node))
    return (yield)


def _speaks_to_database(item: pytest.Item) -> bool:
    names = item.fixturenames  # type: ignore[attr-defined]
    return _HELPER in names or item.get_closest_marker("django_db") is not None
