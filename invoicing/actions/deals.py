"""Deals: opened, given their documents, closed."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Model

from cae.core import audit
from cae.core.models import Membership
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.filing import join_filing
from invoicing.actions.locking import locked
from invoicing.enums import (
    ExpenseSheetStatus,
    InternalOrderStatus,
    InvoiceKind,
    InvoiceStatus,
)
from invoicing.models import (
    Customer,
    Deal,
    DealItem,
    ExpenseLine,
    InternalOrder,
    Invoice,
    Quote,
)

#: What a deal holds, by the name of its column in `DealItem`.
LINKED: dict[str, type[Any]] = {
    "quote": Quote,
    "invoice": Invoice,
    "expense_line": ExpenseLine,
    "order": InternalOrder,
}

_WAITING = (ExpenseSheetStatus.DRAFT, ExpenseSheetStatus.SUBMITTED)


@transaction.atomic
def open_deal(
    activity: Activity, *, name: str, customer: Customer | None = None, by: Membership
) -> Deal:
    """Open a deal, empty.

    :raises ActionRefused: `name_missing`.
    """
    name = " ".join(name.split())[:160]
    if not name:
        raise ActionRefused("Donnez un nom à cette affaire.", code="name_missing")
    deal = Deal.objects.create(
        activity=activity,
        customer=customer,
        name=name,
        created_by=by,
        search=folded(name, customer.name if customer else "")[:400],
    )
    audit.record("deal.opened", deal, by=by, after={"label": name})
    return deal


def leave_deals(customer: Customer) -> None:
    """Take a customer who is deleted out of the deals; they stay, of nobody."""
    for deal in Deal.objects.filter(customer=customer):
        deal.customer, deal.search = None, folded(deal.name)[:400]
        deal.save(update_fields=["customer", "search"])


@transaction.atomic
def link_to_deal(
    deal: Deal, document: Quote | Invoice | ExpenseLine | InternalOrder, *, by: Membership
) -> DealItem:
    """Put a document in a deal. The invoices of a quote come with it.

    :raises ActionRefused: `deal_closed`, `already_linked`, `not_its_activity`, `not_sent`,
        `not_issued`, `follows_its_quote`, `not_approved`, `not_accepted`,
        `folder_archived`, the document is filed in a folder that is.
    """
    deal = _open(deal)
    values = _item_of(deal, document)
    sort = next(name for name in ("quote", "invoice", "expense_line", "order") if name in values)
    if DealItem.objects.filter(**{sort: document.pk}).exists():
        raise ActionRefused(
            "Ce document est déjà dans une affaire. Retirez-l’en d’abord.", code="already_linked"
        )
    if isinstance(document, Quote | Invoice):
        join_filing(deal, document)
    item = DealItem.objects.create(activity_id=deal.activity_id, deal=deal, **values)
    audit.record("deal.linked", deal, by=by, after={"label": item.label})
    return item


@transaction.atomic
def unlink_from_deal(item: DealItem, *, by: Membership) -> None:
    """Take a document out of its deal; the document itself does not change.

    :raises ActionRefused: `deal_closed`.
    """
    deal = _open(item.deal)
    audit.record("deal.unlinked", deal, by=by, after={"label": item.label})
    item.delete()


@transaction.atomic
def close_deal(deal: Deal, *, on: date, by: Membership) -> Deal:
    """Close a deal: it leaves the list of what runs, its margin stays readable.

    :raises ActionRefused: `deal_closed`.
    """
    deal = _open(deal)
    deal.closed_on = on
    deal.save(update_fields=["closed_on"])
    audit.record("deal.closed", deal, by=by)
    return deal


@transaction.atomic
def reopen_deal(deal: Deal, *, by: Membership) -> Deal:
    """Take a closed deal up again; one that runs already stays as it is."""
    deal = locked(deal)
    if deal.closed_on is not None:
        deal.closed_on = None
        deal.save(update_fields=["closed_on"])
        audit.record("deal.reopened", deal, by=by)
    return deal


def _open(deal: Deal) -> Deal:
    deal = locked(deal)
    if deal.closed_on is not None:
        raise ActionRefused(
            "Cette affaire est close. Reprenez-la d’abord pour la changer.", code="deal_closed"
        )
    return deal


def _item_of(deal: Deal, document: Model) -> dict[str, Any]:
    """Return the columns of a document's item, once it may be one."""
    if isinstance(document, Quote):
        _check_activity(deal, document.activity_id)
        if document.number is None:
            raise ActionRefused(
                "Ce devis n’est pas encore envoyé. Envoyez-le d’abord.", code="not_sent"
            )
        return {"quote": document, "label": f"{document.number} {document.subject}"[:160]}
    if isinstance(document, Invoice):
        _check_activity(deal, document.activity_id)
        if document.status != InvoiceStatus.ISSUED or document.kind == InvoiceKind.CREDIT_NOTE:
            raise ActionRefused(
                "Seule une facture émise entre dans une affaire. Un avoir y suit sa facture.",
                code="not_issued",
            )
        if document.quote_id is not None:
            raise ActionRefused(
                "Cette facture suit son devis\u00a0: mettez le devis dans l’affaire.",
                code="follows_its_quote",
            )
        return {"invoice": document, "label": f"{document.number} {document.subject}"[:160]}
    if isinstance(document, ExpenseLine):
        _check_activity(deal, document.sheet.activity_id)
        if document.sheet.status in _WAITING:
            raise ActionRefused(
                "Cette dépense n’est pas encore approuvée\u00a0: son montant peut changer.",
                code="not_approved",
            )
        return {"expense_line": document, "label": document.label, "net": document.net}
    assert isinstance(document, InternalOrder)
    _check_activity(deal, document.shown_to_id)
    if document.status != InternalOrderStatus.ACCEPTED:
        raise ActionRefused("Seule une commande interne acceptée est un coût.", code="not_accepted")
    label = f"{document.number} {document.seller_name}"[:160]
    return {"order": document, "label": label, "net": document.total}


def _check_activity(deal: Deal, activity_id: int | None) -> None:
    if activity_id != deal.activity_id:
        raise ActionRefused(
            "Ce document est d’une autre enseigne que l’affaire.", code="not_its_activity"
        )
