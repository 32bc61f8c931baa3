"""How the VAT of a document is shared over the accounts it taxes."""

from collections.abc import Mapping
from decimal import Decimal

from cae.core.money import split


def vat_per_account(vat: Decimal, nets: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Share the VAT of one rate over the product accounts it taxes, by largest remainder.

    The VAT of the document is the truth: the shares add up to it exactly.
    """
    return dict(zip(nets, split(vat, list(nets.values())), strict=True))
