"""The branches of the cooperative, and the one an activity answers to."""

from __future__ import annotations

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, Branch

#: Of a name and of a town, as the columns are.
_LONGEST = 60


@transaction.atomic
def add_branch(*, name: str, town: str = "", by: Membership) -> Branch:
    """Add a branch that activities may answer to.

    :raises ActionRefused: `name_missing`, `too_long`, `branch_known`.
    """
    said = _cleaned(name, town)
    _refuse_twin(said["name"])
    branch = Branch.objects.create(**said)
    audit.record("branch.added", branch, by=by, after=said)
    return branch


@transaction.atomic
def change_branch(branch: Branch, *, name: str, town: str = "", by: Membership) -> Branch:
    """Say its name and its town otherwise: the activities that answer to it follow.

    :raises ActionRefused: as `add_branch`.
    """
    said = _cleaned(name, town)
    branch = _locked(branch)
    _refuse_twin(said["name"], but=branch)
    before = {name: getattr(branch, name) for name in said}
    changed = {name: value for name, value in said.items() if before[name] != value}
    if changed:
        for field, value in changed.items():
            setattr(branch, field, value)
        branch.save(update_fields=list(changed))
        audit.record(
            "branch.changed",
            branch,
            by=by,
            before={field: before[field] for field in changed},
            after=changed,
        )
    return branch


@transaction.atomic
def archive_branch(branch: Branch, *, by: Membership) -> Branch:
    """Offer it no more; the activities that answer to it keep it until they change.

    :raises ActionRefused: `branch_archived`.
    """
    branch = _locked(branch)
    if branch.is_archived:
        raise _archived(branch, "Remettez-la en service si elle rouvre.")
    branch.is_archived = True
    branch.save(update_fields=["is_archived"])
    audit.record("branch.archived", branch, by=by)
    return branch


@transaction.atomic
def restore_branch(branch: Branch, *, by: Membership) -> Branch:
    """Offer it again.

    :raises ActionRefused: `branch_offered`.
    """
    branch = _locked(branch)
    if not branch.is_archived:
        raise ActionRefused(
            f"L’antenne «\u00a0{branch.name}\u00a0» est déjà en service. Choisissez-la sur la "
            "carte d’une enseigne.",
            code="branch_offered",
        )
    branch.is_archived = False
    branch.save(update_fields=["is_archived"])
    audit.record("branch.restored", branch, by=by)
    return branch


@transaction.atomic
def choose_branch(activity: Activity, branch: Branch | None, *, by: Membership) -> Activity:
    """Have an activity answer to a branch; None to no branch in particular.

    :raises ActionRefused: `branch_archived`.
    """
    if branch is not None:
        branch = _locked(branch)
    activity = Activity.objects.select_for_update().get(pk=activity.pk)
    if activity.branch_id != (branch and branch.pk):
        if branch is not None and branch.is_archived:
            raise _archived(branch, "Choisissez-en une autre, ou remettez-la en service.")
        before, activity.branch = activity.branch, branch
        activity.save(update_fields=["branch"])
        audit.record(
            "activity.branch_chosen",
            activity,
            by=by,
            before={"branch": before.name if before else ""},
            after={"branch": branch.name if branch else ""},
        )
    return activity


def _cleaned(name: str, town: str) -> dict[str, str]:
    said = {"name": " ".join(name.split()), "town": " ".join(town.split())}
    if not said["name"]:
        raise ActionRefused(
            "Une antenne se reconnaît à son nom. Donnez-lui en un, comme «\u00a0Saint-Malo\u00a0».",
            code="name_missing",
        )
    for label, value in (("Le nom", said["name"]), ("La ville", said["town"])):
        if len(value) > _LONGEST:
            raise ActionRefused(
                f"{label} d’une antenne tient en {_LONGEST} caractères. Raccourcissez ce texte.",
                code="too_long",
            )
    return said


def _refuse_twin(name: str, *, but: Branch | None = None) -> None:
    twins = Branch.objects.filter(name__iexact=name)
    twin = (twins if but is None else twins.exclude(pk=but.pk)).first()
    if twin is None:
        return
    if twin.is_archived:
        way = "Elle est archivée\u00a0: remettez-la en service, ou choisissez un autre nom."
    else:
        way = "Choisissez un autre nom."
    raise ActionRefused(
        f"Une antenne s’appelle déjà «\u00a0{twin.name}\u00a0». {way}", code="branch_known"
    )


def _archived(branch: Branch, way: str) -> ActionRefused:
    return ActionRefused(
        f"L’antenne «\u00a0{branch.name}\u00a0» est archivée\u00a0: aucune enseigne ne la rejoint "
        f"plus. {way}",
        code="branch_archived",
    )


def _locked(branch: Branch) -> Branch:
    return Branch.objects.select_for_update().get(pk=branch.pk)
