"""Cooperative life: the register, the mandates, assemblies held and to come."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial

from cae.core.clock import PARIS
from cae.core.periods import fiscal_year_of
from cae.demo.agenda import worked_until
from cae.demo.cast import Associate, Company, Mandate, Meeting, Question
from cae.demo.stage import Stage
from entrepreneurs.rules import plus_months
from governance import actions
from governance.models import Assembly, Member, Resolution
from governance.rules import Votes

_MORNING, _EVENING = time(9, 40), time(21)
_NOTICE, _DRAFT = timedelta(days=17), timedelta(days=24)
_THURSDAY = 3


class Assemblies:
    """The members of a cooperative, and how they decide."""

    def __init__(self, stage: Stage, company: Company) -> None:
        self.stage = stage
        self.company = company

    def write_life(self) -> None:
        agenda, calendar = self.stage.agenda, self.stage.calendar
        for associate in self.company.associates:
            agenda.write(calendar.day(*associate.since), partial(self._admit, associate))
        for meeting in self.company.meetings:
            held_on = self._held_on(meeting)
            prepared = worked_until(held_on - _DRAFT)
            agenda.write(prepared, partial(self._prepare, meeting, held_on), at=_MORNING)
        for mandate in self.company.mandates:
            agenda.write(calendar.day(*mandate.since), partial(self._appoint, mandate))

    def _held_on(self, meeting: Meeting) -> date:
        """Return its day, a Thursday; one that comes is at least ten days away."""
        calendar = self.stage.calendar
        day = calendar.day(*meeting.day) if meeting.day else calendar.today + timedelta(days=10)
        return day + timedelta(days=(_THURSDAY - day.weekday()) % 7)

    def _admit(self, associate: Associate) -> None:
        with self.stage.acting(self.stage.team["co_manager"]) as manager:
            actions.admit_member(
                first_name=associate.first_name,
                last_name=associate.last_name,
                email=associate.email,
                college=associate.college,
                shares=associate.shares,
                nominal=self.company.nominal,
                paid=associate.shares * self.company.nominal,
                day=self.stage.today,
                on=self.stage.today,
                by=manager,
            )

    def _appoint(self, mandate: Mandate) -> None:
        member = Member.objects.filter(email=mandate.email).first()
        if member is not None:
            since = self.stage.today
            until = plus_months(since, 12 * mandate.years) - timedelta(days=1)
            with self.stage.acting(self.stage.team["co_manager"]) as manager:
                actions.appoint(member, mandate.kind, starts_on=since, ends_on=until, by=manager)

    # ── An assembly ──────────────────────────────────────────────────────────────────

    def _prepare(self, meeting: Meeting, held_on: date) -> None:
        with self.stage.acting(self.stage.team["co_manager"]) as manager:
            assembly = actions.prepare_assembly(
                kind=meeting.kind,
                held_on=held_on,
                held_at=meeting.at,
                place=meeting.place,
                is_remote=meeting.is_remote,
                by=manager,
            )
            for question in meeting.questions:
                self._add(assembly, question)
        convened = worked_until(held_on - _NOTICE)
        self.stage.agenda.write(convened, partial(self._convene, assembly), at=_MORNING)
        hold = partial(self._hold, assembly, meeting)
        self.stage.agenda.write(held_on, hold, at=_EVENING)

    def _add(self, assembly: Assembly, question: Question) -> None:
        year = self._year_approved(assembly.held_on)
        actions.add_resolution(
            assembly,
            title=question.title.format(year=year),
            text=question.text.format(year=year),
            parts=[(label, Decimal(amount)) for label, amount in question.parts],
            mode=question.mode,
            by=self.stage.team["co_manager"],
        )

    def _year_approved(self, held_on: date) -> str:
        """Return the fiscal year that ended last: `2025-2026`, or `2025` for a calendar year."""
        start_month = self.stage.cooperative.fiscal_year_start
        this_start, _ = fiscal_year_of(held_on, start_month)
        first, last = fiscal_year_of(this_start - timedelta(days=1), start_month)
        return f"{first.year}-{last.year}" if first.year != last.year else f"{first.year}"

    def _convene(self, assembly: Assembly) -> None:
        with self.stage.acting(self.stage.team["co_manager"]) as manager:
            actions.convene_assembly(assembly, on=self.stage.today, by=manager)

    def _hold(self, assembly: Assembly, meeting: Meeting) -> None:
        with self.stage.acting(self.stage.team["co_manager"]) as manager:
            opened = datetime.combine(assembly.held_on, meeting.at, PARIS) + timedelta(minutes=7)
            assembly = actions.open_assembly(assembly, at=opened, chair=meeting.chair, by=manager)
            here = self._attend(assembly, is_remote=meeting.is_remote)
            resolutions = assembly.resolutions.order_by("rank")
            for rank, (resolution, question) in enumerate(
                zip(resolutions, meeting.questions, strict=True), start=1
            ):
                at = opened + timedelta(minutes=20 * rank)
                self._decide(resolution, question, here, at=at)
            closed = opened + timedelta(minutes=25 * len(meeting.questions))
            actions.close_assembly(assembly, at=closed, by=manager)

    def _attend(self, assembly: Assembly, *, is_remote: bool) -> int:
        """Have all but one or two of the members take part; return how many do."""
        registered = assembly.registered or 0
        represented = registered // 6
        remote = registered // 5 if is_remote else 0
        here = registered - (2 if registered > 8 else 0)
        actions.record_attendance(
            assembly,
            in_room=here - represented - remote,
            remote=remote,
            represented=represented,
            by=self.stage.team["co_manager"],
        )
        return here

    def _decide(
        self, resolution: Resolution, question: Question, here: int, *, at: datetime
    ) -> None:
        votes = Votes(
            for_=here - question.against - question.abstained,
            against=question.against,
            abstained=question.abstained,
        )
        actions.record_result(resolution, votes, at=at, by=self.stage.team["co_manager"])
