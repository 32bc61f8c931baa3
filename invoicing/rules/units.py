"""How a quantity is said with its unit."""

from decimal import Decimal

from cae.core.money import NO_BREAK_SPACE, number
from invoicing.enums import Unit

_SAME = {Unit.MONTH, Unit.SQUARE_METRE, Unit.CUBIC_METRE, Unit.KILOWATT_HOUR}
_SILENT = {Unit.PIECE}


def unit_label(unit: str, *, plural: bool = False) -> str:
    """Return the word of a unit, `jours` or `mois`; nothing for pieces."""
    known = Unit(unit)
    if known in _SILENT:
        return ""
    return f"{known.label}s" if plural and known not in _SAME else str(known.label)


def quantity_label(quantity: Decimal, unit: str) -> str:
    """Return `5 jours`, `1,5 heure`, `14`: in French the plural begins at two."""
    word = unit_label(unit, plural=abs(quantity) >= 2)
    return f"{number(quantity)}{NO_BREAK_SPACE}{word}" if word else number(quantity)


def price_label(price: Decimal) -> str:
    """Return a unit price with the decimals it has, two at least: `85,00`, `0,666667`."""
    exponent = price.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return number(price, places=max(2, -exponent))
