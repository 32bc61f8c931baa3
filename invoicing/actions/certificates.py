"""Yearly tax certificates: made from what was paid, corrected when that changes, mailed.

A version never changes; another one replaces it, and says why.
"""

from __future__ import annotations

from datetime import date

from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.utils import timezone

from cae.core import audit, documents, outbox
from cae.core.enums import DocumentKind
from cae.core.models import Cooperative, Membership
from cae.core.numbering import next_number
from cae.core.progress import Progress
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import shares_on
from invoicing.actions.sendings import Letter, post_letter, usual_letter
from invoicing.documents.certificates import (
    certificate_name,
    certificate_pdf,
    certificate_snapshot,
)
from invoicing.enums import CustomerKind, RunStatus
from invoicing.models import (
    Customer,
    DocumentMail,
    Invoice,
    TaxCertificate,
    TaxCertificateFile,
    TaxCertificateRun,
)
from invoicing.queries.certificates import (
    certificate_file,
    certificates_in_force,
    last_certificate,
    last_mails,
    paid_years,
)
from invoicing.queries.personal_services import service_declaration, service_kinds
from invoicing.rules.numbers import fingerprint
from invoicing.rules.personal_services import PaidYear, facts_of

_CHANGED = "Les règlements de l’année ont changé depuis la version précédente."


@transaction.atomic
def make_certificate(
    customer: Customer, *, year: int, on: date, by: Membership | None
) -> TaxCertificate:
    """Certify what a person paid in a year that is over; its PDF follows.

    What is certified already stays, unless money moved since: then another version replaces it.

    :raises ActionRefused: `year_not_over`, `services_undeclared`, `not_a_person`,
        `nothing_to_attest`.
    """
    _check_over(year, on=on)
    # One person at a time for a customer, and their payments wait too.
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    _, paid = paid_years(year, customer_id=customer.pk).get(customer.pk, (None, None))
    return _certified(customer, paid or PaidYear(), year=year, on=on, by=by)


def _certified(
    customer: Customer, paid: PaidYear, *, year: int, on: date, by: Membership | None
) -> TaxCertificate:
    facts = facts_of(paid)
    last = last_certificate(customer.pk, year)
    if last is not None and last.snapshot["facts"] == facts:
        return last
    if last is None and paid.sums.attested <= 0:
        raise ActionRefused(
            f"{customer.name} n’a rien réglé en {year} qui s’atteste\u00a0: ni virement, ni carte, "
            "ni chèque, ni CESU pour un service à la personne.",
            code="nothing_to_attest",
        )
    if customer.kind != CustomerKind.INDIVIDUAL:
        raise ActionRefused(
            f"{customer.name} n’est plus un particulier\u00a0: une attestation fiscale va à une "
            "personne. Corrigez le type de sa fiche.",
            code="not_a_person",
        )
    declaration = service_declaration()
    if declaration is None:
        raise ActionRefused(
            "La déclaration de services à la personne de la coopérative manque. Écrivez-la dans "
            "les réglages.",
            code="services_undeclared",
        )
    people = shares_on(customer.activity, on=date(year, 12, 31))
    reason = _CHANGED if last else ""
    # Last: it holds the series until commit.
    number = last.number if last else f"AF-{year}-{next_number('certificate', year=year):04}"
    snapshot = certificate_snapshot(
        customer,
        facts,
        year=year,
        number=number,
        replaces=last,
        reason=reason,
        person=", ".join(person.full_name for person, _ in people),
        declaration=declaration,
        kinds=service_kinds(),
        cooperative=Cooperative.objects.get(pk=current_tenant_id()),
        on=on,
    )
    certificate = TaxCertificate.objects.create(
        activity=customer.activity,
        customer=customer,
        customer_name=customer.name,
        year=year,
        number=number,
        version=snapshot["version"],
        reason=reason,
        paid=paid.sums.counted,
        cesu=paid.sums.prefunded,
        minutes=paid.minutes,
        snapshot=snapshot,
        fingerprint=fingerprint(snapshot, previous=last.fingerprint if last else ""),
        made_on=on,
        made_by=by,
    )
    audit.record(
        "certificate.corrected" if last else "certificate.made",
        certificate,
        by=by,
        after={"number": str(certificate), "paid": certificate.paid},
    )
    outbox.enqueue(
        "invoicing.tasks.produce_certificate",
        key=f"certificate:{certificate.pk}",
        certificate_id=certificate.pk,
    )
    return certificate


@transaction.atomic
def ask_for_certificate_pdf(certificate: TaxCertificate) -> TaxCertificateFile | None:
    """Return the PDF of a version; have a worker make it where there is none yet."""
    made = certificate_file(certificate)
    if made is None:
        outbox.enqueue(
            "invoicing.tasks.produce_certificate",
            key=f"certificate:{certificate.pk}",
            certificate_id=certificate.pk,
        )
    return made


@transaction.atomic
def store_certificate(certificate: TaxCertificate) -> TaxCertificateFile:
    """Make and keep the PDF of a version, once. Called by a worker."""
    Customer.objects.select_for_update(no_key=True).get(pk=certificate.customer_id)
    made = certificate_file(certificate)
    if made is not None:
        return made
    document = documents.keep(
        certificate_pdf(certificate),
        kind=DocumentKind.TAX_CERTIFICATE,
        name=certificate_name(certificate.snapshot),
        mime="application/pdf",
        activity_id=certificate.activity_id,
    )
    return TaxCertificateFile.objects.create(
        activity_id=certificate.activity_id, certificate=certificate, document=document
    )


