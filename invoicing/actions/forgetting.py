"""Forgetting a person who bought: the law keeps the documents issued, and nothing else.

Source: RGPD art. 5(1)(e); CNIL, référentiel « gestion commerciale »: three years after the last
contact. C. com. L123-22 keeps issued invoices ten years: they stay as they are.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from cae.core import audit, documents, outbox
from cae.core.memos import remove_memos
from cae.core.models import Cooperative, Membership
from cae.core.periods import numeric_date
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from invoicing.actions.customers import erase_traces, refuse_forgotten
from invoicing.actions.discards import forget_discarded_of
from invoicing.actions.drafting import copy_customer, searchable
from invoicing.actions.folders import leave_folders
from invoicing.actions.locking import locked
from invoicing.enums import CustomerKind, ImportStatus, InvoiceStatus, QuoteStatus, RecurrenceStatus
from invoicing.models import Customer, CustomerImport, Deal, Invoice, Quote, Recurrence
from invoicing.models.columns import Particular
from invoicing.models.customers import PERSONAL
from invoicing.permissions import may_forget
from invoicing.queries import (
    customer_figures,
    customer_retention,
    customers_to_forget,
    document_count,
    last_activity,
)

#: How long a file of customers waits: it holds people, and is of no use once read.
KEPT = timedelta(days=15)
NAMELESS = "Particulier anonymisé"
_DELIVERY = [f.name for f in Particular._meta.fields if f.name.startswith("delivery_")]


@transaction.atomic
def anonymise_customer(customer: Customer, *, on: date, by: Membership) -> Customer:
    """Empty the record of a person, with their memos, what drafts and traces say of them.

    :raises ActionRefused: `not_a_person`, `anonymised`, `still_owed`, `too_early`.
    """
    customer = locked(customer)
    refuse_forgotten(customer)
    if customer.kind != CustomerKind.INDIVIDUAL:
        raise ActionRefused(
            "Seul un particulier s’anonymise\u00a0: une organisation n’est pas une personne. "
            "Archivez sa fiche.",
            code="not_a_person",
        )
    if customer_figures([customer.pk], on=on)[customer.pk].owed:
        raise ActionRefused(
            "Ce client doit encore de l’argent. Encaissez ou annulez par avoir ses factures, "
            "puis anonymisez-le.",
            code="still_owed",
        )
    _refuse_early(customer, on=on)
    for name in PERSONAL:
        setattr(customer, name, "")
    customer.name = NAMELESS
    customer.search = folded(NAMELESS)
    forget_discarded_of(customer)
    now = timezone.now()
    customer.archived_at = customer.archived_at or now
    customer.anonymised_at = now
    customer.save()
    remove_memos(customer)
    customer.contacts.all().delete()
    for model, status in ((Quote, QuoteStatus.DRAFT), (Invoice, InvoiceStatus.DRAFT)):
        _empty_drafts(model, status, customer)
    for recurrence in Recurrence.objects.filter(customer=customer):
        recurrence.status, recurrence.next_on = RecurrenceStatus.ENDED, None
        recurrence.customer_name, recurrence.stop_reason = NAMELESS, ""
        recurrence.search = searchable(recurrence)
        recurrence.save()
    for deal in Deal.objects.filter(customer=customer):
        deal.search = folded(deal.name)[:400]
        deal.save(update_fields=["search"])
    leave_folders(customer)
    audit.record("customer.anonymised", customer, by=by)
    erase_traces(customer.pk, by=by)  # last: what was just emptied left traces too
    return customer


def _refuse_early(customer: Customer, *, on: date) -> None:
    """A person without any document may be forgotten at once."""
    if not document_count(customer):
        return
    allowed_on = last_activity([customer.pk])[customer.pk] + customer_retention()
    if on < allowed_on:
        raise ActionRefused(
            f"Ce client a un document trop récent. Il s’anonymise à partir du "
            f"{numeric_date(allowed_on)}\u00a0; d’ici là, archivez sa fiche.",
            code="too_early",
        )


def _empty_drafts(model: Any, status: str, customer: Customer) -> None:
    for draft in model.objects.filter(customer=customer, status=status):
        copy_customer(draft, customer)
        for name in _DELIVERY:
            setattr(draft, name, "")
        draft.search = searchable(draft)
        draft.save()


@transaction.atomic
def tell_who_is_due(cooperative: Cooperative, *, on: date) -> int:
    """Have the staff who may forget people mailed about those due; return how many are told.

    Once a night each, and nothing on a night when nobody is due.
    """
    if not customers_to_forget(on=on, after=customer_retention()):
        return 0
    places = Membership.objects.filter(cooperative=cooperative, is_active=True)
    told = [place for place in places.select_related("role") if may_forget(place)]
    outbox.enqueue_all(
        "invoicing.tasks.mail_customers_to_forget",
        {f"customers-to-forget:{on}:{place.pk}": {"membership_id": place.pk} for place in told},
    )
    return len(told)


@transaction.atomic
def forget_old_imports(*, at: datetime) -> int:
    """Erase the files of the current cooperative that were sent `KEPT` ago; return how many.

    What was never imported is given up. How many rows there were stays.
    """
    old = list(
        CustomerImport.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(created_at__lt=at - KEPT, forgotten_at=None)
        .select_related("document", "report")
    )
    sent = [imported.document for imported in old]
    reports = [imported.report for imported in old if imported.report is not None]
    for imported in old:
        if imported.status not in (ImportStatus.DONE, ImportStatus.FAILED):
            imported.status = ImportStatus.FAILED
            imported.failure = (
                f"Ce fichier n’a pas été importé dans les {KEPT.days} jours\u00a0: il a été "
                "effacé. Envoyez-le à nouveau s’il sert encore."
            )
        imported.sample, imported.preview, imported.report = [], [], None
        imported.forgotten_at = at
        imported.save()
    erased = CustomerImport.objects.exclude(forgotten_at=None).filter(
        document__sha256__in=[document.sha256 for document in sent]
    )
    gone = [*erased.values_list("document_id", flat=True), *(report.pk for report in reports)]
    for document in (*sent, *reports):
        documents.forget_file(document, gone=gone)
    return len(old)
