"""What people find on the demo's day: documents that wait, tickets that miss, pay to check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta
from decimal import Decimal
from functools import partial

from accounting.queries import available
from cae.core.money import ZERO
from cae.demo.agenda import worked_from, worked_until
from cae.demo.cast import Client, Spending
from cae.demo.expenses import Expenses
from cae.demo.numbers import iban
from cae.demo.payroll import Payroll
from cae.demo.people import People
from cae.demo.sales import Counter, Sale, Sales
from cae.demo.stage import Stage
from entrepreneurs import actions as people_actions
from invoicing import actions
from invoicing.enums import Nature, Unit
from invoicing.models import ExpenseLine
from invoicing.rules.lines import SoldLine
from payroll import actions as payroll_actions
from payroll.enums import SalaryMode

#: Those whose month is told here: no dice for their expenses, no choice of salary yet.
EXPENSES_TOLD = frozenset({"loic", "yanis", "nadia", "thomas"})
UNDECIDED = frozenset({"camille", "yanis", "loic", "soizic", "violette"})

#: What Soizic's wish costs above what her activity has.
_SHORT = Decimal("212.40")

#: The activity that has less than its pay costs.
OVERDRAWN = "Yoga à l’Ouest"

_DAY, _LATE, _EVENING = time(15, 20), time(17, 45), time(19, 30)
_NOTED, _COMPUTED = time(9, 2), time(9, 14)
#: Before that day of the month, its pay is open and not yet computed.
_FIRST_COMPUTATION = 10


class Present:
    """The last days before the demo's own, written by hand."""

    def __init__(
        self,
        stage: Stage,
        people: People,
        sales: Sales,
        expenses: Expenses,
        payroll: Payroll,
    ) -> None:
        self.stage = stage
        self.people = people
        self.sales = sales
        self.expenses = expenses
        self.payroll = payroll
        self.dice = stage.chance("present")

    def write_present(self) -> None:
        for shop, write in {
            "Studio Brume": self._studio_brume,
            "Menuiserie du Frêne": self._menuiserie,
            "Les Tables de Nadia": self._tables,
            "Sève paysage": self._seve,
            "Atelier numérique Traoré": self._traore,
            "Couture Ndar": self._couture,
            "Duo Lanterne": self._lanterne,
            "Traduction ELP": self._elp,
            "Cycles Quéré": self._cycles,
            OVERDRAWN: self._yoga,
        }.items():
            if shop in self.sales.counters:
                write(self.sales.counters[shop])
        if "ines" in self.people.told:
            self._ago(4, self._change_iban)
        self._write_payroll()

    # ── The people ───────────────────────────────────────────────────────────────────

    def _studio_brume(self, studio: Counter) -> None:
        town_hall, shop = studio.client("Mairie de Bruz"), studio.client("Biocoop Scarabée")
        publisher = studio.client("Éditions Maison Ébène")
        theatre = studio.client("Théâtre du Vieux-Port")
        posters = _line("Affiche, Fête du livre", 2, 560, unit=Unit.PIECE)
        self._issue(39, studio, town_hall, "Affiches Fête du livre", posters)
        signs = _line("Signalétique du magasin", 1, 2680)
        self._issue(36, studio, shop, "Signalétique magasin", signs, paid=4)
        identity = _line("Identité visuelle, deuxième acompte", 1, 2400)
        self._issue(12, studio, publisher, "Identité visuelle, 2e acompte", identity)
        brochure = _line("Programme de saison, conception", 1, 3800)
        self._send(6, studio, theatre, "Programme de la saison", brochure)
        album = (
            _line(
                "Direction artistique",
                3,
                420,
                unit=Unit.DAY,
                description="Recherche de pistes, planche de tendances et choix d’une direction",
            ),
            _line(
                "Illustrations intérieures",
                12,
                85,
                unit=Unit.PIECE,
                vat="10",
                description="12 vignettes en couleurs, droits de reproduction 5 ans, France",
            ),
            _line(
                "Livre illustré",
                10,
                Decimal("18.50"),
                unit=Unit.PIECE,
                vat="5-5",
                nature=Nature.GOODS,
                description="Exemplaires d’auteur remis au client",
            ),
        )
        sale = self._sale(publisher, "Album jeunesse « La Baleine de Loire »", *album)
        self._ago(1, partial(studio.draft, sale))
        train = Spending(code="train", label="Train Rennes–Paris", low=86, high=86, vat=10)
        paper = Spending(code="supplies", label="Papeterie Lefèvre", low=42, high=43)
        for spending in (train, paper):
            spend = partial(self._spend, studio, spending, has_voucher=False)
            self._ago(0, spend, at=_EVENING)

    def _menuiserie(self, workshop: Counter) -> None:
        client = workshop.client("SCI Les Quatre Vents")
        kitchen = (
            _line("Cuisine en frêne, fabrication", 1, 2640, vat="10"),
            _line("Pose", 19, 44, unit=Unit.HOUR, vat="10"),
        )
        self._submit(1, workshop, client, "Cuisine, maison de Guichen", *kitchen)
        shelves = _line("Bibliothèque en chêne", 1, 2350)
        home = workshop.client("Anne et Yves Morin")
        self._send(9, workshop, home, "Bibliothèque du salon", shelves)
        wood = Spending(code="materials", label="Scierie du Vignoble", low=612, high=612)
        blades = Spending(code="equipment", label="Lames de scie", low=74, high=74)
        self._hand_in(3, workshop, wood, blades)
        self._ago(2, partial(self._choose, "yanis", SalaryMode.GROSS, 2609))

    def _tables(self, kitchen: Counter) -> None:
        client = kitchen.client("Région Bretagne")
        buffet = _line("Buffet", 84, 21, unit=Unit.PERSON, vat="10", nature=Nature.GOODS)
        service = _line("Service", 12, 34, unit=Unit.HOUR, vat="10")
        self._submit(2, kitchen, client, "Buffet, journées du patrimoine", buffet, service)
        wedding = _line("Cocktail dînatoire", 120, 27, unit=Unit.PERSON, vat="10")
        self._send(4, kitchen, kitchen.client("Agence Sémaphore"), "Vœux de janvier", wedding)
        market = Spending(code="goods", label="Marché des Lices", low=388, high=388, vat=6)
        truck = Spending(code="rental", label="Camion frigorifique", low=145, high=145)
        self._hand_in(2, kitchen, market, truck)

    def _seve(self, garden: Counter) -> None:
        hedges = _line("Taille de haies", 1, 640)
        client = garden.client("Clinique du Moulin")
        self._submit(1, garden, client, "Taille d’automne", hedges)
        plants = Spending(
            code="materials", label="Pépinières de Kerfany", low=186, high=186, vat=10
        )
        self._hand_in(3, garden, plants)
        self._ago(2, partial(self._choose, "loic", SalaryMode.GROSS, 1040))

    def _traore(self, workshop: Counter) -> None:
        upkeep = _line("Maintenance", 3, 380, unit=Unit.MONTH)
        client = workshop.client("Coopérative Terres d’Armor")
        self._submit(2, workshop, client, "Maintenance, dernier trimestre", upkeep)
        site = (_line("Refonte de site", 1, 5200), _line("Audit d’accessibilité", 1, 1500))
        self._send(8, workshop, workshop.client("Kerlink Formation"), "Refonte du site", *site)

    def _couture(self, atelier: Counter) -> None:
        costumes = _line("Costumes de scène", 6, 180, unit=Unit.PIECE)
        client = atelier.client("Compagnie Marée Haute")
        sale = self._sale(client, "Costumes, création de printemps", costumes)

        def refuse() -> None:
            invoice = atelier.draft(sale)
            atelier.submit(invoice)
            reason = "Le client demande une facture par comédien : séparez les six costumes."
            atelier.refuse(invoice, reason)

        self._ago(2, refuse)

    def _lanterne(self, duo: Counter) -> None:
        show = _line("Représentation « La Nuit des loups »", 2, 950, unit=Unit.PIECE, vat="5-5")
        library = duo.client("Médiathèque de Vitré")
        self._submit(1, duo, library, "Représentations de novembre", show)
        school = _line("Atelier en classe", 8, 230, unit=Unit.PIECE)
        self._send(
            11, duo, duo.client("École Sainte-Anne"), "Ateliers du deuxième trimestre", school
        )

    def _elp(self, desk: Counter) -> None:
        pages = _line("Traduction anglais-français", 22, 145, unit=Unit.PAGE)
        self._send(5, desk, desk.client("Ouest Médical"), "Notice d’utilisation", pages)

    def _cycles(self, shop: Counter) -> None:
        parts = Spending(code="goods", label="Pièces détachées", low=264, high=264)
        self._hand_in(1, shop, parts)

    def _yoga(self, studio: Counter) -> None:
        """A costly course, after which there is little left to pay with."""
        course = Spending(
            code="training", label="Formation longue, Nantes", low=1850, high=1850, vat=0
        )
        self._hand_in(9, studio, course, is_approved=True)

    def _change_iban(self) -> None:
        person = self.people.records["ines"]
        with self.stage.acting(self.people.places["ines"]) as by:
            people_actions.change_iban(
                person, iban=iban(self.dice), holder=person.full_name, on=self.stage.today, by=by
            )

    # ── Pay ──────────────────────────────────────────────────────────────────────────

    def _choose(self, key: str, mode: SalaryMode, amount: int | Decimal) -> None:
        """Have the officer note a wish told by phone, which may go beyond the budget."""
        with self.stage.acting(self.stage.team["payroll_officer"]) as officer:
            payroll_actions.choose_salary(
                self.people.records[key],
                self.stage.calendar.month,
                mode=mode,
                amount=Decimal(amount),
                on=self.stage.today,
                by=officer,
                for_them=True,
            )

    def _write_payroll(self) -> None:
        """Compute the pay of the month, once it is far enough: its points are left to check."""
        month = self.stage.calendar.month
        day = worked_until(self.stage.calendar.today)
        if day in month and day.day >= _FIRST_COMPUTATION:
            if "soizic" in self.people.told:
                self.stage.agenda.write(day, self._overdraw, at=_NOTED)
            self.stage.agenda.write(day, partial(self.payroll.compute, month), at=_COMPUTED)

    def _overdraw(self) -> None:
        """Have a wish noted that costs more than the activity has: its payslip is blocked."""
        activity = self.people.activities[OVERDRAWN]
        left = available(activity.analytic_id).total
        self._choose("soizic", SalaryMode.COST, max(left, ZERO) + _SHORT)

    # ── Acts ─────────────────────────────────────────────────────────────────────────

    def _ago(self, days: int, act: Callable[[], object], *, at: time = _DAY) -> None:
        self.stage.agenda.write(self.stage.calendar.ago(days), act, at=at)

    def _sale(self, client: Client, subject: str, *lines: SoldLine) -> Sale:
        return Sale(day=self.stage.calendar.today, client=client, subject=subject, lines=lines)

    def _issue(
        self,
        days: int,
        counter: Counter,
        client: Client,
        subject: str,
        *lines: SoldLine,
        paid: int | None = None,
    ) -> None:
        """Have an invoice issued by the team that many days ago; paid since, or not."""
        sale = self._sale(client, subject, *lines)

        def issue() -> None:
            draft = counter.draft(sale)
            counter.submit(draft)
            accountant = self.stage.team["accountant"]
            with self.stage.acting(accountant):
                invoice = actions.issue_invoice(draft, on=self.stage.today, by=accountant)
            if paid is not None:
                self._ago(paid, partial(counter.cash, invoice, invoice.gross, client), at=_LATE)

        self._ago(days, issue)

    def _submit(
        self, days: int, counter: Counter, client: Client, subject: str, *lines: SoldLine
    ) -> None:
        sale = self._sale(client, subject, *lines)
        self._ago(days, lambda: counter.submit(counter.draft(sale)))

    def _send(
        self, days: int, counter: Counter, client: Client, subject: str, *lines: SoldLine
    ) -> None:
        sale = self._sale(client, subject, *lines)
        self._ago(days, partial(counter.send_quote, sale))

    def _spend(
        self, counter: Counter, spending: Spending, *, has_voucher: bool = True
    ) -> ExpenseLine:
        key = counter.shop.partners[0][0]
        day = worked_until(self.stage.today - timedelta(days=1))
        return self.expenses.spend(
            counter.shop, key, spending, day, self.dice, has_voucher=has_voucher
        )

    def _hand_in(
        self, days: int, counter: Counter, *spendings: Spending, is_approved: bool = False
    ) -> None:
        """Have a sheet submitted that many days ago; it waits, unless it is approved."""
        key = counter.shop.partners[0][0]

        def hand_in() -> None:
            sheets = {self._spend(counter, spending).sheet for spending in spendings}
            for sheet in sheets:
                self.expenses.submit(sheet, key)
                if is_approved:
                    tomorrow = worked_from(self.stage.today + timedelta(days=1))
                    self.stage.agenda.write(tomorrow, partial(self.expenses.approve, sheet))

        self._ago(days, hand_in)


def _line(
    label: str,
    quantity: int,
    price: int | Decimal,
    *,
    unit: Unit = Unit.LUMP_SUM,
    vat: str = "20",
    nature: Nature = Nature.SERVICES,
    description: str = "",
) -> SoldLine:
    return SoldLine(
        label=label,
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        unit=unit,
        vat=vat,
        nature=nature,
        description=description,
    )
