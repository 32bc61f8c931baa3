"""Works billed as they go, what activities order from each other, cheques taken to the bank."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from cae.core.periods import Month, months_between
from cae.demo.agenda import Act, worked_from, worked_until
from cae.demo.sales import Counter, Sales
from cae.demo.stage import Stage
from cae.demo.tickets import Ticket, picture_of
from entrepreneurs.actions import Policy, add_insurance, set_building
from entrepreneurs.queries.insurances import insurance_on
from invoicing import actions, queries
from invoicing.actions import internal_orders
from invoicing.actions.closings import close_days
from invoicing.actions.retentions import set_retention
from invoicing.enums import Nature, PaymentMeans, Unit
from invoicing.models import InternalOrder, Invoice, Quote
from invoicing.rules.internal_orders import OrderedLine
from invoicing.rules.lines import Discount, SoldLine

_NIGHT, _WRITES, _ANSWERS, _BANKS = time(2, 30), time(11, 10), time(15, 45), time(16, 30)
#: Days between two steps of a work site, the same in a short story and in a long one.
_ACCEPTED, _STARTED, _PAID, _HALFWAY, _PAID_AGAIN = 6, 7, 19, 30, 44
#: What the customer of a work site keeps until a year after its acceptance.
_RETAINED = Decimal("0.05")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A work site: who buys, what, and how many days ago its quote was sent."""

    client: str
    subject: str
    ago: int
    lines: tuple[SoldLine, ...]
    discount: Decimal
    #: Cumulated share of the second invoice; the rest is left to bill on the demo's day.
    halfway: Decimal
    contact: str
    place: actions.Place
    duration: str


def _line(
    section: str,
    label: str,
    quantity: str,
    price: str,
    unit: Unit = Unit.HOUR,
    *,
    vat: str = "10",
    nature: Nature = Nature.SERVICES,
    discount_rate: Decimal | None = None,
) -> SoldLine:
    return SoldLine(
        section=section,
        label=label,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        unit=unit,
        vat=vat,
        nature=nature,
        discount_rate=discount_rate,
    )


SITES = {
    "Menuiserie du Frêne": Site(
        client="Commune de Laillé",
        subject="Salle de lecture de la médiathèque",
        contact="Services techniques",
        place=actions.Place(street="2 place de l’Église", postcode="35890", town="Laillé"),
        duration="trois semaines",
        ago=52,
        discount=Decimal("0.03"),
        halfway=Decimal("0.60"),
        lines=(
            _line("Étude", "Relevé et plans d’exécution", "1", "680", Unit.LUMP_SUM, vat="20"),
            _line("Fabrication", "Rayonnages en frêne, sur mesure", "62", "46"),
            _line("Fabrication", "Chêne massif", "3.4", "412", Unit.CUBIC_METRE,
                  nature=Nature.GOODS),
            _line("Pose", "Pose et finitions", "24", "44", discount_rate=Decimal("0.05")),
        ),
    ),
    "Charpente Rousseau": Site(
        client="Laval Habitat",
        subject="Préau de l’école Jules-Verne",
        contact="Service travaux",
        place=actions.Place(street="18 rue Jules-Verne", postcode="53000", town="Laval"),
        duration="un mois",
        ago=55,
        discount=Decimal("0.02"),
        halfway=Decimal("0.45"),
        lines=(
            _line("Fournitures", "Ossature bois", "1", "2180", Unit.LUMP_SUM, nature=Nature.GOODS),
            _line("Chantier", "Charpente traditionnelle", "46", "48"),
        ),
    ),
}  # fmt: skip

#: Seller, buyer (None is the cooperative), what, quantity, price, unit; answered unless the last.
ORDERS = (
    ("Studio Brume", "Traduction ELP", "Carte de visite et en-tête", "1", "240", Unit.LUMP_SUM),
    ("Traduction ELP", "Studio Brume", "Relecture du catalogue", "3", "55", Unit.HOUR),
    ("Cargo Laval", "Herbes de Mayenne", "Tournées de livraison", "2", "62", Unit.DAY),
    ("Herbes de Mayenne", "Cargo Laval", "Paniers d’accueil", "4", "18.50", Unit.PIECE),
)
#: How long ago each order was proposed, in the order above; the second of a pair still waits.
_PROPOSED = (20, 2, 20, 2)


