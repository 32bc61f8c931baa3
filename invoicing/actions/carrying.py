"""Asking a platform about a deposit: sent, followed, told when paid. Called by workers."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from cae.core import audit
from cae.core.documents import content_of
from cae.core.models import Cooperative, Membership
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.actions.transmissions import ring, told
from invoicing.documents.facturx.shapes import completed
from invoicing.enums import (
    EventSource,
    TransmissionRoute,
    TransmissionStatus,
    TransmissionTarget,
)
from invoicing.models import Transmission, TransmissionEvent
from invoicing.platforms import Parcel, Platform, PlatformRefused, PlatformUnavailable, Told
from invoicing.platforms.http import HttpPlatform
from invoicing.queries.transmissions import cashed_untold, deposit_account, due_transmissions
from invoicing.rules.transmissions import (
    OVER,
    REASONS,
    WITH_REASON,
    cashed_by_rate,
    may_follow,
    next_look,
    next_try,
)

_AWAY = "La plateforme ne répond pas. L’envoi recommence de lui-même."
_GAVE_UP = (
    "La plateforme ne répond toujours pas après plusieurs jours. Vérifiez son adresse, puis "
    "réessayez, ou déposez la facture à la main."
)
_NO_ACCOUNT = (
    "Le dépôt par une API n’est plus réglé pour cette destination. Réglez-le, puis réessayez."
)


def ask_everywhere(*, at: datetime) -> int:
    """Ask, in every cooperative, for what is due on a platform; return how many."""
    asked = 0
    for cooperative_id in Cooperative.objects.values_list("pk", flat=True):
        with tenant(cooperative_id), transaction.atomic():
            for found in due_transmissions(at=at):
                ring(found)
                asked += 1
    return asked


@transaction.atomic
def retry(found: Transmission, *, at: datetime, by: Membership) -> Transmission:
    """Have a worker send again, now, what stopped.

    :raises ActionRefused: `not_stopped`.
    """
    found = locked(found)
    is_sent = found.status != TransmissionStatus.WAITING and not found.failure
    if found.route != TransmissionRoute.API or is_sent or found.status in OVER:
        raise ActionRefused(
            "Ce dépôt n’est pas arrêté\u00a0: il n’y a rien à recommencer.", code="not_stopped"
        )
    found.failure, found.attempts, found.next_at = "", 0, at
    found.save(update_fields=["failure", "attempts", "next_at"])
    ring(found)
    audit.record("deposit_of_invoice.retried", found, by=by, after={"number": found.number})
    return found


@transaction.atomic
def carry(found: Transmission, *, on: date, at: datetime) -> None:
    """Send a deposit, or read what became of it and tell what was received since.

    A platform out of reach is asked again later; one that refuses stops the deposit, and says
    why. Sent twice with one key, a file is deposited once: a worker may die in between.
    """
    found = locked(found)
    is_by_hand = found.status != TransmissionStatus.WAITING and not found.flow
    if found.status in OVER or found.route != TransmissionRoute.API or is_by_hand:
        Transmission.objects.filter(pk=found.pk).update(next_at=None)
        return
    try:
        platform = _platform_of(found)
        if found.status == TransmissionStatus.WAITING:
            _deposit(found, platform, on=on)
        else:
            _follow(found, platform, on=on)
    except PlatformRefused as refusal:
        found.failure, found.next_at = refusal.message[:400], None
    except PlatformUnavailable:
        found.attempts += 1
        found.next_at = next_try(found.attempts, at=at)
        found.failure = _AWAY if found.next_at else _GAVE_UP
    else:
        found.failure, found.attempts = "", 0
        is_over = found.status in OVER
        found.next_at = None if is_over else next_look(found.created_at, at=at)
    found.save(update_fields=["flow", "failure", "attempts", "next_at"])


def _platform_of(found: Transmission) -> Platform:
    account = deposit_account(found.target)
    if account is None or account.route != TransmissionRoute.API:
        raise PlatformRefused(_NO_ACCOUNT)
    return HttpPlatform(
        account.url,
        login=account.login,
        secret=account.secret,
        private=settings.INSECURE_HTTP,
    )


def _deposit(found: Transmission, platform: Platform, *, on: date) -> None:
    document = found.file.document
    parcel = Parcel(
        key=f"{found.number}-{found.rank}-{document.sha256[:16]}",
        name=document.name,
        rule="B2G" if found.target == TransmissionTarget.CHORUS else "B2B",
        content=content_of(document),
        sha256=document.sha256,
    )
    flow = platform.deposit(parcel)
    told(
        found,
        TransmissionStatus.DEPOSITED,
        on=on,
        source=EventSource.HOUSE,
        reference=flow,
    )
    found.flow = flow


def _follow(found: Transmission, platform: Platform, *, on: date) -> None:
    known = set(
        TransmissionEvent.objects.filter(
            transmission=found, source=EventSource.PLATFORM
        ).values_list("reference", flat=True)
    )
    for each in platform.statuses(found.flow):
        if each.reference not in known:
            _note(found, each)
            known.add(each.reference)
    amount = cashed_untold(found)
    if amount:
        snapshot = completed(found.invoice.snapshot or {})
        rates = cashed_by_rate(amount, snapshot["vat_rows"])
        # What was told already is part of the key: a receipt of the same sum is another one.
        platform.tell_cashed(
            found.flow, key=f"{found.number}-212-{found.cashed}-{amount}", on=on, rates=rates
        )
        told(
            found,
            TransmissionStatus.CASHED,
            on=on,
            source=EventSource.HOUSE,
            amount=amount,
            rates=[[rate, str(part)] for rate, part in rates],
        )


def _note(found: Transmission, each: Told) -> None:
    """Write a status that may come now; what we told it ourselves, and the rest, is left."""
    if each.code in (TransmissionStatus.DEPOSITED, TransmissionStatus.CASHED):
        return
    if each.code not in TransmissionStatus.values or not may_follow(found.status, each.code):
        return
    is_known = each.reason in REASONS
    told(
        found,
        each.code,
        on=each.on,
        source=EventSource.PLATFORM,
        reason=(each.reason if is_known else "AUTRE") if each.code in WITH_REASON else "",
        note=each.note or ("" if is_known else each.reason),
        reference=each.reference,
    )
