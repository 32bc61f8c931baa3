"""Questions about people, their activities and their path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from cae.core.enums import Right
from cae.core.models import AuditEvent, Cooperative, Membership
from cae.core.periods import Month
from cae.core.prepared import Among, Given, Prepared
from cae.core.search import Sought, matching
from cae.core.tenancy import OwnIds
from entrepreneurs import rules
from entrepreneurs.enums import ContractKind, Situation, StepKind
from entrepreneurs.models import (
    Activity,
    ActivityMember,
    Branch,
    Contract,
    Entrepreneur,
    PathStep,
    StaffMember,
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something the path asks for by a day."""

    person: Entrepreneur
    label: str
    on: date
    days_left: int

    @property
    def is_past(self) -> bool:
        return self.days_left < 0


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a path as a line shows it: done, current or to come."""

    label: str
    starts_on: date | None
    ends_on: date | None
    state: str  # done, current, todo
    #: To come: by when at the latest.
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class SharedActivity:
    """An activity, the weight of one person in it and the weight of all."""

    activity: Activity
    share: Decimal
    total: Decimal
    people: int

    @property
    def rate(self) -> Decimal:
        """The person's part as a fraction, to show: amounts are shared by their weights."""
        return self.share / self.total


# -- who ---------------------------------------------------------------------------------------


def own_ids(membership: Membership) -> OwnIds | None:
    """Return what an entrepreneur's membership may see; None where no person answers to it.

    Past parts count: who left an activity still reads what they lived through there.
    """
    person_id = (
        Entrepreneur.objects.filter(membership=membership).values_list("pk", flat=True).first()
    )
    if person_id is None:
        return None
    parts = (
        ActivityMember.objects.filter(entrepreneur_id=person_id)
        .order_by("activity_id")
        .values_list("activity_id", "activity__analytic_id")
        .distinct()
    )
    activity_ids, analytic_ids = zip(*parts, strict=True) if parts else ((), ())
    return OwnIds(person_id, activity_ids, analytic_ids)


def person_of(membership: Membership) -> Entrepreneur | None:
    """Return the entrepreneur who signs in with this membership, with their adviser."""
    return Entrepreneur.objects.filter(membership=membership).select_related("adviser").first()


def display_name(membership: Membership) -> str:
    """Return the name of who signs in with this membership, else their e-mail."""
    return display_names([membership])[membership.pk]


def display_names(memberships: Iterable[Membership]) -> dict[int, str]:
    """Return the name of each, by the id of the membership; an e-mail where there is no record."""
    by_id = {place.pk: place for place in memberships}
    return {pk: place.user.email for pk, place in by_id.items()} | recorded_names(by_id)


def recorded_names(memberships: Iterable[Membership | int]) -> dict[int, str]:
    """Return the names of those whose record the reader may see, by the id of the membership."""
    wanted = [place if isinstance(place, int) else place.pk for place in memberships]
    return {pk: f"{first} {last}" for pk, first, last in _names(memberships=wanted)}


@Prepared
def _names(*, memberships: Given) -> QuerySet:
    staff, entrepreneurs = (
        model.objects.filter(Among(F("membership_id"), memberships))
        .order_by()
        .values_list("membership_id", "first_name", "last_name")
        for model in (StaffMember, Entrepreneur)
    )
    return staff.union(entrepreneurs, all=True)


def advisers() -> list[StaffMember]:
    """Return who of the staff follows somebody, by name."""
    return _advisers()


@Prepared
def _advisers() -> QuerySet[StaffMember]:
    people = Entrepreneur.objects.exclude(adviser=None)
    return StaffMember.objects.filter(pk__in=people.values("adviser_id"))


def branches() -> list[Branch]:
    """Return the branches, those in service first, by name."""
    return _branches()


@Prepared
def _branches() -> QuerySet[Branch]:
    return Branch.objects.order_by("is_archived", "name", "id")


