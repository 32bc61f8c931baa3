"""Reminders: sent by hand or each night, held for a while, in the words of the cooperative."""

from __future__ import annotations

from datetime import date
from textwrap import wrap
from typing import Any

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox
from cae.core.models import Cooperative, Membership
from cae.core.money import euros
from cae.core.periods import french_date
from cae.core.tenancy import tenant
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from entrepreneurs.queries import display_name
from invoicing.actions.locking import locked
from invoicing.actions.payments import locked_settlements
from invoicing.enums import LetterKind
from invoicing.models import Customer, Invoice, Reminder, ReminderHold, ReminderLevel, Settlement
from invoicing.queries import (
    hold_on,
    late_settlements,
    lateness_of,
    recipients,
    reminder_levels,
    reminders_of,
    with_reminders,
)
from invoicing.queries.reminders import Lateness
from invoicing.rules.reminders import filled, unknown_blanks

_MOST_DAYS = 365


@transaction.atomic
def remind(
    invoice: Invoice,
    *,
    on: date,
    level: ReminderLevel | None = None,
    by: Membership | None,
) -> Reminder:
    """Write a reminder of a late invoice and have it mailed; None of `by` is the night.

    :param level: None for the one after the last that was sent, the last one again at the end.
    :raises ActionRefused: `not_issued`, `already_paid`, `not_late`, `on_hold`,
        `email_missing`, `already_reminded`, `no_level`.
    """
    (settlement,) = locked_settlements([invoice])
    _check_late(settlement, on=on)
    hold = hold_on(invoice, on=on)
    if hold is not None:
        raise ActionRefused(
            f"Les relances sont en pause\u00a0: {hold.reason}. Reprenez-les d’abord.",
            code="on_hold",
        )
    to = recipients(invoice.customer, LetterKind.REMINDERS)
    if not to:
        raise ActionRefused(
            f"{invoice.customer_name} n’a pas d’adresse électronique. Ajoutez-la à sa fiche.",
            code="email_missing",
        )
    if Reminder.objects.filter(invoice=invoice, sent_on=on).exists():
        raise ActionRefused(
            "Cette facture a déjà été relancée aujourd’hui. Attendez demain.",
            code="already_reminded",
        )
    level = level or next_level(invoice)
    written = worded(level, invoice, settlement, on=on, by=by)
    lateness = lateness_of(invoice, settlement, on=on)
    reminder = Reminder.objects.create(
        activity=invoice.activity,
        customer=invoice.customer,
        invoice=invoice,
        rank=level.rank,
        label=level.label,
        sent_on=on,
        recipient=to[0],
        copies=list(to[1:]),
        subject=written["subject"],
        body=written["body"],
        remaining=lateness.remaining,
        late_fee=lateness.late_fee,
        indemnity=lateness.indemnity,
        sent_by=by,
    )
    audit.record(
        "invoice.reminded", invoice, by=by, after={"label": level.label, "to": ", ".join(to)}
    )
    outbox.enqueue(
        "invoicing.tasks.mail_reminder",
        key=f"reminder-mail:{reminder.pk}",
        reminder_id=reminder.pk,
    )
    return reminder


def next_level(invoice: Invoice) -> ReminderLevel:
    """Return the level after the last that was sent of an invoice; the last one stays.

    :raises ActionRefused: `no_level`.
    """
    levels = reminder_levels()
    if not levels:
        raise ActionRefused(
            "Aucun niveau de relance n’est utilisé. La coopérative en règle au moins un.",
            code="no_level",
        )
    sent = max((reminder.rank for reminder in reminders_of(invoice)), default=0)
    return next((level for level in levels if level.rank > sent), levels[-1])


def worded(
    level: ReminderLevel,
    invoice: Invoice,
    settlement: Settlement,
    *,
    on: date,
    by: Membership | None,
) -> dict[str, str]:
    """Return the subject and the body of a reminder as its customer would read them."""
    values = _values(invoice, settlement, lateness_of(invoice, settlement, on=on), by=by)
    return {
        "subject": " ".join(filled(level.subject, values).split())[:200],
        "body": filled(level.body, values),
    }


@transaction.atomic
def remind_late_invoices(*, on: date) -> int:
    """Send the reminders that fall due today and go by themselves; return how many.

    Can be called again: an invoice is reminded once a day.
    """
    levels = {level.rank: level for level in reminder_levels() if level.is_automatic}
    sent = 0
    for late in with_reminders(late_settlements(None, on=on), on=on):
        level = levels.get(late.step.rank) if late.step else None
        if level is None or late.hold:
            continue
        if late.last is not None and late.last.sent_on == on:
            continue
        if not recipients(late.settlement.invoice.customer, LetterKind.REMINDERS):
            continue
        remind(late.settlement.invoice, on=on, level=level, by=None)
        sent += 1
    return sent


def ask_everywhere(*, on: date) -> int:
    """Enqueue tonight's reminders in every cooperative; return how many there are."""
    cooperatives = list(Cooperative.objects.values_list("pk", flat=True))
    for cooperative_id in cooperatives:
        with tenant(cooperative_id), transaction.atomic():
            outbox.enqueue("invoicing.tasks.remind_one", key=f"reminders:{on}")
    return len(cooperatives)


