"""Invoices that come back: a retainer that goes by itself, posters to look over each month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import partial

from cae.demo.agenda import worked_from
from cae.demo.sales import Counter, Sales
from cae.demo.stage import Stage
from invoicing import actions
from invoicing.actions.recurrences import RecurrenceTerms, create_recurrence
from invoicing.actions.recurring import make_occurrences
from invoicing.enums import Covered, InvoiceStatus, RecurrenceMode, Unit
from invoicing.models import Invoice, Recurrence
from invoicing.rules.lines import SoldLine

_SIGNS, _NIGHT, _PAYS = time(11, 5), time(5, 30), time(10, 40)
_PAID_AFTER = timedelta(days=12)


@dataclass(frozen=True, slots=True)
class Contract:
    """What a shop bills again and again.

    :param ago: days since it was written; `first` is the days ago of its first date.
    """

    shop: str
    client: str
    subject: str
    lines: Sequence[SoldLine]
    ago: int
    first: int
    covered: str
    mode: str = RecurrenceMode.REVIEW
    is_sent: bool = False


_CONTRACTS = (
    # Under his ceiling: issued by itself, mailed, paid.
    Contract(
        shop="Formations PHD",
        client="Groupe Armor Logistique",
        subject="Accompagnement, {mois} {annee}",
        lines=(
            SoldLine(
                label="Accompagnement mensuel",
                description="Une journée sur place, {periode}",
                quantity=Decimal(1),
                unit=Unit.LUMP_SUM,
                unit_price=Decimal(480),
                vat="20",
            ),
        ),
        ago=40,
        first=34,
        covered=Covered.CALENDAR,
        mode=RecurrenceMode.AUTOMATIC,
        is_sent=True,
    ),
    # To look over: its first draft waits for her.
    Contract(
        shop="Studio Brume",
        client="Biocoop Scarabée",
        subject="Affiches du mois, {mois} {annee}",
        lines=(
            SoldLine(
                label="Affiche des promotions",
                quantity=Decimal(4),
                unit=Unit.PIECE,
                unit_price=Decimal(85),
                vat="20",
            ),
        ),
        ago=9,
        first=2,
        covered=Covered.CALENDAR,
    ),
)


class Recurrences:
    """The contracts of some shops, each written on its day and followed until today."""

    def __init__(self, stage: Stage, sales: Sales) -> None:
        self.stage = stage
        self.sales = sales

    def write_recurrences(self) -> None:
        for contract in _CONTRACTS:
            if contract.shop in self.sales.counters:
                counter = self.sales.counters[contract.shop]
                day = self.stage.calendar.ago(contract.ago)
                self.stage.agenda.write(day, partial(self._sign, counter, contract), at=_SIGNS)

    def _sign(self, counter: Counter, contract: Contract) -> None:
        customer = counter.customer(counter.client(contract.client))
        with self.stage.acting(counter.seller) as seller:
            recurrence = create_recurrence(
                counter.activity,
                content=actions.InvoiceContent(
                    customer=customer, subject=contract.subject, lines=contract.lines
                ),
                terms=RecurrenceTerms(
                    starts_on=self.stage.calendar.ago(contract.first),
                    covered=contract.covered,
                    mode=contract.mode,
                    is_sent=contract.is_sent,
                ),
                on=self.stage.today,
                by=seller,
            )
        self._await(counter, contract, recurrence)

    def _await(self, counter: Counter, contract: Contract, recurrence: Recurrence) -> None:
        assert recurrence.next_on is not None
        make = partial(self._make, counter, contract, recurrence.pk)
        self.stage.agenda.write(recurrence.next_on, make, at=_NIGHT)

    def _make(self, counter: Counter, contract: Contract, pk: int) -> None:
        for occurrence in make_occurrences(Recurrence.objects.get(pk=pk), on=self.stage.today):
            invoice = Invoice.objects.get(occurrences=occurrence)
            if invoice.status == InvoiceStatus.ISSUED:
                self._follow(counter, contract, invoice)
        self._await(counter, contract, Recurrence.objects.get(pk=pk))

    def _follow(self, counter: Counter, contract: Contract, invoice: Invoice) -> None:
        """What leaves by itself has left, and is paid some days later."""
        with self.stage.acting(counter.seller) as seller:
            actions.post_letter(invoice, actions.usual_letter(invoice), by=seller)
        client = counter.client(contract.client)
        self.stage.agenda.write(
            worked_from(self.stage.today + _PAID_AFTER),
            partial(counter.cash, invoice, invoice.gross, client),
            at=_PAYS,
        )
