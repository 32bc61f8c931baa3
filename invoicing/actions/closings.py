"""Closing days, months and years; archiving a year. Called by workers, each night."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from cae.core import audit, documents, outbox
from cae.core.enums import DocumentKind
from cae.core.models import Cooperative, Counter, Membership, StoredDocument
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.tenancy import current_tenant_id, tenant
from invoicing.actions.invoices import CHAIN as INVOICES
from invoicing.actions.payments import CHAIN as PAYMENTS
from invoicing.documents.archives import year_archive
from invoicing.enums import ClosedSpan
from invoicing.models import Closing, YearArchive
from invoicing.queries import first_written_on, last_closing, written_by_day
from invoicing.queries.closings import Written
from invoicing.rules.closings import spans_to_close
from invoicing.rules.numbers import fingerprint

CHAIN = "chaîne des clôtures"


def ask_everywhere(*, on: date) -> int:
    """Enqueue the closing of what is over in every cooperative; return how many there are."""
    cooperatives = list(Cooperative.objects.values_list("pk", flat=True))
    for cooperative_id in cooperatives:
        with tenant(cooperative_id), transaction.atomic():
            outbox.enqueue("invoicing.tasks.close_days_of_one", key=f"close-days:{on}")
    return len(cooperatives)


@transaction.atomic
def close_days(*, before: date) -> list[Closing]:
    """Close every day that is over and not closed yet, with the months and years they end.

    Can be called again: what is closed stays. A worker that did not run for a week catches up.

    :param before: the first day that is not over.
    """
    _wait_for_writers()
    last = last_closing(ClosedSpan.DAY)
    first = last.ends_on + timedelta(days=1) if last else first_written_on()
    until = before - timedelta(days=1)
    if first is None or first > until:
        return []
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    days = written_by_day(first, until)
    made: list[Closing] = []
    for span, starts_on, ends_on in spans_to_close(
        first, until, year_start=cooperative.fiscal_year_start
    ):
        made.append(_closed(span, starts_on, ends_on, days=days))
    return made


@transaction.atomic
def archive_year(closing: Closing) -> YearArchive:
    """Make the archive of a closed year and keep its fingerprint, once. Called by a worker."""
    closing = Closing.objects.select_for_update().get(pk=closing.pk)
    made = YearArchive.objects.filter(closing=closing).select_related("document").first()
    if made is not None:
        return made
    assert closing.span == ClosedSpan.YEAR, "only a year is archived"
    content = year_archive(closing)
    document = documents.keep(
        content,
        kind=DocumentKind.ARCHIVE,
        name=f"Archive {closing.starts_on:%Y-%m-%d} {closing.ends_on:%Y-%m-%d}.zip",
        mime="application/zip",
    )
    return YearArchive.objects.create(
        closing=closing,
        document=document,
        sha256=document.sha256,
        invoice_count=closing.invoice_count,
        payment_count=closing.payment_count,
        made_at=timezone.now(),
    )


@transaction.atomic
def take_archive(archive: YearArchive, *, by: Membership) -> StoredDocument:
    """Return the file of a yearly archive; who took it is kept."""
    audit.record("archive.downloaded", archive, by=by, after={"number": str(archive.closing)})
    return archive.document


def _wait_for_writers() -> None:
    """Let what is being issued or received be written: its day is still open to it."""
    list(
        Counter.objects.select_for_update()
        .filter(series__in=(INVOICES, PAYMENTS, CHAIN), year=0)
        .order_by("series")
    )


def _closed(
    span: ClosedSpan, starts_on: date, ends_on: date, *, days: dict[date, Written]
) -> Closing:
    last = last_closing(span)
    written = Written()
    if span == ClosedSpan.DAY:
        written.add(days.get(starts_on, Written()))
    else:
        # The first of its kind begins with the first day that was closed.
        starts_on = last.ends_on + timedelta(days=1) if last else _first_day(starts_on)
        for day in Closing.objects.filter(
            span=ClosedSpan.DAY, starts_on__gte=starts_on, ends_on__lte=ends_on
        ):
            written.add(
                Written(
                    day.invoice_count,
                    day.invoiced,
                    day.payment_count,
                    day.received,
                    day.written_off_count,
                    day.written_off,
                )
            )
    before = Closing.objects.order_by("-chain_rank").first()
    closing = Closing(
        span=span,
        starts_on=starts_on,
        ends_on=ends_on,
        invoice_count=written.invoice_count,
        invoiced=written.invoiced,
        payment_count=written.payment_count,
        received=written.received,
        written_off_count=written.written_off_count,
        written_off=written.written_off,
        invoiced_total=(last.invoiced_total if last else ZERO) + written.invoiced,
        received_total=(last.received_total if last else ZERO) + written.received,
        written_off_total=(last.written_off_total if last else ZERO) + written.written_off,
        invoice_rank=max(written.invoice_rank, before.invoice_rank if before else 0),
        payment_rank=max(written.payment_rank, before.payment_rank if before else 0),
        closed_at=timezone.now(),
        chain_rank=next_number(CHAIN, year=0),
    )
    closing.fingerprint = fingerprint(closing.facts, previous=before.fingerprint if before else "")
    closing.save()
    if span == ClosedSpan.YEAR:
        outbox.enqueue(
            "invoicing.tasks.archive_year",
            key=f"year-archive:{closing.pk}",
            closing_id=closing.pk,
        )
    return closing


def _first_day(starts_on: date) -> date:
    earliest = Closing.objects.filter(span=ClosedSpan.DAY).order_by("starts_on").first()
    return max(starts_on, earliest.starts_on) if earliest else starts_on