class Projects:
    """What takes several documents, or several people, to be told."""

    def __init__(self, stage: Stage, sales: Sales) -> None:
        self.stage = stage
        self.counters = sales.counters

    def write_projects(self, first: Month) -> None:
        """Write down what happens from `first`, the first month of sales."""
        for shop, site in SITES.items():
            if shop in self.counters:
                self._ago(site.ago, partial(self._quote, self.counters[shop], site))
        for order, ago in zip(ORDERS, _PROPOSED, strict=True):
            if {order[0], order[1]} <= set(self.counters):
                self._ago(ago, partial(self._propose, *order, is_answered=ago > _ACCEPTED))
        for ago in (65, 35, 6):
            self._ago(ago, self._take_to_the_bank, at=_BANKS)
        for month in months_between(first, self.stage.calendar.month):
            self.stage.agenda.write(month.first_day, self._close_days, at=_NIGHT)
        self.stage.agenda.write(self.stage.calendar.today, self._close_days, at=_NIGHT)

    def _ago(self, days: int, act: Act, *, at: time = _WRITES) -> None:
        self.stage.agenda.write(self.stage.calendar.ago(days), act, at=at)

    def _later(self, counter: Counter, site: Site, since: int, act: Act) -> None:
        day = worked_from(self.stage.calendar.ago(site.ago) + timedelta(days=since))
        last = worked_until(self.stage.calendar.today)
        self.stage.agenda.write(min(day, last), act, at=_WRITES)

    # ── A work site ──────────────────────────────────────────────────────────────────

    def _insure(self, counter: Counter) -> None:
        """Building trades prove their insurance before their first quote."""
        adviser = self.stage.team["adviser"]
        today = self.stage.today
        with self.stage.acting(adviser):
            activity = set_building(counter.activity, True, by=adviser)
            counter.activity.is_building = True
            if insurance_on(activity, on=today) is None:
                add_insurance(
                    activity,
                    Policy(
                        insurer="Mutuelle des Artisans du Bois",
                        contact="8 quai de la Fonderie, 44000 Nantes, 02 00 00 00 00",
                        policy_number=f"DEC-{activity.code}",
                        territory="France métropolitaine",
                        valid_from=today - timedelta(days=90),
                        valid_to=today + timedelta(days=275),
                    ),
                    content=picture_of(
                        Ticket(
                            shop="Mutuelle des Artisans du Bois",
                            day=today,
                            paid=Decimal(0),
                            vat=Decimal(0),
                            vat_percent=0,
                        ),
                        Random(1),
                    ),
                    name="Attestation décennale.jpg",
                    by=adviser,
                )

    def _quote(self, counter: Counter, site: Site) -> None:
        self._insure(counter)
        customer = counter.customer(counter.client(site.client))
        with self.stage.acting(counter.seller) as seller:
            quote = actions.create_quote(
                counter.activity,
                content=actions.QuoteContent(
                    customer=customer,
                    subject=site.subject,
                    lines=site.lines,
                    discount=Discount(rate=site.discount),
                    deposit_rate=Decimal("0.30"),
                    dated_on=self.stage.today,
                    place=site.place,
                    starts_on=worked_from(self.stage.today + timedelta(days=_STARTED)),
                    duration=site.duration,
                ),
                by=seller,
            )
            quote = set_retention(quote, rate=_RETAINED, by=seller)
            quote = actions.send_quote(quote, on=self.stage.today, by=seller)
        self._later(counter, site, _ACCEPTED, partial(self._accept, counter, site, quote))

    def _accept(self, counter: Counter, site: Site, quote: Quote) -> None:
        actions.accept_quote(quote, name=site.contact, on=self.stage.today)
        self._later(counter, site, _STARTED, partial(self._start, counter, site, quote))

    def _start(self, counter: Counter, site: Site, quote: Quote) -> None:
        with self.stage.acting(counter.seller) as seller:
            draft = actions.bill_deposit(quote, share=Decimal("0.30"), by=seller)
        deposit = self._issue(draft)
        self._later(counter, site, _PAID, partial(self._cash, deposit))
        self._later(counter, site, _HALFWAY, partial(self._halfway, counter, site, quote))

    def _halfway(self, counter: Counter, site: Site, quote: Quote) -> None:
        with self.stage.acting(counter.seller) as seller:
            draft = actions.bill_progress(quote, progress=site.halfway, by=seller)
        situation = self._issue(draft)
        self._later(counter, site, _PAID_AGAIN, partial(self._cash, situation))

    def _issue(self, draft: Invoice) -> Invoice:
        accountant = self.stage.team["accountant"]
        with self.stage.acting(accountant):
            return actions.issue_invoice(draft, on=self.stage.today, by=accountant)

    def _cash(self, invoice: Invoice) -> None:
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            actions.record_payment(
                invoice,
                amount=invoice.due - invoice.retention,
                received_on=self.stage.today,
                means=PaymentMeans.TRANSFER,
                reference=f"Mandat {invoice.number}",
                by=accountant,
            )

    # ── Between activities ───────────────────────────────────────────────────────────

    def _propose(
        self,
        seller: str,
        buyer: str,
        label: str,
        quantity: str,
        price: str,
        unit: Unit,
        *,
        is_answered: bool,
    ) -> None:
        counter, other = self.counters[seller], self.counters[buyer]
        line = OrderedLine(
            label=label, quantity=Decimal(quantity), unit_price=Decimal(price), unit=unit
        )
        with self.stage.acting(counter.seller) as by:
            order = internal_orders.create_internal_order(
                counter.activity,
                buyer_id=other.activity.pk,
                subject=label,
                lines=[line],
                on=self.stage.today,
                by=by,
            )
            order = internal_orders.propose_internal_order(order, by=by)
        if is_answered:
            day = worked_from(self.stage.today + timedelta(days=1))
            self.stage.agenda.write(day, partial(self._agree, other, order), at=_ANSWERS)

    def _agree(self, buyer: Counter, order: InternalOrder) -> None:
        accountant = self.stage.team["accountant"]
        with self.stage.acting(accountant):
            internal_orders.accept_internal_order(
                order, on=self.stage.today, by=accountant, beyond=True
            )

    # ── The bank ─────────────────────────────────────────────────────────────────────

    def _take_to_the_bank(self) -> None:
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            cheques = list(queries.waiting_for_deposit(PaymentMeans.CHEQUE))
            if cheques:
                deposit = actions.fill_deposit(PaymentMeans.CHEQUE, cheques, by=accountant)
                actions.close_deposit(deposit, on=self.stage.today, by=accountant)

    def _close_days(self) -> None:
        close_days(before=self.stage.today)
