"""Drafts thrown away, and put back by who changes their mind within the day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.core import serializers
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from cae.core import audit
from cae.core.models import Membership
from cae.core.workflow import ActionRefused
from invoicing.actions.filing import check_open
from invoicing.models import Customer, DiscardedDraft, Folder, Invoice, Occurrence, Quote

#: How long a draft can be put back.
KEPT = timedelta(days=1)


def keep_discarded(
    draft: Quote | Invoice, children: Iterable[models.Model], *, by: Membership
) -> DiscardedDraft:
    """Keep the rows of a draft that is about to be deleted.

    :param children: its lines and what else hangs on it, in the order to put them back.
    """
    is_invoice = isinstance(draft, Invoice)
    return DiscardedDraft.objects.create(
        activity_id=draft.activity_id,
        kind="invoice" if is_invoice else "quote",
        title=draft.subject,
        quote_id=draft.quote_id if isinstance(draft, Invoice) else None,
        rows=serializers.serialize("python", [draft, *children]),
        discarded_at=timezone.now(),
        discarded_by=by,
    )


@transaction.atomic
def restore_draft(discarded: DiscardedDraft, *, by: Membership) -> Quote | Invoice:
    """Put a draft back as it was, under the key it had.

    :raises ActionRefused: `gone`, it was put back already, or its day is over; `quote_billed`,
        its quote was billed otherwise since; `folder_archived`; `not_whole`, something it leans
        on is no more.
    """
    row = DiscardedDraft.objects.select_for_update().filter(pk=discarded.pk).first()
    if row is None or row.discarded_at < timezone.now() - KEPT:
        raise ActionRefused(
            "Ce brouillon ne peut plus être rétabli\u00a0: il l’a déjà été, ou sa suppression date "
            "de plus d’un jour.",
            code="gone",
        )
    since = Invoice.objects.filter(quote=row.quote_id, created_at__gt=row.discarded_at)
    if row.quote_id is not None and since.exists():
        raise ActionRefused(
            "Le devis a été facturé autrement depuis. Refaites ce brouillon depuis son plan de "
            "facturation.",
            code="quote_billed",
        )
    for filing in (each for each in row.rows if each["model"] == "invoicing.filing"):
        for folder in Folder.objects.filter(pk=filing["fields"]["folder"]):
            check_open(folder)
    try:
        with transaction.atomic():
            restored = _put_back(row)
    except IntegrityError as error:
        raise ActionRefused(
            "Ce brouillon ne peut plus être rétabli\u00a0: son client, ou ce dont il partait, "
            "n’existe plus. Écrivez-en un autre.",
            code="not_whole",
        ) from error
    row.delete()
    action = "quote.restored" if row.kind == "quote" else "invoice.restored"
    audit.record(action, restored, by=by, after={"subject": restored.subject})
    return restored


def _put_back(row: DiscardedDraft) -> Quote | Invoice:
    put_back = [each.object for each in serializers.deserialize("python", row.rows)]
    first = put_back[0]
    assert isinstance(first, Quote | Invoice), "the draft comes before its lines"
    # The rate is the cooperative's to say: it says it again of what its seller puts back.
    first.own_rate, first.own_rate_reason = None, ""
    for each in put_back:
        if isinstance(each, Occurrence):
            # Its date waited in the history of its recurrence.
            Occurrence.objects.filter(pk=each.pk).update(
                outcome=each.outcome, invoice=each.invoice_id
            )
            continue
        models.Model.save_base(each, raw=True, force_insert=True)
    # Now, while a refusal can still be said, rather than at the end of the request.
    connection.check_constraints()
    return first


def forget_discarded_of(customer: Customer) -> None:
    """Delete the drafts thrown away that name a customer who is forgotten."""
    DiscardedDraft.objects.filter(rows__0__fields__customer=customer.pk).delete()


def forget_discarded(*, before: datetime) -> int:
    """Delete the drafts thrown away before an instant, for good; return how many."""
    return DiscardedDraft.objects.filter(discarded_at__lt=before).delete()[0]
