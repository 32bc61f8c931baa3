"""Mails to customers leave, and it is written whether a server took them. Called by workers."""

from __future__ import annotations

import smtplib
from datetime import date, datetime, timedelta
from email.utils import make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from cae.core import audit, documents, outbox
from cae.core.mailing import Refused, refused_of
from cae.core.models import StoredDocument
from invoicing.actions.certificates import store_certificate
from invoicing.actions.einvoices import judge_invoice, store_invoice_pdf
from invoicing.actions.files import store_quote_pdf
from invoicing.actions.locking import locked
from invoicing.actions.mails import join_terms, public_page, sender
from invoicing.enums import MailKind, MailState, QuoteStatus
from invoicing.models import DocumentMail
from invoicing.queries import verdict_of
from invoicing.queries.certificates import last_certificate
from invoicing.rules.letters import LINK

#: How long a mail that no server takes is tried again.
_PATIENCE = timedelta(days=1)


def deliver(mail: DocumentMail, *, on: date, at: datetime) -> None:
    """Hand a mail to the server, and write whether it took it. Called by a worker.

    What may pass raises, and is tried again each minute; after a day, or where the server says
    no, the mail is failed: its page says why, and offers to send it again.
    """
    mail = locked(mail)
    if mail.state != MailState.QUEUED:
        return
    stale = _why_not(mail)
    if stale:
        _fail(mail, stale)
        return
    message = _message_of(mail, on=on)
    try:
        message.send()
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused) as error:
        _fail(mail, _said_by_server(error))
    except smtplib.SMTPResponseException as error:
        if error.smtp_code < 500 and at - mail.at < _PATIENCE:
            raise
        _fail(mail, _said_by_server(error))
    except OSError:  # smtplib's other errors are too: no server, or one that hangs up
        if at - mail.at < _PATIENCE:
            raise
        _fail(mail, "Le serveur de courriel ne répond pas.")
    else:
        mail.state = MailState.SENT
        mail.sent_at = at
        mail.message_id = str(message.extra_headers["Message-ID"])[:200]
        mail.refused = _each(refused_of(message))[:600]
        mail.save(update_fields=["state", "sent_at", "message_id", "refused"])
        if mail.refused:
            _tell_sender(mail)


def _why_not(mail: DocumentMail) -> str:
    """Return why a mail must not leave any more; nothing where it may."""
    quote, invoice = mail.quote, mail.invoice
    if invoice is not None:
        store_invoice_pdf(invoice)
        verdict = verdict_of(invoice) or judge_invoice(invoice)
        if not verdict.is_valid:
            audit.record("invoice.held", invoice, by=None, after={"to": ", ".join(mail.to)})
            return "Sa version électronique est refusée par les contrôles\u00a0: voyez la facture."
    certificate = mail.certificate
    if certificate is not None:
        last = last_certificate(certificate.customer_id, certificate.year)
        if last is not None and last.version != certificate.version:
            return "L’attestation a été corrigée avant le départ du message."
    if mail.kind == MailKind.QUOTE and quote is not None:
        if quote.status == QuoteStatus.WITHDRAWN:
            return "Le devis a été annulé avant le départ du message."
        if quote.version != mail.version or quote.status == QuoteStatus.DRAFT:
            return "Le devis a été repris avant le départ du message."
    return ""


def _message_of(mail: DocumentMail, *, on: date) -> EmailMultiAlternatives:
    body, link = mail.body, ""
    if mail.quote is not None and mail.kind == MailKind.QUOTE:
        link = public_page(mail.quote, on=on)
        body = body.replace(f"{{{LINK}}}", link)
    document = mail.quote or mail.invoice or mail.certificate
    assert document is not None
    context = {
        "cooperative": mail.tenant,
        "activity": document.activity,
        "body": body,
        "link": link,
        "subject": mail.subject,
    }
    message = EmailMultiAlternatives(
        mail.subject,
        body,
        from_email=sender(mail.tenant),
        to=mail.to,
        cc=mail.copies,
        bcc=mail.hidden_copies,
        reply_to=[mail.reply_to] if mail.reply_to else [],
        headers={"Message-ID": make_msgid(domain=_domain())},
    )
    message.attach_alternative(render_to_string("email/letter.html", context), "text/html")
    stored = _file_of(mail)
    if stored is not None:
        message.attach(stored.name, documents.content_of(stored), stored.mime)
    if mail.quote is not None and mail.kind in (MailKind.QUOTE, MailKind.SIGNED_QUOTE):
        join_terms(message, mail.quote)
    return message


def _file_of(mail: DocumentMail) -> StoredDocument | None:
    if mail.invoice is not None:
        return store_invoice_pdf(mail.invoice).document
    if mail.certificate is not None:
        return store_certificate(mail.certificate).document
    if mail.quote is not None and mail.kind == MailKind.SIGNED_QUOTE:
        made = store_quote_pdf(mail.quote)
        return made.document if made else None
    return None


def _fail(mail: DocumentMail, why: str) -> None:
    mail.state = MailState.FAILED
    mail.failure = why[:300]
    mail.save(update_fields=["state", "failure"])
    _tell_sender(mail)


def _tell_sender(mail: DocumentMail) -> None:
    outbox.enqueue(
        "invoicing.tasks.mail_not_received", key=f"mail-not-received:{mail.pk}", mail_id=mail.pk
    )


def _said_by_server(error: smtplib.SMTPException) -> str:
    """Return the refusal of a server in its own words, without what could break a page."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = _each(error.recipients)
    elif isinstance(error, smtplib.SMTPResponseException):
        said = f"{error.smtp_code} {_text(error.smtp_error)}"
    else:
        said = str(error)
    return f"Refusé par le serveur de courriel\u00a0: {said}"


def _each(refused: Refused) -> str:
    """Return whom a server refused, and why, as it says it."""
    return " ; ".join(
        f"{address} : {code} {_text(text)}" for address, (code, text) in refused.items()
    )


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return " ".join(text.split())


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].partition("@")[2] or "localhost"
