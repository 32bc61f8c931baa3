"""What money received on an invoice means: VAT that falls due, turnover that is cashed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from accounting.rules import vat_per_account
from cae.core.money import ZERO, split, to_cents
from invoicing.enums import Nature
from invoicing.rules.totals import Vat


@dataclass(frozen=True, slots=True)
class SalesPart:
    """What an invoice sells of one nature at one rate. In EUR to the cent.

    The VAT of a deposit is due when it is received, whatever it is for (CGI art. 269, 2, a bis).
    """

    nature: Nature
    vat: Vat
    net: Decimal
    tax: Decimal
    is_deposit: bool = False

    @property
    def waits(self) -> bool:
        """Tell whether its VAT waits for the money, where the option for debits is not taken."""
        return self.is_deposit or self.nature == Nature.SERVICES


@dataclass(frozen=True, slots=True)
class Cashed:
    """In EUR to the cent: `net` is turnover, `vat_due` the VAT that waited for this money."""

    net: Decimal
    vat_due: Decimal


def sales_parts(
    lines: Iterable[tuple[Nature, Vat, Decimal]],
    taxes: Mapping[Vat, Decimal],
    *,
    discounts: Mapping[Vat, Decimal] | None = None,
    is_deposit: bool = False,
) -> list[SalesPart]:
    """Return what an invoice sells, by nature and rate.

    :param lines: nature, VAT and net of each line.
    :param taxes: the VAT rows of the invoice, rounded once per rate: the shares add up to them.
    :param discounts: what each VAT row gives of the discount on the document: natures share it.
    """
    nets: dict[Vat, dict[str, Decimal]] = {vat: {} for vat in taxes}
    for nature, vat, net in lines:
        nets[vat][nature] = nets[vat].get(nature, ZERO) + net
    for vat, discount in (discounts or {}).items():
        if discount:
            cuts = split(discount, list(nets[vat].values()))
            nets[vat] = {
                nature: net - cut
                for (nature, net), cut in zip(nets[vat].items(), cuts, strict=True)
            }
    return [
        SalesPart(Nature(nature), vat, net, shares[nature], is_deposit)
        for vat, by_nature in nets.items()
        for shares in (vat_per_account(taxes[vat], by_nature),)
        for nature, net in by_nature.items()
    ]


def less(parts: Iterable[SalesPart], credited: Iterable[SalesPart]) -> list[SalesPart]:
    """Return what is left of the parts of an invoice once those of others are off.

    The others are its credit notes, and the deposits it deducts.
    """
    left = {(part.nature, part.vat): part for part in parts}
    for part in credited:
        key = (part.nature, part.vat)
        kept = left.get(key, SalesPart(part.nature, part.vat, ZERO, ZERO))
        left[key] = replace(kept, net=kept.net - part.net, tax=kept.tax - part.tax)
    return list(left.values())


def cashed_so_far(paid: Decimal, parts: Iterable[SalesPart]) -> Cashed:
    """Return what `paid` EUR settle of an invoice, all receipts together.

    VAT is shared pro rata and rounded once per part; the whole, once paid, is exactly the VAT
    of the invoice. That of goods never waits: it was due at delivery (CGI art. 269, 2).

    :param paid: EUR received; what goes beyond the parts settles nothing.
    :param parts: of the invoice, credit notes taken off.
    """
    parts = list(parts)
    gross = sum((part.net + part.tax for part in parts), ZERO)
    if not gross:
        return Cashed(ZERO, ZERO)
    settled = min(paid, gross)
    due = [(part.waits, to_cents(part.tax * settled / gross)) for part in parts]
    all_vat = sum((tax for _, tax in due), ZERO)
    waiting = sum((tax for waits, tax in due if waits), ZERO)
    return Cashed(net=settled - all_vat, vat_due=waiting)


def newly_cashed(before: Cashed, after: Cashed) -> Cashed:
    """Return what the last event added: it takes the remainder of every rounding."""
    return Cashed(net=after.net - before.net, vat_due=after.vat_due - before.vat_due)
