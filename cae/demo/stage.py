"""Where a story is played: one cooperative, its days, and whoever acts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from random import Random
from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.hashers import make_password

from cae.core.models import Cooperative, Membership
from cae.core.tenancy import OwnIds, tenant
from cae.demo.agenda import Agenda, Calendar
from cae.demo.cast import Company
from cae.onboarding import open_cooperative
from entrepreneurs.queries import own_ids

Tell = Callable[[str], None]


class Stage:
    """One cooperative being lived in.

    Every act goes through `acting`: an entrepreneur's is then behind the same walls as their
    requests, and what is written bears the name of who did it.
    """

    def __init__(self, cooperative: Cooperative, *, today: date, tell: Tell) -> None:
        self.cooperative = cooperative
        self.calendar = Calendar(today)
        self.agenda = Agenda()
        self.tell = tell
        #: The team by role code; `administrator` first, who brings the others in.
        self.team: dict[str, Membership] = {}
        self.password: str = settings.DEMO_PASSWORD
        self._hash = make_password(self.password)
        self._own: dict[int, OwnIds] = {}

    @classmethod
    def raise_for(cls, company: Company, *, today: date, tell: Tell) -> Stage:
        """Open the cooperative on its first day."""
        opened = Calendar(today).day(*company.opened)
        cooperative = open_cooperative(
            company.identity,
            contribution=company.contribution,
            administrator=company.administrator,
            on=opened,
            is_demo=True,
            **company.settings,
        )
        return cls(cooperative, today=today, tell=tell)

    @property
    def today(self) -> date:
        """The day being lived; `calendar.today` is the one the story ends on."""
        return self.agenda.today

    def chance(self, of: str) -> Random:
        """Return the dice of one thing: always the same throws, whatever the others do."""
        return Random(f"{self.cooperative.slug}:{of}")

    @contextmanager
    def acting(self, membership: Membership) -> Iterator[Membership]:
        """Act as this person: with their name, and within their own records if they have any."""
        own = self._own_of(membership) if membership.role.own_only else None
        with tenant(self.cooperative, membership=membership, own=own):
            yield membership

    @contextmanager
    def one_password(self) -> Iterator[None]:
        """Have the password everybody shares hashed once: argon2 is slow on purpose."""
        with patch("django.contrib.auth.base_user.make_password", lambda _: self._hash):
            yield

    def forget_walls(self, membership: Membership) -> None:
        """Read again what a person may see: they opened or joined an activity."""
        self._own.pop(membership.pk, None)

    def _own_of(self, membership: Membership) -> OwnIds:
        if membership.pk not in self._own:
            own = own_ids(membership)
            assert own is not None, f"{membership} answers to nobody's record"
            self._own[membership.pk] = own
        return self._own[membership.pk]