def administrators(cooperative: Cooperative) -> list[tuple[str, str]]:
    """Return the name and the e-mail of who may change the settings, by name."""
    places = Membership.objects.filter(
        cooperative=cooperative, is_active=True, role__rights__contains=[Right.CONFIGURE]
    ).select_related("user")
    names = display_names(places)
    return sorted((names[place.pk], place.user.email) for place in places)


def people(
    *, search: str = "", situation: Situation | None = None, adviser: StaffMember | None = None
) -> QuerySet[Entrepreneur]:
    """Return people by name, with adviser, open activities and contracts; four queries in all.

    `search` looks in the name, the e-mail, and the name and code of their activities; every
    word must be found.
    """
    found = Entrepreneur.objects.order_by("sort_name", "id")
    if situation is not None:
        found = found.filter(situation=situation)
    if adviser is not None:
        found = found.filter(adviser=adviser)
    for word in rules.sort_name("", search).split():
        trades = ActivityMember.objects.filter(entrepreneur=OuterRef("pk")).filter(
            Q(activity__name__icontains=word) | Q(activity__code__iexact=word)
        )
        found = found.filter(
            Q(sort_name__contains=word) | Q(email__icontains=word) | Exists(trades)
        )
    parts = ActivityMember.objects.filter(valid_to=None).select_related("activity__branch")
    return found.prefetch_related(
        "adviser", "contracts", Prefetch("parts", queryset=parts, to_attr="current_parts")
    )


def situation_counts() -> dict[Situation, int]:
    """Return how many people stand at each situation, all situations in the path's order."""
    counted = dict(Entrepreneur.objects.order_by().values_list("situation").annotate(Count("id")))
    return {situation: counted.get(situation, 0) for situation in Situation}


# -- activities --------------------------------------------------------------------------------


def activities_of(person: Entrepreneur, *, on: date) -> list[Activity]:
    """Return the activities a person has a part in on a day, by name."""
    return list(
        Activity.objects.filter(
            pk__in=_parts_on(on).filter(entrepreneur=person).values("activity_id")
        )
    )


def open_activities_of(person: Entrepreneur, *, on: date) -> list[Activity]:
    """Return those of `activities_of` that are not closed: where one may still work."""
    return [
        activity
        for activity in activities_of(person, on=on)
        if activity.closed_on is None or activity.closed_on >= on
    ]


def shared_activities(person: Entrepreneur, *, on: date) -> list[SharedActivity]:
    """Return the activities a person has a part in on a day, with the weights of its key."""
    activities = activities_of(person, on=on)
    key: dict[int, dict[int, Decimal]] = defaultdict(dict)
    for part in _parts_on(on).filter(activity__in=activities):
        key[part.activity_id][part.entrepreneur_id] = part.share
    return [
        SharedActivity(
            activity,
            share=key[activity.pk][person.pk],
            total=sum(key[activity.pk].values(), Decimal(0)),
            people=len(key[activity.pk]),
        )
        for activity in activities
    ]


def shares_on(activity: Activity, *, on: date) -> list[tuple[Entrepreneur, Decimal]]:
    """Return who shares an activity on a day, with the weight of each, by name."""
    parts = _parts_on(on).filter(activity=activity).prefetch_related("entrepreneur")
    pairs = [(part.entrepreneur, part.share) for part in parts]
    return sorted(pairs, key=lambda pair: pair[0].sort_name)


def weights_of(activity: Activity, *, on: date) -> dict[int, Decimal]:
    """Return the weight of each in the sharing key of an activity on a day, by the person's id."""
    parts = _parts_on(on).filter(activity=activity).order_by("entrepreneur_id")
    return dict(parts.values_list("entrepreneur_id", "share"))


def _parts_on(day: date) -> QuerySet[ActivityMember]:
    return ActivityMember.objects.filter(valid_from__lte=day).filter(
        Q(valid_to=None) | Q(valid_to__gte=day)
    )


# -- contracts and path ------------------------------------------------------------------------


def contract_on(person: Entrepreneur, day: date) -> Contract | None:
    """Return the contract that covers a day: there is one at most."""
    found = _covering(person=person.pk, day=day)
    return found[0] if found else None


