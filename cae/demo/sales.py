"""Sales drawn from dice: quotes, invoices, what customers pay and when, what goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from cae.core.models import Membership
from cae.core.money import ZERO, split, to_cents
from cae.core.periods import Month, french_month, months_between
from cae.demo.agenda import worked_from, worked_until
from cae.demo.cast import Client, Company, Offer, Shop
from cae.demo.numbers import siret
from cae.demo.people import INVITED, People
from cae.demo.stage import Stage
from entrepreneurs.models import Activity
from invoicing import actions
from invoicing.enums import CustomerKind, PaymentMeans, Unit
from invoicing.models import Customer, Invoice, Quote
from invoicing.rules.lines import SoldLine

_SELLS, _VALIDATES, _CASHES = time(10, 20), time(16, 5), time(17, 30)

_REFUSALS = (
    "Le numéro de commande du client manque : ajoutez-le, il le demande pour payer.",
    "La période de la prestation n’est pas dite. Précisez-la dans la désignation.",
    "Le taux de TVA de la deuxième ligne est à vérifier avec le client.",
)
_LOST = (
    "Le budget est reporté à l’an prochain.",
    "Nous avons retenu une autre proposition, plus proche de nos délais.",
    "Le projet est suspendu, nous vous recontacterons.",
)
_CREDITS = (
    "Facture adressée au mauvais service, refaite à la demande du client.",
    "Prestation reportée d’un commun accord.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """One sale to come: the day its invoice is written, who buys, what."""

    day: date
    client: Client
    subject: str
    lines: tuple[SoldLine, ...]


class Counter:
    """One activity that sells: its customers, its dice, its seller."""

    def __init__(self, stage: Stage, people: People, shop: Shop) -> None:
        self.stage = stage
        self.people = people
        self.shop = shop
        self.dice = stage.chance(f"sales of {shop.name}")
        self._customers: dict[str, Customer] = {}

    @property
    def activity(self) -> Activity:
        return self.people.activities[self.shop.name]

    @property
    def seller(self) -> Membership:
        return self.people.places[self.shop.partners[0][0]]

    # ── What the dice decide ─────────────────────────────────────────────────────────

    def write_sales(self, first: Month) -> None:
        for sale in self._plan(first):
            if self.dice.randint(1, 100) <= self.shop.quoted:
                self._write_quote(sale)
            else:
                self._write_invoice(sale)
        self._write_lost_quotes(first)

    def _plan(self, first: Month) -> Iterator[Sale]:
        """Draw the sales of each month: turnover and number follow the seasons of the shop."""
        start, last = self._span(first)
        pot = count = ZERO
        for month in months_between(Month.of(start), Month.of(last)):
            days = [
                day
                for day in (month.first_day + timedelta(days=n) for n in range(31))
                if start <= day <= last and day in month and worked_from(day) == day
            ]
            season = Decimal(self.shop.seasons[month.number - 1] * len(days)) / (100 * 21)
            pot += self.shop.yearly * season * self.dice.randint(80, 120) / 100
            count += self.shop.invoices * season
            if not days or count < 1:
                continue
            weights = [self.dice.randint(55, 145) for _ in range(int(count))]
            for amount in split(to_cents(pot), weights):
                yield self._sale(self.dice.choice(days), amount)
            pot, count = ZERO, count - int(count)

    def _span(self, first: Month) -> tuple[date, date]:
        calendar, shop = self.stage.calendar, self.shop
        opened = calendar.day(*shop.opened) + timedelta(days=9)
        last = calendar.today - timedelta(days=shop.told_from)
        if shop.closed:
            last = min(last, calendar.day(*shop.closed))
        return max(first.first_day, opened), last

    def _sale(self, day: date, amount: Decimal) -> Sale:
        client = self.dice.choices(
            self.shop.clients, weights=[client.weight for client in self.shop.clients]
        )[0]
        offers = self.dice.sample(
            self.shop.offers, k=min(len(self.shop.offers), self.dice.choice((1, 1, 2, 2, 3)))
        )
        parts = split(to_cents(amount), [self.dice.randint(2, 5) for _ in offers])
        lines = tuple(sold(offer, part, client) for offer, part in zip(offers, parts, strict=True))
        subject = f"{offers[0].label}, {french_month(day)}"
        return Sale(day=day, client=client, subject=subject, lines=lines)

    # ── From a quote to an invoice ───────────────────────────────────────────────────

    def _write_quote(self, sale: Sale) -> None:
        answer = worked_until(sale.day - timedelta(days=self.dice.randint(3, 20)))
        sent = worked_until(answer - timedelta(days=self.dice.randint(2, 18)))
        if sent <= max(self.stage.calendar.day(*day) for day in (self.shop.opened, INVITED)):
            self._write_invoice(sale)
        else:
            self.stage.agenda.write(sent, partial(self._quote, sale, answer), at=_SELLS)

    def _quote(self, sale: Sale, answer: date) -> None:
        quote = self.send_quote(sale)
        self.stage.agenda.write(answer, partial(self._accept, quote, sale), at=time(14, 40))

    def send_quote(self, sale: Sale) -> Quote:
        today = self.stage.today
        customer = self.customer(sale.client)
        with self.stage.acting(self.seller) as seller:
            quote = actions.create_quote(
                self.activity,
                content=actions.QuoteContent(
                    customer=customer, subject=sale.subject, lines=sale.lines, dated_on=today
                ),
                by=seller,
            )
            return actions.send_quote(quote, on=today, by=seller)

    def _accept(self, quote: Quote, sale: Sale) -> None:
        name = sale.client.contact or sale.client.name
        actions.accept_quote(quote, name=name, on=self.stage.today)
        self.stage.agenda.write(sale.day, partial(self._invoice_quote, quote, sale), at=_SELLS)

    def _invoice_quote(self, quote: Quote, sale: Sale) -> None:
        with self.stage.acting(self.seller) as seller:
            invoice = actions.invoice_from_quote(quote, by=seller)
        self._have_issued(invoice, sale)

    def _write_lost_quotes(self, first: Month) -> None:
        """Add quotes that lead nowhere: refused with a reason, or left without an answer."""
        start, last = self._span(first)
        lost = self.shop.invoices * self.shop.quoted // 500
        for _ in range(lost if last > start else 0):
            day = worked_until(start + timedelta(days=self.dice.randint(0, (last - start).days)))
            sale = self._sale(day, Decimal(self.shop.yearly) / self.shop.invoices)
            reason = self.dice.choice((*_LOST, ""))
            if day >= start:
                self.stage.agenda.write(day, partial(self._lose, sale, reason), at=_SELLS)

    def _lose(self, sale: Sale, reason: str) -> None:
        quote = self.send_quote(sale)
        if reason:
            day = worked_from(self.stage.today + timedelta(days=self.dice.randint(5, 40)))
            self.stage.agenda.write(
                day, partial(actions.refuse_quote, quote, reason=reason, name=sale.client.contact)
            )

    # ── Invoices ─────────────────────────────────────────────────────────────────────

    def _write_invoice(self, sale: Sale) -> None:
        self.stage.agenda.write(sale.day, partial(self._invoice, sale), at=_SELLS)

    def _invoice(self, sale: Sale) -> None:
        self._have_issued(self.draft(sale), sale)

    def draft(self, sale: Sale) -> Invoice:
        customer = self.customer(sale.client)
        with self.stage.acting(self.seller) as seller:
            return actions.create_invoice(
                self.activity,
                content=actions.InvoiceContent(
                    customer=customer, subject=sale.subject, lines=sale.lines
                ),
                by=seller,
            )

    def _have_issued(self, invoice: Invoice, sale: Sale) -> None:
        """Under the ceiling the seller issues alone; else the team does, or refuses first."""
        if invoice.net <= self.shop.ceiling:
            self.issue(invoice, sale, by=self.seller)
            return
        self.submit(invoice)
        is_refused = self.dice.randint(1, 22) == 1
        validated = partial(self._refuse if is_refused else self._validate, invoice, sale)
        self.stage.agenda.write(worked_from(self.stage.today), validated, at=_VALIDATES)

    def submit(self, invoice: Invoice) -> None:
        with self.stage.acting(self.seller) as seller:
            actions.submit_invoice(invoice, by=seller)

    def _validate(self, invoice: Invoice, sale: Sale) -> None:
        self.issue(invoice, sale, by=self.stage.team["accountant"])

    def _refuse(self, invoice: Invoice, sale: Sale) -> None:
        self.refuse(invoice, self.dice.choice(_REFUSALS))
        tomorrow = worked_from(self.stage.today + timedelta(days=1))
        self.stage.agenda.write(tomorrow, partial(self._correct, invoice, sale), at=_SELLS)

    def refuse(self, invoice: Invoice, reason: str) -> None:
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            actions.refuse_invoice(invoice, reason=reason, by=accountant)

    def _correct(self, invoice: Invoice, sale: Sale) -> None:
        with self.stage.acting(self.seller) as seller:
            invoice = actions.change_invoice(
                invoice,
                content=actions.InvoiceContent(
                    customer=self.customer(sale.client),
                    subject=sale.subject,
                    lines=sale.lines,
                    order_reference=f"BC-{self.dice.randint(1000, 9999)}",
                ),
                by=seller,
            )
        self.submit(invoice)
        self.stage.agenda.write(
            self.stage.today, partial(self._validate, invoice, sale), at=_VALIDATES
        )

    def issue(self, invoice: Invoice, sale: Sale, *, by: Membership) -> Invoice:
        with self.stage.acting(by):
            invoice = actions.issue_invoice(invoice, on=self.stage.today, by=by)
        if self.dice.randint(1, 34) == 1:
            day = worked_from(self.stage.today + timedelta(days=6))
            self.stage.agenda.write(day, partial(self._credit, invoice, sale), at=_SELLS)
        else:
            self._write_payment(invoice, sale.client)
        return invoice

    def _credit(self, invoice: Invoice, sale: Sale) -> None:
        """Cancel an invoice by a credit note and write it again."""
        with self.stage.acting(self.seller) as seller:
            credit = actions.credit_invoice(invoice, reason=self.dice.choice(_CREDITS), by=seller)
            again = actions.duplicate_invoice(invoice, by=seller)
        self.submit(credit)
        self.submit(again)
        accountant = self.stage.team["accountant"]
        with self.stage.acting(accountant):
            actions.issue_invoice(credit, on=self.stage.today, by=accountant)
        self.issue(again, sale, by=accountant)

    # ── Money ────────────────────────────────────────────────────────────────────────

    def _write_payment(self, invoice: Invoice, client: Client) -> None:
        wait = max(client.delay + self.dice.randint(-6, 4), 0)
        if self.dice.randint(1, 100) <= client.late:
            wait += self.dice.randint(12, 75)
        day = worked_from(self.stage.today + timedelta(days=wait))
        parts = [invoice.gross]
        if self.dice.randint(1, 25) == 1:
            parts = split(invoice.gross, [2, 3])
        for part in parts:
            self.stage.agenda.write(day, partial(self.cash, invoice, part, client), at=_CASHES)
            day = worked_from(day + timedelta(days=21))

    def cash(self, invoice: Invoice, amount: Decimal, client: Client) -> None:
        means = PaymentMeans.TRANSFER
        if client.kind == CustomerKind.INDIVIDUAL:
            means = self.dice.choice(
                (PaymentMeans.CHEQUE, PaymentMeans.CARD, PaymentMeans.TRANSFER)
            )
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            actions.record_payment(
                invoice,
                amount=amount,
                received_on=self.stage.today,
                means=means,
                reference=f"{client.name[:20]} {invoice.number}",
                by=accountant,
            )

    # ── Customers ────────────────────────────────────────────────────────────────────

    def client(self, name: str) -> Client:
        return next(client for client in self.shop.clients if client.name == name)

    def customer(self, client: Client) -> Customer:
        if client.name not in self._customers:
            with self.stage.acting(self.seller) as seller:
                self._customers[client.name] = self._create(client, by=seller)
        return self._customers[client.name]

    def _create(self, client: Client, *, by: Membership) -> Customer:
        is_french_body = client.kind in (CustomerKind.COMPANY, CustomerKind.PUBLIC)
        dice = self.stage.chance(f"customer {client.name}")
        return actions.create_customer(
            self.activity,
            name=client.name,
            kind=client.kind,
            contact=client.contact,
            email=client.email,
            street=client.street,
            postcode=client.postcode,
            town=client.town,
            country=client.country,
            vat_number=client.vat_number,
            siret=siret(dice, client.kind) if is_french_body else "",
            by=by,
        )


class Sales:
    """Every activity of a cooperative, selling."""

    def __init__(self, stage: Stage, people: People, company: Company) -> None:
        self.stage = stage
        self.counters = {shop.name: Counter(stage, people, shop) for shop in company.shops}

    def write_sales(self, first: Month) -> None:
        for counter in self.counters.values():
            counter.write_sales(first)
        for month in months_between(first, self.stage.calendar.month):
            self.stage.agenda.write(month.first_day, self._expire, at=time(3))

    def _expire(self) -> None:
        actions.expire_quotes(on=self.stage.today)


def sold(offer: Offer, amount: Decimal, client: Client) -> SoldLine:
    """Return the line that sells about `amount` EUR of an offer to this customer."""
    price, quantity = Decimal(offer.price), Decimal(1)
    if offer.unit == Unit.LUMP_SUM:
        price = max(Decimal(round(amount / 10) * 10), Decimal(60))
    else:
        quantity = max(Decimal(round(amount / price)), Decimal(1))
    line = SoldLine(
        label=offer.label,
        description=offer.description,
        quantity=quantity,
        unit_price=price,
        unit=offer.unit,
        vat=offer.vat,
        nature=offer.nature,
    )
    return replace(line, vat="reverse-charge-eu") if client.country != "FR" else line


def throw(dice: Random, percent: int) -> bool:
    """Return True that many times in a hundred."""
    return dice.randint(1, 100) <= percent
