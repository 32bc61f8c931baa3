"""The team and the entrepreneurs: how they came in, and where their path has led them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from cae.core.models import Invitation, Membership
from cae.demo.agenda import worked_until
from cae.demo.cast import Company, Day, Person, Shop, TeamMember
from cae.demo.logos import logo_of
from cae.demo.numbers import iban, nir_of
from cae.demo.stage import Stage
from entrepreneurs import actions, rules
from entrepreneurs.enums import ContractKind, StepKind
from entrepreneurs.models import Activity, Entrepreneur, StaffMember
from governance.actions import admit_member

#: The day the cooperative opens the software to its people; later ones come in by their CAPE.
INVITED: Day = (-14, 15)

_MORNING, _LATER = time(9, 10), time(15, 30)


class People:
    """Whoever is of a cooperative, by the keys of its data."""

    def __init__(self, stage: Stage, company: Company) -> None:
        self.stage = stage
        self.company = company
        self.told = {person.key: person for person in company.people}
        self.records: dict[str, Entrepreneur] = {}
        self.places: dict[str, Membership] = {}
        self.activities: dict[str, Activity] = {}
        self.adviser: StaffMember | None = None

    # ── The team ─────────────────────────────────────────────────────────────────────

    def bring_the_team(self) -> None:
        """Let the administrator in, who invites the others."""
        invitation = Invitation.objects.get(email=self.company.administrator.email)
        self.stage.team["administrator"] = self._accept(invitation)
        for told in self.company.team:
            self._bring(told)

    def _bring(self, told: TeamMember) -> None:
        with self.stage.acting(self.stage.team["administrator"]) as administrator:
            staff = actions.register_staff(
                first_name=told.first_name,
                last_name=told.last_name,
                email=told.email,
                job=told.job,
                by=administrator,
            )
            for code in told.roles:
                invitation = actions.invite(
                    email=told.email,
                    role=self.stage.cooperative.roles.get(code=code),
                    by=administrator,
                    holder=staff,
                )
                self.stage.team[code] = self._accept(invitation)
            if "adviser" in told.roles:
                self.adviser = staff
        if told.member is not None:
            self._write(told.member, partial(self._admit_staff, told), at=_LATER)

    def _admit_staff(self, told: TeamMember) -> None:
        with self.stage.acting(self.stage.team["co_manager"]) as manager:
            admit_member(
                first_name=told.first_name,
                last_name=told.last_name,
                email=told.email,
                shares=told.shares,
                nominal=self.company.nominal,
                paid=told.shares * self.company.nominal,
                day=self.stage.today,
                on=self.stage.today,
                by=manager,
            )

    def _accept(self, invitation: Invitation) -> Membership:
        with self.stage.one_password():
            place = actions.accept_invitation(invitation, password=self.stage.password)
        return Membership.objects.select_related("user", "role", "cooperative").get(pk=place.pk)

    # ── The path ─────────────────────────────────────────────────────────────────────

    def write_paths(self) -> None:
        for person in self.company.people:
            self._write(person.met, partial(self._meet, person))
            self._write_contracts(person)
            if person.member:
                self._write(person.member, partial(self._admit, person), at=_LATER)
            if person.left:
                self._write(person.left[0], partial(self._leave, person), at=_LATER)
            if person.also:
                code, since = person.also
                self._write(since, partial(self._give_other_role, person, code), at=_LATER)
        self._write(INVITED, self._let_everybody_in)
        for shop in self.company.shops:
            self._write(shop.opened, partial(self._open, shop), at=_LATER)
            if shop.closed:
                self._write(shop.closed, partial(self._close, shop), at=_LATER)

    def _meet(self, told: Person) -> None:
        with self.stage.acting(self.stage.team["adviser"]) as adviser:
            person = actions.register_entrepreneur(
                first_name=told.first_name,
                last_name=told.last_name,
                email=told.email,
                phone=told.phone,
                street=told.street,
                postcode=told.postcode,
                town=told.town,
                birth_date=told.born,
                adviser=self.adviser,
                by=adviser,
            )
            self._step(person, StepKind.INFORMATION)
        self.records[told.key] = person
        diagnosed = self.stage.today + timedelta(days=19)
        if told.capes:
            diagnosed = min(diagnosed, self._day(told.capes[0]) - timedelta(days=3))
        diagnose = partial(self._diagnose, person)
        self.stage.agenda.write(worked_until(diagnosed), diagnose, at=_LATER)

    def _diagnose(self, person: Entrepreneur) -> None:
        with self.stage.acting(self.stage.team["adviser"]):
            self._step(person, StepKind.DIAGNOSIS)

    def _step(self, person: Entrepreneur, kind: StepKind) -> None:
        today = self.stage.today
        actions.record_step(person, kind=kind, day=today, on=today, by=self.stage.team["adviser"])

    def _write_contracts(self, person: Person) -> None:
        """Each CAPE lasts twelve months, or until the next contract."""
        cesa = [person.cesa] if person.cesa else []
        for start, following in zip(person.capes, [*person.capes[1:], *cesa, None], strict=False):
            ends_on = rules.term(self._day(start), months=rules.CAPE_MONTHS)
            if following is not None:
                ends_on = min(ends_on, self._day(following) - timedelta(days=1))
            self._write(start, partial(self._sign_cape, person, ends_on))
        if person.cesa:
            self._write(person.cesa, partial(self._sign_cesa, person))

    def _sign_cape(self, told: Person, ends_on: date) -> None:
        self._sign(told, kind=ContractKind.CAPE, ends_on=ends_on)

    def _sign_cesa(self, told: Person) -> None:
        self._sign(told, kind=ContractKind.CESA, fixed_part=Decimal(told.fixed_part))
        dice = self.stage.chance(f"identity of {told.key}")
        person = self.records[told.key]
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            actions.set_nir(person, nir_of(told, dice), by=officer)
            if told.rate is not None:
                actions.set_withholding_rate(person, told.rate, by=officer)
        self.give_iban(told.key, iban(dice))

    def _sign(self, told: Person, **terms: Any) -> None:
        person, today = self.records[told.key], self.stage.today
        with self.stage.acting(self.stage.team["adviser"]) as adviser:
            actions.add_contract(
                person,
                starts_on=today,
                signed_on=worked_until(today - timedelta(days=6)),
                on=today,
                by=adviser,
                **terms,
            )
        if told.key not in self.places and self.stage.today > self._day(INVITED):
            self._let_in(told)

    def give_iban(self, key: str, number: str) -> None:
        """Have a person's account changed, by whoever pays them."""
        person = self.records[key]
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            actions.change_iban(
                person, iban=number, holder=person.full_name, on=self.stage.today, by=officer
            )

    def _let_in(self, told: Person) -> None:
        with self.stage.acting(self.stage.team["adviser"]) as adviser:
            invitation = actions.invite_person(self.records[told.key], by=adviser)
            self.places[told.key] = self._accept(invitation)

    def _let_everybody_in(self) -> None:
        """Invite those who were there before: the first of the data opens the first account."""
        for told in self.company.people:
            if told.key in self.records and told.capes and told.key not in self.places:
                self._let_in(told)

    def _give_other_role(self, told: Person, code: str) -> None:
        with self.stage.acting(self.stage.team["administrator"]) as administrator:
            staff = actions.register_staff(
                first_name=told.first_name,
                last_name=told.last_name,
                email=told.email,
                job="Cogérant",
                by=administrator,
            )
            role = self.stage.cooperative.roles.get(code=code)
            invitation = actions.invite(email=told.email, role=role, by=administrator, holder=staff)
            self._accept(invitation)

    def _open(self, shop: Shop) -> None:
        shares = {self.records[key]: share for key, share in shop.partners}
        today = self.stage.today
        with self.stage.acting(self.stage.team["adviser"]) as adviser:
            activity = actions.open_activity(
                name=shop.name, trade=shop.trade, shares=shares, on=today, by=adviser
            )
            if shop.ceiling:
                activity = actions.set_ceiling(activity, Decimal(shop.ceiling), by=adviser)
            if shop.reserve:
                activity = actions.set_reserve(activity, Decimal(shop.reserve), by=adviser)
            if shop.card:
                actions.write_card(activity, shop.card, by=adviser)
                name, logo = f"{shop.name}.png", logo_of(shop.name)
                activity = actions.set_logo(activity, logo, name=name, by=adviser)
        self.activities[shop.name] = activity
        for key, _ in shop.partners:
            if key in self.places:
                self.stage.forget_walls(self.places[key])

    def _close(self, shop: Shop) -> None:
        with self.stage.acting(self.stage.team["adviser"]) as adviser:
            actions.close_activity(self.activities[shop.name], on=self.stage.today, by=adviser)

    def _admit(self, told: Person) -> None:
        with self.stage.acting(self.stage.team["co_manager"]) as manager:
            admit_member(
                self.records[told.key],
                shares=told.shares,
                nominal=self.company.nominal,
                paid=told.shares * self.company.nominal,
                day=self.stage.today,
                on=self.stage.today,
                by=manager,
            )

    def _leave(self, told: Person) -> None:
        assert told.left is not None
        with self.stage.acting(self.stage.team["adviser"]) as adviser:
            actions.record_exit(
                self.records[told.key],
                day=self.stage.today,
                reason=told.left[1],
                on=self.stage.today,
                by=adviser,
            )

    # ── Days ─────────────────────────────────────────────────────────────────────────

    def _day(self, told: Day) -> date:
        return self.stage.calendar.day(*told)

    def _write(self, told: Day, act: Callable[[], object], *, at: time = _MORNING) -> None:
        self.stage.agenda.write(self._day(told), act, at=at)
