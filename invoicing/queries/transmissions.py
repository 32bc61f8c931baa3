"""The deposits of issued invoices: how they are made, what waits, what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from cae.core.money import ZERO
from invoicing.enums import (
    CustomerKind,
    InvoiceStatus,
    TransmissionRoute,
    TransmissionStatus,
    TransmissionTarget,
)
from invoicing.models import (
    DepositAccount,
    Invoice,
    InvoiceVerdict,
    Settlement,
    Transmission,
    TransmissionEvent,
)
from invoicing.rules.transmissions import OVER, TO_HANDLE, ChorusNeeds

#: The chips of the work list, by what is in the address.
WAITING, FAILED, HANDLED, CASHED, RUNNING, DONE = (
    "", "arretees", "a-traiter", "encaissees", "en-cours", "toutes",
)  # fmt: skip

_FACTS = {
    WAITING: Q(status=TransmissionStatus.WAITING, failure=""),
    FAILED: Q(status=TransmissionStatus.WAITING) & ~Q(failure=""),
    HANDLED: Q(status__in=sorted(TO_HANDLE)),
    RUNNING: ~Q(status__in=sorted({*OVER, *TO_HANDLE, TransmissionStatus.WAITING})),
    DONE: Q(),
}


def deposit_account(target: str) -> DepositAccount | None:
    """Return how the cooperative deposits for a target, None before it was ever set."""
    return DepositAccount.objects.filter(target=target).first()


def chorus_needs() -> ChorusNeeds:
    """Return what the cooperative asks of an invoice before Chorus Pro."""
    account = deposit_account(TransmissionTarget.CHORUS)
    if account is None or account.route == TransmissionRoute.NONE:
        return ChorusNeeds()
    return ChorusNeeds(account.needs_service, account.needs_commitment)


def transmission_of(invoice: Invoice) -> Transmission | None:
    """Return the deposit of an invoice that counts: the last one."""
    return Transmission.objects.filter(invoice=invoice).order_by("-rank").first()


def transmissions(state: str = DONE, search: str = "") -> QuerySet[Transmission]:
    """Return the deposits in a state of the work list, the latest first.

    :param search: words of the number, the customer or the activity.
    """
    rows = _untold() if state == CASHED else Transmission.objects.filter(_FACTS[state])
    for word in search.split()[:8]:
        rows = rows.filter(
            Q(number__icontains=word)
            | Q(customer_name__icontains=word)
            | Q(activity_name__icontains=word)
        )
    return rows.order_by("-id")


def transmission_counts() -> dict[str, int]:
    """Return how many deposits each chip of the work list shows."""
    counts = Transmission.objects.aggregate(
        **{f"n{rank}": Count("pk", filter=facts) for rank, facts in enumerate(_FACTS.values())}
    )
    found = {state: counts[f"n{rank}"] for rank, state in enumerate(_FACTS)}
    return {**found, CASHED: _untold().count()}


def _untold() -> QuerySet[Transmission]:
    """Return what was paid, or paid back, and not told: VAT is due on receipts."""
    differs = Settlement.objects.filter(invoice=OuterRef("invoice")).exclude(
        paid=OuterRef("cashed")
    )
    silent = sorted({*OVER, TransmissionStatus.WAITING})
    return Transmission.objects.filter(Exists(differs), tells_cashed=True).exclude(
        status__in=silent
    )


def cashed_untold(found: Transmission) -> Decimal:
    """Return what the platform was not told of yet, in EUR with VAT; negative when paid back."""
    if not found.tells_cashed or found.status in {*OVER, TransmissionStatus.WAITING}:
        return ZERO
    paid = Settlement.objects.filter(invoice=found.invoice_id).values_list("paid", flat=True)
    return (paid.first() or ZERO) - found.cashed


def due_transmissions(*, at: datetime) -> list[Transmission]:
    """Return the deposits a platform is to be asked about by now, the longest due first."""
    return list(Transmission.objects.filter(next_at__lte=at).order_by("next_at")[:500])


def events_of(found: Transmission) -> list[TransmissionEvent]:
    """Return what a deposit became, the last told first."""
    return list(found.events.select_related("recorded_by__user").order_by("-id"))


def not_deposited(account: DepositAccount) -> QuerySet[Invoice]:
    """Return the issued invoices since the first day, valid and never deposited, oldest first."""
    judged = InvoiceVerdict.objects.filter(invoice=OuterRef("pk"), is_valid=True)
    known = Transmission.objects.filter(invoice=OuterRef("pk"))
    return (
        Invoice.objects.filter(
            ~Exists(known),
            Exists(judged),
            status=InvoiceStatus.ISSUED,
            issued_on__gte=account.since,
        )
        .exclude(customer_kind=CustomerKind.INDIVIDUAL)
        .order_by("chain_rank")
    )


@dataclass(frozen=True, slots=True)
class DepositWork:
    """What the staff has to do about deposits."""

    waiting: int
    failed: int
    handled: int

    @property
    def total(self) -> int:
        return self.waiting + self.failed + self.handled


def deposit_work() -> DepositWork:
    """Return how many deposits wait for a person, in one query."""
    by_hand = _FACTS[WAITING] & Q(route=TransmissionRoute.MANUAL)
    counts = Transmission.objects.aggregate(
        waiting=Count("pk", filter=by_hand),
        failed=Count("pk", filter=_FACTS[FAILED]),
        handled=Count("pk", filter=_FACTS[HANDLED]),
    )
    return DepositWork(**counts)


def waiting_by_hand() -> QuerySet[Transmission]:
    """Return what a person has to take to a platform, the oldest first."""
    return (
        Transmission.objects.filter(
            status=TransmissionStatus.WAITING, route=TransmissionRoute.MANUAL
        )
        .select_related("file__document")
        .order_by("issued_on", F("id"))
    )
