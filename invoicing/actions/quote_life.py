"""What becomes of a quote: sent, taken back, answered by the client on a public page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox, tokens
from cae.core.documents import keep_upload
from cae.core.enums import DocumentKind, LinkKind
from cae.core.models import Membership
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused, check_move
from entrepreneurs.actions import check_insured, check_open
from invoicing.actions.drafting import copy_customer, searchable
from invoicing.actions.inputs import refuse_unread
from invoicing.actions.locking import locked
from invoicing.actions.options import choose_options
from invoicing.actions.sendings import Letter, post_letter, usual_letter
from invoicing.documents.snapshots import quote_snapshot
from invoicing.enums import AgreementMeans, LetterKind, MailKind, QuoteReview, QuoteStatus
from invoicing.models import (
    DocumentMail,
    Quote,
    QuoteEvidence,
    QuoteVersion,
    SignatureCode,
)
from invoicing.permissions import may_send_alone
from invoicing.queries import recipients, version_file
from invoicing.rules.moves import QUOTE_MOVES
from invoicing.rules.numbers import QUOTE_PREFIX, document_number, fingerprint

#: A link outlives the validity: a client who comes late reads why, and whom to ask.
DAYS_AFTER_VALIDITY = 60


@transaction.atomic
def send_quote(
    quote: Quote,
    *,
    on: date,
    by: Membership,
    letter: Letter | None = None,
    with_mail: bool = True,
) -> Quote:
    """Freeze what the client will read, number it, keep it as a version, and mail its page.

    :param letter: what is mailed, and to whom; the usual words to the customer's address unless
        said. Without an address, or without mail, the link is shared by hand.
    :raises ActionRefused: `under_review`; `needs_review`; `already_sent`; `expired`, its validity
        is over on `on`; `activity_closed`; `not_insured`, a building trade without a
        certificate; or as `check_letter`.
    """
    quote = locked(quote)
    if quote.review == QuoteReview.SUBMITTED:
        raise ActionRefused(
            "L’équipe d’appui relit ce devis\u00a0: il part une fois validé. Reprenez-le s’il faut "
            "le corriger.",
            code="under_review",
        )
    if quote.status == QuoteStatus.DRAFT and not may_send_alone(by, quote):
        raise ActionRefused(
            "Au-delà de votre plafond, l’équipe d’appui relit le devis avant qu’il parte. "
            "Soumettez-le à validation.",
            code="needs_review",
        )
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
    check_open(quote.activity, on=on)
    check_insured(quote.activity, on=on)
    refuse_unread(quote)
    copy_customer(quote, quote.customer)
    if not quote.number:
        quote.number = document_number(
            QUOTE_PREFIX, year=on.year, rank=next_number("devis", year=on.year)
        )
    quote.status = QuoteStatus.SENT
    quote.review = QuoteReview.NONE
    quote.review_note = ""
    quote.sent_at = timezone.now()
    quote.refusal_reason = ""
    quote.search = searchable(quote)
    quote.snapshot = quote_snapshot(quote, list(quote.lines.select_related("vat_choice")), on=on)
    _keep_version(quote, by=by)
    quote.save()
    audit.record("quote.sent", quote, by=by, after={"number": quote.number, "gross": quote.gross})
    outbox_key = f"quote-pdf:{quote.pk}:{quote.version}"
    if with_mail and not outbox.is_muted():
        outbox.enqueue("invoicing.tasks.produce_quote_pdf", key=outbox_key, quote_id=quote.pk)
        usual = usual_letter(quote)
        if letter is not None or usual.to:
            post_letter(quote, letter or usual, by=by)
    return quote


@transaction.atomic
def mail_quote_again(quote: Quote, *, letter: Letter, by: Membership) -> DocumentMail:
    """Mail the page of a quote that waits for its answer, to the same people or to others.

    :raises ActionRefused: `not_sent`, or as `check_letter`.
    """
    quote = locked(quote)
    if quote.status != QuoteStatus.SENT:
        raise _not_sent()
    mail = post_letter(quote, letter, by=by)
    audit.record("quote.mailed", quote, by=by, after={"to": ", ".join(letter.to)})
    return mail


@transaction.atomic
def share_quote(quote: Quote, *, on: date, by: Membership) -> str:
    """Return a new secret for the public page; every earlier one stops working.

    :raises ActionRefused: `not_sent`.
    """
    if quote.status != QuoteStatus.SENT:
        raise _not_sent()
    token = open_quote_link(quote, on=on, keep_earlier=False)
    audit.record("quote.shared", quote, by=by)
    return token


def open_quote_link(quote: Quote, *, on: date, keep_earlier: bool) -> str:
    """Return a new secret for the public page of a quote, without a trace: the mail's own.

    :param keep_earlier: the mails sent before still open the page.
    """
    last_day = max(quote.valid_until, on) + timedelta(days=DAYS_AFTER_VALIDITY)
    return tokens.open_link(
        LinkKind.QUOTE,
        quote.pk,
        days=(last_day - on).days,
        version=quote.version,
        keep_earlier=keep_earlier,
    )


@transaction.atomic
def reopen_quote(quote: Quote, *, by: Membership) -> Quote:
    """Take a quote without answer back to draft: the next sending is another version.

    Its number stays, and so do its links: they say that a new version is coming.

    :raises ActionRefused: `already_answered`; `illegal_move`.
    """
    quote = locked(quote)
    _refuse_if_answered(quote)
    check_move(QUOTE_MOVES, quote.status, QuoteStatus.DRAFT)
    quote.status = QuoteStatus.DRAFT
    quote.version += 1
    quote.save()
    audit.record("quote.reopened", quote, by=by, after={"version": quote.version})
    return quote


@transaction.atomic
def withdraw_quote(quote: Quote, *, reason: str = "", by: Membership) -> Quote:
    """Cancel a quote that was sent: nobody accepts it any more, its page says so.

    :param reason: what the client reads, if anything.
    :raises ActionRefused: `already_answered`; `never_sent`, a draft is discarded; `illegal_move`.
    """
    quote = locked(quote)
    _refuse_if_answered(quote)
    if not quote.number:
        raise ActionRefused(
            "Ce brouillon n’a pas été envoyé\u00a0: supprimez-le plutôt.", code="never_sent"
        )
    check_move(QUOTE_MOVES, quote.status, QuoteStatus.WITHDRAWN)
    quote.status = QuoteStatus.WITHDRAWN
    quote.withdrawn_at = timezone.now()
    quote.withdrawal_reason = reason.strip()[:1000]
    quote.save()
    audit.record("quote.withdrawn", quote, by=by, after={"reason": quote.withdrawal_reason})
    return quote


@dataclass(frozen=True, slots=True)
class Proof:
    """A code that its receiver typed back, and from where."""

    code: SignatureCode
    at: datetime
    ip: str | None
    user_agent: str


@transaction.atomic
def accept_quote(
    quote: Quote,
    *,
    name: str,
    role: str = "",
    on: date,
    by: Membership | None = None,
    proof: Proof | None = None,
    options: Collection[int] | None = None,
    scan: bytes | None = None,
    scan_name: str = "",
) -> Quote:
    """Write that the client agrees; what they agreed to is frozen and sealed in a PDF.

    :param name: who signs; `role` is their function.
    :param by: whoever records an agreement received on paper; nobody on the public page.
    :param proof: the code of the public page.
    :param options: positions of the options they want; those the quote was sent with unless said.
    :param scan: the paper that was signed, kept with the quote.
    :raises ActionRefused: `name_missing`, `already_answered`, `expired`, `withdrawn`, `reopened`,
        `unknown_option`, or as `keep_upload`.
    """
    quote = awaiting_answer(quote)
    name = " ".join(name.split())[:120]
    if not name:
        raise ActionRefused("Écrivez votre nom et votre prénom.", code="name_missing")
    if quote.valid_until < on:
        raise _expired(quote)
    if options is not None:
        choose_options(quote, options)
    quote.answered_at = proof.at if proof else timezone.now()
    quote.signed_name = name
    quote.signed_role = " ".join(role.split())[:120]
    paper = keep_upload(
        scan,
        kind=DocumentKind.AGREEMENT,
        name=scan_name or "accord",
        activity_id=quote.activity_id,
        by=by,
    ) if scan else None  # fmt: skip
    _keep_evidence(quote, proof=proof, paper_id=paper.pk if paper else None, by=by)
    _move(quote, QuoteStatus.ACCEPTED)
    audit.record(
        "quote.accepted",
        quote,
        by=by,
        actor="" if by else signature(name, role),
        after={"signed_name": name, "signed_role": quote.signed_role},
    )
    outbox.enqueue(
        "invoicing.tasks.produce_quote_pdf",
        key=f"quote-pdf:{quote.pk}:signed",
        quote_id=quote.pk,
    )
    _mail_copies(quote, proof=proof)
    return quote


@transaction.atomic
def refuse_quote(
    quote: Quote, *, reason: str, name: str = "", by: Membership | None = None
) -> Quote:
    """Write that the client says no, and why.

    :raises ActionRefused: `reason_missing`, `already_answered`, `expired`, `withdrawn`,
        `reopened`.
    """
    quote = awaiting_answer(quote)
    reason = reason.strip()
    if not reason:
        raise ActionRefused(
            "Dites en un mot pourquoi\u00a0: cela aide à proposer autre chose.",
            code="reason_missing",
        )
    quote.refusal_reason = reason[:2000]
    quote.answered_at = timezone.now()
    quote.signed_name = " ".join(name.split())[:120]
    _move(quote, QuoteStatus.REFUSED)
    audit.record(
        "quote.refused",
        quote,
        by=by,
        actor="" if by else (signature(name, "") or quote.customer_name),
        after={"refusal_reason": quote.refusal_reason},
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


def awaiting_answer(quote: Quote) -> Quote:
    """Return the quote held until commit, if its client may still answer it.

    :raises ActionRefused: `already_answered`, `expired`, `withdrawn`, `reopened`.
    """
    quote = locked(quote)
    _refuse_if_answered(quote)
    if quote.status == QuoteStatus.EXPIRED:
        raise _expired(quote)
    if quote.status == QuoteStatus.WITHDRAWN:
        raise ActionRefused(
            f"Le devis {quote.number} a été annulé\u00a0: il ne peut plus être accepté ni refusé.",
            code="withdrawn",
        )
    if quote.status == QuoteStatus.DRAFT:
        raise ActionRefused(
            "Ce devis vient d’être repris pour être corrigé. Vous recevrez la nouvelle version.",
            code="reopened",
        )
    return quote


def signature(name: str, role: str) -> str:
    """Return who signs, as a trace says it: the name, then the function."""
    return ", ".join(part for part in (" ".join(name.split()), " ".join(role.split())) if part)[
        :120
    ]


def _keep_version(quote: Quote, *, by: Membership) -> None:
    assert quote.snapshot is not None and quote.sent_at is not None
    QuoteVersion.objects.create(
        activity_id=quote.activity_id,
        quote=quote,
        version=quote.version,
        snapshot=quote.snapshot,
        fingerprint=fingerprint(quote.snapshot, previous=""),
        sent_at=quote.sent_at,
        sent_by=by,
    )


def _keep_evidence(
    quote: Quote, *, proof: Proof | None, paper_id: int | None, by: Membership | None
) -> None:
    assert quote.snapshot is not None and quote.answered_at is not None
    shown = version_file(quote, quote.version)
    evidence = QuoteEvidence(
        activity_id=quote.activity_id,
        quote=quote,
        version=quote.version,
        means=AgreementMeans.CODE if proof else AgreementMeans.PAPER,
        fingerprint=fingerprint(quote.snapshot, previous=""),
        pdf_sha256=shown.document.sha256 if shown else "",
        name=quote.signed_name,
        role=quote.signed_role,
        agreed_at=quote.answered_at,
        document_id=paper_id,
        by=by,
    )
    if proof is not None:
        evidence.code = proof.code
        evidence.code_sent_at = proof.code.sent_at
        evidence.address = proof.code.address
        evidence.ip = proof.ip
        evidence.user_agent = proof.user_agent[:300]
    evidence.save()


def _mail_copies(quote: Quote, *, proof: Proof | None) -> None:
    """Have the sealed PDF mailed to both sides."""
    wanted = [proof.code.address if proof else "", *recipients(quote.customer, LetterKind.QUOTES)]
    to = tuple(dict.fromkeys(address.lower() for address in wanted if address))
    if to and not outbox.is_muted():
        usual = usual_letter(quote, kind=MailKind.SIGNED_QUOTE)
        letter = Letter(to=to, wording=usual.wording, template=usual.template)
        post_letter(quote, letter, kind=MailKind.SIGNED_QUOTE, by=None)
    outbox.enqueue(
        "invoicing.tasks.mail_quote_accepted", key=f"quote-accepted:{quote.pk}", quote_id=quote.pk
    )


def _move(quote: Quote, status: QuoteStatus) -> None:
    check_move(QUOTE_MOVES, quote.status, status)
    quote.status = status
    quote.save()


def _refuse_if_answered(quote: Quote) -> None:
    if quote.status in (QuoteStatus.ACCEPTED, QuoteStatus.REFUSED):
        answered = "accepté" if quote.status == QuoteStatus.ACCEPTED else "refusé"
        who = f" par {quote.signed_name}" if quote.signed_name else ""
        raise ActionRefused(f"Ce devis a déjà été {answered}{who}.", code="already_answered")


def _expired(quote: Quote) -> ActionRefused:
    return ActionRefused(
        f"Ce devis n’est plus valable depuis le {french_date(quote.valid_until)}. "
        "Demandez-en une version à jour.",
        code="expired",
    )


def _not_sent() -> ActionRefused:
    return ActionRefused(
        "Seul un devis envoyé et sans réponse a une page pour le client.", code="not_sent"
    )
