"""Assemblies: prepared, convened, held, and what they decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal

from django.db import transaction
from django.db.models import Max

from cae.core import audit
from cae.core.enums import LegalForm
from cae.core.models import Membership
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused, check_move
from governance import rules
from governance.enums import AssemblyKind, AssemblyStatus, ResolutionStatus, VoteMode
from governance.models import Assembly, DecisionRule, Elector, Resolution
from governance.queries import decision_rule, members_on


@transaction.atomic
def set_decision_rule(
    terms: rules.Decision,
    *,
    kind: AssemblyKind,
    convocation: int,
    valid_from: date,
    by: Membership | None,
    is_statutory: bool = False,
    quote: str = "",
) -> DecisionRule:
    """Put a rule of decision in force from a day on; the former version stays for the past.

    :raises ActionRefused: `rule_exists`, another takes effect the same day.
    """
    same = {"kind": kind, "convocation": convocation, "valid_from": valid_from}
    if DecisionRule.objects.filter(**same).exists():
        raise ActionRefused(
            f"Une autre règle prend déjà effet le {french_date(valid_from)}. Choisissez un autre "
            "jour.",
            code="rule_exists",
        )
    rule = DecisionRule.objects.create(
        **same,
        quorum_numerator=terms.quorum.numerator if terms.quorum else None,
        quorum_denominator=terms.quorum.denominator if terms.quorum else None,
        majority_numerator=terms.majority.numerator,
        majority_denominator=terms.majority.denominator,
        majority_strict=terms.strict,
        majority_base=terms.base,
        has_second_consultation=terms.has_second_consultation,
        source=terms.source,
        quote=quote,
        is_statutory=is_statutory,
    )
    audit.record(
        "decision_rule.set", rule, by=by, after={"source": rule.source, "from": valid_from}
    )
    return rule


@transaction.atomic
def prepare_assembly(
    *,
    kind: AssemblyKind,
    held_on: date,
    held_at: time,
    place: str,
    by: Membership | None,
    is_remote: bool = False,
    convocation: int = 1,
    first: Assembly | None = None,
) -> Assembly:
    """Open the draft of an assembly; nobody but those who steer sees it before its notices.

    :raises ActionRefused: `place_missing`.
    """
    if not place.strip():
        raise ActionRefused("Le lieu de l’assemblée manque.", code="place_missing")
    assembly = Assembly.objects.create(
        kind=kind,
        convocation=convocation,
        first=first,
        held_on=held_on,
        held_at=held_at,
        place=place.strip(),
        is_remote=is_remote,
    )
    audit.record("assembly.prepared", assembly, by=by, after={"held_on": held_on})
    return assembly


@transaction.atomic
def add_resolution(
    assembly: Assembly,
    *,
    title: str,
    by: Membership | None,
    text: str = "",
    parts: Sequence[tuple[str, Decimal]] = (),
    mode: VoteMode = VoteMode.PUBLIC,
    rule: DecisionRule | None = None,
) -> Resolution:
    """Put a question at the end of the agenda; its rule is that of the assembly unless given.

    :raises ActionRefused: `agenda_sent`, `no_rule`.
    """
    assembly = _locked(assembly)
    if assembly.status != AssemblyStatus.DRAFT:
        raise ActionRefused(
            "L’ordre du jour est parti avec la convocation\u00a0: il ne change plus.",
            code="agenda_sent",
        )
    rule = rule or decision_rule(
        AssemblyKind(assembly.kind), convocation=assembly.convocation, on=assembly.held_on
    )
    if rule is None:
        raise ActionRefused(
            "Aucune règle de décision n’est en vigueur ce jour-là. Réglez d’abord quorum et "
            "majorité d’après les statuts.",
            code="no_rule",
        )
    last = assembly.resolutions.aggregate(last=Max("rank"))["last"] or 0
    resolution = Resolution.objects.create(
        assembly=assembly,
        rank=last + 1,
        title=title.strip(),
        text=text.strip(),
        parts=[[label, str(amount)] for label, amount in parts],
        mode=mode,
        rule=rule,
    )
    audit.record("resolution.added", resolution, by=by, after={"title": resolution.title})
    return resolution


@transaction.atomic
def convene_assembly(assembly: Assembly, *, on: date, by: Membership | None) -> Assembly:
    """Freeze the electorate as of `on`, the day the notices leave.

    :raises ActionRefused: `illegal_move`, `no_agenda`, `notice_too_short`, `no_members`.
    """
    assembly = _moved(assembly, AssemblyStatus.CONVENED)
    if not assembly.resolutions.exists():
        raise ActionRefused(
            "L’ordre du jour est vide\u00a0: ajoutez une résolution avant de convoquer.",
            code="no_agenda",
        )
    form = LegalForm(assembly.tenant.legal_form)
    latest = rules.latest_notice(assembly.held_on, form, convocation=assembly.convocation)
    if on > latest:
        raise ActionRefused(
            f"Les convocations partent au plus tard le {french_date(latest)} pour une assemblée "
            f"le {french_date(assembly.held_on)}. Reportez l’assemblée.",
            code="notice_too_short",
        )
    members = list(members_on(on))
    if not members:
        raise ActionRefused("Le registre ne compte aucun associé à cette date.", code="no_members")
    Elector.objects.bulk_create(
        Elector(
            assembly=assembly,
            member=member,
            entrepreneur_id=member.entrepreneur_id,
            name=member.full_name,
            college=member.college,
        )
        for member in members
    )
    assembly.convened_on, assembly.registered = on, len(members)
    assembly.save(update_fields=["status", "convened_on", "registered"])
    audit.record("assembly.convened", assembly, by=by, after={"registered": len(members)})
    return assembly


@transaction.atomic
def cancel_assembly(assembly: Assembly, *, by: Membership | None) -> Assembly:
    """Call an assembly off before it opens.

    :raises ActionRefused: `illegal_move`.
    """
    assembly = _moved(assembly, AssemblyStatus.CANCELLED)
    assembly.save(update_fields=["status"])
    audit.record("assembly.cancelled", assembly, by=by)
    return assembly


@transaction.atomic
def open_assembly(
    assembly: Assembly, *, at: datetime, chair: str, by: Membership | None
) -> Assembly:
    """Open the session; `chair` is the name of who presides.

    :raises ActionRefused: `illegal_move`.
    """
    assembly = _moved(assembly, AssemblyStatus.OPEN)
    assembly.opened_at, assembly.opened_by = at, chair.strip()
    assembly.save(update_fields=["status", "opened_at", "opened_by"])
    audit.record("assembly.opened", assembly, by=by, after={"at": at, "chair": chair})
    return assembly


@transaction.atomic
def record_attendance(
    assembly: Assembly,
    *,
    in_room: int,
    by: Membership | None,
    remote: int = 0,
    represented: int = 0,
    postal: int = 0,
) -> Assembly:
    """Keep who takes part, by how they do; it may change until the session closes.

    :raises ActionRefused: `not_in_session`, `too_many`.
    """
    assembly = _locked(assembly)
    _in_session(assembly)
    registered = assembly.registered or 0
    total = in_room + remote + represented + postal
    if min(in_room, remote, represented, postal) < 0 or total > registered:
        raise ActionRefused(
            f"L’assemblée compte {registered} voix\u00a0: {total} ne sont pas possibles. "
            "Vérifiez la "
            "feuille de présence.",
            code="too_many",
        )
    assembly.in_room, assembly.remote = in_room, remote
    assembly.represented, assembly.postal = represented, postal
    assembly.save(update_fields=["in_room", "remote", "represented", "postal"])
    audit.record("assembly.attended", assembly, by=by, after={"participants": total})
    return assembly


@transaction.atomic
def record_result(
    resolution: Resolution, votes: rules.Votes, *, at: datetime, by: Membership | None
) -> Resolution:
    """Decide a question by its counts and its rule, with the attendance of the moment; final.

    Nobody votes more than they are: votes cannot outnumber the participants.

    :raises ActionRefused: `already_decided`, `not_in_session`, `too_many`.
    """
    resolution = Resolution.objects.select_for_update().get(pk=resolution.pk)
    if resolution.status != ResolutionStatus.COMING:
        raise ActionRefused("Le résultat de cette résolution est acquis.", code="already_decided")
    assembly = _locked(resolution.assembly)
    _in_session(assembly)
    if votes.total > assembly.participants:
        raise ActionRefused(
            f"{assembly.participants} voix participent\u00a0: {votes.total} votes ne sont pas "
            "possibles. Recomptez.",
            code="too_many",
        )
    decision = resolution.rule.terms
    outcome = rules.outcome(
        decision,
        rules.Counts(
            registered=assembly.registered or 0,
            present=assembly.in_room + assembly.remote,
            represented=assembly.represented,
            postal=assembly.postal,
            votes=votes,
        ),
    )
    resolution.status = outcome.status
    resolution.participants = outcome.participants
    resolution.quorum_required = outcome.quorum_required
    resolution.votes_needed = outcome.votes_needed
    resolution.votes_for, resolution.votes_against = votes.for_, votes.against
    resolution.abstained, resolution.blank = votes.abstained, votes.blank
    resolution.spoiled = votes.spoiled
    resolution.result = rules.sentence(decision, outcome, votes)
    resolution.decided_at = at
    resolution.save()
    audit.record("resolution.decided", resolution, by=by, after={"result": resolution.result})
    return resolution


@transaction.atomic
def withdraw_resolution(resolution: Resolution, *, by: Membership | None) -> Resolution:
    """Take a question off the agenda without a vote.

    :raises ActionRefused: `already_decided`.
    """
    resolution = Resolution.objects.select_for_update().get(pk=resolution.pk)
    if resolution.status != ResolutionStatus.COMING:
        raise ActionRefused("Le résultat de cette résolution est acquis.", code="already_decided")
    resolution.status = ResolutionStatus.WITHDRAWN
    resolution.save(update_fields=["status"])
    audit.record("resolution.withdrawn", resolution, by=by)
    return resolution


@transaction.atomic
def close_assembly(assembly: Assembly, *, at: datetime, by: Membership | None) -> Assembly:
    """Close the session once every question is decided or withdrawn.

    :raises ActionRefused: `illegal_move`, `undecided`.
    """
    assembly = _moved(assembly, AssemblyStatus.CLOSED)
    waiting = assembly.resolutions.filter(status=ResolutionStatus.COMING).first()
    if waiting is not None:
        raise ActionRefused(
            f"La résolution {waiting.rank} n’est pas décidée. Votez-la ou retirez-la.",
            code="undecided",
        )
    assembly.closed_at = at
    assembly.save(update_fields=["status", "closed_at"])
    audit.record("assembly.closed", assembly, by=by, after={"at": at})
    return assembly


def _locked(assembly: Assembly) -> Assembly:
    return (
        Assembly.objects.select_for_update(of=("self",))
        .select_related("tenant")
        .get(pk=assembly.pk)
    )


def _moved(assembly: Assembly, target: AssemblyStatus) -> Assembly:
    """Return the assembly locked, with its new status not yet saved."""
    assembly = _locked(assembly)
    check_move(rules.MOVES, assembly.status, target)
    assembly.status = target
    return assembly


def _in_session(assembly: Assembly) -> None:
    if assembly.status != AssemblyStatus.OPEN:
        raise ActionRefused(
            "L’assemblée n’est pas en séance\u00a0: ouvrez-la d’abord.", code="not_in_session"
        )