@Prepared
def _covering(*, person: Given, day: Given) -> QuerySet[Contract]:
    return _contracts_within(day, day).filter(entrepreneur=person).order_by("id")[:1]


def contracts_in(month: Month, *kinds: ContractKind) -> dict[int, Contract]:
    """Return the contract of each person during a month, by the person's id; the last of two.

    :param kinds: only contracts of these kinds; of any kind when none is given.
    """
    covering = _contracts_within(month.first_day, month.last_day).order_by("starts_on")
    if kinds:
        covering = covering.filter(kind__in=kinds)
    return {contract.entrepreneur_id: contract for contract in covering}


def presence_in(month: Month, *kinds: ContractKind) -> dict[int, Fraction]:
    """Return the share of the days of a month that each person is under such contracts."""
    first, last = month.first_day, month.last_day
    days: dict[int, int] = defaultdict(int)
    for contract in _contracts_within(first, last).filter(kind__in=kinds):
        until = min(contract.ends_on or last, last)
        days[contract.entrepreneur_id] += (until - max(contract.starts_on, first)).days + 1
    return {person: Fraction(count, last.day) for person, count in days.items()}


def _contracts_within(first: date | Given, last: date | Given) -> QuerySet[Contract]:
    return Contract.objects.filter(starts_on__lte=last).filter(
        Q(ends_on=None) | Q(ends_on__gte=first)
    )


def terms_of(person: Entrepreneur) -> list[rules.Terms]:
    """Return a person's contracts as the rules read them, oldest first."""
    return [_terms(contract) for contract in person.contracts.order_by("starts_on")]


def association_deadline(person: Entrepreneur) -> date | None:
    """Return the day by which the person must become associate; None where nothing runs.

    Nothing runs without a CESA, nor once associate or gone.
    """
    if person.situation != Situation.EMPLOYEE:
        return None
    return rules.association_deadline(terms_of(person))


def deadlines(*, on: date, within_days: int = rules.ALERT_DAYS[0]) -> list[Deadline]:
    """Return what the paths ask for within so many days, or is overdue; the nearest first.

    End of a CAPE, end of a trial, last day to become associate.
    """
    horizon = on + timedelta(days=within_days)
    present = Entrepreneur.objects.exclude(
        situation__in=[Situation.CANDIDATE, Situation.LEFT]
    ).prefetch_related("contracts")
    due = [
        Deadline(person, label, day, (day - on).days)
        for person in present
        for label, day in _asked_of(person, on=on)
        if day <= horizon
    ]
    return sorted(due, key=lambda d: (d.on, d.person.sort_name))


def next_deadline(person: Entrepreneur, *, on: date) -> Deadline | None:
    """Return what the path asks for first of someone present, overdue or not."""
    if person.situation in (Situation.CANDIDATE, Situation.LEFT):
        return None
    asked = sorted(_asked_of(person, on=on), key=lambda due: due[1])
    return next((Deadline(person, label, day, (day - on).days) for label, day in asked), None)


def trail_of(person: Entrepreneur, *, last: int = 20) -> list[AuditEvent]:
    """Return the latest traces of a record, its contracts and its steps."""
    about = Q(target_type=Entrepreneur._meta.label_lower, target_id=person.pk)
    for model in (Contract, PathStep):
        rows = model.objects.filter(entrepreneur=person).values("pk")
        about |= Q(target_type=model._meta.label_lower, target_id__in=rows)
    return list(
        AuditEvent.objects.filter(about).select_related("membership__user").order_by("-id")[:last]
    )


