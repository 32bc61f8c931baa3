"""The chains of fingerprints and the series of numbers, read again."""

from __future__ import annotations

from collections.abc import Iterator

from invoicing.enums import InvoiceStatus
from invoicing.models import Invoice, Payment
from invoicing.queries.numbering import series_starts
from invoicing.rules.numbers import fingerprint, rank_in


def broken_invoices() -> Iterator[str]:
    """Yield the number of each issued invoice whose fingerprint is not what it should be."""
    previous = ""
    rows = Invoice.objects.filter(status=InvoiceStatus.ISSUED).order_by("chain_rank")
    for rank, invoice in enumerate(rows.iterator(chunk_size=500), start=1):
        assert invoice.snapshot is not None
        expected = fingerprint(invoice.snapshot, previous=previous)
        if invoice.chain_rank != rank or invoice.fingerprint != expected:
            yield invoice.number or ""
        previous = invoice.fingerprint


def broken_payments() -> Iterator[int]:
    """Yield the id of each payment whose fingerprint is not what it should be."""
    previous = ""
    rows = Payment.objects.order_by("chain_rank")
    for rank, payment in enumerate(rows.iterator(chunk_size=500), start=1):
        expected = fingerprint(payment.facts, previous=previous)
        if payment.chain_rank != rank or payment.fingerprint != expected:
            yield payment.pk
        previous = payment.fingerprint


def series_gaps() -> list[str]:
    """Return the series of issued invoices whose numbers do not follow each other.

    They begin at 1, or after the last one given elsewhere.
    """
    starts = series_starts()
    gaps = []
    series = (
        Invoice.objects.filter(status=InvoiceStatus.ISSUED)
        .values_list("series", flat=True)
        .distinct()
        .order_by("series")
    )
    for name in series:
        numbers = Invoice.objects.filter(series=name).values_list("number", flat=True)
        ranks = sorted(rank_in(number) for number in numbers if number)
        first = starts.get(name, 0) + 1
        if ranks != list(range(first, first + len(ranks))):
            gaps.append(name)
    return gaps
