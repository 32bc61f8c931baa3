"""The lines a person types, and the document they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from cae.core.money import ZERO, to_cents
from cae.core.workflow import ActionRefused
from invoicing.enums import Nature, Unit
from invoicing.rules.totals import Document, Line, Totals, Vat, VatRow, document_totals

#: Above it a run-away import or a typing mistake, not a sale.
LARGEST_TOTAL = Decimal("99999999.99")
MOST_LINES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SoldLine:
    """One line as typed; `vat` is the code of a VAT choice, `unit_price` EUR without VAT."""

    label: str
    quantity: Decimal
    unit_price: Decimal
    vat: str
    unit: str = Unit.PIECE
    nature: str = Nature.SERVICES
    description: str = ""


def totals_of(lines: Sequence[SoldLine], *, vats: Mapping[str, Vat]) -> Totals:
    """Return the totals of typed lines.

    :param vats: how each VAT code is taxed.
    :raises ActionRefused: `no_line`, `too_many_lines`, `unknown_vat`, `bad_line`,
        `total_too_large`.
    """
    if not lines:
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
    totals = document_totals(
        Document(
            lines=[
                Line(quantity=line.quantity, unit_price=line.unit_price, vat=vats[line.vat])
                for line in lines
            ]
        )
    )
    if abs(totals.gross) > LARGEST_TOTAL or any(abs(n) > LARGEST_TOTAL for n in totals.line_nets):
        raise ActionRefused(
            "Ce total est démesuré. Vérifiez les quantités et les prix.", code="total_too_large"
        )
    return totals


def _check(line: SoldLine, *, rank: int, vats: Mapping[str, Vat]) -> None:
    if line.vat not in vats:
        raise ActionRefused(
            f"La ligne {rank} n’a pas de taux de TVA. Choisissez-en un.", code="unknown_vat"
        )
    if not line.label.strip():
        raise ActionRefused(
            f"La ligne {rank} n’a pas de désignation. Dites ce qui est vendu.", code="bad_line"
        )
    if line.unit_price < 0:
        # EN 16931, BR-27: what is given back is a negative quantity.
        raise ActionRefused(
            f"Le prix de la ligne {rank} est négatif. Pour une reprise, mettez le prix en positif "
            "et la quantité en négatif.",
            code="bad_line",
        )


def vat_rows_of(nets: Iterable[tuple[Vat, Decimal]]) -> list[VatRow]:
    """Return the VAT of lines already rounded, highest rate first.

    :param nets: how each line is taxed, and its net in EUR to the cent.
    """
    basis_of: dict[Vat, Decimal] = {}
    for vat, net in nets:
        basis_of[vat] = basis_of.get(vat, ZERO) + net
    rows = [VatRow(vat, basis, to_cents(basis * vat.rate)) for vat, basis in basis_of.items()]
    return sorted(rows, key=lambda row: (-row.vat.rate, row.vat.category))
