"""Questions about members, their shares, mandates and assemblies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from cae.core.money import ZERO
from cae.core.search import Sought, matching
from entrepreneurs.models import Entrepreneur
from entrepreneurs.rules import sort_name
from governance import rules
from governance.enums import AssemblyKind, AssemblyStatus
from governance.models import (
    Assembly,
    DecisionRule,
    Mandate,
    Member,
    MemberPeriod,
    Resolution,
    ShareMovement,
)


@dataclass(frozen=True, slots=True)
class Register:
    """The register on a day, in one line."""

    members: int
    shares: int
    subscribed: Decimal
    paid: Decimal


@dataclass(frozen=True, slots=True)
class Quorum:
    """Where an assembly stands against the rule of its next question."""

    participants: int
    registered: int
    required: int

    @property
    def is_met(self) -> bool:
        return self.participants >= self.required


def members_on(day: date) -> QuerySet[Member]:
    """Return who is a member on a day, by name: the electorate."""
    return Member.objects.filter(pk__in=_periods_on(day).values("member_id"))


def register(*, on: date, search: str = "", former: bool = False) -> QuerySet[Member]:
    """Return the members of a day by name, or those who left before it; two queries in all.

    Each carries what it holds (`held_shares`, `held_subscribed`, `held_paid`) and its periods,
    the latest first (`dated`).
    """
    present = _periods_on(on).filter(member=OuterRef("pk"))
    found = Member.objects.filter(~Exists(present) if former else Exists(present))
    for word in sort_name("", search).split():
        found = found.filter(Q(sort_name__contains=word) | Q(email__icontains=word))
    periods = MemberPeriod.objects.order_by("-starts_on")
    return (
        found.annotate(
            held_shares=Coalesce(Sum("movements__shares"), 0),
            held_subscribed=Coalesce(Sum("movements__subscribed"), ZERO),
            held_paid=Coalesce(Sum("movements__paid"), ZERO),
        )
        .order_by("sort_name", "id")
        .prefetch_related(Prefetch("periods", queryset=periods, to_attr="dated"))
    )


def register_summary(*, on: date) -> Register:
    """Return how many members there are on a day, and the capital of the whole register."""
    held = ShareMovement.objects.filter(on__lte=on).aggregate(
        shares=Coalesce(Sum("shares"), 0),
        subscribed=Coalesce(Sum("subscribed"), ZERO),
        paid=Coalesce(Sum("paid"), ZERO),
    )
    return Register(members=_periods_on(on).count(), **held)


def holding_of(member: Member) -> rules.Holding:
    """Return what a member holds now."""
    return rules.holding(member.movements.all())


def member_of(person: Entrepreneur) -> Member | None:
    """Return the entry of an entrepreneur in the register, present or past."""
    return Member.objects.filter(entrepreneur=person).first()


def mandates_on(day: date) -> QuerySet[Mandate]:
    """Return the mandates running on a day, those ending first before the others."""
    return Mandate.objects.filter(starts_on__lte=day, ends_on__gte=day).order_by("ends_on", "id")


def ending_mandates(*, on: date, within_days: int = 183) -> list[Mandate]:
    """Return the running mandates that end within so many days, the nearest first."""
    return list(mandates_on(on).filter(ends_on__lte=on + timedelta(days=within_days)))


def assemblies() -> QuerySet[Assembly]:
    """Return assemblies, the latest first, with how many questions each has (`questions`)."""
    return Assembly.objects.annotate(questions=Count("resolutions")).order_by("-held_on", "-id")


def next_assembly(*, on: date) -> Assembly | None:
    """Return the nearest assembly called for that day or later."""
    called = [AssemblyStatus.CONVENED, AssemblyStatus.OPEN]
    return Assembly.objects.filter(held_on__gte=on, status__in=called).order_by("held_on").first()


def agenda(assembly: Assembly) -> list[Resolution]:
    """Return the questions of an assembly in their order, each with its rule."""
    return list(assembly.resolutions.select_related("rule").order_by("rank", "id"))


def decision_rule(kind: AssemblyKind, *, convocation: int, on: date) -> DecisionRule | None:
    """Return the version of the rule in force on a day."""
    return (
        DecisionRule.objects.filter(kind=kind, convocation=convocation, valid_from__lte=on)
        .order_by("-valid_from")
        .first()
    )


def quorum_of(assembly: Assembly, rule: DecisionRule | None) -> Quorum:
    """Return the attendance of an assembly against a rule's quorum."""
    registered = assembly.registered or 0
    required = 0
    if rule is not None:
        counts = rules.Counts(registered=registered, present=assembly.participants)
        required = rules.outcome(rule.terms, counts).quorum_required
    return Quorum(assembly.participants, registered, required)


def _periods_on(day: date) -> QuerySet[MemberPeriod]:
    return MemberPeriod.objects.filter(starts_on__lte=day).filter(
        Q(ends_on=None) | Q(ends_on__gte=day)
    )


def found_members(wanted: Sought, *, most: int) -> list[Member]:
    """Return members, present or past, by name or e-mail, in the order of their names."""
    return list(matching(Member.objects.all(), wanted, "sort_name", "email__folded")[:most])
