"""Statements of account: printed, mailed to the customer."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from cae.core import audit, documents, outbox
from cae.core.enums import DocumentKind
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.documents.statements import statement_pdf, statement_snapshot
from invoicing.enums import LetterKind
from invoicing.models import Customer, StatementFile
from invoicing.queries import recipients
from invoicing.rules.numbers import fingerprint


@transaction.atomic
def ask_for_statement(customer: Customer, *, start: date, end: date) -> StatementFile | None:
    """Return the PDF of a statement as it stands; have a worker make it where there is none."""
    sealed = fingerprint(statement_snapshot(customer, start=start, end=end), previous="")
    made = _made(customer, sealed)
    if made is None:
        outbox.enqueue(
            "invoicing.tasks.produce_statement",
            key=f"statement:{customer.pk}:{sealed}",
            customer_id=customer.pk,
            start=start.isoformat(),
            end=end.isoformat(),
        )
    return made


@transaction.atomic
def store_statement(customer: Customer, *, start: date, end: date) -> StatementFile:
    """Make and keep the PDF of a statement as it stands, once. Called by a worker."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)
    snapshot = statement_snapshot(customer, start=start, end=end)
    sealed = fingerprint(snapshot, previous="")
    made = _made(customer, sealed)
    if made is not None:
        return made
    document = documents.keep(
        statement_pdf(snapshot),
        kind=DocumentKind.STATEMENT,
        name=f"Relevé {customer.name[:60]} {end:%Y-%m-%d}.pdf",
        mime="application/pdf",
        activity_id=customer.activity_id,
    )
    return StatementFile.objects.create(
        activity_id=customer.activity_id, customer=customer, fingerprint=sealed, document=document
    )


@transaction.atomic
def send_statement(customer: Customer, *, start: date, end: date, by: Membership) -> Customer:
    """Mail a customer the statement of their account, with its PDF.

    :raises ActionRefused: `email_missing`.
    """
    to = recipients(customer, LetterKind.INVOICES)
    if not to:
        raise ActionRefused(
            f"{customer.name} n’a pas d’adresse électronique. Ajoutez-la à sa fiche.",
            code="email_missing",
        )
    audit.record("customer.statement_sent", customer, by=by, after={"to": ", ".join(to)})
    trace = audit.trail(customer).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_statement",
        key=f"statement-mail:{customer.pk}:{trace.pk}",
        customer_id=customer.pk,
        membership_id=by.pk,
        start=start.isoformat(),
        end=end.isoformat(),
    )
    return customer


def _made(customer: Customer, sealed: str) -> StatementFile | None:
    return (
        StatementFile.objects.filter(customer=customer, fingerprint=sealed)
        .select_related("document")
        .first()
    )
