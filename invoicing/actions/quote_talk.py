"""What passes between a client and us around a quote: readings, questions, answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.tenancy import current_tenant_id
from cae.core.workflow import ActionRefused
from entrepreneurs.queries import display_name
from invoicing.actions.locking import locked
from invoicing.enums import QuoteStatus, Side
from invoicing.models import Quote, QuoteMessage
from invoicing.queries import client_messages_since

#: Of one client about one quote in a day: a conversation, not a flood.
MOST_QUESTIONS_A_DAY = 20
LONGEST = 2000


@transaction.atomic
def note_visit(quote: Quote, *, at: datetime) -> bool:
    """Count one more reading of the version in force; tell whether it is the first.

    The author learns of the first by mail.
    """
    if quote.status not in (QuoteStatus.SENT, QuoteStatus.EXPIRED):
        return False
    with connection.cursor() as cursor:
        # One statement: two readings at once neither fail nor are lost.
        cursor.execute(
            """
            INSERT INTO invoicing_quotevisit AS v
                (tenant_id, activity_id, quote_id, version, first_at, last_at, count)
            VALUES (%s, %s, %s, %s, %s, %s, 1)
            ON CONFLICT ON CONSTRAINT invoicing_quotevisit_once
            DO UPDATE SET count = v.count + 1, last_at = GREATEST(v.last_at, EXCLUDED.last_at)
            RETURNING count
            """,
            [current_tenant_id(), quote.activity_id, quote.pk, quote.version, at, at],
        )
        row = cursor.fetchone()
    is_first = row is not None and row[0] == 1
    if is_first:
        outbox.enqueue(
            "invoicing.tasks.mail_quote_read",
            key=f"quote-read:{quote.pk}:{quote.version}",
            quote_id=quote.pk,
        )
    return is_first


@transaction.atomic
def ask_question(quote: Quote, *, name: str, text: str, at: datetime) -> QuoteMessage:
    """Write a question of the client, mailed to the author.

    :raises ActionRefused: `name_missing`, `text_missing`, `text_too_long`, `too_many_questions`,
        `withdrawn`, `reopened`.
    """
    quote = locked(quote)
    if quote.status == QuoteStatus.WITHDRAWN:
        raise ActionRefused(
            "Ce devis a été annulé\u00a0: répondez au message qui vous l’a envoyé.",
            code="withdrawn",
        )
    if quote.status == QuoteStatus.DRAFT:
        raise ActionRefused(
            "Ce devis est en cours de correction\u00a0: vous en recevrez la nouvelle version.",
            code="reopened",
        )
    if client_messages_since(quote, since=at - timedelta(days=1)) >= MOST_QUESTIONS_A_DAY:
        raise ActionRefused(
            "Vous avez déjà beaucoup écrit aujourd’hui. Attendez notre réponse.",
            code="too_many_questions",
        )
    message = _write(quote, side=Side.CLIENT, name=name, text=text, by=None)
    audit.record("quote.asked", quote, by=None, actor=message.name)
    return message


@transaction.atomic
def answer_question(quote: Quote, *, text: str, by: Membership) -> QuoteMessage:
    """Write an answer, mailed to whoever received the quote and shown on its page.

    :raises ActionRefused: `text_missing`, `text_too_long`, `never_sent`.
    """
    quote = locked(quote)
    if not quote.number:
        raise ActionRefused(
            "Ce devis n’a pas été envoyé\u00a0: personne ne lirait ce message.", code="never_sent"
        )
    message = _write(quote, side=Side.TEAM, name=display_name(by), text=text, by=by)
    audit.record("quote.answered", quote, by=by)
    return message


def _write(
    quote: Quote, *, side: Side, name: str, text: str, by: Membership | None
) -> QuoteMessage:
    name, text = " ".join(name.split()), text.strip()
    if not name:
        raise ActionRefused("Écrivez votre nom.", code="name_missing")
    if not text:
        raise ActionRefused("Écrivez votre message.", code="text_missing")
    if len(text) > LONGEST:
        raise ActionRefused(
            f"Ce message dépasse {LONGEST} signes. Raccourcissez-le.", code="text_too_long"
        )
    message = QuoteMessage.objects.create(
        activity_id=quote.activity_id,
        quote=quote,
        version=quote.version,
        side=side,
        name=name[:120],
        text=text,
        by=by,
    )
    outbox.enqueue(
        "invoicing.tasks.mail_quote_message",
        key=f"quote-message:{message.pk}",
        message_id=message.pk,
    )
    return message
