"""What is mailed: to customers in the name of the activity, to authors in that of the staff.

Called by workers. A document that has moved on since is not mailed.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from cae.core import documents
from cae.core.models import Cooperative, Membership, StoredDocument
from cae.core.money import euros
from entrepreneurs.queries import display_name
from invoicing import queries
from invoicing.actions.files import store_quote_pdf
from invoicing.actions.quote_life import open_quote_link
from invoicing.actions.signing import six_digits
from invoicing.enums import (
    ExpenseSheetStatus,
    InvoiceStatus,
    Side,
)
from invoicing.models import (
    DocumentMail,
    ExpenseSheet,
    Invoice,
    Payment,
    Quote,
    QuoteMessage,
    SignatureCode,
)
from invoicing.queries import settled_by, settlement_of, signing_addresses


def signature_code(code: SignatureCode) -> None:
    """Mail the digits of a code to who wants to sign; too late, nothing is sent."""
    if code.used_at is not None or code.expires_at < timezone.now():
        return
    quote = code.quote
    _mail(
        f"Votre code pour accepter le devis {quote.number}",
        "signature_code.txt",
        to=[code.address],
        about=quote,
        digits=six_digits(code),
        code=code,
    )


def quote_accepted(quote: Quote) -> None:
    """Tell the author that the customer agrees, with the sealed copy."""
    stored = store_quote_pdf(quote)
    _mail(
        f"Devis {quote.number} accepté par {quote.customer_name}",
        "quote_accepted.txt",
        to=[quote.created_by.user.email],
        about=quote,
        attached=stored.document if stored else None,
        with_terms=quote,
        link=_place("quote", quote.pk, quote),
    )


def not_received(mail: DocumentMail) -> None:
    """Tell who sent a mail that it did not leave, or not for all."""
    document = mail.quote or mail.invoice
    assert document is not None
    name = "quote" if mail.quote else "invoice"
    sender_of = mail.by or document.created_by
    _mail(
        f"{document} n’est pas parti" + ("" if mail.failure else " pour tous"),
        "mail_not_received.txt",
        to=[sender_of.user.email],
        about=document,
        sent=mail,
        reader=display_name(sender_of),
        link=_place(name, document.pk, document),
    )


def quote_refused(quote: Quote) -> None:
    """Tell the author what the customer answered."""
    _mail(
        f"Devis {quote.number} refusé par {quote.customer_name}",
        "quote_refused.txt",
        to=[quote.created_by.user.email],
        about=quote,
        link=_place("quote", quote.pk, quote),
    )


def quote_read(quote: Quote) -> None:
    """Tell the author that the customer has opened the quote."""
    _mail(
        f"Devis {quote.number} lu par {quote.customer_name}",
        "quote_read.txt",
        to=[quote.created_by.user.email],
        about=quote,
        link=_place("quote", quote.pk, quote),
    )


def quote_message(message: QuoteMessage, *, on: date) -> None:
    """Mail a question to the author, or an answer to whoever received the quote."""
    quote = message.quote
    if message.side == Side.CLIENT:
        _mail(
            f"Question sur le devis {quote.number}",
            "quote_question.txt",
            to=[quote.created_by.user.email],
            about=quote,
            message=message,
            link=_place("quote", quote.pk, quote),
        )
        return
    to = signing_addresses(quote)
    if to:
        _mail(
            f"Réponse à votre question sur le devis {quote.number}",
            "quote_answer.txt",
            to=to,
            about=quote,
            message=message,
            link=public_page(quote, on=on),
        )


def invoice_refused(invoice: Invoice) -> None:
    """Tell the author what to correct."""
    if invoice.status != InvoiceStatus.DRAFT or not invoice.refusal_reason:
        return
    _mail(
        f"Facture à corriger\u00a0: {invoice.subject}",
        "invoice_refused.txt",
        to=[invoice.created_by.user.email],
        about=invoice,
        link=_place("invoice", invoice.pk, invoice),
    )


def quote_sent_back(quote: Quote) -> None:
    """Tell the author what to correct before the quote leaves."""
    if not quote.is_being_written or not quote.review_note:
        return
    _mail(
        f"Devis à corriger\u00a0: {quote.subject}",
        "quote_sent_back.txt",
        to=[quote.created_by.user.email],
        about=quote,
        link=_place("quote", quote.pk, quote),
    )


def payment_received(payment: Payment) -> None:
    """Tell the author of the invoices a payment settles how much came, and what is still due."""
    settled = settled_by(payment)
    if not settled:
        return
    by_author: dict[str, list[tuple[Invoice, Decimal]]] = {}
    for invoice, amount in settled:
        if invoice.created_by_id != payment.recorded_by_id:
            by_author.setdefault(invoice.created_by.user.email, []).append((invoice, amount))
    for address, parts in by_author.items():
        EmailMessage(
            f"{euros(payment.amount)} reçus de {payment.customer_name}",
            render_to_string(
                "email/payment_received.txt",
                {
                    "payment": payment,
                    "parts": [
                        {
                            "invoice": invoice,
                            "amount": amount,
                            "remaining": settlement.remaining,
                            "url": _place("invoice", invoice.pk, invoice),
                        }
                        for invoice, amount in parts
                        if (settlement := settlement_of(invoice))
                    ],
                    "cooperative": payment.tenant,
                },
            ),
            to=[address],
        ).send()


def sheet_refused(sheet: ExpenseSheet) -> None:
    """Tell the person what to correct."""
    if sheet.status != ExpenseSheetStatus.DRAFT or not sheet.refusal_reason:
        return
    _mail(
        f"Note de dépenses {sheet.number} à corriger",
        "sheet_refused.txt",
        to=[sheet.created_by.user.email],
        about=sheet,
        link=_place("sheet", sheet.pk, sheet),
    )


def customers_to_forget(membership: Membership, *, on: date) -> None:
    """Mail to one of the staff the people whose data is due to go."""
    due = queries.customers_to_forget(on=on, after=queries.customer_retention())
    if not due:
        return
    cooperative = membership.cooperative
    text = render_to_string(
        "email/customers_to_forget.txt",
        {
            "reader": display_name(membership),
            "cooperative": cooperative,
            "count": len(due),
            "due": [
                {
                    "name": customer.name,
                    "url": settings.SITE_URL
                    + reverse("invoicing:customer_anonymise", args=[cooperative.slug, customer.pk]),
                }
                for customer in due[:50]
            ],
        },
    )
    count = len(due)
    said = "un client" if count == 1 else f"{count} clients"
    EmailMessage(f"À anonymiser\u00a0: {said}", text, to=[membership.user.email]).send()


def sender(cooperative: Cooperative) -> str:
    """Return the cooperative's name before the address this site may send from."""
    name = " ".join(cooperative.name.split())
    return formataddr((name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))


