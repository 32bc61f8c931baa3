"""Reminders and statements, mailed in the name of the activity. Called by workers."""

from __future__ import annotations

from datetime import date

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from cae.core import documents
from cae.core.models import Cooperative, Membership
from cae.core.tenancy import current_tenant_id
from entrepreneurs.queries import display_name
from invoicing.actions.einvoices import store_invoice_pdf
from invoicing.actions.statements import store_statement
from invoicing.enums import LetterKind
from invoicing.models import Customer, Reminder, ReminderLevel
from invoicing.queries import customer_account, recipients, settlement_of
from invoicing.rules.reminders import filled

#: An invoice of nobody: what a test mail is filled with.
EXAMPLE = {
    "client": "Éditions Maison Ébène",
    "contact": "Marianne Lescop",
    "facture": "FA-2026-0042",
    "objet": "Album jeunesse",
    "emise": "1er juin 2026",
    "echeance": "1er juillet 2026",
    "retard": "20",
    "total": "1\u00a0200,00\u00a0€",
    "reste": "700,00\u00a0€",
    "penalites": "4,66\u00a0€",
    "indemnite": "40,00\u00a0€",
    "a_payer": "744,66\u00a0€",
    "activite": "Studio Brume",
    "iban": "FR76 3000 6000 0112 3456 7890 189",
}


def reminder_to_customer(reminder: Reminder) -> None:
    """Mail a reminder with its invoice; nothing goes once the invoice is settled."""
    settlement = settlement_of(reminder.invoice)
    if settlement is None or not settlement.claimable:
        return
    author = reminder.sent_by or reminder.invoice.created_by
    mail = EmailMessage(
        reminder.subject,
        reminder.body,
        to=[reminder.recipient, *reminder.copies],
        reply_to=[author.user.email],
    )
    document = store_invoice_pdf(reminder.invoice).document
    mail.attach(document.name, documents.content_of(document), document.mime)
    mail.send()


def reminder_test(level: ReminderLevel, membership: Membership) -> None:
    """Mail oneself a reminder filled with an example."""
    cooperative = Cooperative.objects.get(pk=current_tenant_id())
    values = EXAMPLE | {"cooperative": cooperative.name, "signature": display_name(membership)}
    if cooperative.iban:
        values["iban"] = cooperative.iban
    EmailMessage(
        f"Essai\u00a0: {filled(level.subject, values)}",
        filled(level.body, values),
        to=[membership.user.email],
    ).send()


def statement_to_customer(
    customer: Customer, *, start: date, end: date, membership: Membership
) -> None:
    """Mail a customer the statement of their account."""
    to = recipients(customer, LetterKind.INVOICES)
    if not to:
        return
    stored = store_statement(customer, start=start, end=end)
    mail = EmailMessage(
        f"Relevé de votre compte, {customer.activity.name}",
        render_to_string(
            "email/statement.txt",
            {
                "customer": customer,
                "account": customer_account(customer, start=start, end=end),
                "cooperative": customer.tenant,
                "author": display_name(membership),
            },
        ),
        to=list(to),
        reply_to=[membership.user.email],
    )
    mail.attach(stored.document.name, documents.content_of(stored.document), stored.document.mime)
    mail.send()
