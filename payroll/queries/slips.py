"""Payslips once computed: a run with its rows, its figures and what is left to do; one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounting import queries as ledger
from accounting.rules import Available, Distribution
from cae.core.charts import Segment, Tone
from cae.core.models import Cooperative, OutboxMessage
from cae.core.money import ZERO, to_cents
from cae.core.periods import Month, months_called
from cae.core.search import Sought
from cae.core.tenancy import current_tenant_id
from entrepreneurs import queries as people
from entrepreneurs import rules as people_rules
from entrepreneurs.models import ActivityMember, Entrepreneur
from payroll.enums import PayslipStatus, RowState
from payroll.models import PayrollRun, Payslip, PayslipPart, SalaryChoice, TransferBatch
from payroll.queries.payees import PAID_CONTRACTS
from payroll.rules.controls import Control
from payroll.rules.frozen import thawed
from payroll.rules.slip import Slip

_DONE = ~Q(status=PayslipStatus.DRAFT)
_STATES = {
    RowState.BLOCKED: Q(status=PayslipStatus.DRAFT, blocking__gt=0),
    RowState.TO_CHECK: Q(status=PayslipStatus.DRAFT, blocking=0, to_check__gt=0),
    RowState.READY: Q(status=PayslipStatus.DRAFT, blocking=0, to_check=0),
    RowState.VALIDATED: _DONE,
}


@dataclass(frozen=True, slots=True)
class RunFigures:
    """What a run adds up to, and how far it is; amounts in EUR."""

    gross: Decimal
    contributions: Decimal
    net_paid: Decimal
    cost: Decimal
    previous_gross: Decimal
    count: int
    states: Mapping[RowState, int]
    paid: int
    documents: int

    @property
    def validated(self) -> int:
        return self.states[RowState.VALIDATED]

    @property
    def is_over(self) -> bool:
        return bool(self.count) and self.paid == self.count

    @property
    def change(self) -> Decimal | None:
        """Return the change of the gross since the month before, as a fraction."""
        if not self.previous_gross:
            return None
        return (self.gross - self.previous_gross) / self.previous_gross


def run_figures(run: PayrollRun) -> RunFigures:
    """Return the totals and the counts of a run, in two queries."""
    counts = {f"in_{s}": Count("id", filter=condition) for s, condition in _STATES.items()}
    totals = Payslip.objects.filter(run=run).aggregate(
        **{name: Sum(name, default=ZERO) for name in ("gross", "net_paid", "cost")},
        net=Sum("net_before_tax", default=ZERO),
        count=Count("id"),
        paid=Count("id", filter=Q(status=PayslipStatus.PAID)),
        documents=Count("id", filter=_DONE & Q(document__isnull=False)),
        **counts,
    )
    previous = Month.of(run.month).previous().first_day
    before = Payslip.objects.filter(month=previous).aggregate(gross=Sum("gross", default=ZERO))
    return RunFigures(
        gross=totals["gross"],
        contributions=totals["cost"] - totals["net"],
        net_paid=totals["net_paid"],
        cost=totals["cost"],
        previous_gross=before["gross"],
        count=totals["count"],
        states={state: totals[f"in_{state}"] for state in RowState},
        paid=totals["paid"],
        documents=totals["documents"],
    )


def run_slips(
    run: PayrollRun, *, state: RowState | None = None, search: str = ""
) -> QuerySet[Payslip]:
    """Return the payslips of a run by name, those of a state or whose name or activity matches."""
    slips = Payslip.objects.filter(run=run).order_by("entrepreneur__sort_name", "id")
    if state is not None:
        slips = slips.filter(_STATES[state])
    for word in people_rules.sort_name("", search).split():
        trades = ActivityMember.objects.filter(
            entrepreneur=OuterRef("entrepreneur_id"), activity__name__icontains=word
        )
        slips = slips.filter(Q(entrepreneur__sort_name__contains=word) | Exists(trades))
    return slips


@dataclass(frozen=True, slots=True)
class Row:
    """A payslip as the table of a run shows it; amounts in EUR."""

    payslip: Payslip
    name: str
    activities: str
    cashed: Decimal
    segments: Sequence[Segment]
    controls: Sequence[Control]
    is_stale: bool
    """Whether the person changed their choice since it was computed."""

    @property
    def state(self) -> RowState:
        return state_of(self.payslip)


def rows(slips: Sequence[Payslip]) -> list[Row]:
    """Return the rows of a page of one run's payslips, in their order, in five queries."""
    if not slips:
        return []
    month = Month.of(slips[0].month)
    persons = Entrepreneur.objects.defer("nir", "iban").in_bulk(
        slip.entrepreneur_id for slip in slips
    )
    parts: dict[int, list[PayslipPart]] = {}
    for part in PayslipPart.objects.filter(payslip__in=slips).prefetch_related("activity"):
        parts.setdefault(part.payslip_id, []).append(part)
    analytics = {part.activity.analytic_id for mine in parts.values() for part in mine}
    spent = ledger.distributions(analytics, [month])
    chosen = dict(
        SalaryChoice.objects.filter(entrepreneur__in=persons, month=month.first_day).values_list(
            "entrepreneur_id", "made_at"
        )
    )
    found = []
    for slip in slips:
        mine = parts.get(slip.pk, [])
        cashed = sum((to_cents(spent[p.activity.analytic_id].cashed * p.share) for p in mine), ZERO)
        made_at = chosen.get(slip.entrepreneur_id)
        found.append(
            Row(
                payslip=slip,
                name=persons[slip.entrepreneur_id].full_name,
                activities=", ".join(part.activity.name for part in mine),
                cashed=cashed,
                segments=segments_of(slip, mine, spent, cashed=cashed),
                controls=controls_of(slip),
                is_stale=slip.is_draft and made_at is not None and made_at > slip.computed_at,
            )
        )
    return found


