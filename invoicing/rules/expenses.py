"""What a person is given back of an expense, and the VAT the cooperative deducts of it."""

from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import to_cents


@dataclass(frozen=True, slots=True)
class Refund:
    """In EUR to the cent: `gross` goes to the person, `net` is the charge."""

    net: Decimal
    vat: Decimal
    gross: Decimal


def refund_of(
    paid: Decimal, *, vat: Decimal, reimbursed_share: Decimal, deductible_share: Decimal
) -> Refund:
    """Return what an expense gives back.

    :param paid: EUR with VAT, `vat` included.
    :param reimbursed_share: part that is professional; the rest stays with the person.
    :param deductible_share: part of the VAT of what is reimbursed that the law lets deduct.
    """
    gross = to_cents(paid * reimbursed_share)
    deducted = to_cents(vat * reimbursed_share * deductible_share)
    return Refund(net=gross - deducted, vat=deducted, gross=gross)