@transaction.atomic
def send_certificate(
    certificate: TaxCertificate, *, letter: Letter | None = None, by: Membership | None
) -> DocumentMail:
    """Mail a person their certificate, with its PDF.

    :raises ActionRefused: `replaced`, another version is in force; those of `check_letter`.
    """
    last = last_certificate(certificate.customer_id, certificate.year)
    assert last is not None
    if last.version != certificate.version:
        raise ActionRefused(
            f"Une version corrigée remplace celle-ci depuis. Envoyez la version {last.version}.",
            code="replaced",
        )
    mail = post_letter(certificate, letter or usual_letter(certificate), by=by)
    audit.record("certificate.sent", certificate, by=by, after={"to": ", ".join(mail.to)})
    return mail


# ── When money moves ─────────────────────────────────────────────────────────────────


def follow_money(invoice: Invoice, *, key: str) -> None:
    """Have the certificates of a customer read again: what was paid for services has moved.

    :param key: names the move, so that it is followed once.
    """
    lines = (invoice.snapshot or {}).get("lines", ())
    if any(line.get("service") for line in lines):
        outbox.enqueue(
            "invoicing.tasks.follow_certificates",
            key=f"certificates:{key}",
            customer_id=invoice.customer_id,
        )


@transaction.atomic
def correct_certificates(customer: Customer, *, on: date) -> list[TaxCertificate]:
    """Replace the certificates of a customer that say something else than what was paid.

    Years that nobody certified yet are left alone. Called by a worker.
    """
    years = TaxCertificate.objects.filter(customer=customer, version=1).values_list("year")
    corrected = []
    for (year,) in years.order_by("year"):
        before = last_certificate(customer.pk, year)
        now = make_certificate(customer, year=year, on=on, by=None)
        if before is not None and now.pk != before.pk:
            corrected.append(now)
    return corrected


# ── All those of a year ──────────────────────────────────────────────────────────────


def run_progress(run: TaxCertificateRun) -> Progress:
    """Return where the worker that makes the certificates of a year is."""
    return Progress(f"certificates:{run.pk}")


@transaction.atomic
def ask_for_certificates(year: int, *, sends: bool, on: date, by: Membership) -> TaxCertificateRun:
    """Have every certificate of a year made, or corrected, and mailed if asked.

    :raises ActionRefused: `year_not_over`, `services_undeclared`, `run_waiting`.
    """
    _check_over(year, on=on)
    if service_declaration() is None:
        raise ActionRefused(
            "La déclaration de services à la personne de la coopérative manque. Écrivez-la dans "
            "les réglages.",
            code="services_undeclared",
        )
    if TaxCertificateRun.objects.filter(status=RunStatus.WAITING).exists():
        raise ActionRefused(
            "Des attestations se préparent déjà. Attendez qu’elles soient prêtes.",
            code="run_waiting",
        )
    run = TaxCertificateRun.objects.create(year=year, sends=sends, asked_by=by)
    audit.record("certificates.asked", run, by=by, after={"year": year, "sends": sends})
    outbox.enqueue("invoicing.tasks.make_certificates", key=f"certificates:{run.pk}", run_id=run.pk)
    return run


def make_certificates(run: TaxCertificateRun, *, on: date) -> None:
    """Make what was asked, a customer at a time; called again, it goes on. Called by a worker."""
    at = run_progress(run)
    if run.status != RunStatus.WAITING or not at.take():
        return
    try:
        counts = _make_each(run, at, on=on)
    except ActionRefused as refusal:
        _end(run, {}, failure=refusal.message)
    except SoftTimeLimitExceeded:
        _end(run, {}, failure="C’était trop long. Demandez-les à nouveau\u00a0: ce qui est fait "
             "reste fait.")  # fmt: skip
    else:
        _end(run, counts)
    finally:
        at.give_back()


def _make_each(run: TaxCertificateRun, at: Progress, *, on: date) -> dict[str, int]:
    counts = {"made": 0, "corrected": 0, "kept": 0, "sent": 0, "without_address": 0, "refused": 0}
    with transaction.atomic():
        paid = paid_years(run.year)
        certified = certificates_in_force(run.year).values_list("customer_id", flat=True)
        due = {pk for pk, (_, each) in paid.items() if each.sums.attested > 0}
        wanted = sorted(due | set(certified))
    for pk in at.over(wanted, total=len(wanted)):
        with transaction.atomic():
            counts[_make_one(run, pk, counts, on=on)] += 1
    return counts


def _make_one(run: TaxCertificateRun, pk: int, counts: dict[str, int], *, on: date) -> str:
    customer = Customer.objects.get(pk=pk)
    before = last_certificate(pk, run.year)
    try:
        certificate = make_certificate(customer, year=run.year, on=on, by=run.asked_by)
    except ActionRefused as refusal:
        if refusal.code == "services_undeclared":
            raise
        return "refused"
    store_certificate(certificate)
    if run.sends and certificate.pk not in last_mails([certificate.pk]):
        letter = usual_letter(certificate)
        if letter.to:
            send_certificate(certificate, letter=letter, by=run.asked_by)
            counts["sent"] += 1
        else:
            counts["without_address"] += 1
    if before is None:
        return "made"
    return "kept" if certificate.pk == before.pk else "corrected"


@transaction.atomic
def _end(run: TaxCertificateRun, counts: dict[str, int], *, failure: str = "") -> None:
    TaxCertificateRun.objects.filter(pk=run.pk, status=RunStatus.WAITING).update(
        status=RunStatus.FAILED if failure else RunStatus.DONE,
        counts=counts,
        failure=failure[:300],
        done_at=timezone.now(),
    )


def _check_over(year: int, *, on: date) -> None:
    if year >= on.year:
        raise ActionRefused(
            f"L’année {year} n’est pas finie\u00a0: ses attestations se font à partir du "
            f"1er janvier {year + 1}.",
            code="year_not_over",
        )