def segments_of(
    slip: Payslip,
    parts: Iterable[PayslipPart],
    spent: Mapping[int, Distribution],
    *,
    cashed: Decimal,
) -> list[Segment]:
    """Return the band of one person's month: where what came in goes with this pay."""
    contribution = expenses = exchanged = ZERO
    for part in parts:
        month = spent[part.activity.analytic_id]
        contribution += to_cents(month.contribution * part.share)
        expenses += to_cents(month.expenses * part.share)
        exchanged += to_cents(month.exchanged * part.share)
    return band(
        cashed=cashed + exchanged,
        salary=slip.net_before_tax,
        social=slip.cost - slip.net_before_tax,
        contribution=contribution,
        expenses=expenses,
    )


def band(
    *,
    cashed: Decimal,
    salary: Decimal,
    social: Decimal,
    contribution: Decimal,
    expenses: Decimal,
) -> list[Segment]:
    """Return the segments of a distribution, in their fixed order; the reserve is the rest."""
    reserve = cashed - salary - social - contribution - expenses
    return [
        Segment("Salaire net", salary, Tone.NET),
        Segment("Cotisations sociales", social, Tone.SOCIAL),
        Segment("Contribution coopérative", contribution, Tone.COOPERATIVE),
        Segment("Frais", expenses, Tone.EXPENSES),
        Segment("Réserve", reserve, Tone.RESERVE),
    ]


def state_of(payslip: Payslip) -> RowState:
    """Return where a payslip stands for the officer who reads the run."""
    if not payslip.is_draft:
        return RowState.VALIDATED
    if payslip.blocking:
        return RowState.BLOCKED
    return RowState.TO_CHECK if payslip.to_check else RowState.READY


def controls_of(payslip: Payslip) -> list[Control]:
    """Return the points of a payslip as the values the rules know."""
    return [thawed(Control, kept) for kept in payslip.controls]


def slip_of(payslip: Payslip) -> Slip:
    """Return the computed payslip as the value the engine made, line by line."""
    return thawed(Slip, payslip.slip)


def detail_of(part: PayslipPart) -> Available:
    """Return how the available money of the activity was obtained when the pay was computed."""
    return thawed(Available, part.detail)


@dataclass(frozen=True, slots=True)
class Variables:
    """How many of those to pay made their choice for the month."""

    chosen: int
    expected: int


def variables(month: Month) -> Variables:
    """Return how many of the people a month pays chose their salary for it, in two queries."""
    ids = list(people.contracts_in(month, *PAID_CONTRACTS))
    chosen = SalaryChoice.objects.filter(entrepreneur__in=ids, month=month.first_day).count()
    return Variables(chosen, len(ids))


@dataclass(frozen=True, slots=True)
class Progress:
    """How many validated payslips of a run have their PDF, and whether more are on their way."""

    done: int
    total: int
    waiting: int
    """Asked for, not made yet."""

    @property
    def is_running(self) -> bool:
        return self.waiting > 0

    @property
    def is_over(self) -> bool:
        return self.done == self.total


