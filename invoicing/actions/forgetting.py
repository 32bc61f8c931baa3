"""Forgetting a person who bought: the law keeps the documents issued, and nothing else.

Source: RGPD art. 5(1)(e); CNIL, référentiel « gestion commerciale »: three years after the last
contact. C. com. L123-22 keeps issued invoices ten years: they stay as they are.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cae.core import audit, outbox
from cae.core.memos import remove_memos
from cae.core.models import Cooperative, Membership
from cae.core.periods import numeric_date
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from invoicing.actions.customers import refuse_forgotten
from invoicing.actions.drafting import copy_customer, searchable
from invoicing.actions.locking import locked
from invoicing.enums import CustomerKind, InvoiceStatus, QuoteStatus
from invoicing.models import Customer, Invoice, Quote
from invoicing.models.customers import PERSONAL
from invoicing.permissions import may_forget
from invoicing.queries import (
    customer_figures,
    customer_retention,
    customers_to_forget,
    document_count,
    last_activity,
)

NAMELESS = "Particulier anonymisé"


@transaction.atomic
def anonymise_customer(customer: Customer, *, on: date, by: Membership) -> Customer:
    """Empty the record of a person, with their memos and what drafts say of them.

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
    now = timezone.now()
    customer.archived_at = customer.archived_at or now
    customer.anonymised_at = now
    customer.save()
    remove_memos(customer)
    for model, status in ((Quote, QuoteStatus.DRAFT), (Invoice, InvoiceStatus.DRAFT)):
        _empty_drafts(model, status, customer)
    audit.record("customer.anonymised", customer, by=by)
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
