"""Mails to customers: their words, their history. They leave from a worker (`mails`)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import euros, to_cents
from cae.core.periods import duration, french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from entrepreneurs.queries import display_name
from invoicing.enums import LetterKind, MailKind
from invoicing.models import (
    ActivityMailTemplate,
    DocumentMail,
    Invoice,
    MailTemplate,
    Quote,
    TaxCertificate,
)
from invoicing.queries import MOST_RECIPIENTS, kind_of, recipients, wording_for
from invoicing.rules.letters import LINK, Wording, check_wording, filled

_SEPARATORS = re.compile(r"[\s,;]+")


#: What a mail to a customer may be about.
Mailed = Quote | Invoice | TaxCertificate


@dataclass(frozen=True, slots=True)
class Letter:
    """What is to be mailed, to whom; its words still have their blanks."""

    to: tuple[str, ...]
    wording: Wording
    template: str
    copies: tuple[str, ...] = ()
    copy_to_me: bool = False


def usual_letter(document: Mailed, *, kind: MailKind | None = None) -> Letter:
    """Return the letter nobody changed: the words in force, to who receives such documents."""
    wording, template = wording_for(kind or kind_of(document), activity_id=document.activity_id)
    goes_as = LetterKind.QUOTES if isinstance(document, Quote) else LetterKind.INVOICES
    to = recipients(document.customer, goes_as)
    return Letter(to=to, wording=wording, template=template)


def read_addresses(typed: str) -> tuple[str, ...]:
    """Return the addresses of a field, once each.

    :raises ActionRefused: `bad_address`, `too_many_recipients`.
    """
    found = tuple(dict.fromkeys(part for part in _SEPARATORS.split(typed.strip()) if part))
    _check_addresses(found)
    return found


def letter_values(document: Mailed) -> dict[str, str]:
    """Return what fills the blanks of a letter about this document."""
    if isinstance(document, TaxCertificate):
        return _certificate_values(document)
    cooperative = document.tenant
    values = {
        "contact": document.customer_contact,
        "client": document.customer_name,
        "numero": document.number or "",
        "objet": document.subject,
        "montant": euros(document.gross),
        "personne": display_name(document.created_by),
        "enseigne": document.activity.name,
        "cooperative": cooperative.name,
        "adresse": f"{cooperative.street}, {cooperative.postcode} {cooperative.town}",
        "iban": _account_of(document) or "à nous demander",
    }
    if isinstance(document, Quote):
        signed = ", ".join(part for part in (document.signed_name, document.signed_role) if part)
        return values | {
            "validite": french_date(document.valid_until),
            "acompte": euros(to_cents(document.gross * document.deposit_rate)),
            "signataire": signed,
            "signe_le": french_date(document.answered_at.date()) if document.answered_at else "",
        }
    return values | {
        "echeance": french_date(document.due_on) if document.due_on else "",
        "facture": (document.corrects.number or "") if document.corrects else "",
    }


def _account_of(document: Quote | Invoice) -> str:
    """Return the IBAN that the document prints, so that its letter says the same."""
    if document.snapshot is not None:
        return str(document.snapshot["seller"]["iban"])
    return (document.activity.bank_account or document.tenant).iban


def _certificate_values(certificate: TaxCertificate) -> dict[str, str]:
    cooperative, customer = certificate.tenant, certificate.customer
    return {
        "contact": customer.contact or customer.name,
        "client": customer.name,
        "numero": certificate.number,
        "objet": f"Attestation fiscale {certificate.year}",
        "montant": euros(certificate.paid + certificate.cesu),
        "personne": certificate.snapshot["brand"]["person"],
        "enseigne": certificate.activity.name,
        "cooperative": cooperative.name,
        "adresse": f"{cooperative.street}, {cooperative.postcode} {cooperative.town}",
        "annee": str(certificate.year),
        "duree": duration(certificate.minutes),
    }


def check_letter(letter: Letter, *, kind: MailKind) -> None:
    """Refuse a letter that cannot leave.

    :raises ActionRefused: `no_recipient`, `bad_address`, `too_many_recipients`, `bad_wording`.
    """
    if not letter.to:
        raise ActionRefused("Écrivez l’adresse de qui reçoit ce message.", code="no_recipient")
    _check_addresses((*letter.to, *letter.copies))
    try:
        check_wording(letter.wording, kind=kind)
    except ValueError as error:
        raise ActionRefused(str(error), code="bad_wording") from error


@transaction.atomic
def post_letter(
    document: Mailed,
    letter: Letter,
    *,
    kind: MailKind | None = None,
    by: Membership | None,
) -> DocumentMail:
    """Write that a mail is to leave, filled but for its link; a worker sends it after commit.

    :raises ActionRefused: as `check_letter`.
    """
    kind = kind or kind_of(document)
    check_letter(letter, kind=kind)
    said = filled(letter.wording, letter_values(document), keep=LINK)
    mail = DocumentMail.objects.create(
        activity_id=document.activity_id,
        quote=document if isinstance(document, Quote) else None,
        invoice=document if isinstance(document, Invoice) else None,
        certificate=document if isinstance(document, TaxCertificate) else None,
        kind=kind,
        version=document.version if isinstance(document, Quote) else 0,
        to=list(letter.to),
        copies=list(letter.copies),
        hidden_copies=[by.user.email] if by and letter.copy_to_me else [],
        reply_to=_answers_go_to(document),
        subject=said.subject[:160],
        body=said.body,
        template=letter.template,
        by=by,
    )
    outbox.enqueue("invoicing.tasks.mail_document", key=f"mail:{mail.pk}", mail_id=mail.pk)
    return mail


@transaction.atomic
def change_wording(
    wording: Wording, *, kind: MailKind, activity: Activity | None, by: Membership
) -> MailTemplate | ActivityMailTemplate:
    """Write a new version of a template: of an activity, or of the cooperative without one.

    :raises ActionRefused: `bad_wording`.
    """
    try:
        check_wording(wording, kind=kind)
    except ValueError as error:
        raise ActionRefused(str(error), code="bad_wording") from error
    return _new_version(wording, kind=kind, activity=activity, by=by)


@transaction.atomic
def reset_wording(
    *, kind: MailKind, activity: Activity | None, by: Membership
) -> MailTemplate | ActivityMailTemplate:
    """Go back to the words of the level above: the cooperative's, or ours."""
    return _new_version(Wording("", ""), kind=kind, activity=activity, by=by)


