"""A snapshot as templates read it: amounts are decimals again, days are dates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from cae.core.money import NO_BREAK_SPACE
from invoicing.rules.units import price_label, quantity_label

_DAYS = ("dated_on", "due_on", "supplied_on", "valid_until")
_AMOUNTS = ("net", "vat", "gross", "deposit", "deposit_rate", "penalty_rate")


def face_of(snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what a template shows of a frozen document, or of a draft as it would be."""
    corrected = snapshot.get("corrects")
    return {
        **snapshot,
        **{name: _day(snapshot.get(name)) for name in _DAYS},
        **{name: Decimal(snapshot[name]) for name in _AMOUNTS if name in snapshot},
        "seller": {
            **_identified(snapshot["seller"]),
            "iban_label": _by_four(snapshot["seller"]["iban"]),
        },
        "customer": _identified(snapshot["customer"]),
        "corrects": corrected and {**corrected, "dated_on": _day(corrected["dated_on"])},
        "lines": [_line(line) for line in snapshot["lines"]],
        "vat_rows": [
            {
                **row,
                "rate": Decimal(row["rate"]),
                "basis": Decimal(row["basis"]),
                "tax": Decimal(row["tax"]),
            }
            for row in snapshot["vat_rows"]
        ],
        "has_several_rates": len(snapshot["vat_rows"]) > 1,
        "is_credit": snapshot["kind"] == "credit_note",
        "is_quote": snapshot["kind"] == "quote",
    }


def _line(line: dict[str, str]) -> dict[str, Any]:
    quantity = Decimal(line["quantity"])
    return {
        **line,
        "quantity": quantity,
        "quantity_label": quantity_label(quantity, line["unit"]),
        "unit_price": Decimal(line["unit_price"]),
        "price_label": price_label(Decimal(line["unit_price"])),
        "vat_rate": Decimal(line["vat_rate"]),
        "net": Decimal(line["net"]),
    }


def _identified(party: dict[str, str]) -> dict[str, str]:
    siren, siret = party["siren"], party["siret"]
    return {
        **party,
        "siren_label": NO_BREAK_SPACE.join((siren[:3], siren[3:6], siren[6:])),
        "siret_label": NO_BREAK_SPACE.join((siret[:3], siret[3:6], siret[6:9], siret[9:])),
    }


def _by_four(iban: str) -> str:
    plain = iban.replace(" ", "")
    return NO_BREAK_SPACE.join(plain[i : i + 4] for i in range(0, len(plain), 4))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
