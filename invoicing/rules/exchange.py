"""A document and its totals as plain JSON values, in the terms of EN 16931.

Rates and shares are percentages there (`"5.5"`) and fractions with us (`Decimal("0.055")`).
"""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

from cae.core.money import ZERO
from cae.core.workflow import ActionRefused
from invoicing.enums import VatCategory
from invoicing.rules.totals import Adjustment, Document, DocumentAdjustment, Line, Totals, Vat

MOST_LINES = 10_000
MOST_ADJUSTMENTS = 1_000

_NUMBER = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,12})?")
_LONGEST_NUMBER = 26

Read = TypeVar("Read")


def read_document(raw: object) -> Document:
    """Return the document of a parsed JSON value; keys that totals do not need are ignored.

    :raises ActionRefused: code `unreadable_document`, naming the place and the key at fault.
    """
    doc = _Fields(raw, "le document")
    return Document(
        lines=doc.items("lines", _line, at_least=1, at_most=MOST_LINES),
        adjustments=(
            *doc.items("allowances", _document_adjustment(is_charge=False)),
            *doc.items("charges", _document_adjustment(is_charge=True)),
        ),
        prepaid=doc.number("prepaid", default=ZERO, places=2),
        rounding=doc.number("rounding", default=ZERO, places=2),
    )


def written_totals(totals: Totals) -> dict[str, Any]:
    """Return the totals as JSON values: amounts are strings with two decimals."""
    return {
        "line_nets": [str(net) for net in totals.line_nets],
        "line_adjustments": [[f"{a:+}" for a in effects] for effects in totals.line_adjustments],
        "document_adjustments": [f"{effect:+}" for effect in totals.document_adjustments],
        "vat": [
            {
                "category": row.vat.category.value,
                "rate": f"{row.vat.rate * 100:.2f}",
                "basis": str(row.basis),
                "tax": str(row.tax),
            }
            for row in totals.vat
        ],
        "line_total": str(totals.line_total),
        "allowance_total": str(totals.allowance_total),
        "charge_total": str(totals.charge_total),
        "total_ht": str(totals.net),
        "total_vat": str(totals.tax),
        "total_ttc": str(totals.gross),
        "prepaid": f"{totals.prepaid:.2f}",
        "rounding": f"{totals.rounding:.2f}",
        "amount_due": str(totals.amount_due),
    }


class _Fields:
    """The keys of one JSON object, read with the place they are at for the message."""

    def __init__(self, raw: object, place: str) -> None:
        self.place = place
        if not isinstance(raw, dict):
            raise self.refused("un objet JSON est attendu")
        self.raw = raw

    def refused(self, why: str) -> ActionRefused:
        place = self.place[0].upper() + self.place[1:]
        return ActionRefused(f"{place}\u00a0: {why}.", code="unreadable_document")

    def has(self, key: str) -> bool:
        return self.raw.get(key) is not None

    def number(self, key: str, *, default: Decimal | None = None, places: int = 12) -> Decimal:
        if not self.has(key):
            if default is None:
                raise self.refused(f"«\u00a0{key}\u00a0» manque")
            return default
        value = _as_decimal(self.raw[key])
        if value is None:
            raise self.refused(
                f'«\u00a0{key}\u00a0» doit être un nombre décimal, par exemple "1234.56"'
            )
        if -value.as_tuple().exponent > places:  # type: ignore[operator]
            raise self.refused(f"«\u00a0{key}\u00a0» a plus de {places} décimales")
        return value

    def percentage(self, key: str) -> Decimal:
        return self.number(key).scaleb(-2)

    def vat(self) -> Vat:
        written = self.raw.get("vat_category")
        if not isinstance(written, str) or written not in VatCategory.values:
            known = ", ".join(VatCategory.values)
            raise self.refused(f"«\u00a0vat_category\u00a0» doit être l’une de {known}")
        category = VatCategory(written)
        rate = self.number("vat_rate", places=2)
        if not 0 <= rate <= 100:
            raise self.refused("«\u00a0vat_rate\u00a0» doit être entre 0 et 100")
        if (category == VatCategory.STANDARD) != (rate > 0):
            raise self.refused(
                f"la catégorie de TVA {category.value} ne va pas avec un taux de {rate}"
            )
        return Vat(category, rate.scaleb(-2))

    def items(
        self,
        key: str,
        read: "Callable[[_Fields], Read]",
        *,
        at_least: int = 0,
        at_most: int = MOST_ADJUSTMENTS,
    ) -> tuple[Read, ...]:
        items = self.raw[key] if self.has(key) else []
        if not isinstance(items, list):
            raise self.refused(f"«\u00a0{key}\u00a0» doit être une liste")
        if len(items) < at_least:
            raise self.refused(f"«\u00a0{key}\u00a0» doit avoir au moins un élément")
        if len(items) > at_most:
            raise self.refused(f"«\u00a0{key}\u00a0» a plus de {at_most} éléments")
        return tuple(read(_Fields(item, place)) for item, place in self._placed(key, items))

    def _placed(self, key: str, items: list[object]) -> Iterator[tuple[object, str]]:
        for rank, item in enumerate(items, start=1):
            inside = "" if self.place == "le document" else f"{self.place}, "
            yield item, f"{inside}{key} n°\u00a0{rank}"


def _line(fields: _Fields) -> Line:
    quantity, unit_price = fields.number("qty"), fields.number("unit_price")
    base_quantity = fields.number("base_qty", default=Decimal(1))
    if unit_price < 0:
        # BR-27: what is given back is a negative quantity.
        raise fields.refused(
            "«\u00a0unit_price\u00a0» ne peut pas être négatif, c’est la quantité qui l’est"
        )
    if base_quantity <= 0:
        raise fields.refused("«\u00a0base_qty\u00a0» doit être plus grand que zéro")
    return Line(
        quantity=quantity,
        unit_price=unit_price,
        base_quantity=base_quantity,
        vat=fields.vat(),
        adjustments=(
            *fields.items("allowances", _adjustment(is_charge=False)),
            *fields.items("charges", _adjustment(is_charge=True)),
        ),
    )


def _adjustment(*, is_charge: bool) -> Callable[[_Fields], Adjustment]:
    return lambda fields: Adjustment(**_adjusted(fields), is_charge=is_charge)


def _document_adjustment(*, is_charge: bool) -> Callable[[_Fields], DocumentAdjustment]:
    return lambda fields: DocumentAdjustment(
        **_adjusted(fields), is_charge=is_charge, vat=fields.vat()
    )


def _adjusted(fields: _Fields) -> dict[str, Decimal]:
    # An amount wins over the percentage it was computed with (BT-136 over BT-138).
    if fields.has("amount"):
        return {"amount": fields.number("amount")}
    if not fields.has("percent"):
        raise fields.refused("il faut «\u00a0amount\u00a0» ou «\u00a0percent\u00a0»")
    basis = {"basis": fields.number("basis")} if fields.has("basis") else {}
    return {"share": fields.percentage("percent"), **basis}


def _as_decimal(value: object) -> Decimal | None:
    """Return a bounded, finite number; a float is refused, it is not what was written."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value) if abs(value) < 10**12 else None
    if isinstance(value, Decimal):
        value = f"{value:f}" if value.is_finite() and abs(value.adjusted()) <= 12 else ""
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and _NUMBER.fullmatch(value):
        return Decimal(value)
    return None
