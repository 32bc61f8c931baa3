"""Cooperative life, read: the register of members, the assemblies and what they decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cae.core import clock
from cae.core.charts import Segment, Tone
from cae.core.enums import Right
from cae.core.pages import chips, page_of
from cae.core.permissions import has_right, requires
from cae.core.requests import PlaceRequest
from governance import permissions, queries, rules
from governance.enums import AssemblyStatus, ResolutionStatus
from governance.models import Assembly, Resolution

_FORMER = "sortis"

_ASSEMBLY_TONES = {
    AssemblyStatus.CONVENED: "info",
    AssemblyStatus.OPEN: "danger",
    AssemblyStatus.CLOSED: "ok",
}
_RESULT_TONES = {
    ResolutionStatus.ADOPTED: ("ok", "check"),
    ResolutionStatus.REJECTED: ("danger", "x"),
    ResolutionStatus.NO_QUORUM: ("warning", "users"),
}
_PART_TONES = (Tone.NET, Tone.SOCIAL, Tone.COOPERATIVE, Tone.EXPENSES, Tone.RESERVE)


@dataclass(frozen=True, slots=True)
class Question:
    """A resolution as its card shows it."""

    resolution: Resolution
    tone: str
    icon: str
    votes: list[Segment]
    counted: str
    parts: list[Segment]

    @property
    def is_decided(self) -> bool:
        return self.resolution.decided_at is not None


@require_safe
@requires(Right.SEE_MEMBERS)
def members(request: PlaceRequest, slug: str) -> HttpResponse:
    today = clock.today()
    search = request.GET.get("q", "")[:80]
    former = request.GET.get("qui") == _FORMER
    summary = queries.register_summary(on=today)
    return render(
        request,
        "governance/members.html",
        {
            "page": page_of(request, queries.register(on=today, search=search, former=former)),
            "summary": summary,
            "mandates": list(queries.mandates_on(today)),
            "today": today,
            "q": search,
            "former": former,
            "chips": chips(
                request,
                "qui",
                {"": ("Au registre", summary.members), _FORMER: ("Ont quitté le registre", None)},
            ),
        },
    )


@require_safe
@requires(Right.SEE_MEMBERS)
def member(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = permissions.fetch_member(request.membership, pk)
    register = reverse("governance:members", args=[slug])
    return render(
        request,
        "governance/member.html",
        {
            "member": found,
            "holding": queries.holding_of(found),
            "periods": list(found.periods.select_related("admitted_by__assembly")),
            "movements": list(found.movements.all()),
            "mandates": list(found.mandates.all()),
            "may_see_person": has_right(request.membership, Right.SEE_PEOPLE),
            "crumbs": [("Associés", register), (found.full_name, "")],
        },
    )


@require_safe
@requires(Right.SEE_ASSEMBLIES)
def assemblies(request: PlaceRequest, slug: str) -> HttpResponse:
    found = queries.assemblies()
    if not has_right(request.membership, Right.STEER):
        found = found.exclude(status=AssemblyStatus.DRAFT)
    page = page_of(request, found)
    today = clock.today()
    rows = [(row, _ASSEMBLY_TONES.get(AssemblyStatus(row.status), "")) for row in page]
    return render(
        request,
        "governance/assemblies.html",
        {
            "page": page,
            "coming": [row for row in reversed(rows) if _is_coming(row[0], today)],
            "past": [row for row in rows if not _is_coming(row[0], today)],
        },
    )


@require_safe
@requires(Right.SEE_ASSEMBLIES)
def assembly(request: PlaceRequest, slug: str, pk: int) -> HttpResponse:
    found = permissions.fetch_assembly(request.membership, pk)
    agenda = queries.agenda(found)
    applied = list(dict.fromkeys(resolution.rule for resolution in agenda))
    quorum = queries.quorum_of(found, applied[0] if applied else None)
    return render(
        request,
        "governance/assembly.html",
        {
            "assembly": found,
            "tone": _ASSEMBLY_TONES.get(AssemblyStatus(found.status), ""),
            "questions": [_question(resolution) for resolution in agenda],
            "quorum": quorum,
            "ring": f"voix sur {quorum.registered}",
            "rules": [
                (rules.majority_words(rule.terms), rules.quorum_words(rule.terms), rule.source)
                for rule in applied
            ],
            "has_met": found.opened_at is not None,
            "crumbs": [("Assemblées", reverse("governance:assemblies", args=[slug])), (found, "")],
        },
    )


def _is_coming(assembly: Assembly, today: date) -> bool:
    over = (AssemblyStatus.CLOSED, AssemblyStatus.CANCELLED)
    return assembly.held_on >= today and assembly.status not in over


def _question(resolution: Resolution) -> Question:
    tone, icon = _RESULT_TONES.get(ResolutionStatus(resolution.status), ("", ""))
    return Question(
        resolution=resolution,
        tone=tone,
        icon=icon,
        votes=_votes(resolution),
        counted=_counted(resolution),
        parts=[
            Segment(label, Decimal(amount), part_tone)
            for (label, amount), part_tone in zip(resolution.parts, _PART_TONES, strict=False)
        ],
    )


def _votes(resolution: Resolution) -> list[Segment]:
    """Return the votes as the band draws them, in the fixed order of its colours."""
    counted = (
        ("Pour", resolution.votes_for, Tone.NET),
        ("Contre", resolution.votes_against, Tone.EXPENSES),
        ("Abstentions", resolution.abstained, Tone.RESERVE),
        ("Blancs", resolution.blank, Tone.RESERVE),
        ("Nuls", resolution.spoiled, Tone.RESERVE),
    )
    return [Segment(label, votes, tone) for label, votes, tone in counted if votes]


def _counted(resolution: Resolution) -> str:
    """Return `53 pour · 1 contre · 2 abstentions`."""
    if resolution.votes_for is None:
        return ""
    words = [f"{resolution.votes_for} pour", f"{resolution.votes_against} contre"]
    for count, one, several in (
        (resolution.abstained, "abstention", "abstentions"),
        (resolution.blank, "blanc", "blancs"),
        (resolution.spoiled, "nul", "nuls"),
    ):
        if count:
            words.append(f"{count} {one if count == 1 else several}")
    return " · ".join(words)