@transaction.atomic
def hold_reminders(
    activity: Activity,
    *,
    customer: Customer | None = None,
    invoice: Invoice | None = None,
    until: date | None = None,
    reason: str,
    on: date,
    by: Membership,
) -> ReminderHold:
    """Send no reminder for a while, of an activity, of one customer or of one invoice.

    :param until: the last day without; None until somebody lifts it.
    :raises ActionRefused: `reason_missing`, `already_held`, `hold_over`.
    """
    reason = " ".join(reason.split())[:160]
    if not reason:
        raise ActionRefused(
            "Dites pourquoi, par exemple un échéancier convenu ou un litige.",
            code="reason_missing",
        )
    if until is not None and until < on:
        raise ActionRefused("Cette date est passée. Choisissez-en une autre.", code="hold_over")
    locked(activity)
    held = ReminderHold.objects.filter(
        activity=activity, customer=customer, invoice=invoice, lifted_at=None
    ).first()
    if held is not None:
        if held.until is None or held.until >= on:
            raise ActionRefused("Les relances sont déjà en pause.", code="already_held")
        held.lifted_at = timezone.now()
        held.save()
    hold = ReminderHold.objects.create(
        activity=activity,
        customer=customer,
        invoice=invoice,
        until=until,
        reason=reason,
        held_by=by,
    )
    target: Any = invoice or customer or activity
    audit.record("reminders.held", target, by=by, after={"reason": reason})
    return hold


@transaction.atomic
def lift_hold(hold: ReminderHold, *, by: Membership) -> ReminderHold:
    """Let reminders go again.

    :raises ActionRefused: `already_lifted`.
    """
    hold = locked(hold)
    if hold.lifted_at is not None:
        raise ActionRefused("Les relances ont déjà repris.", code="already_lifted")
    hold.lifted_at = timezone.now()
    hold.save()
    target: Any = hold.invoice or hold.customer or hold.activity
    audit.record("reminders.lifted", target, by=by)
    return hold


@transaction.atomic
def set_level(
    level: ReminderLevel,
    *,
    label: str,
    days: int,
    subject: str,
    body: str,
    is_automatic: bool,
    is_active: bool,
    by: Membership,
) -> ReminderLevel:
    """Change when a reminder goes and what it says; those already sent keep their words.

    :raises ActionRefused: `words_missing`, `bad_days`, `unknown_blank`.
    """
    level = locked(level)
    label, subject, body = " ".join(label.split()), " ".join(subject.split()), body.strip()
    if not (label and subject and body):
        raise ActionRefused("Une relance a un nom, un objet et un texte.", code="words_missing")
    unknown = unknown_blanks(subject) + unknown_blanks(body)
    if unknown:
        raise ActionRefused(
            f"Rien ne remplace {', '.join(dict.fromkeys(unknown))}. Choisissez dans la liste des "
            "champs, ou écrivez-le en toutes lettres.",
            code="unknown_blank",
        )
    _check_days(level, days)
    level.label, level.days, level.subject, level.body = label[:60], days, subject[:160], body
    level.is_automatic, level.is_active = is_automatic, is_active
    level.save()
    audit.record("reminders.set", level, by=by, after={"label": level.label, "day": level.days})
    return level


@transaction.atomic
def send_test(level: ReminderLevel, *, by: Membership) -> None:
    """Mail oneself a reminder, filled with an example.

    :raises ActionRefused: never.
    """
    audit.record("reminders.tested", level, by=by, after={"to": by.user.email})
    trace = audit.trail(level).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_reminder_test",
        key=f"reminder-test:{level.pk}:{trace.pk}",
        level_id=level.pk,
        membership_id=by.pk,
    )


def _check_late(settlement: Settlement, *, on: date) -> None:
    if settlement.remaining <= 0:
        raise ActionRefused(
            "Cette facture est soldée\u00a0: il n’y a plus rien à demander.", code="already_paid"
        )
    if not settlement.claimable:
        raise ActionRefused(
            "Il ne reste de cette facture que sa retenue de garantie\u00a0: elle se demande une "
            "fois libérée.",
            code="only_retained",
        )
    if settlement.due_on >= on:
        raise ActionRefused(
            f"Cette facture est à régler avant le {french_date(settlement.due_on)}. "
            "Relancez-la après.",
            code="not_late",
        )


def _check_days(level: ReminderLevel, days: int) -> None:
    if not 1 <= days <= _MOST_DAYS:
        raise ActionRefused("Une relance part de 1 à 365 jours après l’échéance.", code="bad_days")
    others = {other.rank: other.days for other in reminder_levels(active=False)}
    if any(
        (rank < level.rank and days <= other) or (rank > level.rank and days >= other)
        for rank, other in others.items()
    ):
        raise ActionRefused(
            "Chaque niveau part après celui qui le précède. Choisissez un délai entre les deux "
            "voisins.",
            code="bad_days",
        )


def _values(
    invoice: Invoice, settlement: Settlement, lateness: Lateness, *, by: Membership | None
) -> dict[str, str]:
    assert invoice.issued_on is not None and invoice.snapshot is not None
    cooperative = invoice.tenant
    printed = invoice.snapshot["seller"]["iban"]
    return {
        "client": invoice.customer_name,
        "contact": invoice.customer_contact,
        "facture": invoice.number or "",
        "objet": invoice.subject,
        "emise": french_date(invoice.issued_on),
        "echeance": french_date(settlement.due_on),
        "retard": str(lateness.days),
        "total": euros(settlement.gross),
        "reste": euros(lateness.remaining),
        "penalites": euros(lateness.late_fee),
        "indemnite": euros(lateness.indemnity),
        "a_payer": euros(lateness.total),
        "activite": invoice.activity.name,
        "cooperative": cooperative.name,
        "iban": " ".join(wrap(printed.replace(" ", ""), 4)),
        "signature": display_name(by or invoice.created_by),
    }
