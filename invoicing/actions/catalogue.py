"""The catalogue of an activity, and of the cooperative for all its activities."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.words import folded
from cae.core.workflow import ActionRefused
from entrepreneurs.models import Activity
from invoicing.actions.locking import locked
from invoicing.enums import Entry, Nature, Unit
from invoicing.models import CatalogueItem, VatRate
from invoicing.rules.totals import price_without_vat


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDetails:
    """An item as typed: `price` in EUR, with VAT where `entry` is gross; `vat` is a code."""

    label: str
    price: Decimal
    vat: str
    entry: str = Entry.NET
    unit: str = Unit.PIECE
    nature: str = Nature.SERVICES
    description: str = ""
    reference: str = ""
    category: str = ""


@transaction.atomic
def create_item(
    activity: Activity | None, *, details: ItemDetails, by: Membership
) -> CatalogueItem:
    """Add an item to the catalogue of an activity, of the cooperative when None.

    :raises ActionRefused: `label_missing`, `unknown_vat`, `bad_price`, `reference_twice`.
    """
    item = CatalogueItem(activity=activity)
    _write(item, details)
    audit.record("catalogue.added", item, by=by, after={"label": item.label})
    return item


@transaction.atomic
def change_item(item: CatalogueItem, *, details: ItemDetails, by: Membership) -> CatalogueItem:
    """Correct an item; what was already sold keeps its words and its price.

    :raises ActionRefused: as `create_item`.
    """
    item = locked(item)
    before = _told(item)
    _write(item, details)
    after = _told(item)
    changed = [name for name, value in after.items() if before[name] != value]
    if changed:
        audit.record(
            "catalogue.changed",
            item,
            by=by,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return item


@transaction.atomic
def archive_item(item: CatalogueItem, *, by: Membership) -> CatalogueItem:
    """Stop offering an item.

    :raises ActionRefused: `already_archived`.
    """
    item = locked(item)
    if item.archived_at:
        raise ActionRefused(
            "Cet article est déjà archivé. Rechargez la page.", code="already_archived"
        )
    item.archived_at = timezone.now()
    item.save(update_fields=["archived_at"])
    audit.record("catalogue.archived", item, by=by)
    return item


@transaction.atomic
def restore_item(item: CatalogueItem, *, by: Membership) -> CatalogueItem:
    """Offer an archived item again.

    :raises ActionRefused: `not_archived`, `reference_twice`.
    """
    item = locked(item)
    if not item.archived_at:
        raise ActionRefused("Cet article est déjà proposé. Rechargez la page.", code="not_archived")
    item.archived_at = None
    _check_reference(item)
    item.save(update_fields=["archived_at"])
    audit.record("catalogue.restored", item, by=by)
    return item


def _write(item: CatalogueItem, details: ItemDetails) -> None:
    item.label = " ".join(details.label.split())[:160]
    if not item.label:
        raise ActionRefused("Donnez une désignation à cet article.", code="label_missing")
    choice = VatRate.objects.filter(code=details.vat).first()
    if choice is None:
        raise ActionRefused(
            "Ce taux de TVA n’existe pas. Choisissez-en un de la liste.", code="unknown_vat"
        )
    if details.price < ZERO:
        raise ActionRefused(
            "Le prix est négatif. Mettez-le en positif\u00a0: une reprise se dit par la quantité.",
            code="bad_price",
        )
    item.vat_choice, item.entry = choice, details.entry
    is_gross = details.entry == Entry.GROSS
    item.typed_price = details.price if is_gross else None
    item.unit_price = (
        price_without_vat(details.price, rate=choice.rate) if is_gross else details.price
    )
    item.unit, item.nature = details.unit, details.nature
    item.description = details.description.strip()
    item.reference = " ".join(details.reference.split())[:40]
    item.category = " ".join(details.category.split())[:60]
    item.search = folded(item.label, item.reference, item.category)[:320]
    _check_reference(item)
    item.save()


def _check_reference(item: CatalogueItem) -> None:
    if not item.reference or item.archived_at:
        return
    same = CatalogueItem.objects.filter(
        activity=item.activity, reference=item.reference, archived_at=None
    )
    if other := same.exclude(pk=item.pk).first():
        raise ActionRefused(
            f"La référence {item.reference} est déjà celle de «\u00a0{other.label}\u00a0». "
            "Choisissez-en une autre.",
            code="reference_twice",
        )


def _told(item: CatalogueItem) -> dict[str, Any]:
    names = ("label", "reference", "category", "unit", "entry", "unit_price", "typed_price")
    return {name: getattr(item, name) for name in names} | {"vat": item.vat_choice.code}
