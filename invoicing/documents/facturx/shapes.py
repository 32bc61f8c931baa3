"""A snapshot of any age, as the writer reads it: what an old one did not say is worked out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from invoicing.enums import CustomerKind, InvoiceKind, Nature, VatCategory

#: BT-3 and BT-23 of what the first shape knew.
_TYPE_CODES = {InvoiceKind.INVOICE: "380", InvoiceKind.CREDIT_NOTE: "381"}
_LETTERS = {
    frozenset({Nature.SERVICES.value}): "S",
    frozenset({Nature.GOODS.value}): "B",
    frozenset({Nature.SERVICES.value, Nature.GOODS.value}): "M",
}

#: What a line of the first shape did not have.
_LINE = {
    "section": "",
    "discount": "0.00",
    "discount_rate": "",
    "worker_name": "",
    "worker_number": "",
    "done_on": "",
    "minutes": None,
}

#: The shape from which discounts, deposits and electronic addresses are frozen too.
_SAYS_ALL = 2
#: That from which the place and the period of a service are, and the service that ordered it.
_NEWEST = 3

#: Why no VAT is asked, that a row of the first shape did not say. Source: list VATEX of the CEF.
_EXEMPTIONS = {
    "VATEX-EU-132": "Exonération de TVA, article 261-4-4° du CGI",
    "VATEX-EU-AE": "Autoliquidation",
    "VATEX-EU-IC": "Exonération de TVA, article 262 ter I du CGI",
    "VATEX-EU-G": "Exonération de TVA, article 262 I du CGI",
    "VATEX-FR-FRANCHISE": "TVA non applicable, article 293 B du CGI",
}


def completed(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return a snapshot with every key of the newest shape."""
    if snapshot["shape"] >= _NEWEST:
        return snapshot
    # The service of a public body was written in the name of its contact.
    is_public = snapshot["customer"]["kind"] == CustomerKind.PUBLIC
    snapshot = {
        "buyer_reference": snapshot["customer"]["contact"] if is_public else "",
        "delivery": None,
        "supplied_from": "",
        **snapshot,
    }
    if snapshot["shape"] >= _SAYS_ALL:
        return snapshot
    seller, lines = snapshot["seller"], snapshot["lines"]
    return {
        **snapshot,
        "type_code": _TYPE_CODES[InvoiceKind(snapshot["kind"])],
        "process": f"{_LETTERS[frozenset(line['nature'] for line in lines)]}1",
        "deposits": [],
        "line_total": snapshot["net"],
        "discount": "0.00",
        "discount_rate": "",
        "prepaid": "0.00",
        "rounding": "0.00",
        "due": snapshot["gross"],
        "retention": None,
        "seller": {**seller, "endpoint": seller["siren"]},
        "brand": {**snapshot["brand"], "endpoint": ""},
        "customer": {**snapshot["customer"], "email": "", "endpoint": "", "endpoint_scheme": ""},
        "lines": [{**_LINE, **line} for line in lines],
        "vat_rows": [_vat_row(row, lines) for row in snapshot["vat_rows"]],
    }


def treatment_of(document: dict[str, Any]) -> str:
    """Return the BAR note: which part of the reform a document belongs to.

    Public bodies keep to Chorus Pro, and what articles 261 to 261 E exempt is outside. A service
    to a business abroad is reported even where no VAT is due here.

    Source: CGI art. 289 bis and 290; XP Z12-012, BR-FR-20.
    """
    customer = document["customer"]
    exempt = {VatCategory.EXEMPT.value, VatCategory.OUT_OF_SCOPE.value}
    if customer["kind"] == CustomerKind.PUBLIC:
        return "OUTOFSCOPE"
    is_person = customer["kind"] == CustomerKind.INDIVIDUAL
    is_abroad = customer["kind"] == CustomerKind.FOREIGN or customer["country"] != "FR"
    categories = {row["category"] for row in document["vat_rows"]}
    if categories <= exempt and not (is_abroad and VatCategory.OUT_OF_SCOPE in categories):
        return "OUTOFSCOPE"
    if is_abroad:
        return "B2CINT" if is_person else "B2BINT"
    # An association without a SIREN pays no VAT: it is counted with individuals.
    return "B2C" if is_person or not customer["siren"] else "B2B"


def addresses_of(document: dict[str, Any]) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return BT-34 and BT-49, each with its scheme.

    Who has no electronic address is not routed to: the seller's stands for theirs, because the
    rules ask for one of everybody (BR-FR-12).
    """
    seller = ("0225", document["brand"]["endpoint"] or document["seller"]["endpoint"])
    customer = document["customer"]
    if customer["endpoint"]:
        return seller, (customer["endpoint_scheme"] or "0225", customer["endpoint"])
    if customer["siren"]:
        return seller, ("0225", customer["siren"])
    if customer["email"]:
        return seller, ("EM", customer["email"])
    return seller, seller


def _vat_row(row: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    codes = [
        line["vatex"]
        for line in lines
        if (line["vat_category"], Decimal(line["vat_rate"]))
        == (row["category"], Decimal(row["rate"]))
    ]
    return {**row, "discount": "0.00", "vatex": codes[0], "mention": _EXEMPTIONS.get(codes[0], "")}
