"""Quotes: written, sent, answered by the client on a public page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox, tokens
from cae.core.enums import LinkKind
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.periods import Month, french_date
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.models import Activity
from invoicing.actions.drafting import (
    add_up,
    copy_customer,
    discount_of,
    rows_of,
    searchable,
    sold_lines,
)
from invoicing.actions.inputs import Seen, forget_input, take_turn
from invoicing.actions.locking import locked
from invoicing.actions.schedules import respread
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import Entry, QuoteStatus
from invoicing.models import Customer, Quote, QuoteLine
from invoicing.rules.lines import NO_DISCOUNT, Discount, SoldLine
from invoicing.rules.moves import QUOTE_MOVES
from invoicing.rules.numbers import QUOTE_PREFIX, document_number

#: A link outlives the validity: a client who comes late reads why, and whom to ask.
DAYS_AFTER_VALIDITY = 60


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


@transaction.atomic
def send_quote(quote: Quote, *, on: date, by: Membership, with_mail: bool = True) -> Quote:
    """Freeze what the client will read, number it, and mail them its public page.

    :param with_mail: without it, or without an address, the link is shared by hand.
    :raises ActionRefused: `already_sent`; `expired`, its validity is over on `on`.
    """
    quote = locked(quote)
    if quote.status == QuoteStatus.SENT:
        raise ActionRefused(
            f"Le devis {quote.number} est déjà envoyé. Reprenez-le pour le corriger.",
            code="already_sent",
        )
    check_move(QUOTE_MOVES, quote.status, QuoteStatus.SENT)
    if quote.valid_until < on:
        raise ActionRefused(
            f"Ce devis n’est plus valable depuis le {french_date(quote.valid_until)}. "
            "Repoussez sa date de validité, puis envoyez-le.",
            code="expired",
        )
    copy_customer(quote, quote.customer)
    if not quote.number:
        quote.number = document_number(
            QUOTE_PREFIX, year=on.year, rank=next_number("devis", year=on.year)
        )
    quote.status = QuoteStatus.SENT
    quote.sent_at = timezone.now()
    quote.refusal_reason = ""
    quote.search = searchable(quote)
    quote.snapshot = quote_snapshot(quote, list(quote.lines.select_related("vat_choice")), on=on)
    quote.save()
    audit.record("quote.sent", quote, by=by, after={"number": quote.number, "gross": quote.gross})
    if with_mail:
        version = f"{quote.pk}:{quote.version}"
        outbox.enqueue(
            "invoicing.tasks.produce_quote_pdf", key=f"quote-pdf:{version}", quote_id=quote.pk
        )
        if quote.customer.email:
            outbox.enqueue(
                "invoicing.tasks.mail_quote", key=f"quote-mail:{version}", quote_id=quote.pk
            )
    return quote


@transaction.atomic
def share_quote(quote: Quote, *, on: date, by: Membership) -> str:
    """Return a new secret for the public page; the earlier one stops working.

    :raises ActionRefused: `not_sent`.
    """
    if quote.status != QuoteStatus.SENT:
        raise ActionRefused(
            "Seul un devis envoyé et sans réponse a une page pour le client.", code="not_sent"
        )
    token = open_quote_link(quote, on=on)
    audit.record("quote.shared", quote, by=by)
    return token


def open_quote_link(quote: Quote, *, on: date) -> str:
    """Return a new secret for the public page of a quote, without a trace: the mail's own."""
    last_day = max(quote.valid_until, on) + timedelta(days=DAYS_AFTER_VALIDITY)
    return tokens.open_link(LinkKind.QUOTE, quote.pk, days=(last_day - on).days)


@transaction.atomic
def reopen_quote(quote: Quote, *, by: Membership) -> Quote:
    """Take a quote without answer back to draft; its public page closes, its number stays.

    :raises ActionRefused: `illegal_move`, the client has answered.
    """
    quote = locked(quote)
    check_move(QUOTE_MOVES, quote.status, QuoteStatus.DRAFT)
    quote.status = QuoteStatus.DRAFT
    quote.version += 1
    quote.save()
    tokens.close_links(LinkKind.QUOTE, quote.pk)
    audit.record("quote.reopened", quote, by=by, after={"version": quote.version})
    return quote


