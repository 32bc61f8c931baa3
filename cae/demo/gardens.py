"""Gardens kept for people at home: interventions told on invoices, paid, certified each year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial

from cae.core.periods import Month, french_month, months_between
from cae.demo.agenda import worked_from
from cae.demo.cast import Client
from cae.demo.sales import Counter, Sales
from cae.demo.stage import Stage
from invoicing import actions
from invoicing.actions import certificates
from invoicing.enums import CustomerKind, PaymentMeans, Unit
from invoicing.models import Invoice, Payment, PersonalServiceKind
from invoicing.rules.lines import SoldLine

SHOP, KIND = "Sève paysage", "gardening"
_DECLARES, _WRITES, _CASHES, _CERTIFIES = time(9), time(11, 40), time(17, 45), time(10, 15)
#: Nothing grows.
_WINTER = (1, 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Garden:
    """A garden: its owner, how often one comes, how they pay; a cheque of theirs may bounce."""

    client: Client
    #: One month in how many, and the hours of a visit.
    every: int
    hours: Decimal
    means: tuple[PaymentMeans, ...]
    bounces: bool = False
    is_certified: bool = True


def _owner(name: str, street: str, postcode: str, town: str, email: str) -> Client:
    return Client(
        name=name,
        kind=CustomerKind.INDIVIDUAL,
        street=street,
        postcode=postcode,
        town=town,
        email=email,
    )


GARDENS = (
    Garden(
        client=_owner(
            "Odile Kervella", "5 rue des Ajoncs", "35310", "Mordelles",
            "odile.kervella@courriel.example",
        ),
        every=1,
        hours=Decimal("2.5"),
        means=(PaymentMeans.TRANSFER,),
    ),
    Garden(
        client=_owner(
            "Bernard Salaün", "18 allée des Camélias", "35590", "L’Hermitage",
            "b.salaun@courriel.example",
        ),
        every=2,
        hours=Decimal(4),
        means=(PaymentMeans.CESU, PaymentMeans.TRANSFER),
        is_certified=False,
    ),
    Garden(
        client=_owner("Marie-Thérèse Briand", "2 place de l’Église", "35650", "Le Rheu", ""),
        every=2,
        hours=Decimal(3),
        means=(PaymentMeans.CHEQUE,),
        bounces=True,
    ),
)  # fmt: skip


class Gardens:
    """The services à la personne of one activity."""

    def __init__(self, stage: Stage, sales: Sales) -> None:
        self.stage = stage
        self.counter: Counter | None = sales.counters.get(SHOP)
        #: The payment that will come back unpaid, by name of customer.
        self._weak: dict[str, Payment] = {}

    def write_gardens(self, first: Month) -> None:
        """Write down what happens from `first`, the first month of sales."""
        if self.counter is None:
            return
        today = self.stage.calendar.today
        self.stage.agenda.write(worked_from(first.first_day), self._declare, at=_DECLARES)
        for garden in GARDENS:
            months = [
                month
                for month in months_between(first, self.stage.calendar.month)
                if month.number not in _WINTER
            ][:: garden.every]
            for month in months:
                day = worked_from(month.first_day + timedelta(days=19))
                if day <= today:
                    self.stage.agenda.write(day, partial(self._bill, garden), at=_WRITES)
        new_year = date(today.year, 1, 1)
        if first.first_day < new_year:
            certified = worked_from(new_year + timedelta(days=13))
            bounced = worked_from(new_year + timedelta(days=34))
            self.stage.agenda.write(certified, self._certify, at=_CERTIFIES)
            self.stage.agenda.write(bounced, self._bounce, at=_CERTIFIES)

    def _declare(self) -> None:
        assert self.counter is not None
        cooperative = self.stage.cooperative
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            actions.declare_services(
                number=f"SAP{cooperative.siren}",
                declared_on=date(self.stage.calendar.today.year - 2, 3, 4),
                signed_by="Sophie Renaud",
                signed_as="Comptable, par délégation de la gérance",
                on=self.stage.today,
                by=accountant,
            )
            kind = PersonalServiceKind.objects.get(code=KIND)
            kind = actions.set_service_kind(
                kind,
                is_offered=True,
                vat_rates=kind.vat_rates,
                yearly_cap=kind.yearly_cap,
                by=accountant,
            )
            actions.set_activity_services(self.counter.activity, [kind], by=accountant)

    def _bill(self, garden: Garden) -> None:
        """Bill the two visits of the month, and have them paid a week later."""
        counter = self.counter
        assert counter is not None
        today = self.stage.today
        customer = counter.customer(garden.client)
        visits = [worked_from(today - timedelta(days=days)) for days in (15, 4)]
        with self.stage.acting(counter.seller) as seller:
            draft = actions.create_invoice(
                counter.activity,
                content=actions.InvoiceContent(
                    customer=customer,
                    subject=f"Entretien du jardin, {french_month(today)}",
                    lines=tuple(self._visit(garden, day) for day in visits),
                ),
                by=seller,
            )
        accountant = self.stage.team["accountant"]
        with self.stage.acting(accountant):
            invoice = actions.issue_invoice(draft, on=today, by=accountant)
        paid_on = worked_from(today + timedelta(days=8))
        if paid_on <= self.stage.calendar.today:
            self.stage.agenda.write(paid_on, partial(self._cash, garden, invoice), at=_CASHES)

    def _visit(self, garden: Garden, day: date) -> SoldLine:
        assert self.counter is not None
        return SoldLine(
            label="Tonte, taille et désherbage",
            quantity=garden.hours,
            unit=Unit.HOUR,
            unit_price=Decimal(39),
            vat="20",
            service=KIND,
            worker_name=self._worker,
            worker_number="S-0114",
            done_on=day,
            minutes=int(garden.hours * 60),
        )

    @property
    def _worker(self) -> str:
        assert self.counter is not None
        return self.counter.people.records[self.counter.shop.partners[0][0]].full_name

    def _cash(self, garden: Garden, invoice: Invoice) -> None:
        due = invoice.due
        share = (due / len(garden.means)).quantize(Decimal("0.01"))
        parts = [share] * (len(garden.means) - 1)
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            for means, amount in zip(garden.means, [*parts, due - sum(parts)], strict=True):
                payment = actions.record_payment(
                    invoice,
                    amount=amount,
                    received_on=self.stage.today,
                    means=means,
                    reference=f"{garden.client.name[:20]} {invoice.number}",
                    by=accountant,
                )
        if garden.bounces and self.stage.today.year < self.stage.calendar.today.year:
            self._weak[garden.client.name] = payment

    def _certify(self) -> None:
        """In January, certify what was paid the year before, and mail it."""
        assert self.counter is not None
        year = self.stage.today.year - 1
        for garden in GARDENS:
            if not garden.is_certified:
                continue
            customer = self.counter.customer(garden.client)
            with self.stage.acting(self.stage.team["accountant"]) as accountant:
                certificate = certificates.make_certificate(
                    customer, year=year, on=self.stage.today, by=accountant
                )
                if customer.bills_to:
                    certificates.send_certificate(certificate, by=accountant)

    def _bounce(self) -> None:
        """A cheque of December comes back: what was certified is corrected."""
        for name, payment in self._weak.items():
            garden = next(each for each in GARDENS if each.client.name == name)
            assert self.counter is not None
            with self.stage.acting(self.stage.team["accountant"]) as accountant:
                actions.reverse_payment(
                    payment, on=self.stage.today, reason="Chèque impayé", by=accountant
                )
                certificates.correct_certificates(
                    self.counter.customer(garden.client), on=self.stage.today
                )
