"""What was written each day, and the closings that sealed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from cae.core.clock import PARIS
from cae.core.money import ZERO
from cae.core.periods import numeric_date
from invoicing.enums import ClosedSpan, InvoiceKind, InvoiceStatus, PaymentMeans
from invoicing.models import Closing, Invoice, Payment, YearArchive
from invoicing.rules.numbers import fingerprint

#: In the chain of payments, but no money.
_GAP = Q(means=PaymentMeans.GAP)


@dataclass(slots=True)
class Written:
    """What was issued and received over a time, in EUR with VAT, and where the chains were."""

    invoice_count: int = 0
    invoiced: Decimal = ZERO
    payment_count: int = 0
    received: Decimal = ZERO
    written_off_count: int = 0
    written_off: Decimal = ZERO
    invoice_rank: int = 0
    payment_rank: int = 0

    def add(self, other: Written) -> None:
        """Go on with what was written next."""
        self.invoice_count += other.invoice_count
        self.invoiced += other.invoiced
        self.payment_count += other.payment_count
        self.received += other.received
        self.written_off_count += other.written_off_count
        self.written_off += other.written_off
        self.invoice_rank = max(self.invoice_rank, other.invoice_rank)
        self.payment_rank = max(self.payment_rank, other.payment_rank)


def first_written_on() -> date | None:
    """Return the day something was issued or received for the first time."""
    issued = _issued().aggregate(at=Min("issued_at"))["at"]
    received = Payment.objects.aggregate(at=Min("recorded_at"))["at"]
    known = [timezone.localtime(at, PARIS).date() for at in (issued, received) if at]
    return min(known, default=None)


def written_by_day(first: date, last: date) -> dict[date, Written]:
    """Return what was written each day of a time, in two queries; days of nothing are absent."""
    begins, ends = _instant(first), _instant(last + timedelta(days=1))
    found: dict[date, Written] = {}
    rows = (
        _issued()
        .filter(issued_at__gte=begins, issued_at__lt=ends)
        .values_list(TruncDate("issued_at", tzinfo=PARIS), "kind")
        .annotate(Count("id"), Sum("gross"), Max("chain_rank"))
        .order_by()
    )
    for day, kind, count, gross, rank in rows:
        signed = -gross if kind == InvoiceKind.CREDIT_NOTE else gross
        found.setdefault(day, Written()).add(Written(count, signed, invoice_rank=rank))
    money = (
        Payment.objects.filter(recorded_at__gte=begins, recorded_at__lt=ends)
        .values_list(TruncDate("recorded_at", tzinfo=PARIS))
        .annotate(
            money_count=Count("id", filter=~_GAP),
            money=Sum("amount", filter=~_GAP, default=ZERO),
            gap_count=Count("id", filter=_GAP),
            gaps=Sum("amount", filter=_GAP, default=ZERO),
            last_rank=Max("chain_rank"),
        )
        .order_by()
    )
    for day, count, amount, gap_count, gaps, rank in money:
        found.setdefault(day, Written()).add(
            Written(
                payment_count=count,
                received=amount,
                written_off_count=gap_count,
                written_off=gaps,
                payment_rank=rank,
            )
        )
    return found


def last_closing(span: ClosedSpan | str) -> Closing | None:
    """Return the latest closing of days, months or years."""
    return Closing.objects.filter(span=span).order_by("-ends_on").first()


def closings(span: ClosedSpan | str) -> QuerySet[Closing]:
    """Return the closings of days, months or years, the latest first."""
    return Closing.objects.filter(span=span).order_by("-ends_on")


def year_archives() -> QuerySet[YearArchive]:
    """Return the archives of closed years, the latest first."""
    return YearArchive.objects.select_related("closing", "document").order_by("-id")


def broken_closings() -> Iterator[str]:
    """Yield each closing that is not sealed, does not follow, or is not what was written."""
    previous = ""
    days = written_by_day(date.min + timedelta(days=2), date(9000, 1, 1))
    totals: dict[str, tuple[Decimal, ...]] = {}
    rows = Closing.objects.order_by("chain_rank")
    for rank, closing in enumerate(rows.iterator(chunk_size=500), start=1):
        said = f"{closing.get_span_display().lower()} du {numeric_date(closing.starts_on)}"
        expected = fingerprint(closing.facts, previous=previous)
        if closing.chain_rank != rank or closing.fingerprint != expected:
            yield f"{said}\u00a0: son empreinte n’est pas celle de son contenu"
        previous = closing.fingerprint
        here = (closing.invoiced, closing.received, closing.written_off)
        so_far = totals.get(closing.span, (ZERO,) * 3)
        totals[closing.span] = tuple(a + b for a, b in zip(so_far, here, strict=True))
        if totals[closing.span] != (
            closing.invoiced_total,
            closing.received_total,
            closing.written_off_total,
        ):
            yield f"{said}\u00a0: ses totaux cumulés ne suivent pas"
        if closing.span == ClosedSpan.DAY:
            written = days.get(closing.starts_on, Written())
            if (written.invoiced, written.received, written.written_off) != here:
                yield f"{said}\u00a0: ce qui est écrit ce jour-là a changé depuis"


def _issued() -> QuerySet[Invoice]:
    return Invoice.objects.filter(status=InvoiceStatus.ISSUED)


def _instant(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=PARIS)