def path_of(person: Entrepreneur, *, on: date) -> list[Stretch]:
    """Return the path as a line: what was, where the person is, what must come and by when."""
    steps = list(person.steps.order_by("on", "id"))
    contracts = list(person.contracts.order_by("starts_on"))
    line = [
        Stretch(label, first, last, _state(first, last, on))
        for label, first, last in [*_met(steps), *_bound(contracts), *_belonged(steps)]
    ]
    line.sort(key=lambda stretch: stretch.starts_on or date.max)
    deadline = association_deadline(person)
    if deadline is not None:
        line.append(Stretch("Associé·e", None, None, "todo", due_on=deadline))
    line += [
        Stretch(step.note or step.get_kind_display(), step.on, step.on, "done")
        for step in steps
        if step.kind == StepKind.EXIT
    ]
    return line


def _terms(contract: Contract) -> rules.Terms:
    return rules.Terms(
        kind=ContractKind(contract.kind),
        starts_on=contract.starts_on,
        ends_on=contract.ends_on,
        trial_ends_on=contract.trial_ends_on,
    )


def _asked_of(person: Entrepreneur, *, on: date) -> list[tuple[str, date]]:
    """Return the deadlines of one person; reads their contracts once if not prefetched."""
    contracts = sorted(person.contracts.all(), key=lambda c: c.starts_on)
    asked = []
    last = contracts[-1] if contracts else None
    if last is not None and last.kind == ContractKind.CAPE and last.ends_on is not None:
        asked.append(("Fin du CAPE", last.ends_on))
    asked += [
        ("Fin de la période d’essai", c.trial_ends_on)
        for c in contracts
        if c.trial_ends_on is not None and c.trial_ends_on >= on
    ]
    if person.situation == Situation.EMPLOYEE:
        deadline = rules.association_deadline([_terms(c) for c in contracts])
        if deadline is not None:
            asked.append(("Devenir associé·e", deadline))
    return asked


def _met(steps: Sequence[PathStep]) -> list[tuple[str, date, date | None]]:
    meetings = (StepKind.INFORMATION, StepKind.DIAGNOSIS)
    return [(step.get_kind_display(), step.on, step.on) for step in steps if step.kind in meetings]


def _bound(contracts: Sequence[Contract]) -> list[tuple[str, date, date | None]]:
    """Return the contracts, renewed CAPE that follow each other as one."""
    line: list[tuple[str, date, date | None]] = []
    for contract in contracts:
        label = contract.get_kind_display()
        if line and line[-1][0] == label and line[-1][2] == contract.starts_on - timedelta(days=1):
            line[-1] = (label, line[-1][1], contract.ends_on)
        else:
            line.append((label, contract.starts_on, contract.ends_on))
    return line


def _belonged(steps: Sequence[PathStep]) -> list[tuple[str, date, date | None]]:
    line: list[tuple[str, date, date | None]] = []
    for step in steps:
        if step.kind == StepKind.ASSOCIATION:
            line.append(("Associé·e", step.on, None))
        elif step.kind in (StepKind.MEMBERSHIP_END, StepKind.EXIT) and line:
            label, first, last = line[-1]
            line[-1] = (label, first, last or step.on)
    return line


def _state(first: date, last: date | None, on: date) -> str:
    if first > on:
        return "todo"
    return "current" if last is None or last >= on else "done"


# -- what the search of the top bar finds --------------------------------------------------------


def found_people(wanted: Sought, *, most: int) -> list[Entrepreneur]:
    """Return people by name or e-mail, in the order of their names."""
    return list(matching(Entrepreneur.objects.all(), wanted, "sort_name", "email__folded")[:most])


def found_activities(wanted: Sought, *, most: int) -> list[Activity]:
    """Return activities by name, code or trade, each with its people (`members`); three queries."""
    columns = ("name__folded", "code__folded", "trade__folded")
    found = matching(Activity.objects.all(), wanted, *columns)
    return list(found.prefetch_related("members__entrepreneur")[:most])


def activity_names(ids: Iterable[int]) -> dict[int, str]:
    """Return the name of each of these activities, by its id."""
    return dict(_activity_names(ids=list(set(ids))))


@Prepared
def _activity_names(*, ids: Given) -> QuerySet:
    return Activity.objects.filter(Among(F("id"), ids)).order_by().values_list("pk", "name")
