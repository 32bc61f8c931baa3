"""Services à la personne: what is declared, which kinds there are, who does which."""

from __future__ import annotations

from collections.abc import Iterable

from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.models import (
    ActivityService,
    InvoiceLine,
    PersonalServiceDeclaration,
    PersonalServiceKind,
)


def service_declaration() -> PersonalServiceDeclaration | None:
    """Return what the current cooperative declared; None where it does no personal service."""
    return PersonalServiceDeclaration.objects.first()


def service_kinds() -> list[PersonalServiceKind]:
    """Return every kind of service, in the order of the law."""
    return list(PersonalServiceKind.objects.all())


def services_of(activity_id: int) -> list[PersonalServiceKind]:
    """Return the kinds that an activity does and the declaration covers."""
    wanted = ActivityService.objects.filter(activity=activity_id).values("kind_id")
    return list(PersonalServiceKind.objects.filter(is_offered=True, pk__in=wanted))


def last_worker(activity_id: int) -> dict[str, str] | None:
    """Return who did the last service that an activity wrote on an invoice."""
    lines = InvoiceLine.objects.filter(activity=activity_id, service__isnull=False)
    last = lines.order_by("-id").values("worker_name", "worker_number").first()
    return {name: str(said) for name, said in last.items()} if last else None


def services_by_activity() -> list[tuple[Activity, list[PersonalServiceKind]]]:
    """Return every open activity, with the kinds it does, by name."""
    kinds = {kind.pk: kind for kind in service_kinds()}
    done: dict[int, list[PersonalServiceKind]] = {}
    for activity_id, kind_id in ActivityService.objects.values_list("activity_id", "kind_id"):
        done.setdefault(activity_id, []).append(kinds[kind_id])
    return [
        (activity, sorted(done.get(activity.pk, ()), key=lambda kind: kind.position))
        for activity in Activity.objects.filter(closed_on=None).order_by("name", "id")
    ]


def services_by_code(codes: Iterable[str]) -> dict[str, PersonalServiceKind]:
    """Return the kinds that these codes name; empty ones are left out.

    :raises ActionRefused: `unknown_service`.
    """
    wanted = {code for code in codes if code}
    if not wanted:
        return {}
    found = {kind.code: kind for kind in PersonalServiceKind.objects.filter(code__in=wanted)}
    if found.keys() != wanted:
        raise ActionRefused(
            "Ce service à la personne n’existe pas. Choisissez-en un dans la liste.",
            code="unknown_service",
        )
    return found


def codes_of_services(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the code of each of these kinds."""
    return {pk: kind.code for pk, kind in _kinds(ids).items()}


def labels_of_services(ids: Iterable[int | None]) -> dict[int, str]:
    """Return the label of each of these kinds."""
    return {pk: kind.label for pk, kind in _kinds(ids).items()}


def _kinds(ids: Iterable[int | None]) -> dict[int, PersonalServiceKind]:
    wanted = {pk for pk in ids if pk}
    return PersonalServiceKind.objects.in_bulk(wanted) if wanted else {}
