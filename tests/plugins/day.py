"""The day of the tests: a Monday of November 2026, whatever the calendar of the machine.

Rates are dated, and a month to pay needs its own. Django's clock, the one `cae.core.clock`
reads, is put at that day in the tests and in the servers beside them, and goes on from there:

    python -m tests.plugins.day gunicorn cae.wsgi

What lives outside of it (sessions, one-time codes, the clock of PostgreSQL) keeps the real time.
"""

from __future__ import annotations

import os
import runpy
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

from django.utils import timezone

from cae.core.clock import PARIS

START = datetime(2026, 11, 23, 10, tzinfo=PARIS)
_SHIFT = "CAE_TESTS_SHIFT"


def move_the_clock() -> None:
    """Put Django's clock at the day of the tests; whoever we start will read the same."""
    shift = timedelta(seconds=float(os.environ.setdefault(_SHIFT, str(_seconds_to_start()))))
    timezone.now = partial(_now, shift)


def _seconds_to_start() -> float:
    return (START - datetime.now(tz=UTC)).total_seconds()


def _now(shift: timedelta) -> datetime:
    return datetime.now(tz=UTC) + shift


def pytest_configure() -> None:
    move_the_clock()


if __name__ == "__main__":
    move_the_clock()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
