"""Amounts in EUR: the only rounding, the only sharing, the only way to show and to read them."""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

# The fonts we embed have no U+202F: thousands are grouped with the no-break space they do have.
NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"

_SPACES = r"[ \u00a0\u202f]"
_TYPED_NUMBER = re.compile(
    rf"(?P<sign>[-{MINUS}]?){_SPACES}?"
    rf"(?P<whole>[0-9]{{1,12}}|[0-9]{{1,3}}(?:{_SPACES}[0-9]{{3}}){{1,3}})"
    r"(?:[,.](?P<fraction>[0-9]+))?"
)
_LONGEST_TYPED_NUMBER = 40


def to_cents(amount: Decimal) -> Decimal:
    """Return `amount` rounded to the cent, half away from zero; never `-0.00`.

    PostgreSQL's `round(numeric, 2)` agrees with it. A float is refused by its type.
    """
    return amount.quantize(CENT, ROUND_HALF_UP) + ZERO


def split(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Share `total` in proportion to `weights`; the shares add up to it exactly.

    Each share is its exact quota cut down to the cent, then the cents left go to the largest
    remainders, the first of equals first: no share is a whole cent away from its quota.
    Weights may be negative as long as they do not cancel out.

    :raises ValueError: `total` has a fraction of a cent, or the weights add up to zero
        while `total` does not.
    """
    cents = Fraction(total) * 100
    if cents.denominator != 1:
        raise ValueError(f"{total} is not a whole number of cents")
    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    if not whole:
        if cents:
            raise ValueError("weights add up to zero: there is nothing to share between")
        return [ZERO for _ in weights]
    quotas = [cents * Fraction(weight) / whole for weight in weights]
    shares = [quota.numerator // quota.denominator for quota in quotas]
    by_remainder = sorted(range(len(quotas)), key=lambda i: shares[i] - quotas[i])
    for i in by_remainder[: int(cents) - sum(shares)]:
        shares[i] += 1
    return [Decimal(share).scaleb(-2) + ZERO for share in shares]


def number(value: Decimal | int, *, places: int | None = None) -> str:
    """Return `value` as the French write it: `− 1 234,5`, in no-break spaces.

    :param places: decimals shown, rounded half up; all the significant ones when None.
    """
    value = Decimal(value)
    if places is not None:
        value = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    digits = f"{abs(value):,f}"
    if places is None and "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    digits = digits.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return f"{MINUS}{NO_BREAK_SPACE}{digits}" if value < 0 else digits


def euros(amount: Decimal | int, *, cents: bool = True) -> str:
    """Return `8 412,60 €` or `− 212,40 €`; with `cents=False`, `8 413 €`."""
    return f"{number(amount, places=2 if cents else 0)}{NO_BREAK_SPACE}€"


def percent(rate: Decimal, *, places: int | None = None) -> str:
    """Return `5,5 %` for the fraction `Decimal("0.055")`."""
    return f"{number(Decimal(rate).scaleb(2), places=places)}{NO_BREAK_SPACE}%"


def parse_amount(text: str, *, places: int = 2) -> Decimal:
    """Return the number a person typed: `1 234,56`, `1234.56`, `-12`.

    :param places: decimals allowed: 2 for money, 4 for a quantity, 6 for a unit price.
    :raises ValueError: with a sentence in French, when it is anything else.
    """
    typed = _TYPED_NUMBER.fullmatch(text.strip()) if len(text) <= _LONGEST_TYPED_NUMBER else None
    if typed is None:
        raise ValueError("Ce nombre n’est pas lisible. Écrivez-le par exemple ainsi : 1234,56.")
    fraction = typed["fraction"] or ""
    if len(fraction) > places:
        at_most = {0: "sans décimale", 1: "avec une décimale au plus"}.get(
            places, f"avec {places} décimales au plus"
        )
        raise ValueError(f"Ce nombre est trop précis. Écrivez-le {at_most}.")
    sign = "-" if typed["sign"] else ""
    return Decimal(f"{sign}{re.sub(_SPACES, '', typed['whole'])}.{fraction or '0'}") + 0