def join_terms(mail: EmailMessage, quote: Quote) -> None:
    """Join the PDFs of the terms of sale that the quote names, to the byte."""
    for terms in (quote.snapshot or {}).get("terms_of_sale", ()):
        file = terms.get("file")  # before PDFs were taken: none
        if file:
            mail.attach(file["name"], documents.content_named(file["sha256"]), "application/pdf")


def public_page(quote: Quote, *, on: date) -> str:
    """Return the address of a quote's page, made for one mail: nothing keeps it."""
    token = open_quote_link(quote, on=on, keep_earlier=True)
    return settings.SITE_URL + reverse("public_quote", args=[token])


def _mail(
    subject: str,
    template: str,
    *,
    to: list[str],
    about: Quote | Invoice | ExpenseSheet,
    attached: StoredDocument | None = None,
    with_terms: Quote | None = None,
    **context: Any,
) -> None:
    if not to:
        return
    author = about.created_by
    context |= {
        "cooperative": about.tenant,
        "activity": about.activity,
        "author": display_name(author),
        "document": about,
    }
    mail = EmailMessage(
        " ".join(subject.split()),
        render_to_string(f"email/{template}", context),
        from_email=sender(about.tenant),
        to=to,
        reply_to=[author.user.email],
    )
    if attached is not None:
        mail.attach(attached.name, documents.content_of(attached), attached.mime)
    if with_terms is not None:
        join_terms(mail, with_terms)
    mail.send()


def _place(name: str, pk: int, about: Quote | Invoice | ExpenseSheet) -> str:
    return settings.SITE_URL + reverse(f"invoicing:{name}", args=[about.tenant.slug, pk])
