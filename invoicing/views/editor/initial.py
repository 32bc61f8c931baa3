"""What the editor shows before anybody types: an empty page, or the document as it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from cae.core.models import Cooperative
from invoicing import actions
from invoicing.actions.content import PLACE
from invoicing.enums import Entry
from invoicing.forms.lines import initial_discount, initial_rows
from invoicing.models import Invoice, Mention, Quote


def blank_fields(cooperative: Cooperative, *, customer: str, on: date) -> dict[str, Any]:
    """Return what a new page shows; `customer` is the key of one chosen before, or nothing."""
    return {
        "customer": customer,
        "dated_on": on,
        "valid_until": actions.three_months_after(on),
        "payment_days": cooperative.payment_days,
        "entry": Entry.NET,
        "entry_of_prices": Entry.NET,
    }


def fields_of(document: Quote | Invoice, *, mentions: Sequence[Mention]) -> dict[str, Any]:
    """Return what a draft shows, its lines apart; `mentions` are those offered to it."""
    fields = {
        "entry": document.entry,
        "entry_of_prices": document.entry,
        **initial_discount(document),
        "mentions": [str(each["id"]) for each in document.mentions],
        "mentions_seen": " ".join(str(each.pk) for each in mentions),
        "customer": str(document.customer_id),
        "subject": document.subject,
        "payment_days": document.payment_days,
        "notes": document.notes,
        "order_reference": document.order_reference,
        **{f"delivery_{name}": getattr(document, f"delivery_{name}") for name in PLACE},
    }
    if isinstance(document, Quote):
        return fields | {
            "dated_on": document.dated_on,
            "valid_until": document.valid_until,
            "deposit_rate": document.deposit_rate or None,
            "starts_on": document.starts_on,
            "duration": document.duration,
        }
    return fields | {
        "supplied_from": document.supplied_from,
        "supplied_on": document.supplied_on,
    }


def rows_of(document: Quote | Invoice | None) -> list[dict[str, Any]]:
    """Return what the rows of a draft show, none for a new page."""
    if document is None:
        return []
    lines = document.lines.select_related("vat_choice").prefetch_related("service")
    return initial_rows(list(lines), entry=document.entry)
