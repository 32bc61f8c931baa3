"""The card of an activity: what its customers read of it, its logo, the account it prints."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.db import transaction

from cae.core import audit, documents
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, BankAccount

_is_website = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an activity says of itself; what is empty is not printed."""

    purpose: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    email: str = ""
    phone: str = ""
    website: str = ""

    @classmethod
    def of(cls, activity: Activity) -> Card:
        return cls(**{name: getattr(activity, name) for name in cls.__dataclass_fields__})


@transaction.atomic
def write_card(activity: Activity, card: Card, *, by: Membership) -> Activity:
    """Say what documents to come print of an activity; those already frozen keep theirs.

    :raises ActionRefused: `too_long`, `half_address`, `bad_address`, `bad_website`.
    """
    said = _cleaned(card)
    activity = _locked(activity)
    before = asdict(Card.of(activity))
    changed = {name: value for name, value in said.items() if before[name] != value}
    if changed:
        for name, value in changed.items():
            setattr(activity, name, value)
        activity.save(update_fields=list(changed))
        audit.record(
            "activity.card_written",
            activity,
            by=by,
            before={name: before[name] for name in changed},
            after=changed,
        )
    return activity


@transaction.atomic
def set_logo(activity: Activity, content: bytes, *, name: str, by: Membership) -> Activity:
    """Keep the logo of an activity, made again by us: what was sent is never shown.

    :raises ActionRefused: as `documents.keep_logo`.
    """
    activity = _locked(activity)
    activity.logo = documents.keep_logo(content, name=name, activity_id=activity.pk, by=by)
    activity.save(update_fields=["logo"])
    audit.record("activity.logo_set", activity, by=by, after={"sha256": activity.logo.sha256})
    return activity


@transaction.atomic
def remove_logo(activity: Activity, *, by: Membership) -> Activity:
    """Print no logo any more; frozen documents keep theirs."""
    activity = _locked(activity)
    if activity.logo is not None:
        before, activity.logo = activity.logo.sha256, None
        activity.save(update_fields=["logo"])
        audit.record("activity.logo_removed", activity, by=by, before={"sha256": before})
    return activity


@transaction.atomic
def choose_account(activity: Activity, account: BankAccount | None, *, by: Membership) -> Activity:
    """Print this account of the cooperative; None goes back to that of its settings.

    :raises ActionRefused: `account_closed`.
    """
    if account is not None:
        account = BankAccount.objects.select_for_update().get(pk=account.pk)
        if account.closed_on is not None:
            raise ActionRefused(
                f"Le compte «\u00a0{account.name}\u00a0» est fermé\u00a0: un client ne doit plus y "
                "verser. Choisissez-en un autre.",
                code="account_closed",
            )
    activity = _locked(activity)
    if activity.bank_account_id != (account and account.pk):
        before, activity.bank_account = activity.bank_account, account
        activity.save(update_fields=["bank_account"])
        audit.record(
            "activity.account_chosen",
            activity,
            by=by,
            before={"account": before.name if before else ""},
            after={"account": account.name if account else ""},
        )
    return activity


def _cleaned(card: Card) -> dict[str, str]:
    said = {name: " ".join(value.split()) for name, value in asdict(card).items()}
    if said["website"] and "://" not in said["website"]:
        said["website"] = f"https://{said['website']}"
    for name, value in said.items():
        field = Activity._meta.get_field(name)
        most = getattr(field, "max_length", None)
        if most and len(value) > most:
            raise ActionRefused(
                f"«\u00a0{getattr(field, 'verbose_name', name)}\u00a0» tient en {most} caractères. "
                "Raccourcissez-le.",
                code="too_long",
            )
    if len({bool(said[name]) for name in ("street", "postcode", "town")}) > 1:
        raise ActionRefused(
            "L’adresse n’est pas complète\u00a0: il y faut la voie, le code postal et la ville. "
            "Complétez-la ou laissez les trois vides.",
            code="half_address",
        )
    _check_email(said["email"])
    _check_website(said["website"])
    return said


def _check_email(email: str) -> None:
    try:
        if email:
            validate_email(email)
    except ValidationError as error:
        raise ActionRefused(
            "Cette adresse électronique n’est pas valable. Écrivez-la comme nom@exemple.fr.",
            code="bad_address",
        ) from error


def _check_website(website: str) -> None:
    try:
        if website:
            _is_website(website)
    except ValidationError as error:
        raise ActionRefused(
            "Cette adresse de site n’est pas valable. Écrivez-la comme https://exemple.fr.",
            code="bad_website",
        ) from error


def _locked(activity: Activity) -> Activity:
    # The accounts and the logo may be absent: they are read apart, not locked with it.
    return Activity.objects.select_for_update().get(pk=activity.pk)
