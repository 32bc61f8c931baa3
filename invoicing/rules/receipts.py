"""What money received on an invoice means: VAT that falls due, turnover that is cashed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

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


@dataclass(frozen=True, slots=True)
class Received:
    """EUR received on an invoice; negative, given back. `shares` is what was said of each rate."""

    amount: Decimal
    shares: Mapping[Vat, Decimal] = field(default_factory=dict)


def gross_by_rate(parts: Iterable[SalesPart]) -> dict[Vat, Decimal]:
    """Return what an invoice asks for at each rate, in EUR with VAT; nothing where it is nil."""
    found: dict[Vat, Decimal] = {}
    for part in parts:
        found[part.vat] = found.get(part.vat, ZERO) + part.net + part.tax
    return {vat: gross for vat, gross in found.items() if gross}


def settled_by_rate(
    receipts: Iterable[Received], asked: Mapping[Vat, Decimal]
) -> dict[Vat, Fraction]:
    """Return what receipts settled of each rate of an invoice, exactly.

    What was said of a receipt holds. Of the others nothing was: they settle what is left of each
    rate pro rata, and what is given back leaves each pro rata.

    :param receipts: in the order they came.
    :param asked: EUR with VAT at each rate, none negative.
    """
    settled = {vat: Fraction(0) for vat in asked}
    for receipt in receipts:
        held = sum(settled.values(), Fraction(0))
        if receipt.shares:
            for vat, share in receipt.shares.items():
                if vat in settled:
                    settled[vat] += Fraction(share)
        elif receipt.amount < 0:
            kept = max(held + Fraction(receipt.amount), Fraction(0))
            settled = {vat: part * kept / held if held else part for vat, part in settled.items()}
        else:
            settled = _filled(settled, asked, Fraction(receipt.amount))
    return settled


def left_by_rate(
    receipts: Iterable[Received], asked: Mapping[Vat, Decimal], *, remaining: Decimal
) -> dict[Vat, Decimal]:
    """Return what is left to pay of each rate, in EUR to the cent; it adds up to `remaining`.

    Empty where there is nothing to say: one rate, or one that gives money back.
    """
    if len(asked) < 2 or min(asked.values()) < 0 or remaining <= 0:
        return {}
    settled = settled_by_rate(receipts, asked)
    left = [max(Fraction(asked[vat]) - settled[vat], Fraction(0)) for vat in asked]
    if not sum(left):
        return {}
    cents = [Decimal(part.numerator) / Decimal(part.denominator) for part in left]
    return dict(zip(asked, split(remaining, cents), strict=True))


def cashed_by_rate(
    paid: Decimal, parts: Iterable[SalesPart], settled: Mapping[Vat, Fraction]
) -> Cashed:
    """Return what `paid` EUR settle of an invoice, where it was said what of each rate they did.

    As `cashed_so_far`, with the VAT of each rate in proportion to what of that rate is settled;
    the whole, once paid, is exactly the VAT of the invoice here too.

    :param settled: what receipts settled of each rate; what a credit note then took off a rate
        goes to the others.
    """
    parts = list(parts)
    asked = gross_by_rate(parts)
    gross = sum(asked.values(), ZERO)
    if not gross:
        return Cashed(ZERO, ZERO)
    done = min(paid, gross)
    within = {vat: min(settled.get(vat, Fraction(0)), Fraction(asked[vat])) for vat in asked}
    rest = Fraction(done) - sum(within.values(), Fraction(0))
    if rest < 0:
        whole = sum(within.values(), Fraction(0))
        within = {vat: part * Fraction(done) / whole for vat, part in within.items()}
    else:
        within = _filled(within, asked, rest)
    all_vat = waiting = ZERO
    for part in parts:
        if part.vat in asked:
            due = Fraction(part.tax) * within[part.vat] / Fraction(asked[part.vat])
            tax = to_cents(Decimal(due.numerator) / Decimal(due.denominator))
            all_vat += tax
            waiting += tax if part.waits else ZERO
    return Cashed(net=done - all_vat, vat_due=waiting)


def _filled(
    settled: Mapping[Vat, Fraction], asked: Mapping[Vat, Decimal], amount: Fraction
) -> dict[Vat, Fraction]:
    """Add money to what is settled, pro rata of what is left; what is beyond settles nothing."""
    left = {vat: max(Fraction(asked[vat]) - part, Fraction(0)) for vat, part in settled.items()}
    whole = sum(left.values(), Fraction(0))
    share = min(amount, whole) / whole if whole else Fraction(0)
    return {vat: part + left[vat] * share for vat, part in settled.items()}


def newly_cashed(before: Cashed, after: Cashed) -> Cashed:
    """Return what the last event added: it takes the remainder of every rounding."""
    return Cashed(net=after.net - before.net, vat_due=after.vat_due - before.vat_due)
