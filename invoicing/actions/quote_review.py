"""A quote between its author and the support staff, where the cooperative reads quotes first."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.inputs import refuse_unread
from invoicing.actions.locking import locked
from invoicing.enums import QuoteReview, QuoteStatus
from invoicing.models import Quote


@transaction.atomic
def submit_quote(quote: Quote, *, by: Membership) -> Quote:
    """Ask the support staff to read a draft; its content waits as it is.

    :raises ActionRefused: `not_a_draft`; `unread_input`, something typed could not be read.
    """
    quote = locked(quote)
    if not quote.is_being_written:
        raise ActionRefused(
            "Ce devis n’est plus en cours d’écriture\u00a0: rechargez la page.", code="not_a_draft"
        )
    refuse_unread(quote)
    quote.review = QuoteReview.SUBMITTED
    quote.review_note = ""
    quote.submitted_by = by
    quote.submitted_at = timezone.now()
    quote.save()
    audit.record("quote.submitted", quote, by=by, after={"gross": quote.gross})
    return quote


@transaction.atomic
def take_back_quote(quote: Quote, *, by: Membership) -> Quote:
    """Give a quote back to its author, who corrects it: what was validated no longer is.

    :raises ActionRefused: `not_reviewed`.
    """
    quote = _reviewed(quote, QuoteReview.SUBMITTED, QuoteReview.VALIDATED)
    _back_to_its_author(quote)
    audit.record("quote.taken_back", quote, by=by)
    return quote


@transaction.atomic
def validate_quote(quote: Quote, *, by: Membership) -> Quote:
    """Say that a submitted quote may leave as it is.

    :raises ActionRefused: `not_submitted`.
    """
    quote = _reviewed(quote, QuoteReview.SUBMITTED)
    quote.review = QuoteReview.VALIDATED
    quote.reviewed_by = by
    quote.save()
    audit.record("quote.validated", quote, by=by, after={"gross": quote.gross})
    return quote


@transaction.atomic
def send_quote_back(quote: Quote, *, reason: str, by: Membership) -> Quote:
    """Send a submitted quote back to its author, who reads why on the page and by mail.

    :raises ActionRefused: `reason_missing`, `not_submitted`.
    """
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites ce qu’il faut corriger\u00a0: l’entrepreneur·e le lira.", code="reason_missing"
        )
    quote = _reviewed(quote, QuoteReview.SUBMITTED)
    _back_to_its_author(quote, note=reason)
    audit.record("quote.sent_back", quote, by=by, after={"reason": reason})
    trace = audit.trail(quote).first()
    assert trace is not None
    outbox.enqueue(
        "invoicing.tasks.mail_quote_sent_back",
        key=f"quote-sent-back:{quote.pk}:{trace.pk}",
        quote_id=quote.pk,
    )
    return quote


def _back_to_its_author(quote: Quote, *, note: str = "") -> None:
    quote.review = QuoteReview.NONE
    quote.review_note = note
    quote.submitted_by = quote.submitted_at = quote.reviewed_by = None
    quote.save()


def _reviewed(quote: Quote, *states: QuoteReview) -> Quote:
    quote = locked(quote)
    if quote.status != QuoteStatus.DRAFT or quote.review not in states:
        is_wanted = states == (QuoteReview.SUBMITTED,)
        raise ActionRefused(
            "Ce devis n’attend plus de validation\u00a0: il a été repris, validé ou envoyé."
            if is_wanted
            else "Ce devis n’est pas chez l’équipe d’appui\u00a0: il peut être corrigé.",
            code="not_submitted" if is_wanted else "not_reviewed",
        )
    return quote
