"""The mentions and the terms of sale of the cooperative, and of an activity."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone

from cae.core import audit
from cae.core.enums import DocumentKind
from cae.core.inert_pdfs import keep_inert_pdf
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.locking import locked
from invoicing.enums import MentionCase
from invoicing.models import BusinessType, Mention, Terms

LONGEST_TERMS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionDetails:
    title: str
    text: str
    case: str = MentionCase.BY_HAND
    on_quotes: bool = True
    on_invoices: bool = True
    is_default: bool = False


@transaction.atomic
def add_mention(activity: Activity | None, *, details: MentionDetails, by: Membership) -> Mention:
    """Add a mention to those of an activity, of the cooperative when None.

    :raises ActionRefused: `text_missing`, `nowhere`.
    """
    mention = Mention(activity=activity)
    _write(mention, details)
    audit.record("mention.added", mention, by=by, after=asdict(details))
    return mention


@transaction.atomic
def change_mention(mention: Mention, *, details: MentionDetails, by: Membership) -> Mention:
    """Correct a mention, which confirms it; what was written with it keeps its words.

    :raises ActionRefused: as `add_mention`.
    """
    mention = locked(mention)
    before = {name: getattr(mention, name) for name in asdict(details)}
    _write(mention, details)
    audit.record("mention.changed", mention, by=by, before=before, after=asdict(details))
    return mention


@transaction.atomic
def archive_mention(mention: Mention, *, by: Membership) -> Mention:
    """Stop proposing a mention.

    :raises ActionRefused: `already_archived`.
    """
    mention = locked(mention)
    if mention.archived_at:
        raise ActionRefused("Cette mention est déjà archivée.", code="already_archived")
    mention.archived_at = timezone.now()
    mention.save(update_fields=["archived_at"])
    audit.record("mention.archived", mention, by=by)
    return mention


@transaction.atomic
def write_terms(
    activity: Activity | None,
    *,
    text: str,
    by: Membership,
    business_type: BusinessType | None = None,
    pdf: bytes | None = None,
    pdf_name: str = "",
    keeps_pdf: bool = False,
) -> Terms:
    """Write a new version of the terms of sale; without text nor PDF, it ends them.

    Of an activity, of a type of business of the cooperative, or of the cooperative for all.
    Quotes already sent keep theirs.

    :param pdf: a file that goes with quotes instead of the text, or beside it.
    :param keeps_pdf: that of the version before goes on, where no other is given.
    :raises ActionRefused: `too_long`; `same_terms`, nothing changed; `one_owner`; or as
        `keep_inert_pdf`.
    """
    if activity is not None and business_type is not None:
        raise ActionRefused(
            "Les conditions d’un type d’affaire sont celles de la coopérative, pour toutes ses "
            "enseignes. Choisissez l’un ou l’autre.",
            code="one_owner",
        )
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_TERMS:
        raise ActionRefused(
            "Ces conditions sont trop longues pour être jointes. Raccourcissez-les.",
            code="too_long",
        )
    whose = Terms.objects.filter(activity=activity, business_type=business_type)
    latest = whose.select_for_update().first()
    document = latest.document if latest and keeps_pdf else None
    if pdf is not None:
        document = keep_inert_pdf(
            pdf,
            kind=DocumentKind.TERMS,
            name=pdf_name,
            activity_id=activity.pk if activity else None,
            by=by,
        )
    digest = document.sha256 if document else ""
    if (text, digest) == ((latest.text, latest.file_sha256) if latest else ("", "")):
        raise ActionRefused(
            "Ces conditions sont déjà celles qui valent. Changez-les avant d’enregistrer.",
            code="same_terms",
        )
    terms = Terms.objects.create(
        activity=activity,
        business_type=business_type,
        version=latest.version + 1 if latest else 1,
        text=text,
        document=document,
        file_name=document.name if document else "",
        file_sha256=digest,
        is_ended=not text and document is None,
        written_by=by,
    )
    after = {"version": terms.version, "file": terms.file_name}
    audit.record("terms.written", terms, by=by, after=after)
    return terms


def _write(mention: Mention, details: MentionDetails) -> None:
    mention.title = " ".join(details.title.split())[:80]
    mention.text = details.text.strip()[:2000]
    if not mention.text or not mention.title:
        raise ActionRefused(
            "Une mention a un intitulé, pour vous, et un texte, qui s’imprime.",
            code="text_missing",
        )
    if not details.on_quotes and not details.on_invoices:
        raise ActionRefused(
            "Dites où elle s’imprime\u00a0: sur les devis, sur les factures, ou les deux.",
            code="nowhere",
        )
    mention.case = details.case
    mention.on_quotes, mention.on_invoices = details.on_quotes, details.on_invoices
    mention.is_default = details.is_default
    mention.is_to_confirm = False
    mention.save()