def documents_progress(run: PayrollRun) -> Progress:
    """Return how far the PDFs of a run are, in two queries."""
    slips = list(Payslip.objects.filter(_DONE, run=run).only("document_id", "revision").order_by())
    missing = [slip for slip in slips if slip.document_id is None]
    waiting = (
        OutboxMessage.objects.filter(
            key__in=[document_key(slip) for slip in missing], done_at=None
        ).count()
        if missing
        else 0
    )
    return Progress(len(slips) - len(missing), len(slips), waiting)


def document_key(payslip: Payslip) -> str:
    """Return the key under which the PDF of a payslip as it stands is asked for, once for ever."""
    key = f"payslip-pdf:{payslip.pk}"
    return key if payslip.revision == 1 else f"{key}:{payslip.revision}"


def documented_slips(run: PayrollRun) -> QuerySet[Payslip]:
    """Return the payslips of a run that have their PDF, by name."""
    return (
        run_slips(run)
        .filter(document__isnull=False)
        .prefetch_related("document")
        .defer("slip", "inputs", "controls")
    )


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The payslips before and after one in its run, by name."""

    previous_id: int | None
    next_id: int | None


def neighbours(payslip: Payslip) -> Neighbours:
    """Return what the keys « previous » and « next » lead to."""
    ids = list(run_slips(payslip.run).values_list("pk", flat=True))
    place = ids.index(payslip.pk)
    return Neighbours(
        ids[place - 1] if place else None, ids[place + 1] if place + 1 < len(ids) else None
    )


def batches(run: PayrollRun) -> list[TransferBatch]:
    """Return the batches of a run, the latest first, withdrawn or not."""
    return list(run.batches.order_by("-id"))


def run_of(month: Month) -> PayrollRun | None:
    """Return the run of a month, None where it is not open."""
    return PayrollRun.objects.filter(month=month.first_day, rank=1).first()


def runs() -> QuerySet[PayrollRun]:
    """Return every run, the latest month first, with its totals."""
    return PayrollRun.objects.annotate(
        slips=Count("payslips"),
        done=Count("payslips", filter=~Q(payslips__status=PayslipStatus.DRAFT)),
        gross=Sum("payslips__gross", default=ZERO),
        net_paid=Sum("payslips__net_paid", default=ZERO),
        cost=Sum("payslips__cost", default=ZERO),
    ).order_by("-month", "-rank")


def own_payslips(person: Entrepreneur) -> QuerySet[Payslip]:
    """Return the validated payslips of a person, the latest first."""
    return (
        Payslip.objects.filter(entrepreneur=person)
        .exclude(status=PayslipStatus.DRAFT)
        .select_related(None)
        .order_by("-month", "-id")
    )


def payslip_for(person: Entrepreneur, month: Month) -> Payslip | None:
    """Return the payslip of a person for a month, draft or not."""
    return Payslip.objects.filter(entrepreneur=person, month=month.first_day).last()


def choice_deadline(month: Month) -> date:
    """Return the last day on which a person may choose the salary of a month."""
    cooperative = Cooperative.objects.only("salary_choice_day").get(pk=current_tenant_id())
    return month.first_day.replace(day=min(cooperative.salary_choice_day, month.last_day.day))


def found_payslips(
    wanted: Sought, *, person: Entrepreneur | None = None, most: int
) -> list[Payslip]:
    """Return payslips by name, month (`nov`, `2026`) or amount, the latest first, two queries.

    With `person`, theirs once validated; each comes with who it is for.
    """
    slips = Payslip.objects.order_by("-month", "-id") if person is None else own_payslips(person)
    text = Q()
    for word in wanted.words:
        named = Entrepreneur.objects.filter(sort_name__contains=word)
        text &= Q(entrepreneur__in=named.values("pk")) | _in_month(word)
    if wanted.amounts is not None:
        for amount in ("gross", "net_before_tax", "net_paid", "cost"):
            text |= Q(**{f"{amount}__range": wanted.amounts})
    found = slips.filter(text).defer("inputs", "slip", "controls")
    return list(found.prefetch_related("entrepreneur")[:most])


def _in_month(word: str) -> Q:
    """Return the payslips of the month or the year that a word without accents names."""
    if word.isdecimal() and len(word) == len("2026"):
        return Q(month__year=int(word))
    return Q(month__month__in=months_called(word))
