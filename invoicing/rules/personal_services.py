"""Services à la personne: what a line must tell, and what of the money received is attested.

Sources: C. trav. D7233-1 (invoice), D7233-3 (means of payment), D7233-4 (yearly certificate);
CGI art. 199 sexdecies.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from cae.core.money import ZERO, split, to_cents
from cae.core.periods import duration, french_date
from cae.core.workflow import ActionRefused
from invoicing.enums import PaymentMeans, Unit
from invoicing.rules.totals import Vat

#: What the person pays and may count.
COUNTED = frozenset(
    {PaymentMeans.CARD, PaymentMeans.DEBIT, PaymentMeans.TRANSFER, PaymentMeans.CHEQUE}
)
#: Of a prefunded voucher the person counts only the part they funded: told apart.
PREFUNDED = PaymentMeans.CESU
#: The State has paid this already: it is no longer to be claimed.
ADVANCED = PaymentMeans.ADVANCE

#: What a certificate is about, in the order it is said.
ATTESTED = ("counted", "prefunded", "advanced")

_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLimits:
    """What the law asks of a kind of service; `label` as people read it."""

    label: str
    vat_rates: frozenset[Decimal]
    longest_minutes: int | None = None


class ToldService(Protocol):
    """What a line says of an intervention, typed or written."""

    worker_name: str
    worker_number: str
    done_on: date | None
    minutes: int | None
    quantity: Decimal
    unit: str


def minutes_sold(quantity: Decimal, unit: str) -> int | None:
    """Return the minutes that a quantity sells; None where it is not sold by time."""
    per_unit = {Unit.HOUR: _HOUR, Unit.MINUTE: 1}.get(Unit(unit))
    if not per_unit or quantity <= 0:
        return None
    return int((quantity * per_unit).to_integral_value(ROUND_HALF_UP))


def check_service(
    line: ToldService, limits: ServiceLimits, *, vat: Vat, rank: int, on: date
) -> None:
    """Refuse a line that its invoice, issued `on`, could not certify.

    :raises ActionRefused: `service_untold`, `service_to_come`, `service_too_long`,
        `service_duration`, `service_vat`.
    """
    missing = [
        said
        for said, value in (
            ("le nom de l’intervenant·e", line.worker_name.strip()),
            ("son numéro", line.worker_number.strip()),
            ("la date", line.done_on),
            ("la durée", line.minutes),
        )
        if not value
    ]
    if missing:
        raise ActionRefused(
            f"La ligne {rank} est un service à la personne\u00a0: il y manque "
            f"{_listed(missing)}. Complétez-la\u00a0: l’attestation fiscale du client en dépend.",
            code="service_untold",
        )
    assert line.done_on is not None and line.minutes is not None
    if line.done_on > on:
        raise ActionRefused(
            f"L’intervention de la ligne {rank} est prévue le {french_date(line.done_on)}\u00a0: "
            "on facture ce qui est fait. Corrigez la date, ou attendez ce jour.",
            code="service_to_come",
        )
    if limits.longest_minutes is not None and line.minutes > limits.longest_minutes:
        raise ActionRefused(
            f"«\u00a0{limits.label}\u00a0»\u00a0: une intervention dure au plus "
            f"{duration(limits.longest_minutes)} (C. trav. D7233-5). Corrigez la durée de la "
            f"ligne {rank}, ou retirez-lui son service à la personne.",
            code="service_too_long",
        )
    by_quantity = minutes_sold(line.quantity, line.unit)
    if by_quantity is not None and by_quantity != line.minutes:
        raise ActionRefused(
            f"La ligne {rank} facture {duration(by_quantity)} pour une intervention de "
            f"{duration(line.minutes)}. Accordez la quantité et la durée.",
            code="service_duration",
        )
    if vat.rate not in limits.vat_rates:
        raise ActionRefused(
            f"Le taux de TVA de la ligne {rank} n’est pas admis pour «\u00a0{limits.label}\u00a0». "
            "Choisissez-en un autre, ou faites corriger les taux admis dans les réglages.",
            code="service_vat",
        )


def _listed(words: Sequence[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


# ── What was paid in a year ──────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneService:
    """A line of a service on an issued invoice; `worth` is EUR with VAT, not rounded."""

    kind: str
    label: str
    worker_name: str
    worker_number: str
    done_on: date
    minutes: int
    worth: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What is left of one payment on an invoice, what was taken back off. EUR with VAT."""

    paid_on: date
    means: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidInvoice:
    """An issued invoice with its services, and what was received for it, deposits included.

    `total` is what it asked, deposits not off; `owed` is that less its credit notes; `others` is
    what it sells beside services. EUR with VAT.
    """

    number: str
    total: Decimal
    owed: Decimal
    others: Decimal
    services: tuple[DoneService, ...]
    receipts: tuple[Receipt, ...]


