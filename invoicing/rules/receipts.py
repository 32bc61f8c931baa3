"""What money received on an invoice means: VAT that falls due, turnover that is cashed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounting.rules import vat_per_account
from cae.core.money import ZERO, to_cents
from invoicing.enums import Nature
from invoicing.rules.totals import Vat


@dataclass(frozen=True, slots=True)
class SalesPart:
    """What an invoice sells of one nature at one rate. In EUR to the cent."""

    nature: Nature
    vat: Vat
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class Cashed:
    """In EUR to the cent: `net` is turnover, `vat_due` the VAT that waited for this money."""

    net: Decimal
    vat_due: Decimal


def sales_parts(
    lines: Iterable[tuple[Nature, Vat, Decimal]], taxes: Mapping[Vat, Decimal]
) -> list[SalesPart]:
    """Return what an invoice sells, by nature and rate.

    :param lines: nature, VAT and net of each line.
    :param taxes: the VAT rows of the invoice, rounded once per rate: the shares add up to them.
    """
    nets: dict[Vat, dict[str, Decimal]] = {vat: {} for vat in taxes}
    for nature, vat, net in lines:
        nets[vat][nature] = nets[vat].get(nature, ZERO) + net
    return [
        SalesPart(Nature(nature), vat, net, shares[nature])
        for vat, by_nature in nets.items()
        for shares in (vat_per_account(taxes[vat], by_nature),)
        for nature, net in by_nature.items()
    ]


def less(parts: Iterable[SalesPart], credited: Iterable[SalesPart]) -> list[SalesPart]:
    """Return what is left of the parts of an invoice once those of its credit notes are off."""
    left = {(part.nature, part.vat): (part.net, part.tax) for part in parts}
    for part in credited:
        net, tax = left.get((part.nature, part.vat), (ZERO, ZERO))
        left[part.nature, part.vat] = (net - part.net, tax - part.tax)
    return [SalesPart(nature, vat, *amounts) for (nature, vat), amounts in left.items()]


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
    due = [(part.nature, to_cents(part.tax * settled / gross)) for part in parts]
    all_vat = sum((tax for _, tax in due), ZERO)
    waiting = sum((tax for nature, tax in due if nature == Nature.SERVICES), ZERO)
    return Cashed(net=settled - all_vat, vat_due=waiting)


def newly_cashed(before: Cashed, after: Cashed) -> Cashed:
    """Return what the last event added: it takes the remainder of every rounding."""
    return Cashed(net=after.net - before.net, vat_due=after.vat_due - before.vat_due)
