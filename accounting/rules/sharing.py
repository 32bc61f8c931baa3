"""How the VAT of a document and the parts of a receipt are shared out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO, split, to_cents


def vat_per_account(vat: Decimal, nets: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Share the VAT of one rate over the product accounts it taxes, by largest remainder.

    The VAT of the document is the truth: the shares add up to it exactly.
    """
    return dict(zip(nets, split(vat, list(nets.values())), strict=True))


@dataclass(frozen=True, slots=True)
class ReceiptParts:
    """What a receipt pays: net turnover, and VAT in the order it was given."""

    net: Decimal
    vat: tuple[Decimal, ...]


def receipt_parts(
    received: Decimal, *, before: Decimal, gross: Decimal, vat: Iterable[Decimal]
) -> ReceiptParts:
    """Return the net and the VAT that `received` EUR pay of an invoice, pro rata.

    Each VAT is the difference of two rounded cumulated amounts and the net is the rest: the
    parts add up to what is received, and the last receipt takes what remains.

    :param before: received earlier on the same invoice.
    :param gross: total of the invoice with VAT, not zero.
    :param vat: VAT of the invoice, one amount per rate.
    """
    paid = tuple(
        to_cents(tax * (before + received) / gross) - to_cents(tax * before / gross) for tax in vat
    )
    return ReceiptParts(net=received - sum(paid, ZERO), vat=paid)
