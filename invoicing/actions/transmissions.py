"""Depositing issued invoices: what is prepared by itself, what a person takes and writes down."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.workflow import ActionRefused
from invoicing.actions.locking import locked
from invoicing.documents.facturx.shapes import completed, treatment_of
from invoicing.documents.parcels import parcel
from invoicing.enums import (
    CustomerKind,
    EventSource,
    TransmissionRoute,
    TransmissionStatus,
    TransmissionTarget,
)
from invoicing.models import (
    DepositAccount,
    Invoice,
    InvoiceFile,
    Transmission,
    TransmissionEvent,
)
from invoicing.queries import invoice_file, settled_rates, verdict_of
from invoicing.queries.transmissions import (
    cashed_untold,
    chorus_needs,
    deposit_account,
    events_of,
    not_deposited,
    transmission_of,
    waiting_by_hand,
)
from invoicing.rules.transmissions import (
    OPEN_AGAIN,
    REASONS,
    WITH_REASON,
    cashed_by_rate,
    is_deposited_since,
    may_follow,
    missing_for_chorus,
    percent_of,
    target_of,
    tells_cashed,
)


@transaction.atomic
def set_deposits(
    target: str,
    *,
    route: str,
    since: date | None,
    name: str = "",
    url: str = "",
    login: str = "",
    secret: str = "",
    needs_service: bool = False,
    needs_commitment: bool = False,
    by: Membership,
) -> DepositAccount:
    """Write how the cooperative deposits for a target; what it owes since that day is prepared.

    What is prepared already keeps its way. An empty `secret` leaves the one that is kept.

    :raises ActionRefused: `since_missing`, `api_incomplete`, `bad_address`.
    """
    if route != TransmissionRoute.NONE and since is None:
        raise ActionRefused(
            "Dites depuis quelle date d’émission les factures sont déposées\u00a0: celle de votre "
            "obligation, ou celle où vous commencez.",
            code="since_missing",
        )
    is_chorus = target == TransmissionTarget.CHORUS
    account, _ = DepositAccount.objects.select_for_update().get_or_create(target=target)
    before = {"route": account.route, "since": account.since}
    account.route, account.since, account.name = route, since, " ".join(name.split())
    account.url, account.login = url.strip().rstrip("/"), login.strip()
    account.secret = secret or account.secret
    _check_api(account)
    account.needs_service = is_chorus and needs_service
    account.needs_commitment = is_chorus and needs_commitment
    account.revision += 1
    account.save()
    audit.record(
        "deposits.set", account, by=by, before=before, after={"route": route, "since": since}
    )
    if route != TransmissionRoute.NONE:
        outbox.enqueue(
            "invoicing.tasks.open_missing_transmissions",
            key=f"transmissions-missing:{account.pk}:{account.revision}",
            account_id=account.pk,
        )
    return account


@transaction.atomic
def open_missing_transmissions(account: DepositAccount) -> int:
    """Prepare the deposits of what was issued since the first day. Called by a worker."""
    opened = 0
    if account.route == TransmissionRoute.NONE:
        return opened
    for invoice in not_deposited(account).iterator(chunk_size=200):
        made, verdict = invoice_file(invoice), verdict_of(invoice)
        if made is not None and verdict is not None and verdict.is_valid:
            opened += open_transmission(invoice, made) is not None
    return opened


@transaction.atomic
def open_transmission(invoice: Invoice, file: InvoiceFile) -> Transmission | None:
    """Prepare the deposit of a valid file, once; None where the invoice is not deposited."""
    known = transmission_of(invoice)
    if known is not None:
        return known
    account = _account_of(invoice)
    if account is None or invoice.issued_on is None:
        return None
    if not is_deposited_since(invoice.issued_on, account.since):
        return None
    return _opened(invoice, file, account=account, rank=1)


@transaction.atomic
def deposit_again(found: Transmission, *, by: Membership) -> Transmission:
    """Prepare another deposit of an invoice that nobody took.

    :raises ActionRefused: `not_over`, `no_route`.
    """
    found = locked(found)
    last = transmission_of(found.invoice)
    if found.status not in OPEN_AGAIN or last != found:
        raise ActionRefused(
            "Cette facture a un dépôt en cours, ou a été rejetée ou refusée\u00a0: dans ce cas, "
            "annulez-la par un avoir et émettez-en une autre.",
            code="not_over",
        )
    account, made = _account_of(found.invoice), invoice_file(found.invoice)
    if account is None or made is None:
        raise ActionRefused(
            "Aucun dépôt n’est réglé pour ce client. Choisissez-en un dans les réglages, puis "
            "recommencez.",
            code="no_route",
        )
    again = _opened(found.invoice, made, account=account, rank=found.rank + 1)
    audit.record("deposit_of_invoice.again", again, by=by, after={"number": again.number})
    return again


@transaction.atomic
def take_parcel(*, by: Membership) -> bytes:
    """Return the zip of what a person takes to a platform; who took it is kept.

    :raises ActionRefused: `nothing_to_take`.
    """
    rows = list(waiting_by_hand()[:500])
    if not rows:
        raise ActionRefused(
            "Aucune facture n’attend d’être déposée à la main. Rechargez la page pour voir où "
            "elles en sont.",
            code="nothing_to_take",
        )
    for row in rows:
        audit.record("deposit_of_invoice.taken", row, by=by, after={"number": row.number})
    return parcel(rows)


@transaction.atomic
def mark_deposited(ids: Collection[int], *, on: date, today: date, by: Membership) -> int:
    """Write that a person deposited these invoices; return how many.

    :raises ActionRefused: `nothing_chosen`, `later`, `before_issue`, `illegal_move`.
    """
    rows = Transmission.objects.filter(pk__in=ids).order_by("id")
    if not rows:
        raise ActionRefused(
            "Cochez d’abord les factures que vous avez déposées.", code="nothing_chosen"
        )
    for row in rows:
        record_answer(row, code=TransmissionStatus.DEPOSITED, on=on, today=today, by=by)
    return len(rows)


@transaction.atomic
def record_answer(
    found: Transmission,
    *,
    code: str,
    on: date,
    today: date,
    reason: str = "",
    note: str = "",
    reference: str = "",
    by: Membership,
) -> TransmissionEvent:
    """Write down what a person read on the platform.

    :raises ActionRefused: `illegal_move`, `reason_missing`, `note_missing`, `later`,
        `before_issue`, `told_twice`.
    """
    found = locked(found)
    if code in (TransmissionStatus.CASHED, TransmissionStatus.DROPPED):
        raise ActionRefused(
            "Un encaissement et une mise de côté s’écrivent par leur propre bouton.",
            code="illegal_move",
        )
    _check_reason(code, reason, note)
    if on > today:
        raise ActionRefused(
            "Cette date n’est pas encore venue. Écrivez celle de la plateforme.", code="later"
        )
    if on < found.issued_on:
        raise ActionRefused(
            "Cette date précède l’émission de la facture. Écrivez celle de la plateforme.",
            code="before_issue",
        )
    event = told(
        found,
        code,
        on=on,
        reason=reason if code in WITH_REASON else "",
        note=" ".join(note.split())[:400],
        reference=reference.strip()[:80],
        by=by,
    )
    audit.record(
        "deposit_of_invoice.answered",
        found,
        by=by,
        after={"number": found.number, "status": event.get_code_display()},
    )
    return event


@transaction.atomic
def set_aside(found: Transmission, *, note: str, on: date, by: Membership) -> TransmissionEvent:
    """Write that an invoice is not deposited, and why: it was already, elsewhere.

    :raises ActionRefused: `note_missing`, `illegal_move`.
    """
    found, note = locked(found), " ".join(note.split())[:400]
    if not note:
        raise ActionRefused(
            "Dites pourquoi cette facture n’est pas déposée\u00a0: la loi y oblige d’ordinaire.",
            code="note_missing",
        )
    event = told(found, TransmissionStatus.DROPPED, on=on, note=note, by=by)
    audit.record("deposit_of_invoice.dropped", found, by=by, after={"number": found.number})
    return event


@transaction.atomic
def tell_cashed(found: Transmission, *, on: date, by: Membership) -> TransmissionEvent:
    """Write that a person told the platform what was received: « encaissée », per VAT rate.

    Source: BR-FR-CDV-14; negative for money given back.

    :raises ActionRefused: `nothing_cashed`.
    """
    found = locked(found)
    amount = cashed_untold(found)
    if not amount:
        raise ActionRefused(
            "Aucun encaissement de cette facture ne reste à dire à la plateforme.",
            code="nothing_cashed",
        )
    snapshot = completed(found.invoice.snapshot or {})
    event = told(
        found,
        TransmissionStatus.CASHED,
        on=on,
        amount=amount,
        rates=[[rate, str(part)] for rate, part in _by_rate(found, amount, snapshot["vat_rows"])],
        by=by,
    )
    audit.record(
        "deposit_of_invoice.cashed",
        found,
        by=by,
        after={"number": found.number, "amount": amount},
    )
    return event


def _by_rate(
    found: Transmission, amount: Decimal, vat_rows: Sequence[Mapping[str, Any]]
) -> list[tuple[str, Decimal]]:
    """Return what was received of each rate since the last time: as it was said, or pro rata."""
    settled = settled_rates(found.invoice)
    if settled is None:
        return cashed_by_rate(amount, vat_rows)
    told: dict[str, Decimal] = {}
    for event in events_of(found):
        for rate, part in event.rates or []:
            told[rate] = told.get(rate, ZERO) + Decimal(part)
    now: dict[str, Decimal] = {}
    for vat, part in settled.items():
        now[percent_of(vat.rate)] = now.get(percent_of(vat.rate), ZERO) + part
    rest = {rate: now.get(rate, ZERO) - told.get(rate, ZERO) for rate in {*now, *told}}
    return sorted(((rate, part) for rate, part in rest.items() if part), reverse=True)


def _check_api(account: DepositAccount) -> None:
    if account.route != TransmissionRoute.API:
        account.url = account.login = account.secret = ""
        return
    if not (account.url and account.login and account.secret):
        raise ActionRefused(
            "Une API demande son adresse, un identifiant et un mot de passe : la plateforme "
            "vous les donne.",
            code="api_incomplete",
        )
    if not account.url.startswith("https://") and not settings.INSECURE_HTTP:
        raise ActionRefused(
            "L’adresse d’une plateforme commence par https:// : le mot de passe y passe.",
            code="bad_address",
        )


def _check_reason(code: str, reason: str, note: str) -> None:
    if code not in WITH_REASON:
        return
    if reason not in REASONS:
        raise ActionRefused(
            "Choisissez le motif que donne la plateforme\u00a0: cet état doit dire pourquoi.",
            code="reason_missing",
        )
    if reason == "AUTRE" and not note.strip():
        raise ActionRefused("Écrivez le motif en toutes lettres.", code="note_missing")


def told(
    found: Transmission,
    code: str,
    *,
    on: date,
    source: EventSource = EventSource.HAND,
    by: Membership | None = None,
    **rest: Any,
) -> TransmissionEvent:
    """Add an event; `found` then stands where the database put it.

    :raises ActionRefused: `illegal_move`, `told_twice`.
    """
    if not may_follow(found.status, code):
        raise ActionRefused(
            f"«\u00a0{TransmissionStatus(code).label}\u00a0» ne peut pas suivre "
            f"«\u00a0{found.get_status_display()}\u00a0». Rechargez la page pour voir où en est "
            "le dépôt.",
            code="illegal_move",
        )
    reference = rest.get("reference")
    if reference and found.events.filter(source=source, reference=reference).exists():
        raise ActionRefused(
            f"La réponse {reference} est déjà notée. Vérifiez sa référence.", code="told_twice"
        )
    event = TransmissionEvent.objects.create(
        activity_id=found.activity_id,
        transmission=found,
        code=code,
        happened_on=on,
        source=source,
        recorded_by=by,
        **rest,
    )
    found.refresh_from_db()
    return event


def _account_of(invoice: Invoice) -> DepositAccount | None:
    snapshot = completed(invoice.snapshot or {})
    is_public = snapshot["customer"]["kind"] == CustomerKind.PUBLIC
    target = target_of(treatment_of(snapshot), is_public=is_public)
    account = deposit_account(target) if target else None
    return account if account and account.route != TransmissionRoute.NONE else None


def _opened(
    invoice: Invoice, file: InvoiceFile, *, account: DepositAccount, rank: int
) -> Transmission:
    assert invoice.number is not None
    assert invoice.issued_on is not None
    snapshot = completed(invoice.snapshot or {})
    is_chorus = account.target == TransmissionTarget.CHORUS
    missing = missing_for_chorus(snapshot, chorus_needs()) if is_chorus else []
    is_api = account.route == TransmissionRoute.API
    failure = _missing(missing)
    found = Transmission.objects.create(
        activity_id=invoice.activity_id,
        invoice=invoice,
        file=file,
        target=account.target,
        route=account.route,
        rank=rank,
        number=invoice.number,
        activity_name=invoice.activity.name,
        customer_name=invoice.customer_name,
        issued_on=invoice.issued_on,
        amount=invoice.gross,
        tells_cashed=not is_chorus and tells_cashed(snapshot),
        failure=failure,
        # What lacks something is not sent by itself: a person looks first.
        next_at=timezone.now() if is_api and not failure else None,
    )
    if found.next_at is not None:
        ring(found)
    return found


def ring(found: Transmission) -> None:
    """Have a worker ask the platform about a deposit, once for this time of its own."""
    assert found.next_at is not None
    outbox.enqueue(
        "invoicing.tasks.carry_transmission",
        key=f"transmission:{found.pk}:{found.next_at.isoformat()}",
        transmission_id=found.pk,
    )


def _missing(what: Sequence[str]) -> str:
    if not what:
        return ""
    return (
        f"Chorus Pro demanderait aussi\u00a0: {', '.join(what)}. Complétez-le sur le portail au "
        "moment du dépôt, ou annulez la facture par un avoir et émettez-la à nouveau."
    )