@transaction.atomic
def accept_quote(
    quote: Quote, *, name: str, role: str = "", on: date, by: Membership | None = None
) -> Quote:
    """Write that the client agrees; what they agreed to is frozen and sealed in a PDF.

    :param name: who signs; `role` is their function.
    :param by: whoever records an agreement received on paper; nobody on the public page.
    :raises ActionRefused: `name_missing`, `already_answered`, `expired`.
    """
    quote = _awaiting_answer(quote)
    name = " ".join(name.split())
    if not name:
        raise ActionRefused("Écrivez votre nom et votre prénom.", code="name_missing")
    if quote.valid_until < on:
        raise _expired(quote)
    _answer(quote, QuoteStatus.ACCEPTED, name=name, role=role)
    audit.record(
        "quote.accepted",
        quote,
        by=by,
        actor="" if by else _signature(name, role),
        after={"signed_name": name, "signed_role": quote.signed_role},
    )
    outbox.enqueue(
        "invoicing.tasks.produce_quote_pdf",
        key=f"quote-pdf:{quote.pk}:signed",
        quote_id=quote.pk,
    )
    outbox.enqueue(
        "invoicing.tasks.mail_quote_accepted", key=f"quote-accepted:{quote.pk}", quote_id=quote.pk
    )
    return quote


@transaction.atomic
def refuse_quote(
    quote: Quote, *, reason: str, name: str = "", by: Membership | None = None
) -> Quote:
    """Write that the client says no, and why.

    :raises ActionRefused: `reason_missing`, `already_answered`.
    """
    quote = _awaiting_answer(quote)
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites en un mot pourquoi\u00a0: cela aide à proposer autre chose.",
            code="reason_missing",
        )
    quote.refusal_reason = reason
    _answer(quote, QuoteStatus.REFUSED, name=" ".join(name.split()), role="")
    audit.record(
        "quote.refused",
        quote,
        by=by,
        actor="" if by else (_signature(name, "") or quote.customer_name),
        after={"refusal_reason": reason},
    )
    outbox.enqueue(
        "invoicing.tasks.mail_quote_refused", key=f"quote-refused:{quote.pk}", quote_id=quote.pk
    )
    return quote


@transaction.atomic
def expire_quotes(*, on: date) -> int:
    """Close the quotes whose validity ended before `on`; return how many."""
    over = list(
        Quote.objects.select_for_update(skip_locked=True).filter(
            status=QuoteStatus.SENT, valid_until__lt=on
        )
    )
    for quote in over:
        check_move(QUOTE_MOVES, quote.status, QuoteStatus.EXPIRED)
        quote.status = QuoteStatus.EXPIRED
        quote.save(update_fields=["status"])
        audit.record("quote.expired", quote, by=None)
    return len(over)


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


def _awaiting_answer(quote: Quote) -> Quote:
    quote = locked(quote)
    if quote.status in (QuoteStatus.ACCEPTED, QuoteStatus.REFUSED):
        answered = "accepté" if quote.status == QuoteStatus.ACCEPTED else "refusé"
        who = f" par {quote.signed_name}" if quote.signed_name else ""
        raise ActionRefused(f"Ce devis a déjà été {answered}{who}.", code="already_answered")
    if quote.status == QuoteStatus.EXPIRED:
        raise _expired(quote)
    return quote


def _expired(quote: Quote) -> ActionRefused:
    return ActionRefused(
        f"Ce devis n’est plus valable depuis le {french_date(quote.valid_until)}. "
        "Demandez-en une version à jour.",
        code="expired",
    )


def _answer(quote: Quote, status: QuoteStatus, *, name: str, role: str) -> None:
    check_move(QUOTE_MOVES, quote.status, status)
    quote.status = status
    quote.answered_at = timezone.now()
    quote.signed_name = name[:120]
    quote.signed_role = " ".join(role.split())[:120]
    quote.save()


def _signature(name: str, role: str) -> str:
    return ", ".join(part for part in (name, " ".join(role.split())) if part)[:120]
