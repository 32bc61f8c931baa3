"""Drafts that save themselves: what is typed is kept, and two pages never overwrite each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity, Entrepreneur
from invoicing.actions.locking import locked
from invoicing.models import EditorChoice, Invoice, Quote, SaleInput

#: More than any form we draw; beyond, it was not typed by hand.
LONGEST = 400_000


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page has of a draft: its revision, and the page itself, by a name it made up.

    `by_itself`: nobody pressed anything. Once a button of the page wrote the draft, what the page
    was saving by itself meanwhile is older, whenever it comes.
    """

    revision: int
    page: str
    by_itself: bool = False

    @property
    def name(self) -> str:
        return self.page[:23]

    @property
    def mark(self) -> str:
        """What the draft keeps of who wrote it last: the page, and whether with a button."""
        return self.name if self.by_itself else f"{self.name}!"

    def may_write_over(self, mark: str) -> bool:
        return mark == self.name or (mark == f"{self.name}!" and not self.by_itself)


def take_turn(draft: Quote | Invoice | SaleInput, seen: Seen | None) -> None:
    """Count one more writing of a draft, held by its lock; nothing is saved here.

    :param seen: None writes over whatever is there, as the API and « Enregistrer quand même » do.
    :raises ActionRefused: `changed_elsewhere`, another page, or a button of this one, wrote it
        since this one read it.
    """
    if isinstance(draft, SaleInput):
        draft.revision += 1
        return
    if seen and draft.revision != seen.revision and not seen.may_write_over(draft.written_from):
        raise ActionRefused(
            "Ce document a été modifié ailleurs depuis que vous l’avez ouvert. Rien n’est "
            "remplacé\u00a0: rechargez la page, ou enregistrez votre version par-dessus.",
            code="changed_elsewhere",
        )
    draft.revision += 1
    draft.written_from = seen.mark if seen else ""


@transaction.atomic
def keep_input(
    activity: Activity,
    *,
    kind: str,
    title: str,
    fields: Mapping[str, list[str]],
    missing: Sequence[str] = (),
    document: Quote | Invoice | None = None,
    earlier: SaleInput | None = None,
    seen: Seen | None,
    by: Membership,
) -> SaleInput:
    """Keep a form that cannot be read yet, beside its document or alone; return what is kept.

    :param missing: what cannot be read, in French, to be told again where the document is sent.
    :param earlier: what was kept of the same form, alone, before.
    :raises ActionRefused: `changed_elsewhere`; `not_a_draft`; `too_long`.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > LONGEST:
        raise ActionRefused(
            "Cette saisie est trop longue pour être gardée. Raccourcissez les détails.",
            code="too_long",
        )
    row = earlier and SaleInput.objects.select_for_update().filter(pk=earlier.pk).first()
    if document is not None:
        document = locked(document)
        if not document.is_being_written:
            raise ActionRefused("Ce document n’est plus un brouillon.", code="not_a_draft")
        take_turn(document, seen)
        document.save(update_fields=["revision", "written_from"])
        row = input_of(document)
    if row is None:
        row = SaleInput(activity=activity, kind=kind)
        if document is not None:
            setattr(row, kind, document)
    else:
        take_turn(row, seen)
    row.title = title[:160]
    row.fields = dict(fields)
    row.missing = list(missing)
    row.saved_at = timezone.now()
    row.saved_by = by
    row.save()
    return row


def input_of(document: Quote | Invoice) -> SaleInput | None:
    """Return what is being typed of a document and cannot be read yet."""
    return document.inputs.first()


def choose_editor(person: Entrepreneur, *, is_quick: bool) -> None:
    """Remember how much of the editor a person wants to see."""
    EditorChoice.objects.update_or_create(entrepreneur=person, defaults={"is_quick": is_quick})


def refuse_unread(document: Quote | Invoice) -> None:
    """Refuse to send a document while something typed of it could not be read: it would be lost.

    :raises ActionRefused: `unread_input`.
    """
    unread = input_of(document)
    if unread is None:
        return
    what = f"\u00a0: {', '.join(unread.missing).rstrip('.')}" if unread.missing else ""
    raise ActionRefused(
        f"Vos derniers changements ne sont pas dans ce document, ils n’ont pas pu être lus{what}. "
        "Reprenez la saisie pour les corriger, ou abandonnez-les.",
        code="unread_input",
    )


def forget_input(document: Quote | Invoice) -> None:
    """Drop what was being typed: the document says it all, or goes."""
    document.inputs.all().delete()


def drop_input(row: SaleInput) -> None:
    """Drop a form that became a document, or that nobody wants any more."""
    SaleInput.objects.filter(pk=row.pk).delete()
