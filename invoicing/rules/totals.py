"""What a quote, an invoice or a credit note adds up to, and how one is cut into several.

Source: EN 16931-1 §6.5 and BR-CO-10 to BR-CO-17. The cent is rounded, half away from zero, at
exactly three places: the gross of a line, an allowance or a charge, the VAT of a group.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext

from cae.core.money import ZERO, split, to_cents
from invoicing.enums import VatCategory

# Wide enough for a quantity times a price, both at their longest, to stay exact.
_EXACT = 80

_UNIT_PRICE_STEP = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Vat:
    """How something is taxed: what shares a category and a rate shares one VAT row.

    `rate` is a fraction. Only the standard category has one that is not zero (BR-S-05, BR-E-05).
    """

    category: VatCategory
    rate: Decimal

    def __post_init__(self) -> None:
        if (self.category == VatCategory.STANDARD) != (self.rate > 0):
            raise ValueError(f"VAT category {self.category} cannot have the rate {self.rate}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An allowance (remise), or a charge (frais): an amount in EUR, or a share of a basis.

    Without a `basis`, a share is taken on the gross of the line, or on the lines of the same VAT.
    """

    amount: Decimal | None = None
    share: Decimal | None = None
    basis: Decimal | None = None
    is_charge: bool = False

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.share is None):
            raise ValueError("an adjustment has either an amount or a share")

    def effect(self, *, on: Decimal) -> Decimal:
        """Return what it adds, in EUR to the cent: negative for an allowance."""
        if self.amount is not None:
            value = to_cents(self.amount)
        else:
            assert self.share is not None
            value = to_cents((on if self.basis is None else self.basis) * self.share)
        return value if self.is_charge else ZERO - value


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentAdjustment(Adjustment):
    """An allowance or a charge on the whole document, which has a VAT of its own (BG-20, BG-21)."""

    vat: Vat


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line; `unit_price` in EUR without VAT, for `base_quantity` units (BT-149)."""

    quantity: Decimal
    unit_price: Decimal
    vat: Vat
    base_quantity: Decimal = Decimal(1)
    adjustments: Sequence[Adjustment] = ()

    @property
    def gross(self) -> Decimal:
        """EUR to the cent, before allowances and charges."""
        return to_cents(self.quantity * self.unit_price / self.base_quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What totals need of a document. `prepaid` and `rounding` in EUR to the cent (BT-113, 114)."""

    lines: Sequence[Line]
    adjustments: Sequence[DocumentAdjustment] = ()
    prepaid: Decimal = ZERO
    rounding: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class VatRow:
    vat: Vat
    basis: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Every figure of a document, in EUR to the cent.

    Adjustments are signed effects, in the order of the document.
    """

    line_nets: tuple[Decimal, ...]
    line_adjustments: tuple[tuple[Decimal, ...], ...]
    document_adjustments: tuple[Decimal, ...]
    vat: tuple[VatRow, ...]
    line_total: Decimal
    allowance_total: Decimal
    charge_total: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    amount_due: Decimal


def document_totals(document: Document) -> Totals:
    """Return the totals of a document; its VAT rows in the order their VAT first appears.

    VAT is rounded once per row, on the summed basis: the PDF, the XML and the ledger must agree
    to the cent.

    Source: EN 16931-1, BR-CO-10 (lines), 11 and 12 (adjustments), 13 (net), 14 and 17 (VAT),
    15 (gross), 16 (amount due).
    """
    with localcontext(prec=_EXACT):
        line_adjustments = tuple(
            tuple(adjustment.effect(on=line.gross) for adjustment in line.adjustments)
            for line in document.lines
        )
        line_nets = tuple(
            line.gross + sum(effects, ZERO)
            for line, effects in zip(document.lines, line_adjustments, strict=True)
        )
        vats = (line.vat for line in document.lines)
        net_of = _sums(zip(vats, line_nets, strict=True))
        document_adjustments = tuple(
            adjustment.effect(on=net_of.get(adjustment.vat, ZERO))
            for adjustment in document.adjustments
        )
        effects = list(zip(document.adjustments, document_adjustments, strict=True))
        basis_of = _sums([*net_of.items(), *((a.vat, effect) for a, effect in effects)])
        rows = tuple(
            VatRow(vat, basis, to_cents(basis * vat.rate)) for vat, basis in basis_of.items()
        )
        charge_total = sum((e for a, e in effects if a.is_charge), ZERO)
        allowance_total = -sum((e for a, e in effects if not a.is_charge), ZERO) + ZERO
        line_total = sum(line_nets, ZERO)
        net = line_total - allowance_total + charge_total
        tax = sum((row.tax for row in rows), ZERO)
        gross = net + tax
        return Totals(
            line_nets=line_nets,
            line_adjustments=line_adjustments,
            document_adjustments=document_adjustments,
            vat=rows,
            line_total=line_total,
            allowance_total=allowance_total,
            charge_total=charge_total,
            net=net,
            tax=tax,
            gross=gross,
            prepaid=document.prepaid + ZERO,
            rounding=document.rounding + ZERO,
            amount_due=gross - document.prepaid + document.rounding,
        )


def price_without_vat(price: Decimal, *, rate: Decimal) -> Decimal:
    """Return a unit price without the VAT it was typed with, to the millionth of a euro.

    Six decimals are the most an invoice may carry, and enough for `6 × 25.00` at 10 % to come
    back as 150.00.
    """
    return (price / (1 + rate)).quantize(_UNIT_PRICE_STEP, ROUND_HALF_UP)


def price_with_vat(price: Decimal, *, rate: Decimal) -> Decimal:
    """Return the shortest price with VAT that comes back as this one: two decimals, six at most.

    A price goes to the other way of typing and returns unchanged, whichever way it began: only
    one with VAT that was typed to the millionth may be off by that much.
    """
    exact = price * (1 + rate)
    for places in range(2, 6):
        rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if price_without_vat(rounded, rate=rate) == price:
            return rounded
    return exact.quantize(_UNIT_PRICE_STEP, ROUND_HALF_UP)


def rounding_to(gross: Decimal, *, wanted: Decimal) -> Decimal:
    """Return the rounding (BT-114) that brings `gross` to the total a price with VAT promised.

    Some totals are out of reach of any net: 0.99 at 20 % is 0.83 + 0.17 = 1.00, rounded by -0.01.
    """
    return to_cents(wanted - gross)


def cash_rounding(gross: Decimal, *, step: Decimal = Decimal("0.05")) -> Decimal:
    """Return the rounding (BT-114) that brings `gross` to the nearest `step`, half up."""
    return to_cents((gross / step).quantize(Decimal(1), ROUND_HALF_UP) * step - gross)


def discount_per_vat(amount: Decimal, *, nets: Mapping[Vat, Decimal]) -> list[DocumentAdjustment]:
    """Cut a discount on the whole document into one allowance per VAT, in proportion of the nets.

    :param amount: EUR to the cent, positive; the allowances add up to it exactly.

    Source: EN 16931-1, BG-20: an allowance has one category and one rate.
    """
    shares = split(amount, list(nets.values()))
    return [
        DocumentAdjustment(amount=share, vat=vat)
        for vat, share in zip(nets, shares, strict=True)
        if share
    ]


def _sums(parts: Iterable[tuple[Vat, Decimal]]) -> dict[Vat, Decimal]:
    totals: dict[Vat, Decimal] = {}
    for vat, amount in parts:
        totals[vat] = totals.get(vat, ZERO) + amount
    return totals
