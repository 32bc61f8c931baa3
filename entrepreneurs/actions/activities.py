"""Activities: opening one with its analytic account, sharing it, its reserve and its ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from accounting.actions import open_analytic
from accounting.models import AnalyticAccount
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, ActivityMember, Entrepreneur
from entrepreneurs.queries import shares_on

#: The series of analytic codes runs on over the years: year 0.
_CODES = "enseigne"

#: How long after a closing it may be taken back: beyond, the books of its year are closed.
_TAKEN_BACK = timedelta(days=366)

Shares = Mapping[Entrepreneur, Decimal | int]


@transaction.atomic
def open_activity(
    *,
    name: str,
    shares: Shares,
    on: date,
    by: Membership | None,
    trade: str = "",
    code: str = "",
) -> Activity:
    """Open an activity with its analytic account and its sharing key from `on`.

    An empty `code` takes the next free one: E001, E002…

    :raises ActionRefused: `code_taken`, `nobody`, `share_not_positive`.
    """
    _check_shares(shares)
    code = code.strip().upper() or _free_code()
    analytic = open_analytic(code, label=name.strip())
    activity = Activity.objects.create(
        name=name.strip(), code=code, trade=trade.strip(), analytic=analytic, opened_on=on
    )
    _write_key(activity, shares, on=on)
    audit.record(
        "activity.opened", activity, by=by, after={"name": activity.name, "key": _said(shares)}
    )
    return activity


@transaction.atomic
def share_activity(
    activity: Activity, shares: Shares, *, on: date, by: Membership
) -> list[ActivityMember]:
    """Give an activity a new sharing key from `on`: the former parts end the day before.

    `shares` is the whole new key; who is not in it leaves the activity.

    :raises ActionRefused: `nobody`, `share_not_positive`, `before_current_key`.
    """
    _check_shares(shares)
    activity = _locked(activity)
    current = list(activity.members.filter(valid_to=None).select_related("entrepreneur"))
    latest = max((part.valid_from for part in current), default=activity.opened_on)
    if on <= latest and current:
        raise ActionRefused(
            f"La clé actuelle vaut depuis le {french_date(latest)}\u00a0: la nouvelle ne peut "
            "commencer que plus tard.",
            code="before_current_key",
        )
    before = _said({part.entrepreneur: part.share for part in current})
    activity.members.filter(valid_to=None).update(valid_to=on - timedelta(days=1))
    parts = _write_key(activity, shares, on=on)
    audit.record(
        "activity.shared",
        activity,
        by=by,
        before={"key": before},
        after={"key": _said(shares), "from": on},
    )
    return parts


@transaction.atomic
def close_activity(activity: Activity, *, on: date, by: Membership) -> Activity:
    """Close an activity; its account stays, for what is still to come in and out.

    :raises ActionRefused: `already_closed`, `closed_before_opening`.
    """
    activity = _locked(activity)
    if activity.closed_on is not None:
        raise ActionRefused(
            f"Cette enseigne est fermée depuis le {french_date(activity.closed_on)}.",
            code="already_closed",
        )
    if on < activity.opened_on:
        raise ActionRefused(
            f"Cette enseigne a ouvert le {french_date(activity.opened_on)}\u00a0: choisissez "
            "un jour "
            "qui n’est pas avant.",
            code="closed_before_opening",
        )
    activity.closed_on = on
    activity.save(update_fields=["closed_on"])
    audit.record("activity.closed", activity, by=by, after={"on": on})
    return activity


@transaction.atomic
def reopen_activity(activity: Activity, *, on: date, by: Membership) -> Activity:
    """Take back the closing of an activity, within a year, while somebody is still in it.

    :raises ActionRefused: `not_closed`, `closed_too_long`, `nobody_left`.
    """
    activity = _locked(activity)
    if activity.closed_on is None:
        raise ActionRefused("Cette enseigne n’est pas fermée.", code="not_closed")
    if on - activity.closed_on > _TAKEN_BACK:
        raise ActionRefused(
            f"Cette enseigne est fermée depuis le {french_date(activity.closed_on)}, il y a plus "
            "d’un an. Ouvrez-en une nouvelle.",
            code="closed_too_long",
        )
    if not shares_on(activity, on=on):
        raise ActionRefused(
            "Plus personne ne fait partie de cette enseigne. Ouvrez-en une nouvelle pour qui "
            "revient.",
            code="nobody_left",
        )
    before, activity.closed_on = activity.closed_on, None
    activity.save(update_fields=["closed_on"])
    audit.record("activity.reopened", activity, by=by, before={"closed_on": before})
    return activity


def check_open(activity: Activity, *, on: date) -> None:
    """Refuse what a closed activity would sell after its last day.

    :raises ActionRefused: `activity_closed`.
    """
    if activity.closed_on is not None and activity.closed_on < on:
        raise ActionRefused(
            f"L’enseigne {activity.name} est fermée depuis le {french_date(activity.closed_on)}"
            "\u00a0: elle ne vend plus. Si c’est une erreur, l’équipe d’appui peut la rouvrir.",
            code="activity_closed",
        )


@transaction.atomic
def set_reserve(activity: Activity, amount: Decimal, *, by: Membership) -> Activity:
    """Keep what the entrepreneur chooses to leave on the activity, in EUR.

    :raises ActionRefused: `negative_reserve`.
    """
    if amount < ZERO:
        raise ActionRefused(
            "Une réserve ne peut pas être négative. Écrivez 0 pour ne rien garder.",
            code="negative_reserve",
        )
    activity = _locked(activity)
    before, activity.reserve = activity.reserve, amount
    activity.save(update_fields=["reserve"])
    audit.record(
        "activity.reserve_set",
        activity,
        by=by,
        before={"reserve": euros(before)},
        after={"reserve": euros(amount)},
    )
    return activity


@transaction.atomic
def set_ceiling(activity: Activity, amount: Decimal, *, by: Membership) -> Activity:
    """Keep the net amount under which the activity issues its invoices alone, in EUR.

    :raises ActionRefused: `negative_ceiling`.
    """
    if amount < ZERO:
        raise ActionRefused(
            "Un plafond ne peut pas être négatif. Écrivez 0 pour que tout soit validé.",
            code="negative_ceiling",
        )
    activity = _locked(activity)
    before, activity.validation_ceiling = activity.validation_ceiling, amount
    activity.save(update_fields=["validation_ceiling"])
    audit.record(
        "activity.ceiling_set",
        activity,
        by=by,
        before={"ceiling": euros(before)},
        after={"ceiling": euros(amount)},
    )
    return activity


def _locked(activity: Activity) -> Activity:
    return Activity.objects.select_for_update().get(pk=activity.pk)


def _free_code() -> str:
    while True:
        code = f"E{next_number(_CODES, year=0):03d}"
        if not AnalyticAccount.objects.filter(code=code).exists():
            return code


def _check_shares(shares: Shares) -> None:
    if not shares:
        raise ActionRefused("Une enseigne a au moins une personne. Choisissez-la.", code="nobody")
    if any(share <= 0 for share in shares.values()):
        raise ActionRefused(
            "Chaque part est un nombre positif. Retirez la personne qui ne partage plus.",
            code="share_not_positive",
        )


def _write_key(activity: Activity, shares: Shares, *, on: date) -> list[ActivityMember]:
    return ActivityMember.objects.bulk_create(
        ActivityMember(activity=activity, entrepreneur=person, share=Decimal(share), valid_from=on)
        for person, share in shares.items()
    )


def _said(shares: Shares) -> str:
    return ", ".join(f"{person.full_name} {share:g}" for person, share in shares.items())
