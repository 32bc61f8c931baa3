"""How an accepted quote is cut into invoices: deposits, situations, what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO, split, to_cents
from invoicing.rules.totals import Vat

#: What names a share of a quote: how it is taxed, and what it sells.
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class QuotePart:
    """What a quote sells of one nature under one VAT choice, `key`: EUR without VAT."""

    key: Key
    vat: Vat
    net: Decimal


def nets_after_discount(
    lines: Sequence[tuple[Vat, Decimal]], discounts: Mapping[Vat, Decimal]
) -> list[Decimal]:
    """Return the net of each line once it bears its share of the discount on the document.

    :param lines: how each line is taxed, and its net in EUR to the cent.
    :param discounts: what each VAT row gives of that discount: the shares add up to it exactly.
    """
    nets = [net for _, net in lines]
    for vat, discount in discounts.items():
        ranks = [rank for rank, (taxed, _) in enumerate(lines) if taxed == vat]
        if not discount or not ranks:
            continue
        for rank, cut in zip(ranks, split(discount, [nets[r] for r in ranks]), strict=True):
            nets[rank] -= cut
    return nets


def parts_of_quote(lines: Sequence[tuple[Key, Vat, Decimal]]) -> list[QuotePart]:
    """Add the lines of a quote up by VAT choice and nature, in the order they first appear."""
    parts: dict[Key, QuotePart] = {}
    for key, vat, net in lines:
        before = parts[key].net if key in parts else ZERO
        parts[key] = QuotePart(key, vat, before + net)
    return [part for part in parts.values() if part.net]


def deposit_parts(net: Decimal, parts: Sequence[QuotePart]) -> list[QuotePart]:
    """Cut a deposit of `net` EUR without VAT in proportion of what the quote sells, to the cent."""
    shares = split(net, [part.net for part in parts])
    return [
        QuotePart(part.key, part.vat, share)
        for part, share in zip(parts, shares, strict=True)
        if share
    ]


def with_vat(parts: Sequence[QuotePart]) -> Decimal:
    """Return what parts come to with VAT, rounded once per VAT row."""
    bases: dict[Vat, Decimal] = {}
    for part in parts:
        bases[part.vat] = bases.get(part.vat, ZERO) + part.net
    return sum((basis + to_cents(basis * vat.rate) for vat, basis in bases.items()), ZERO)


def situation_net(net: Decimal, *, billed: Decimal, now: Decimal) -> Decimal:
    """Return what a works progress invoice bills of a line of `net` EUR.

    The cumulated amount is what is rounded, never the step: the invoices of a quote add up to it
    whatever the steps, and whatever was cancelled on the way.

    :param billed: EUR of the line on the situations that stand.
    :param now: cumulated fraction; 1 for the last.
    """
    return to_cents(net * now) - billed


def schedule_nets(total: Decimal, nets: Sequence[Decimal]) -> list[Decimal]:
    """Return the instalments of `total` EUR: those given, then one that takes what is left."""
    return [*nets, total - sum(nets, ZERO)]


def equal_nets(total: Decimal, *, count: int) -> list[Decimal]:
    """Return `count` instalments of `total` EUR; the last absorbs the cents of the others."""
    each = to_cents(total / count)
    return schedule_nets(total, [each] * (count - 1))
