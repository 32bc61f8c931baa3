"""A snapshot of any age, as the writer reads it: what an old one did not say is worked out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from invoicing.enums import CustomerKind, InvoiceKind, Nature, VatCategory

#: BT-3, of UNTDID 1001; a credit note of a deposit is a 503.
TYPE_CODES = {
    InvoiceKind.INVOICE.value: "380",
    "deposit": "386",
    "progress": "380",
    "final": "380",
    InvoiceKind.CREDIT_NOTE.value: "381",
    "corrective": "384",
}

_LETTERS = {
    frozenset({Nature.SERVICES.value}): "S",
    frozenset({Nature.GOODS.value}): "B",
    frozenset({Nature.SERVICES.value, Nature.GOODS.value}): "M",
}

#: Why no VAT is asked, where the frozen row does not say it. Source: list VATEX of the CEF.
_EXEMPTIONS = {
    "VATEX-EU-132": "Exonération de TVA, article 261-4-4° du CGI",
    "VATEX-EU-AE": "Autoliquidation",
    "VATEX-EU-IC": "Exonération de TVA, article 262 ter I du CGI",
    "VATEX-EU-G": "Exonération de TVA, article 262 I du CGI",
    "VATEX-FR-FRANCHISE": "TVA non applicable, article 293 B du CGI",
}


def completed(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return the snapshot with every key of the newest shape; what it says is kept as it is."""
    lines = [_line(line) for line in snapshot["lines"]]
    seller = snapshot["seller"]
    return {
        "type_code": TYPE_CODES[snapshot["kind"]],
        "process": process_of(snapshot["kind"], lines),
        "deposits": [],
        "line_total": snapshot["net"],
        "discount": "0.00",
        "discount_rate": "",
        "prepaid": "0.00",
        "rounding": "0.00",
        "due": snapshot["gross"],
        "retention": None,
        **snapshot,
        "seller": {"endpoint": seller["siren"], **seller},
        "brand": {"endpoint": "", **snapshot["brand"]},
        "customer": _customer(snapshot["customer"]),
        "lines": lines,
        "vat_rows": [_vat_row(row, lines) for row in snapshot["vat_rows"]],
    }


def process_of(kind: str, lines: list[dict[str, Any]]) -> str:
    """Return BT-23: a letter for what is sold, 1 for an ordinary invoice, 4 after a deposit."""
    letter = _LETTERS.get(frozenset(line["nature"] for line in lines), "S")
    return f"{letter}{4 if kind == 'final' else 1}"


def treatment_of(document: dict[str, Any]) -> str:
    """Return the BAR note: which part of the reform a document belongs to.

    Public bodies keep to Chorus Pro, and what articles 261 to 261 E exempt is outside.

    Source: CGI art. 289 bis and 290; XP Z12-012, BR-FR-20.
    """
    customer = document["customer"]
    exempt = {VatCategory.EXEMPT.value, VatCategory.OUT_OF_SCOPE.value}
    if customer["kind"] == CustomerKind.PUBLIC:
        return "OUTOFSCOPE"
    if all(row["category"] in exempt for row in document["vat_rows"]):
        return "OUTOFSCOPE"
    is_person = customer["kind"] == CustomerKind.INDIVIDUAL
    if customer["kind"] == CustomerKind.FOREIGN or customer["country"] != "FR":
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


def _customer(customer: dict[str, str]) -> dict[str, str]:
    return {"email": "", "endpoint": "", "endpoint_scheme": "", **customer}


def _line(line: dict[str, Any]) -> dict[str, Any]:
    return {
        "section": "",
        "discount": "0.00",
        "discount_rate": "",
        "worker_name": "",
        "worker_number": "",
        "done_on": "",
        "minutes": "",
        **line,
    }


def _vat_row(row: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    said = {"discount": "0.00", "vatex": "", "mention": "", **row}
    if row["category"] == VatCategory.STANDARD:
        return said
    own = [
        line
        for line in lines
        if line["vat_category"] == row["category"]
        and Decimal(line["vat_rate"]) == Decimal(row["rate"])
    ]
    vatex = said["vatex"] or next((line["vatex"] for line in own if line["vatex"]), "")
    return {**said, "vatex": vatex, "mention": said["mention"] or _EXEMPTIONS.get(vatex, "")}
