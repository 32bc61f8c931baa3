"""Recurring invoices as one decides them: written, changed, paused, taken up, skipped, ended.

What they make, and when, is in `recurring`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.models import Activity
from invoicing.actions.content import InvoiceContent
from invoicing.actions.drafting import add_up, payment_days_for, rows_of
from invoicing.actions.locking import locked
from invoicing.actions.recurring import ask_for, go_on
from invoicing.enums import (
    Covered,
    OccurrenceOutcome,
    RecurrenceMode,
    RecurrenceStatus,
    RecurrenceUnit,
)
from invoicing.models import Occurrence, Recurrence, RecurrenceLine
from invoicing.queries.recurrences import coming_of, dates_to_come, why_not
from invoicing.rules.moves import RECURRENCE_MOVES
from invoicing.rules.recurrences import (
    BLANKS,
    MOST_EVERY,
    MOST_TIMES,
    Rhythm,
    unknown_blanks,
)

_STATUS = RecurrenceStatus
#: More than ten years of weeks.
MOST_MISSED = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class RecurrenceTerms:
    """When an invoice comes back, for which period, and how far it goes by itself.

    :param day: of the month, 31 for the last one; None for weeks.
    :param times: dates in all, those already done included.
    """

    every: int = 1
    unit: str = RecurrenceUnit.MONTH
    day: int | None = None
    starts_on: date
    ends_on: date | None = None
    times: int | None = None
    covered: str = Covered.AHEAD
    mode: str = RecurrenceMode.REVIEW
    is_sent: bool = False

    @property
    def rhythm(self) -> Rhythm:
        """The rhythm of these terms.

        :raises ActionRefused: `bad_rhythm`.
        """
        if not 1 <= self.every <= MOST_EVERY or self.unit not in RecurrenceUnit.values:
            raise ActionRefused(
                f"Un rythme va de 1 à {MOST_EVERY} semaines, mois ou ans.", code="bad_rhythm"
            )
        if self.unit == RecurrenceUnit.WEEK:
            return Rhythm(self.every, self.unit, None, self.starts_on)
        day = self.day or self.starts_on.day
        if not 1 <= day <= 31:
            raise ActionRefused("Un jour du mois va de 1 à 31.", code="bad_rhythm")
        return Rhythm(self.every, self.unit, day, self.starts_on)


@transaction.atomic
def create_recurrence(
    activity: Activity,
    *,
    content: InvoiceContent,
    terms: RecurrenceTerms,
    on: date,
    by: Membership,
) -> Recurrence:
    """Have an invoice made on each of its dates, the first one at once where it is today.

    :raises ActionRefused: `bad_rhythm`; `first_past`; `two_ends`, `bad_times`, `no_date`;
        `unknown_blank`; `nothing_due`; `not_sent_alone`; `stopped`, what would stop it; or as
        `create_invoice`.
    """
    if terms.starts_on < on:
        raise ActionRefused(
            "La première date est passée. Choisissez aujourd’hui ou plus tard\u00a0: ce qui est "
            "déjà dû se facture à part.",
            code="first_past",
        )
    recurrence = Recurrence(activity=activity, created_by=by)
    _write(recurrence, content, terms, on=on, by=by)
    _check_may_go_on(recurrence, on=on)
    audit.record("recurrence.created", recurrence, by=by, after={"first": recurrence.next_on})
    ask_for(recurrence, on=on)
    return recurrence


@transaction.atomic
def change_recurrence(
    recurrence: Recurrence,
    *,
    content: InvoiceContent,
    terms: RecurrenceTerms,
    on: date,
    by: Membership,
) -> Recurrence:
    """Rewrite a recurrence for its coming dates; the invoices already made stay as they are.

    Another rhythm begins after the last date done, today at the earliest.

    :raises ActionRefused: `recurrence_over`, or as `create_recurrence`.
    """
    recurrence = _living(recurrence)
    before = {"gross": recurrence.gross, "rhythm": recurrence.rhythm_label}
    if terms.rhythm != recurrence.rhythm:
        for day in _missed(recurrence, on=on):
            _skipped(recurrence, day, on=on, note="Rythme changé")
    recurrence.lines.all().delete()
    _write(recurrence, content, terms, on=on, by=by)
    if recurrence.status == _STATUS.ACTIVE:
        _check_may_go_on(recurrence, on=on)
    after = {"gross": recurrence.gross, "rhythm": recurrence.rhythm_label}
    audit.record("recurrence.changed", recurrence, by=by, before=before, after=after)
    ask_for(recurrence, on=on)
    return recurrence


@transaction.atomic
def pause_recurrence(recurrence: Recurrence, *, by: Membership) -> Recurrence:
    """Make nothing until somebody takes it up again.

    :raises ActionRefused: `illegal_move`.
    """
    recurrence = locked(recurrence)
    check_move(RECURRENCE_MOVES, recurrence.status, _STATUS.PAUSED)
    recurrence.status = _STATUS.PAUSED
    recurrence.stop_reason = ""
    recurrence.save()
    audit.record("recurrence.paused", recurrence, by=by)
    return recurrence


@transaction.atomic
def resume_recurrence(
    recurrence: Recurrence, *, bill_missed: bool = False, on: date, by: Membership
) -> Recurrence:
    """Take up a recurrence that was paused or that stopped, in the name of who does.

    :param bill_missed: also make what fell due meanwhile; else those dates are skipped, and the
        history says so.
    :raises ActionRefused: `illegal_move`; `stopped`, what would stop it again.
    """
    recurrence = locked(recurrence)
    check_move(RECURRENCE_MOVES, recurrence.status, _STATUS.ACTIVE)
    recurrence.responsible = by
    _check_may_go_on(recurrence, on=on)
    missed = _missed(recurrence, on=on)
    note = "Arrêt" if recurrence.status == _STATUS.STOPPED else "Pause"
    recurrence.status, recurrence.stop_reason = _STATUS.ACTIVE, ""
    if missed and not bill_missed:
        for day in missed:
            _skipped(recurrence, day, on=on, note=note)
        go_on(recurrence, after=missed[-1])
    recurrence.save()
    audit.record("recurrence.resumed", recurrence, by=by, after={"missed": len(missed)})
    ask_for(recurrence, on=on)
    return recurrence


@transaction.atomic
def skip_date(recurrence: Recurrence, day: date, *, on: date, by: Membership) -> Recurrence:
    """Make nothing on the next date; those after it stay.

    :param day: the date one means: two people who skip at once skip one.
    :raises ActionRefused: `recurrence_over`; `not_the_next`.
    """
    recurrence = _living(recurrence)
    if recurrence.next_on != day:
        raise ActionRefused(
            "Cette date n’est plus la prochaine\u00a0: elle est faite, ou déjà sautée. Rechargez "
            "la page.",
            code="not_the_next",
        )
    _skipped(recurrence, day, on=on, note="À votre demande")
    go_on(recurrence, after=day)
    recurrence.save()
    audit.record("recurrence.skipped", recurrence, by=by, after={"date": day})
    return recurrence


@transaction.atomic
def end_recurrence(recurrence: Recurrence, *, by: Membership) -> Recurrence:
    """Make nothing more, for good; the invoices already made stay.

    :raises ActionRefused: `recurrence_over`.
    """
    recurrence = _living(recurrence)
    recurrence.status, recurrence.next_on, recurrence.stop_reason = _STATUS.ENDED, None, ""
    recurrence.save()
    audit.record("recurrence.ended", recurrence, by=by)
    return recurrence


def terms_of(recurrence: Recurrence) -> RecurrenceTerms:
    """Return the terms of a recurrence as they are, to change some."""
    return RecurrenceTerms(
        every=recurrence.every,
        unit=recurrence.unit,
        day=recurrence.day,
        starts_on=recurrence.starts_on,
        ends_on=recurrence.ends_on,
        times=recurrence.times,
        covered=recurrence.covered,
        mode=recurrence.mode,
        is_sent=recurrence.is_sent,
    )


def _check_terms(terms: RecurrenceTerms) -> None:
    if terms.ends_on is not None and terms.times is not None:
        raise ActionRefused(
            "Choisissez une date de fin ou un nombre de fois, pas les deux.", code="two_ends"
        )
    if terms.times is not None and not 1 <= terms.times <= MOST_TIMES:
        raise ActionRefused(f"Un nombre de fois va de 1 à {MOST_TIMES}.", code="bad_times")
    if terms.is_sent and terms.mode != RecurrenceMode.AUTOMATIC:
        raise ActionRefused(
            "Une facture à relire ne part pas toute seule\u00a0: vous l’envoyez une fois émise. "
            "Choisissez «\u00a0Automatique\u00a0» pour l’envoi.",
            code="not_sent_alone",
        )


def _check_texts(content: InvoiceContent) -> None:
    if not content.subject.strip():
        raise ActionRefused("Donnez un objet à cette facture.", code="subject_missing")
    texts = [content.subject, content.notes]
    for line in content.lines:
        texts += [line.section, line.label, line.description]
    unknown = list(dict.fromkeys(blank for text in texts for blank in unknown_blanks(text)))
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in BLANKS)
        raise ActionRefused(
            f"Rien ne remplace {', '.join(unknown)}. Choisissez parmi {known}, ou écrivez-le en "
            "toutes lettres.",
            code="unknown_blank",
        )


def _write(
    recurrence: Recurrence,
    content: InvoiceContent,
    terms: RecurrenceTerms,
    *,
    on: date,
    by: Membership,
) -> None:
    _check_terms(terms)
    _check_texts(content)
    _write_dates(recurrence, terms, on=on)
    recurrence.covered, recurrence.mode = terms.covered, terms.mode
    recurrence.is_sent = terms.is_sent
    recurrence.responsible = by
    recurrence.customer, recurrence.customer_name = content.customer, content.customer.name
    recurrence.subject = " ".join(content.subject.split())[:160]
    recurrence.payment_days = payment_days_for(content.customer, content.payment_days)
    recurrence.order_reference = content.order_reference.strip()
    recurrence.notes = content.notes.strip()
    ticked = content.mentions
    recurrence.mentions = None if ticked is None else [each.pk for each in ticked]
    if recurrence.payment_days > 60:
        raise ActionRefused(
            "La loi limite le délai de paiement à 60 jours (C. com. L441-10).",
            code="payment_too_late",
        )
    found, choices = add_up(
        recurrence, content.lines, entry=content.entry, discount=content.discount
    )
    if recurrence.gross <= 0:
        raise ActionRefused(
            "Cette facture est à zéro. Vérifiez les quantités et les prix.", code="nothing_due"
        )
    recurrence.save()
    lines = rows_of(RecurrenceLine, found, choices)
    for line in lines:
        line.activity_id, line.recurrence = recurrence.activity_id, recurrence
    RecurrenceLine.objects.bulk_create(lines)


def _write_dates(recurrence: Recurrence, terms: RecurrenceTerms, *, on: date) -> None:
    rhythm = terms.rhythm
    first = next(
        dates_to_come(
            rhythm,
            ends_on=terms.ends_on,
            times=terms.times,
            on=on,
            earlier=recurrence if recurrence.pk else None,
        ),
        None,
    )
    if first is None:
        raise ActionRefused(
            "Aucune date n’est à venir. Repoussez la fin, ou terminez cette récurrence.",
            code="no_date",
        )
    recurrence.every, recurrence.unit = rhythm.every, rhythm.unit
    recurrence.day, recurrence.starts_on = rhythm.day, rhythm.starts_on
    recurrence.ends_on, recurrence.times = terms.ends_on, terms.times
    recurrence.next_on = first


def _missed(recurrence: Recurrence, *, on: date) -> list[date]:
    """Return the dates before today that nothing was made of."""
    coming = coming_of(recurrence, most=MOST_MISSED)
    return list(takewhile(lambda day: day < on, coming))


def _check_may_go_on(recurrence: Recurrence, *, on: date) -> None:
    reason = why_not(recurrence, on=on)
    if reason:
        raise ActionRefused(reason, code="stopped")


def _skipped(recurrence: Recurrence, day: date, *, on: date, note: str) -> None:
    period = recurrence.rhythm.period(day, recurrence.covered)
    Occurrence.objects.create(
        activity_id=recurrence.activity_id,
        recurrence=recurrence,
        due_on=day,
        made_on=on,
        outcome=OccurrenceOutcome.SKIPPED,
        first_day=period.first,
        last_day=period.last,
        note=note,
    )


def _living(recurrence: Recurrence) -> Recurrence:
    recurrence = locked(recurrence)
    if recurrence.status == _STATUS.ENDED:
        raise ActionRefused(
            "Cette récurrence est terminée. Faites-en une nouvelle, depuis une de ses factures.",
            code="recurrence_over",
        )
    return recurrence
