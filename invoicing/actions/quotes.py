"""Quotes while they are written: what becomes of them is in `quote_life`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.content import QuoteContent, for_customer, quote_content
from invoicing.actions.discards import keep_discarded
from invoicing.actions.drafting import (
    add_up,
    copy_circumstances,
    copy_customer,
    copy_mentions,
    payment_days_for,
    rows_of,
)
from invoicing.actions.inputs import Seen, forget_input, take_turn
from invoicing.actions.locking import locked
from invoicing.actions.retentions import set_retention
from invoicing.actions.schedules import respread
from invoicing.enums import QuoteStatus
from invoicing.models import Customer, DiscardedDraft, Quote, QuoteLine


@transaction.atomic
def create_quote(activity: Activity, *, content: QuoteContent, by: Membership) -> Quote:
    """Write a draft; it has no number until it is sent.

    :raises ActionRefused: `no_line`, `bad_line`, `unknown_vat`, `total_too_large`, `bad_dates`,
        `bad_place`.
    """
    quote = Quote(activity=activity, created_by=by)
    _write(quote, content)
    audit.record("quote.created", quote, by=by, after={"gross": quote.gross})
    return quote


@transaction.atomic
def change_quote(
    quote: Quote, *, content: QuoteContent, seen: Seen | None = None, by: Membership
) -> Quote:
    """Rewrite a draft; its lines are replaced.

    :param seen: what the page that writes knew of it; None writes whatever happened meanwhile.
    :raises ActionRefused: `not_a_draft`, `under_review`, `changed_elsewhere`, or as `create_quote`.
    """
    quote = _draft(quote)
    take_turn(quote, seen)
    forget_input(quote)
    before = quote.gross
    quote.lines.all().delete()
    _write(quote, content)
    if before != quote.gross:
        audit.record(
            "quote.changed", quote, by=by, before={"gross": before}, after={"gross": quote.gross}
        )
    return quote


@transaction.atomic
def discard_quote(quote: Quote, *, by: Membership) -> DiscardedDraft:
    """Delete a draft that was never sent; return what puts it back for a day.

    :raises ActionRefused: `not_a_draft`; `already_sent`, it bears a number.
    """
    quote = _draft(quote)
    if quote.number:
        raise ActionRefused(
            f"Le devis {quote.number} a déjà été envoyé\u00a0: il garde sa place dans la liste.",
            code="already_sent",
        )
    children = [
        *quote.lines.all(),
        *quote.instalments.all(),
        *quote.inputs.all(),
        *quote.filings.all(),
    ]
    discarded = keep_discarded(quote, children, by=by)
    forget_input(quote)
    audit.record("quote.discarded", quote, by=by, before={"subject": quote.subject})
    quote.filings.all().delete()
    quote.instalments.all().delete()
    quote.lines.all().delete()
    quote.delete()
    return discarded


@transaction.atomic
def duplicate_quote(
    quote: Quote, *, customer: Customer | None = None, on: date, by: Membership
) -> Quote:
    """Copy a quote, whatever its state, into a new draft dated `on`.

    :param customer: somebody else to offer the same to.
    :raises ActionRefused: `other_activity`, or as `create_quote`.
    """
    content = replace(
        quote_content(quote), dated_on=on, valid_until=None, starts_on=None, order_reference=""
    )
    copy = create_quote(quote.activity, content=for_customer(content, customer), by=by)
    return set_retention(copy, rate=quote.retention_rate, by=by)


def _write(quote: Quote, content: QuoteContent) -> None:
    copy_customer(quote, content.customer)
    quote.subject = " ".join(content.subject.split())
    quote.dated_on = content.dated_on
    quote.valid_until = content.valid_until or three_months_after(content.dated_on)
    quote.payment_days = payment_days_for(content.customer, content.payment_days)
    quote.deposit_rate = content.deposit_rate
    quote.notes = content.notes.strip()
    quote.starts_on = content.starts_on
    quote.duration = " ".join(content.duration.split())
    copy_circumstances(quote, content)
    if not quote.subject:
        raise ActionRefused("Donnez un objet à ce devis.", code="subject_missing")
    if quote.valid_until < quote.dated_on:
        raise ActionRefused(
            "La fin de validité est avant la date du devis. Corrigez l’une des deux.",
            code="bad_dates",
        )
    found, choices = add_up(quote, content.lines, entry=content.entry, discount=content.discount)
    if quote.gross < 0:
        raise ActionRefused("Le total d’un devis ne peut pas être négatif.", code="negative_total")
    copy_mentions(quote, content.mentions, content.lines)
    quote.save()
    rows = rows_of(QuoteLine, found, choices)
    for row in rows:
        row.activity_id, row.quote = quote.activity_id, quote
    QuoteLine.objects.bulk_create(rows)
    respread(quote)


def three_months_after(day: date) -> date:
    """Return the same day three months later, or the last of that month."""
    month = Month.of(day).plus(3)
    return min(date(month.year, month.number, 1) + timedelta(days=day.day - 1), month.last_day)


def _draft(quote: Quote) -> Quote:
    quote = locked(quote)
    if quote.status == QuoteStatus.DRAFT and not quote.is_being_written:
        raise ActionRefused(
            "Ce devis est chez l’équipe d’appui. Reprenez-le pour le corriger\u00a0: il sera relu "
            "à nouveau.",
            code="under_review",
        )
    if quote.status != QuoteStatus.DRAFT:
        raise ActionRefused(
            f"Le devis {quote.number} n’est plus un brouillon. Reprenez-le pour le corriger, "
            "ou dupliquez-le.",
            code="not_a_draft",
        )
    return quote
