"""The lines a person types, and the document they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from cae.core.money import ZERO, to_cents
from cae.core.workflow import ActionRefused
from invoicing.enums import Entry, Nature, Unit
from invoicing.rules.totals import (
    Adjustment,
    Document,
    DocumentAdjustment,
    Line,
    Totals,
    Vat,
    VatRow,
    discount_per_vat,
    document_totals,
    price_without_vat,
    rounding_to,
)

#: Above it a run-away import or a typing mistake, not a sale.
LARGEST_TOTAL = Decimal("99999999.99")
MOST_LINES = 500
#: Beyond, what was typed with VAT was not meant to be a round total.
_LARGEST_ROUNDING = Decimal("0.50")


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One line as typed; `vat` is the code of a VAT choice, `unit_price` EUR without VAT.

    `price_with_vat` is what was typed where prices are typed with VAT: `unit_price` then follows
    from it, whatever was given. `discount` is EUR without VAT, unless `discount_rate`, a fraction
    of the line, decides it. `section` is the title the line stands under. `service` is the code
    of a service à la personne, empty for all that is not one. `quote_line_id` and `progress` tie a
    line of a situation to its quote's, and to the share billed so far.
    """

    label: str
    quantity: Decimal
    vat: str
    unit_price: Decimal = ZERO
    price_with_vat: Decimal | None = None
    discount: Decimal = ZERO
    discount_rate: Decimal | None = None
    unit: str = Unit.PIECE
    nature: str = Nature.SERVICES
    description: str = ""
    section: str = ""
    is_optional: bool = False
    is_chosen: bool = False
    service: str = ""
    worker_name: str = ""
    worker_number: str = ""
    done_on: date | None = None
    minutes: int | None = None
    quote_line_id: int | None = None
    progress: Decimal | None = None

    @property
    def counts(self) -> bool:
        """Tell whether it is in the totals: an option is once it is chosen."""
        return self.is_chosen or not self.is_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A discount on the whole document: EUR without VAT, or a fraction of its lines."""

    amount: Decimal = ZERO
    rate: Decimal | None = None


NO_DISCOUNT = Discount()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """What a document adds up to; the lines are those given, options not chosen included.

    `discounts` is what each VAT row gives of the discount on the document.
    """

    lines: tuple[SoldLine, ...]
    line_discounts: tuple[Decimal, ...]
    line_nets: tuple[Decimal, ...]
    totals: Totals
    discounts: Mapping[Vat, Decimal]


def sum_of(
    lines: Sequence[SoldLine],
    *,
    vats: Mapping[str, Vat],
    entry: str = Entry.NET,
    discount: Discount = NO_DISCOUNT,
) -> Sum:
    """Return what typed lines add up to.

    :param vats: how each VAT code is taxed.
    :param entry: with `Entry.GROSS` the prices with VAT decide, and `rounding` brings the total
        to what they promise.
    :raises ActionRefused: `no_line`, `too_many_lines`, `unknown_vat`, `bad_line`,
        `bad_discount`, `total_too_large`.
    """
    if not any(line.counts for line in lines):
        raise ActionRefused(
            "Ce document n’a aucune ligne. Décrivez au moins une prestation.", code="no_line"
        )
    if len(lines) > MOST_LINES:
        raise ActionRefused(
            f"Ce document dépasse {MOST_LINES} lignes. Répartissez-le en plusieurs.",
            code="too_many_lines",
        )
    for rank, line in enumerate(lines, start=1):
        _check(line, rank=rank, vats=vats)
    lines = tuple(_without_vat(line, vat=vats[line.vat], entry=entry) for line in lines)
    worths = [_worth(line, vat=vats[line.vat]) for line in lines]
    counted = [worth for line, worth in zip(lines, worths, strict=True) if line.counts]
    discounts = _spread(discount, document_totals(Document(lines=counted)))
    totals = document_totals(
        Document(
            lines=counted,
            adjustments=[
                DocumentAdjustment(amount=amount, vat=vat) for vat, amount in discounts.items()
            ],
        )
    )
    alone = [document_totals(Document(lines=[worth])) for worth in worths]
    found = Sum(
        lines=lines,
        line_discounts=tuple(ZERO - sum(one.line_adjustments[0], ZERO) for one in alone),
        line_nets=tuple(one.line_nets[0] for one in alone),
        totals=totals,
        discounts=discounts,
    )
    _check_size(found)
    if entry == Entry.GROSS:
        return replace(found, totals=_rounded(found, discount))
    return found


def _without_vat(line: SoldLine, *, vat: Vat, entry: str) -> SoldLine:
    if entry != Entry.GROSS:
        return replace(line, price_with_vat=None)
    typed = line.price_with_vat
    if typed is None:
        typed = to_cents(line.unit_price * (1 + vat.rate))
    return replace(line, price_with_vat=typed, unit_price=price_without_vat(typed, rate=vat.rate))


def _worth(line: SoldLine, *, vat: Vat) -> Line:
    if line.discount_rate is not None:
        adjustments = [Adjustment(share=line.discount_rate)] if line.discount_rate else []
    else:
        adjustments = [Adjustment(amount=line.discount)] if line.discount else []
    return Line(
        quantity=line.quantity, unit_price=line.unit_price, vat=vat, adjustments=adjustments
    )


def _spread(discount: Discount, totals: Totals) -> dict[Vat, Decimal]:
    """Cut the discount on the document between its VAT rows."""
    amount = discount.amount
    if discount.rate is not None:
        amount = to_cents(totals.net * discount.rate)
    if not amount:
        return {}
    if amount < 0 or amount > totals.net or any(row.basis < 0 for row in totals.vat):
        raise ActionRefused(
            "La remise dépasse le total du document. Réduisez-la.", code="bad_discount"
        )
    nets = {row.vat: row.basis for row in totals.vat}
    return {a.vat: a.amount or ZERO for a in discount_per_vat(amount, nets=nets)}


def _rounded(found: Sum, discount: Discount) -> Totals:
    """Bring the total to what prices with VAT promise, where discounts leave that clear."""
    totals = found.totals
    if discount.amount or any(line.discount for line in found.lines if not line.discount_rate):
        return totals
    kept = 1 - (discount.rate or ZERO)
    with_vat = sum((worth_with_vat(line) for line in found.lines if line.counts), ZERO)
    promised = to_cents(kept * with_vat)
    rounding = rounding_to(totals.gross, wanted=promised)
    if abs(rounding) > _LARGEST_ROUNDING:
        return totals
    return replace(totals, rounding=rounding, amount_due=totals.amount_due + rounding)


def worth_with_vat(line: SoldLine, *, rate: Decimal = ZERO) -> Decimal:
    """Return what a line typed with VAT promises, in EUR to the cent.

    :param rate: of VAT, on a discount typed as an amount: it is without VAT.
    """
    kept = 1 - (line.discount_rate or ZERO)
    worth = to_cents(line.quantity * (line.price_with_vat or ZERO) * kept)
    return worth if line.discount_rate else worth - to_cents(line.discount * (1 + rate))


def _check_size(found: Sum) -> None:
    sizes = (found.totals.gross, *found.line_nets)
    if any(abs(size) > LARGEST_TOTAL for size in sizes):
        raise ActionRefused(
            "Ce total est démesuré. Vérifiez les quantités et les prix.", code="total_too_large"
        )


def _check(line: SoldLine, *, rank: int, vats: Mapping[str, Vat]) -> None:
    if line.vat not in vats:
        raise ActionRefused(
            f"La ligne {rank} n’a pas de taux de TVA. Choisissez-en un.", code="unknown_vat"
        )
    if not line.label.strip():
        raise ActionRefused(
            f"La ligne {rank} n’a pas de désignation. Dites ce qui est vendu.", code="bad_line"
        )
    if line.discount < 0 or not 0 <= (line.discount_rate or 0) <= 1:
        raise ActionRefused(
            f"La remise de la ligne {rank} va de 0 à 100\u00a0%.", code="bad_discount"
        )
    worth = to_cents(line.quantity * (line.price_with_vat or line.unit_price))
    if (line.discount or line.discount_rate) and (worth < 0 or line.discount > worth):
        raise ActionRefused(
            f"La remise de la ligne {rank} dépasse ce que vaut la ligne. Réduisez-la.",
            code="bad_discount",
        )
    if line.unit_price < 0 or (line.price_with_vat or ZERO) < 0:
        # EN 16931, BR-27: what is given back is a negative quantity.
        raise ActionRefused(
            f"Le prix de la ligne {rank} est négatif. Pour une reprise, mettez le prix en positif "
            "et la quantité en négatif.",
            code="bad_line",
        )


@dataclass(frozen=True, slots=True)
class ReducedRow:
    """A VAT row, and what the discount on the document already took off its basis."""

    row: VatRow
    discount: Decimal


def vat_rows_of(
    nets: Iterable[tuple[Vat, Decimal]], *, discount: Decimal = ZERO
) -> list[ReducedRow]:
    """Return the VAT of lines already rounded, highest rate first.

    :param nets: how each line is taxed, and its net in EUR to the cent.
    :param discount: on the whole document, in EUR without VAT.
    """
    basis_of: dict[Vat, Decimal] = {}
    for vat, net in nets:
        basis_of[vat] = basis_of.get(vat, ZERO) + net
    cuts = discount_per_vat(discount, nets=basis_of) if discount else ()
    discounts = {cut.vat: cut.amount or ZERO for cut in cuts}
    rows = []
    for vat, basis in basis_of.items():
        cut = discounts.get(vat, ZERO)
        rows.append(ReducedRow(VatRow(vat, basis - cut, to_cents((basis - cut) * vat.rate)), cut))
    return sorted(rows, key=lambda each: (-each.row.vat.rate, each.row.vat.category))
