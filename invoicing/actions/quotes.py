"""Quotes while they are written: what becomes of them is in `quote_life`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.drafting import (
    add_up,
    copy_customer,
    copy_mentions,
    discount_of,
    rows_of,
    sold_lines,
)
from invoicing.actions.inputs import Seen, forget_input, take_turn
from invoicing.actions.locking import locked
from invoicing.actions.schedules import respread
from invoicing.enums import Entry, QuoteStatus
from invoicing.models import Customer, Mention, Quote, QuoteLine
from invoicing.rules.lines import NO_DISCOUNT, Discount, SoldLine


@transaction.atomic
def create_quote(
    activity: Activity,
    *,
    customer: Customer,
    subject: str,
    lines: Sequence[SoldLine],
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
    dated_on: date,
    valid_until: date | None = None,
    payment_days: int | None = None,
    deposit_rate: Decimal = ZERO,
    notes: str = "",
    mentions: Sequence[Mention] | None = None,
    by: Membership,
) -> Quote:
    """Write a draft; it has no number until it is sent.

    :param valid_until: three months after `dated_on` unless said.
    :raises ActionRefused: `no_line`, `bad_line`, `unknown_vat`, `total_too_large`, `bad_dates`.
    """
    quote = Quote(activity=activity, created_by=by)
    _write(
        quote,
        customer=customer,
        subject=subject,
        lines=lines,
        entry=entry,
        discount=discount,
        dated_on=dated_on,
        valid_until=valid_until,
        payment_days=payment_days,
        deposit_rate=deposit_rate,
        notes=notes,
        mentions=mentions,
    )
    audit.record("quote.created", quote, by=by, after={"gross": quote.gross})
    return quote


@transaction.atomic
def change_quote(
    quote: Quote,
    *,
    customer: Customer,
    subject: str,
    lines: Sequence[SoldLine],
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
    dated_on: date,
    valid_until: date | None = None,
    payment_days: int | None = None,
    deposit_rate: Decimal = ZERO,
    notes: str = "",
    mentions: Sequence[Mention] | None = None,
    seen: Seen | None = None,
    by: Membership,
) -> Quote:
    """Rewrite a draft; its lines are replaced.

    :param seen: what the page that writes knew of it; None writes whatever happened meanwhile.
    :raises ActionRefused: `not_a_draft`, `changed_elsewhere`, or as `create_quote`.
    """
    quote = _draft(quote)
    take_turn(quote, seen)
    forget_input(quote)
    before = quote.gross
    quote.lines.all().delete()
    _write(
        quote,
        customer=customer,
        subject=subject,
        lines=lines,
        entry=entry,
        discount=discount,
        dated_on=dated_on,
        valid_until=valid_until,
        payment_days=payment_days,
        deposit_rate=deposit_rate,
        notes=notes,
        mentions=mentions,
    )
    if before != quote.gross:
        audit.record(
            "quote.changed", quote, by=by, before={"gross": before}, after={"gross": quote.gross}
        )
    return quote


@transaction.atomic
def discard_quote(quote: Quote, *, by: Membership) -> None:
    """Delete a draft that was never sent.

    :raises ActionRefused: `not_a_draft`; `already_sent`, it bears a number.
    """
    quote = _draft(quote)
    if quote.number:
        raise ActionRefused(
            f"Le devis {quote.number} a déjà été envoyé\u00a0: il garde sa place dans la liste.",
            code="already_sent",
        )
    forget_input(quote)
    audit.record("quote.discarded", quote, by=by, before={"subject": quote.subject})
    quote.instalments.all().delete()
    quote.lines.all().delete()
    quote.delete()


@transaction.atomic
def duplicate_quote(quote: Quote, *, on: date, by: Membership) -> Quote:
    """Copy a quote, whatever its state, into a new draft dated `on`."""
    return create_quote(
        quote.activity,
        customer=quote.customer,
        subject=quote.subject,
        lines=sold_lines(quote),
        entry=quote.entry,
        discount=discount_of(quote),
        dated_on=on,
        payment_days=quote.payment_days,
        deposit_rate=quote.deposit_rate,
        notes=quote.notes,
        by=by,
    )


def _write(
    quote: Quote,
    *,
    customer: Customer,
    subject: str,
    lines: Sequence[SoldLine],
    entry: str,
    discount: Discount,
    dated_on: date,
    valid_until: date | None,
    payment_days: int | None,
    deposit_rate: Decimal,
    notes: str,
    mentions: Sequence[Mention] | None,
) -> None:
    copy_customer(quote, customer)
    quote.subject = " ".join(subject.split())
    quote.dated_on = dated_on
    quote.valid_until = valid_until or three_months_after(dated_on)
    quote.payment_days = payment_days_for(customer, payment_days)
    quote.deposit_rate = deposit_rate
    quote.notes = notes.strip()
    if not quote.subject:
        raise ActionRefused("Donnez un objet à ce devis.", code="subject_missing")
    if quote.valid_until < dated_on:
        raise ActionRefused(
            "La fin de validité est avant la date du devis. Corrigez l’une des deux.",
            code="bad_dates",
        )
    found, choices = add_up(quote, lines, entry=entry, discount=discount)
    if quote.gross < 0:
        raise ActionRefused("Le total d’un devis ne peut pas être négatif.", code="negative_total")
    copy_mentions(quote, mentions, lines)
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


def payment_days_for(customer: Customer, wanted: int | None) -> int:
    """Return the delay asked for, else the customer's, else the cooperative's."""
    if wanted is not None:
        return wanted
    if customer.payment_days is not None:
        return customer.payment_days
    return customer.tenant.payment_days


def _draft(quote: Quote) -> Quote:
    quote = locked(quote)
    if quote.status != QuoteStatus.DRAFT:
        raise ActionRefused(
            f"Le devis {quote.number} n’est plus un brouillon. Reprenez-le pour le corriger, "
            "ou dupliquez-le.",
            code="not_a_draft",
        )
    return quote
