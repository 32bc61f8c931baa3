"""What persons paid for services à la personne in a year, and the certificates that say so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from cae.core.money import ZERO
from cae.core.words import folded
from entrepreneurs.queries import activity_names
from invoicing.enums import InvoiceKind, InvoiceStatus, PaymentMeans
from invoicing.models import (
    Allocation,
    Deduction,
    DocumentMail,
    Invoice,
    InvoiceLine,
    Settlement,
    TaxCertificate,
    TaxCertificateFile,
    TaxCertificateRun,
)
from invoicing.rules.personal_services import DoneService, PaidInvoice, PaidYear, Receipt, paid_in

#: The day after which the certificates of a year are late (C. trav. D7233-4).
DUE_MONTH, DUE_DAY = 3, 31


def paid_years(
    year: int, *, activity_ids: tuple[int, ...] | None = None, customer_id: int | None = None
) -> dict[int, tuple[Invoice, PaidYear]]:
    """Return by customer what was paid in a year, with one of their invoices: it names them.

    A payment counts the year it was received, whatever the year of its invoice. A deposit counts
    once the invoice that takes it off is issued: what was done is known then.

    :param activity_ids: those of these activities; of the whole cooperative when None.
    """
    invoices = _invoices_paid_in(year, activity_ids=activity_ids, customer_id=customer_id)
    by_customer: dict[int, list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        by_customer[invoice.customer_id].append(invoice)
    told = _told(invoices)
    return {
        customer: (rows[-1], paid_in([told[row.pk] for row in rows], year=year))
        for customer, rows in by_customer.items()
    }


def _invoices_paid_in(
    year: int, *, activity_ids: tuple[int, ...] | None, customer_id: int | None
) -> list[Invoice]:
    services = InvoiceLine.objects.filter(service__isnull=False)
    if activity_ids is not None:
        services = services.filter(activity__in=activity_ids)
    paid = Allocation.objects.filter(
        invoice__isnull=False,
        payment__received_on__range=(date(year, 1, 1), date(year, 12, 31)),
    ).values("invoice_id")
    rows = (
        Invoice.objects.filter(status=InvoiceStatus.ISSUED, pk__in=services.values("invoice_id"))
        .filter(
            Q(pk__in=paid)
            | Q(pk__in=Deduction.objects.filter(deposit__in=paid).values("invoice_id"))
        )
        .exclude(kind=InvoiceKind.CREDIT_NOTE)
        .defer("snapshot")
        .order_by("issued_on", "id")
    )
    return list(rows if customer_id is None else rows.filter(customer=customer_id))


def _told(invoices: Iterable[Invoice]) -> dict[int, PaidInvoice]:
    """Return what each of these invoices sold, and what was received for it."""
    by_pk = {invoice.pk: invoice for invoice in invoices}
    lines: dict[int, list[InvoiceLine]] = defaultdict(list)
    for line in InvoiceLine.objects.filter(invoice__in=by_pk).prefetch_related("service"):
        lines[line.invoice_id].append(line)
    settlements = {row.invoice_id: row for row in Settlement.objects.filter(invoice__in=by_pk)}
    receipts = _receipts(by_pk)
    found = {}
    for pk, invoice in by_pk.items():
        total = invoice.gross + invoice.rounding
        done = [(line, _worth(line, invoice)) for line in lines[pk]]
        found[pk] = PaidInvoice(
            number=invoice.number or "",
            total=total,
            owed=_owed(total, settlements[pk]),
            others=sum((worth for line, worth in done if not line.service_id), ZERO),
            services=tuple(_done(line, worth) for line, worth in done if line.service_id),
            receipts=tuple(receipts[pk]),
        )
    return found


def _owed(total: Decimal, settlement: Settlement) -> Decimal:
    """Return what is left of an invoice; of one that is cancelled, its deposits are free again."""
    if settlement.credited and settlement.credited >= settlement.gross:
        return ZERO
    return total - settlement.credited


def _receipts(invoices: dict[int, Invoice]) -> dict[int, list[Receipt]]:
    """Return what was received for each invoice: on it, and on the deposits it takes off."""
    on: dict[int, list[int]] = defaultdict(list)
    for pk in invoices:
        on[pk].append(pk)
    deducted = Deduction.objects.filter(invoice__in=invoices)
    for deposit, invoice in deducted.values_list("deposit_id", "invoice_id"):
        on[deposit].append(invoice)
    rows = (
        Allocation.objects.filter(invoice__in=on, payment__isnull=False)
        .exclude(payment__means=PaymentMeans.GAP)
        .values("invoice_id", "payment_id", "payment__received_on", "payment__means")
        .annotate(left=Sum("amount"))
        .order_by("payment__received_on", "payment_id")
    )
    found: dict[int, list[Receipt]] = defaultdict(list)
    for row in rows:
        if row["left"] > 0:
            receipt = Receipt(
                paid_on=row["payment__received_on"],
                means=row["payment__means"],
                amount=row["left"],
            )
            for pk in on[row["invoice_id"]]:
                found[pk].append(receipt)
    return found


def _worth(line: InvoiceLine, invoice: Invoice) -> Decimal:
    """Return EUR with VAT, the discount on the document off; not rounded."""
    worth = line.net * (1 + line.vat_rate)
    before = invoice.net + invoice.discount
    return worth * invoice.net / before if invoice.discount and before else worth


def _done(line: InvoiceLine, worth: Decimal) -> DoneService:
    assert line.service is not None and line.done_on is not None and line.minutes is not None
    return DoneService(
        kind=line.service.code,
        label=line.label,
        worker_name=line.worker_name,
        worker_number=line.worker_number,
        done_on=line.done_on,
        minutes=line.minutes,
        worth=worth,
    )


def certificates_in_force(
    year: int, *, activity_ids: tuple[int, ...] | None = None
) -> QuerySet[TaxCertificate]:
    """Return the last version of each certificate of a year, by name of customer."""
    rows = TaxCertificate.objects.filter(year=year)
    if activity_ids is not None:
        rows = rows.filter(activity__in=activity_ids)
    last = rows.order_by("customer_id", "-version").distinct("customer_id").values("pk")
    return TaxCertificate.objects.filter(pk__in=last).order_by("customer_name", "pk")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertifiedYear:
    """A customer in a year: what they paid, and the certificate in force if there is one."""

    customer_id: int
    customer_name: str
    activity_name: str
    minutes: int
    counted: Decimal
    prefunded: Decimal
    is_due: bool
    certificate: TaxCertificate | None
    is_stale: bool


def certified_years(
    year: int, *, activity_ids: tuple[int, ...] | None = None
) -> list[CertifiedYear]:
    """Return every customer who paid for services in a year, or was certified to, by name."""
    paid = paid_years(year, activity_ids=activity_ids)
    made = {
        row.customer_id: row
        for row in certificates_in_force(year, activity_ids=activity_ids).defer("snapshot")
    }
    whose = {pk: (row.activity_id, row.customer_name) for pk, row in made.items()}
    whose |= {pk: (row.activity_id, row.customer_name) for pk, (row, _) in paid.items()}
    names = activity_names({activity for activity, _ in whose.values()})
    found = []
    for pk, (activity, name) in whose.items():
        _, now = paid.get(pk, (None, None))
        certificate = made.get(pk)
        found.append(
            CertifiedYear(
                customer_id=pk,
                customer_name=name,
                activity_name=names.get(activity, ""),
                minutes=now.minutes if now else 0,
                counted=now.sums.counted if now else ZERO,
                prefunded=now.sums.prefunded if now else ZERO,
                is_due=bool(now and now.sums.attested > 0),
                certificate=certificate,
                is_stale=certificate is not None and not says(certificate, now),
            )
        )
    return sorted(found, key=lambda each: (folded(each.customer_name), each.customer_id))


def says(certificate: TaxCertificate, paid: PaidYear | None) -> bool:
    """Tell whether a certificate still says what was paid."""
    now = paid or PaidYear()
    told = (certificate.paid, certificate.cesu, certificate.minutes)
    return told == (now.sums.counted, now.sums.prefunded, now.minutes)


def last_certificate(customer_id: int, year: int) -> TaxCertificate | None:
    """Return the version in force of what a customer was certified for a year."""
    rows = TaxCertificate.objects.filter(customer=customer_id, year=year)
    return rows.order_by("-version").first()


def certificate_versions(certificate: TaxCertificate) -> list[TaxCertificate]:
    """Return every version of a certificate, the latest first."""
    rows = TaxCertificate.objects.filter(customer=certificate.customer_id, year=certificate.year)
    return list(rows.order_by("-version"))


def certificate_file(certificate: TaxCertificate) -> TaxCertificateFile | None:
    """Return the PDF of a version, once a worker made it."""
    rows = TaxCertificateFile.objects.filter(certificate=certificate)
    return rows.select_related("document").first()


def last_mails(certificate_ids: Iterable[int]) -> dict[int, DocumentMail]:
    """Return the last mail about each of these certificates."""
    mails = DocumentMail.objects.filter(certificate__in=list(certificate_ids)).order_by("id")
    return {mail.certificate_id: mail for mail in mails if mail.certificate_id is not None}


def certificate_mails(certificate: TaxCertificate) -> list[DocumentMail]:
    """Return what was mailed about a certificate, whatever its version, the latest first."""
    same: dict[str, Any] = {
        "certificate__customer": certificate.customer_id,
        "certificate__year": certificate.year,
    }
    return list(DocumentMail.objects.filter(**same).order_by("-id"))


def certificate_years(*, on: date) -> list[int]:
    """Return the years one may ask about, the latest first: four, and the running one."""
    return list(range(on.year, on.year - 5, -1))


def last_run(year: int) -> TaxCertificateRun | None:
    """Return the last bulk making of certificates for a year."""
    return TaxCertificateRun.objects.filter(year=year).order_by("-id").first()


def certificates_due(*, on: date) -> tuple[int, int]:
    """Return the year whose certificates are to be made by 31 March, and how many are missing.

    Nothing is, the rest of the year.
    """
    year = on.year - 1
    if (on.month, on.day) > (DUE_MONTH, DUE_DAY):
        return year, 0
    made = set(TaxCertificate.objects.filter(year=year).values_list("customer_id", flat=True))
    paid = paid_years(year)
    return year, sum(
        customer not in made and each.sums.attested > 0 for customer, (_, each) in paid.items()
    )
