"""The days of the demonstration, lived one after the other.

What each person does is written down under its day and its hour, then everything is done in
the order of time, with Django's clock set to that moment: traces and dates read as if the year
had passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from unittest.mock import patch

import holidays

from cae.core.clock import PARIS
from cae.core.periods import Month

Act = Callable[[], object]

_NOON = time(12)
_FRENCH_HOLIDAYS = holidays.country_holidays("FR")


def is_worked(day: date) -> bool:
    """Tell whether an office is open: neither a week-end nor a French holiday."""
    return day.weekday() < 5 and day not in _FRENCH_HOLIDAYS


def worked_from(day: date) -> date:
    """Return `day`, or the next one an office is open."""
    while not is_worked(day):
        day += timedelta(days=1)
    return day


def worked_until(day: date) -> date:
    """Return `day`, or the last one before it an office is open."""
    while not is_worked(day):
        day -= timedelta(days=1)
    return day


class Calendar:
    """The demo's dates, told from its own day: the story moves with it by whole months."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.month = Month.of(today)

    def day(self, months: int, number: int) -> date:
        """Return a day of the month that many months away; the last of it if it is shorter."""
        month = self.month.plus(months)
        return min(month.first_day + timedelta(days=number - 1), month.last_day)

    def ago(self, days: int) -> date:
        """Return the worked day about that many days before today."""
        return worked_until(self.today - timedelta(days=days))


class Agenda:
    """Acts by moment. An act may write other acts down, later the same day or after."""

    def __init__(self) -> None:
        self._acts: list[tuple[datetime, int, Act]] = []
        self._rank = count()
        self._now = datetime(2000, 1, 1, tzinfo=PARIS)

    @property
    def today(self) -> date:
        return self._now.date()

    def write(self, day: date, act: Act, *, at: time = _NOON) -> None:
        moment = datetime.combine(day, at, tzinfo=PARIS)
        heappush(self._acts, (max(moment, self._now), next(self._rank), act))

    def live_until(self, last: date) -> Iterator[date]:
        """Do everything in time order up to `last` included; yield each new day first.

        What comes later stays unwritten: that is what the demonstration leaves to do.
        """
        day = None
        with self._clock():
            while self._acts and self._acts[0][0].date() <= last:
                moment, _, act = heappop(self._acts)
                self._now = max(moment, self._now)
                if self._now.date() != day:
                    day = self._now.date()
                    yield day
                act()

    @contextmanager
    def _clock(self) -> Iterator[None]:
        """Have Django read this clock; each look makes some seconds pass."""

        def now() -> datetime:
            self._now += timedelta(seconds=7)
            return self._now

        with patch("django.utils.timezone.now", now):
            yield
