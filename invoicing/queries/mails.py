"""The words of mails, who is written to, and what was sent."""

from __future__ import annotations

from cae.core.models import Membership
from cae.core.tenancy import current_tenant_id
from invoicing.enums import InvoiceKind, LetterKind, MailKind
from invoicing.models import (
    ActivityMailTemplate,
    DocumentMail,
    Invoice,
    MailTemplate,
    Quote,
    TaxCertificate,
)
from invoicing.queries.contacts import recipients
from invoicing.rules.letters import OURS, Wording


def kind_of(document: Quote | Invoice | TaxCertificate) -> MailKind:
    """Return which words send a document."""
    if isinstance(document, TaxCertificate):
        return MailKind.CERTIFICATE
    if isinstance(document, Quote):
        return MailKind.QUOTE
    is_credit = document.kind == InvoiceKind.CREDIT_NOTE
    return MailKind.CREDIT_NOTE if is_credit else MailKind.INVOICE


def wording_for(kind: MailKind, *, activity_id: int | None) -> tuple[Wording, str]:
    """Return the words in force, and which version of which template they are.

    The activity's, else the cooperative's, else ours; a version without words gives way.
    """
    if activity_id is not None:
        own = (
            ActivityMailTemplate.objects.filter(activity=activity_id, kind=kind)
            .order_by("-version")
            .first()
        )
        if own is not None and own.body:
            return Wording(own.subject, own.body), f"enseigne, version {own.version}"
    shared = MailTemplate.objects.filter(kind=kind).order_by("-version").first()
    if shared is not None and shared.body:
        return Wording(shared.subject, shared.body), f"coopérative, version {shared.version}"
    return OURS[kind], "Alvéole"


def mails_of(document: Quote | Invoice) -> list[DocumentMail]:
    """Return what was mailed about a document, the latest first, with who asked."""
    return list(document.mails.select_related("by__user").order_by("-id"))


def addresses_of_team(addresses: list[str]) -> set[str]:
    """Return those of these addresses that belong to a person of the cooperative."""
    found = Membership.objects.filter(
        cooperative=current_tenant_id(), user__email__in=[a.lower() for a in addresses]
    )
    return {email.lower() for email in found.values_list("user__email", flat=True)}


def signing_addresses(quote: Quote) -> list[str]:
    """Return where a code of signature may go: to who receives quotes, then those written to.

    Never one of our own: nobody here signs in the place of the client.
    """
    wanted = list(recipients(quote.customer, LetterKind.QUOTES))
    mails = DocumentMail.objects.filter(quote=quote, kind=MailKind.QUOTE).order_by("id")
    for to in mails.values_list("to", flat=True):
        wanted += to
    known = list(dict.fromkeys(address.strip().lower() for address in wanted))
    ours = addresses_of_team(known)
    return [address for address in known if address not in ours]
