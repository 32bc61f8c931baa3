"""The filters of a list that are on, each with the link that takes it off."""

from __future__ import annotations

from typing import Any

from cae.core.money import euros, percent
from cae.core.periods import numeric_date
from cae.core.requests import PlaceRequest
from entrepreneurs.models import Activity
from invoicing.models import Customer
from invoicing.queries import InvoiceFilter
from invoicing.views.frame import place


def invoice_narrowings(request: PlaceRequest, wanted: InvoiceFilter) -> list[dict[str, Any]]:
    """Return the filters in force beside the state and the words, in French."""
    said: dict[str, str] = {}
    if wanted.customer:
        name = Customer.objects.filter(pk=wanted.customer).values_list("name", flat=True).first()
        said["client"] = name or "Client inconnu"
    if wanted.activity:
        names = Activity.objects.filter(pk=wanted.activity).values_list("name", flat=True)
        said["activite"] = names.first() or "Enseigne inconnue"
    if wanted.since:
        said["du"] = f"depuis le {numeric_date(wanted.since)}"
    if wanted.until:
        said["au"] = f"jusqu’au {numeric_date(wanted.until)}"
    if wanted.least is not None:
        said["min"] = f"au moins {euros(wanted.least)}"
    if wanted.most is not None:
        said["max"] = f"au plus {euros(wanted.most)}"
    if wanted.vat is not None:
        said["tva"] = f"TVA {percent(wanted.vat)}"
    query = wanted.query
    return [
        {
            "label": f"{label} ×",
            "count": None,
            "url": place(request, "invoices", **{k: v for k, v in query.items() if k != name}),
        }
        for name, label in said.items()
    ]