@dataclass(slots=True, kw_only=True)
class Sums:
    """EUR with VAT, by what the person may do with it."""

    counted: Decimal = ZERO
    prefunded: Decimal = ZERO
    advanced: Decimal = ZERO
    refused: Decimal = ZERO

    def add(self, means: str, amount: Decimal) -> None:
        if means in COUNTED:
            self.counted += amount
        elif means == PREFUNDED:
            self.prefunded += amount
        elif means == ADVANCED:
            self.advanced += amount
        else:
            self.refused += amount

    @property
    def attested(self) -> Decimal:
        """What the certificate is about: money given by hand has no place in it."""
        return self.counted + self.prefunded + self.advanced


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """A service of which something was paid in the year; `is_part` where not all of it was."""

    service: DoneService
    invoice: str
    sums: Sums
    is_part: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaidYear:
    """What one customer paid in a year for services, intervention by intervention."""

    interventions: tuple[Intervention, ...] = ()
    sums: Sums = field(default_factory=Sums)

    @property
    def minutes(self) -> int:
        return sum(each.service.minutes for each in self.interventions)


def paid_in(invoices: Iterable[PaidInvoice], *, year: int) -> PaidYear:
    """Return what was paid in a year for services, the earliest intervention first.

    A payment is shared between the lines of its invoice in proportion, by difference of rounded
    cumulated amounts: once the invoice is paid, each line is to the cent. What is beyond what is
    owed is not the price of a service.
    """
    found: list[Intervention] = []
    sums = Sums()
    for invoice in invoices:
        weights = [max(service.worth, ZERO) for service in invoice.services]
        rest = max(invoice.others, ZERO)
        if invoice.total <= 0 or not any(weights):
            continue
        shares = split(invoice.total, [*weights, rest])[:-1]
        per_line = [Sums() for _ in shares]
        paid = done = ZERO
        for receipt in sorted(invoice.receipts, key=lambda each: each.paid_on):
            before, paid = done, paid + receipt.amount
            done = min(paid, invoice.owed)
            for share, line in zip(shares, per_line, strict=True):
                part = _so_far(share, done, invoice.total) - _so_far(share, before, invoice.total)
                if receipt.paid_on.year == year:
                    line.add(receipt.means, part)
                    sums.add(receipt.means, part)
        found += [
            Intervention(
                service=service, invoice=invoice.number, sums=line, is_part=line.attested < share
            )
            for service, share, line in zip(invoice.services, shares, per_line, strict=True)
            if line.attested > 0
        ]
    found.sort(key=lambda each: (each.service.done_on, each.invoice, each.service.label))
    return PaidYear(interventions=tuple(found), sums=sums)


def _so_far(share: Decimal, done: Decimal, total: Decimal) -> Decimal:
    return to_cents(share * done / total)


def facts_of(paid: PaidYear) -> dict[str, Any]:
    """Return what money made true, as plain JSON: another year of payments is another value."""
    return {
        "minutes": paid.minutes,
        **{name: str(getattr(paid.sums, name)) for name in (*ATTESTED, "refused")},
        "interventions": [_intervention(each) for each in paid.interventions],
    }


def _intervention(each: Intervention) -> dict[str, Any]:
    service = each.service
    return {
        "invoice": each.invoice,
        "kind": service.kind,
        "label": service.label,
        "worker_name": service.worker_name,
        "worker_number": service.worker_number,
        "done_on": service.done_on.isoformat(),
        "minutes": service.minutes,
        **{name: str(getattr(each.sums, name)) for name in ATTESTED},
        "is_part": each.is_part,
    }