def _new_version(
    wording: Wording, *, kind: MailKind, activity: Activity | None, by: Membership
) -> MailTemplate | ActivityMailTemplate:
    values = {
        "kind": kind,
        "subject": " ".join(wording.subject.split()),
        "body": wording.body.strip(),
        "by": by,
    }
    made: MailTemplate | ActivityMailTemplate
    if activity is None:
        last = MailTemplate.objects.filter(kind=kind).order_by("-version").first()
        made = MailTemplate.objects.create(version=last.version + 1 if last else 1, **values)
    else:
        own = ActivityMailTemplate.objects.filter(activity=activity, kind=kind)
        latest = own.order_by("-version").first()
        made = ActivityMailTemplate.objects.create(
            activity=activity, version=latest.version + 1 if latest else 1, **values
        )
    audit.record("mail_template.changed", made, by=by, after={"label": MailKind(kind).label})
    return made


def _check_addresses(addresses: tuple[str, ...]) -> None:
    if len(addresses) > MOST_RECIPIENTS:
        raise ActionRefused(
            f"Un message part à {MOST_RECIPIENTS} adresses au plus. Retirez-en.",
            code="too_many_recipients",
        )
    for address in addresses:
        try:
            validate_email(address)
        except ValidationError as error:
            raise ActionRefused(
                f"«\u00a0{address[:80]}\u00a0» n’est pas une adresse électronique. Corrigez-la.",
                code="bad_address",
            ) from error
        if len(address) > 254 or not address.isascii():
            raise ActionRefused(
                f"L’adresse «\u00a0{address[:80]}\u00a0» ne peut pas recevoir de message.",
                code="bad_address",
            )


def _answers_go_to(document: Mailed) -> str:
    """Return the entrepreneur's address, as the document says it; else its author's.

    A certificate is the cooperative's.
    """
    if isinstance(document, TaxCertificate):
        return document.tenant.email
    brand = (document.snapshot or {}).get("brand", {})
    return brand.get("email") or document.created_by.user.email
