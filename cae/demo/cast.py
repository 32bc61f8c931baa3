"""What the data of a demonstration is made of: people, what they sell, to whom, how they live.

A day is told as (months from the demo's month, day of that month): (-20, 1) in November 2026 is
1 March 2025. Amounts in EUR.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from typing import Any

from accounting.rules import Contribution
from cae.onboarding import Administrator, Identity
from entrepreneurs.actions import Card
from entrepreneurs.enums import ContractEnd
from governance.enums import AssemblyKind, MandateKind, VoteMode
from invoicing.enums import CustomerKind, Nature, Unit, Vehicle

Day = tuple[int, int]

EVEN = (8, 8, 8, 9, 9, 9, 7, 4, 9, 10, 10, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    """Someone of the team, and the roles they hold."""

    first_name: str
    last_name: str
    job: str
    roles: tuple[str, ...]
    email: str
    #: Associate of the cooperative since that day, with that many shares.
    member: Day | None = None
    shares: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An entrepreneur, and the dated steps of their path."""

    key: str
    first_name: str
    last_name: str
    email: str
    born: date
    is_woman: bool
    street: str
    postcode: str
    town: str
    phone: str
    met: Day
    capes: tuple[Day, ...] = ()
    cesa: Day | None = None
    member: Day | None = None
    left: tuple[Day, ContractEnd] | None = None
    fixed_part: int = 150
    shares: int = 10
    #: Personal rate of the withholding tax; the neutral grid without it.
    rate: Decimal | None = None
    #: Another role held in the cooperative, and since when.
    also: tuple[str, Day] | None = None
    #: What is asked of each month's pay: a mode of `SalaryMode` and its amount.
    wish: tuple[str, int] = ("all", 0)
    is_small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something sold, at a price without VAT; `most` is the usual largest quantity."""

    label: str
    price: int
    unit: Unit = Unit.LUMP_SUM
    vat: str = "20"
    nature: Nature = Nature.SERVICES
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A customer: how long they take to pay, in days, and how often they are late, in percent."""

    name: str
    street: str = ""
    postcode: str = "35000"
    town: str = "Rennes"
    kind: CustomerKind = CustomerKind.COMPANY
    contact: str = ""
    email: str = ""
    delay: int = 30
    late: int = 10
    country: str = "FR"
    vat_number: str = ""
    weight: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """An expense that comes back: its type, its range with VAT, how often a month in percent."""

    code: str
    label: str
    low: int
    high: int
    often: int = 60
    #: VAT printed on the ticket, in percent of the amount without it.
    vat: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Kilometres driven for work, there and back, with what."""

    origin: str
    destination: str
    reason: str
    distance: int
    vehicle: Vehicle = Vehicle.CAR
    power: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """An activity (enseigne): who shares it, what it sells and spends in a year."""

    name: str
    trade: str
    #: Keys of its people, and the weight of each.
    partners: tuple[tuple[str, int], ...]
    opened: Day
    closed: Day | None = None
    #: Turnover without VAT, and invoices, in a whole year.
    yearly: int
    invoices: int
    offers: tuple[Offer, ...]
    clients: tuple[Client, ...]
    seasons: tuple[int, ...] = EVEN
    #: Share of the invoices that come from a quote, in percent.
    quoted: int = 50
    ceiling: int = 0
    reserve: int = 0
    spendings: tuple[Spending, ...] = ()
    journey: Journey | None = None
    #: Days before today when chance stops: what comes after is written by hand.
    told_from: int = 0
    is_small: bool = False
    #: What its customers read of it; with one comes a logo.
    card: Card | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate:
    """A member of the cooperative who neither works nor trades there."""

    first_name: str
    last_name: str
    email: str
    since: Day
    shares: int
    college: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What a member of the team or an entrepreneur, by e-mail, was elected to, for years."""

    email: str
    kind: MandateKind
    since: Day
    years: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A resolution, with votes against and abstentions if it was decided.

    `{year}` in its words is the fiscal year it is about.
    """

    title: str
    text: str = ""
    parts: tuple[tuple[str, int], ...] = ()
    mode: VoteMode = VoteMode.PUBLIC
    against: int = 0
    abstained: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """An assembly: held on a day of the past, or coming a fortnight after the demo's day."""

    kind: AssemblyKind
    questions: tuple[Question, ...]
    place: str
    at: time = time(18)
    day: Day | None = None
    chair: str = ""
    is_remote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A whole cooperative: who it is, its team, its people, their trades."""

    identity: Identity
    contribution: Contribution
    administrator: Administrator
    settings: dict[str, Any]
    team: tuple[TeamMember, ...]
    people: tuple[Person, ...]
    shops: tuple[Shop, ...]
    #: Value of a share.
    nominal: Decimal
    associates: tuple[Associate, ...] = ()
    mandates: tuple[Mandate, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    #: Months before the demo's month when its first day in the software is.
    opened: Day

    def small(self) -> Company:
        """Return the same cooperative with a few of its people only."""
        return replace(
            self,
            people=tuple(person for person in self.people if person.is_small),
            shops=tuple(shop for shop in self.shops if shop.is_small),
        )
