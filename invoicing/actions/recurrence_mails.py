"""What a recurrence did while nobody looked, mailed to who answers for it. Called by workers."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from entrepreneurs.queries import display_name
from invoicing.actions.mails import sender
from invoicing.enums import InvoiceStatus, OccurrenceOutcome, RecurrenceStatus
from invoicing.models import Occurrence, Recurrence


def recurrence_made(recurrence: Recurrence, *, since: date) -> None:
    """Tell what was made from a date on: to review, submitted or issued, and whether it is late."""
    rows = list(
        recurrence.occurrences.filter(due_on__gte=since, outcome=OccurrenceOutcome.MADE)
        .select_related("invoice")
        .order_by("due_on")
    )
    if not rows:
        return
    made = [
        {
            "occurrence": row,
            "invoice": row.invoice,
            "said": _said(row),
            "url": _place("invoice", row.invoice_id, recurrence),
        }
        for row in rows
    ]
    drafts = [row for row in rows if row.invoice and row.invoice.status == InvoiceStatus.DRAFT]
    what = "à relire" if drafts else "faites"
    subject = f"{len(drafts or rows)} factures récurrentes {what}"
    if len(drafts or rows) == 1:
        subject = "Une facture récurrente à relire" if drafts else "Une facture récurrente faite"
    subject = f"{subject}\u00a0: {recurrence.customer_name}"
    _mail(subject, "recurrence_made.txt", recurrence, made=made)


def recurrence_stopped(recurrence: Recurrence) -> None:
    """Tell why a recurrence stopped; taken up since, nothing is said."""
    if recurrence.status != RecurrenceStatus.STOPPED:
        return
    _mail(
        f"Facture récurrente arrêtée\u00a0: {recurrence.customer_name}",
        "recurrence_stopped.txt",
        recurrence,
    )


def recurring_not_sent(occurrence: Occurrence) -> None:
    """Tell that an invoice was issued and did not leave."""
    if occurrence.invoice is None:
        return
    recurrence = occurrence.recurrence
    _mail(
        f"Facture non envoyée\u00a0: {recurrence.customer_name}",
        "recurring_not_sent.txt",
        recurrence,
        occurrence=occurrence,
        url=_place("invoice", occurrence.invoice_id, recurrence),
    )


def _said(occurrence: Occurrence) -> str:
    invoice = occurrence.invoice
    assert invoice is not None
    if invoice.status == InvoiceStatus.DRAFT:
        return "à relire"
    if invoice.status == InvoiceStatus.SUBMITTED:
        return "soumise à l’équipe d’appui"
    sent = ", envoyée au client" if occurrence.is_sent else ""
    return f"émise sous le numéro {invoice.number}{sent}"


def _mail(subject: str, template: str, recurrence: Recurrence, **context: Any) -> None:
    who = recurrence.responsible
    EmailMessage(
        " ".join(subject.splitlines()),
        render_to_string(
            f"email/{template}",
            {
                "recurrence": recurrence,
                "reader": display_name(who),
                "cooperative": recurrence.tenant,
                "link": _place("recurrence", recurrence.pk, recurrence),
                **context,
            },
        ),
        from_email=sender(recurrence.tenant),
        to=[who.user.email],
    ).send()


def _place(name: str, pk: int | None, about: Recurrence) -> str:
    return settings.SITE_URL + reverse(f"invoicing:{name}", args=[about.tenant.slug, pk])
