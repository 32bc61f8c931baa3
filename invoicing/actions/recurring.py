"""The night of recurring invoices: each date due makes its invoice, once, or says why not.

A worker that was stopped makes up for what fell due meanwhile, the oldest first. It acts as the
person who answers for the recurrence, and may do no more than they may.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox
from cae.core.models import Cooperative
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from invoicing.actions.acting import acting_for
from invoicing.actions.content import dated_content
from invoicing.actions.einvoices import store_invoice_pdf
from invoicing.actions.invoices import create_invoice, issue_invoice, send_invoice, submit_invoice
from invoicing.actions.locking import locked
from invoicing.enums import (
    OccurrenceOutcome,
    RecurrenceMode,
    RecurrenceStatus,
)
from invoicing.models import Invoice, Occurrence, Recurrence
from invoicing.permissions import may_issue
from invoicing.queries.recurrences import dates_left, due_recurrences, why_not
from invoicing.rules.recurrences import Period, coming_dates

#: Invoices of one recurrence in one transaction; the rest follows in another.
AT_ONCE = 24


def ask_everywhere(*, on: date) -> int:
    """Enqueue the recurring invoices of a day in every cooperative; return how many there are."""
    cooperatives = list(Cooperative.objects.values_list("pk", flat=True))
    for cooperative_id in cooperatives:
        with tenant(cooperative_id), transaction.atomic():
            outbox.enqueue("invoicing.tasks.recur_one", key=f"recurrences:{on}")
    return len(cooperatives)


@transaction.atomic
def ask_for_due(*, on: date) -> int:
    """Enqueue each recurrence of the cooperative that has something due; return how many."""
    due = due_recurrences(on=on)
    outbox.enqueue_all(
        "invoicing.tasks.make_occurrences",
        {f"recurrence:{pk}:{on}": {"recurrence_id": pk} for pk in due},
    )
    return len(due)


def ask_for(recurrence: Recurrence, *, on: date) -> None:
    """Enqueue a recurrence whose next date is come: it does not wait for the night."""
    if recurrence.status != RecurrenceStatus.ACTIVE or recurrence.next_on is None:
        return
    if recurrence.next_on <= on:
        outbox.enqueue(
            "invoicing.tasks.make_occurrences",
            key=f"recurrence:{recurrence.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
            recurrence_id=recurrence.pk,
        )


@transaction.atomic
def make_occurrences(recurrence: Recurrence, *, on: date) -> list[Occurrence]:
    """Make the invoices of a recurrence that are due, the oldest first; return what was made.

    Can be called again, and by two workers at once: a date is made once. Where nothing more may
    be made, the recurrence stops with a sentence, and its person is told.
    """
    recurrence = locked(recurrence)
    made: list[Occurrence] = []
    while len(made) < AT_ONCE and _is_due(recurrence, on=on):
        refusal = why_not(recurrence, on=on)
        if not refusal:
            try:
                with transaction.atomic(), acting_for(recurrence.responsible):
                    made.append(_made(recurrence, on=on))
            except ActionRefused as error:
                refusal = error.message
        if refusal:
            _stop(recurrence, refusal)
            break
        go_on(recurrence, after=made[-1].due_on)
        recurrence.save()
    if made:
        outbox.enqueue(
            "invoicing.tasks.mail_recurrence_made",
            key=f"recurrence-made:{recurrence.pk}:{made[-1].due_on}",
            recurrence_id=recurrence.pk,
            since=made[0].due_on.isoformat(),
        )
    ask_for(recurrence, on=on)
    return made


def go_on(recurrence: Recurrence, *, after: date) -> None:
    """Move to the date after one that is done; past the last one it is over. Does not save."""
    recurrence.next_on = next(
        coming_dates(
            recurrence.rhythm,
            after=after,
            ends_on=recurrence.ends_on,
            left=dates_left(recurrence),
        ),
        None,
    )
    if recurrence.next_on is None:
        recurrence.status = RecurrenceStatus.ENDED
        audit.record("recurrence.ended", recurrence, by=None)


def send_recurring_invoice(invoice: Invoice) -> None:
    """Mail an invoice that its recurrence promised to send; where it cannot, the history says why.

    One that somebody mailed meanwhile does not leave twice.
    """
    occurrence = invoice.occurrences.select_related("recurrence__responsible").get()
    if invoice.mails.exists():
        return
    store_invoice_pdf(invoice)
    try:
        with transaction.atomic():
            send_invoice(invoice, by=occurrence.recurrence.responsible)
    except ActionRefused as refusal:
        occurrence.note = f"Non envoyée\u00a0: {refusal.message}"[:500]
        occurrence.save()
        outbox.enqueue(
            "invoicing.tasks.mail_recurring_not_sent",
            key=f"recurring-not-sent:{invoice.pk}",
            occurrence_id=occurrence.pk,
        )


def _is_due(recurrence: Recurrence, *, on: date) -> bool:
    return (
        recurrence.status == RecurrenceStatus.ACTIVE
        and recurrence.next_on is not None
        and recurrence.next_on <= on
    )


def _made(recurrence: Recurrence, *, on: date) -> Occurrence:
    """Make the invoice of the next date: a draft, or further where it goes by itself."""
    day, who = recurrence.next_on, recurrence.responsible
    assert day is not None
    period = recurrence.rhythm.period(day, recurrence.covered)
    invoice = _draft_of(recurrence, period, on=on)
    audit.record("invoice.recurred", invoice, by=None, after={"date": day})
    occurrence = Occurrence.objects.create(
        activity_id=recurrence.activity_id,
        recurrence=recurrence,
        due_on=day,
        made_on=on,
        outcome=OccurrenceOutcome.MADE,
        invoice=invoice,
        first_day=period.first,
        last_day=period.last,
        is_sent=recurrence.is_sent,
    )
    if recurrence.mode == RecurrenceMode.AUTOMATIC:
        invoice = submit_invoice(invoice, by=who)
        if may_issue(who, invoice):
            try:
                with transaction.atomic():
                    issue_invoice(invoice, on=on, by=who)
            except ActionRefused as refusal:
                # It waits for the support staff: what is submitted is not lost.
                occurrence.note = refusal.message[:500]
                occurrence.save()
    return occurrence


def _draft_of(recurrence: Recurrence, period: Period, *, on: date) -> Invoice:
    """Write the draft, its blanks filled: what it says then stays."""
    # What is over was done on its last day; what begins, on the day it is billed.
    supplied_on = period.last if period.last <= on else None
    content = replace(dated_content(recurrence, period), supplied_on=supplied_on)
    return create_invoice(recurrence.activity, content=content, by=recurrence.responsible)


def _stop(recurrence: Recurrence, reason: str) -> None:
    recurrence.status = RecurrenceStatus.STOPPED
    recurrence.stop_reason = reason[:500]
    recurrence.save()
    audit.record("recurrence.stopped", recurrence, by=None, after={"reason": reason})
    outbox.enqueue(
        "invoicing.tasks.mail_recurrence_stopped",
        key=f"recurrence-stopped:{recurrence.pk}:{timezone.now():%Y%m%d%H%M%S%f}",
        recurrence_id=recurrence.pk,
    )
