"""What is kept beside the sales: folders and deals, the bank's statement, invoices deposited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from accounting.enums import CostNature
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.demo.agenda import Act, worked_until
from cae.demo.present import OVERDRAWN
from cae.demo.projects import SITES
from cae.demo.sales import Counter, Sales
from cae.demo.stage import Stage
from cae.demo.statements import Move, statement
from cae.demo.tickets import Ticket, picture_of
from invoicing import actions
from invoicing.actions.bank import (
    bank_accounts,
    deposit_statement,
    match_invoices,
    match_payment,
    set_aside,
)
from invoicing.actions.deals import link_to_deal, open_deal
from invoicing.actions.einvoices import judge_invoice
from invoicing.actions.filing import file_under
from invoicing.actions.folders import (
    FolderDetails,
    add_folder_file,
    add_phase,
    archive_folder,
    open_folder,
)
from invoicing.actions.transmissions import record_answer, set_deposits
from invoicing.enums import (
    CustomerKind,
    InvoiceKind,
    InvoiceStatus,
    PaymentMeans,
    QuoteStatus,
    TransmissionRoute,
    TransmissionStatus,
    TransmissionTarget,
)
from invoicing.models import (
    BankLine,
    BusinessType,
    Customer,
    ExpenseLine,
    Folder,
    FolderType,
    Invoice,
    Payment,
    Quote,
    Settlement,
    Transmission,
)

_OPENS, _BANKS, _DEPOSITS = time(18, 10), time(20), time(20, 30)
#: How far back the bank's statement goes, and how many of its receipts were known already.
_STATEMENT = timedelta(days=21)
_KNOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A folder of one activity, and the deal in it."""

    code: str
    name: str
    phases: tuple[str, str]
    folder_type: str = "classic"


WORKS = {
    "Menuiserie du Frêne": Work(
        code="CH-04", name="Médiathèque de Laillé", phases=("Étude", "Travaux"), folder_type="site"
    ),
    "Charpente Rousseau": Work(
        code="CH-11", name="École Jules-Verne", phases=("Étude", "Travaux"), folder_type="site"
    ),
    "Studio Brume": Work(
        code="THÉ", name="Saison du Théâtre", phases=("Programme", "Affiches")
    ),
    "Herbes de Mayenne": Work(
        code="PAN", name="Paniers d’entreprise", phases=("Printemps", "Automne")
    ),
    "Formations PHD": Work(
        code="FO-02",
        name="Encadrement, groupe Armor",
        phases=("Premier groupe", "Second groupe"),
        folder_type="training",
    ),
}  # fmt: skip

#: What a platform answered of each invoice, the oldest first; the rest still waits.
_ANSWERS = (
    (TransmissionStatus.DEPOSITED, TransmissionStatus.APPROVED),
    (TransmissionStatus.DEPOSITED, TransmissionStatus.AVAILABLE),
    (TransmissionStatus.DEPOSITED, TransmissionStatus.DISPUTED),
    (TransmissionStatus.DEPOSITED,),
    (),
    (),
)


class Desk:
    """What people of the cooperative file, match and deposit until the demo's day."""

    def __init__(self, stage: Stage, sales: Sales) -> None:
        self.stage = stage
        self.counters = {name: counter for name, counter in sales.counters.items() if name in WORKS}

    def write_desk(self, *, files: int) -> None:
        """Write down what happens on the last day.

        :param files: how many electronic invoices are made at once: it takes seconds.
        """
        for name, counter in self.counters.items():
            self._today(partial(self._open, counter, WORKS[name]), at=_OPENS)
        self._today(self._match, at=_BANKS)
        self._today(partial(self._deposit, files=files), at=_DEPOSITS)

    def _today(self, act: Act, *, at: time) -> None:
        self.stage.agenda.write(self.stage.calendar.ago(0), act, at=at)

    # ── Folders and deals ────────────────────────────────────────────────────────────

    def _open(self, counter: Counter, work: Work) -> None:
        quote = self._quote(counter)
        customer = quote.customer if quote else _best_customer(counter)
        with self.stage.acting(counter.seller) as seller:
            sort = BusinessType.objects.get(code=work.folder_type)
            folder = open_folder(
                counter.activity,
                details=FolderDetails(
                    name=work.name,
                    code=work.code,
                    folder_type=FolderType.objects.get(code=work.folder_type),
                    customers=[customer] if customer else [],
                ),
                by=seller,
            )
            first, second = (add_phase(folder, name=name, by=seller) for name in work.phases)
            if quote:
                deal = open_deal(counter.activity, name=quote.subject, customer=customer, by=seller)
                link_to_deal(deal, quote, by=seller)
                for cost in _costs(counter):
                    link_to_deal(deal, cost, by=seller)
                file_under(deal, folder=folder, phase=second, business_type=sort, by=seller)
            for invoice in _alone(counter, customer):
                file_under(invoice, folder=folder, phase=first, business_type=sort, by=seller)
            add_folder_file(
                folder, content=self._slip(customer), name="Bon de commande.jpg", by=seller
            )
            self._archive(counter, customer)

    def _archive(self, counter: Counter, customer: Customer | None) -> None:
        year = self.stage.calendar.today.year - 1
        folder: Folder = open_folder(
            counter.activity,
            details=FolderDetails(
                name=f"Commandes de {year}",
                folder_type=FolderType.objects.get(code="classic"),
                customers=[customer] if customer else [],
            ),
            by=counter.seller,
        )
        archive_folder(folder, by=counter.seller)

    def _quote(self, counter: Counter) -> Quote | None:
        """Return what was accepted of the work site, or what was accepted last."""
        accepted = Quote.objects.filter(
            activity=counter.activity, status=QuoteStatus.ACCEPTED
        ).order_by("-id")
        site = SITES.get(counter.shop.name)
        return (accepted.filter(subject=site.subject) if site else accepted).first()

    def _slip(self, customer: Customer | None) -> bytes:
        ticket = Ticket(
            shop=customer.name[:24] if customer else "Bon de commande",
            day=self.stage.today,
            paid=Decimal(640),
            vat=Decimal("106.67"),
            vat_percent=20,
        )
        return picture_of(ticket, Random(2))

    # ── The bank ─────────────────────────────────────────────────────────────────────

    def _match(self) -> None:
        """Deposit the bank's statement of the last weeks; match half of it."""
        owed = self._owed()
        known = self._known()
        moves = list(self._moves(known, owed))
        content = statement(moves, iban=bank_accounts()[0].iban, until=self.stage.today)
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            deposit_statement(content, name="Relevé du compte.xml", by=accountant)
            lines = {line.reference: line for line in BankLine.objects.all()}
            for payment in known:
                match_payment(lines[f"ENC{payment.pk}"], payment, by=accountant)
            set_aside(lines["SUBV"], reason="Subvention de fonctionnement", by=accountant)
            if owed:
                short = owed[0]
                match_invoices(lines[f"VIR{short.pk}"], [short.invoice_id], by=accountant)
                actions.write_off_invoice(short.invoice, on=self.stage.today, by=accountant)

    def _owed(self) -> list[Settlement]:
        """Return the latest debts; those of an activity whose pay must stay short of money, no."""
        rows = Settlement.objects.filter(remaining__gt=100, held=0)
        rows = rows.exclude(activity__name=OVERDRAWN).select_related("invoice")
        return list(rows.order_by("-due_on", "-invoice_id")[:3])

    def _known(self) -> list[Payment]:
        since = self.stage.today - _STATEMENT
        rows = Payment.objects.filter(
            means=PaymentMeans.TRANSFER, amount__gt=0, received_on__gte=since, bank_account=None
        )
        return list(rows.filter(reverses=None, reversals=None).order_by("-id")[:_KNOWN])

    def _moves(self, known: Sequence[Payment], owed: Sequence[Settlement]) -> Iterator[Move]:
        """Say what the bank saw: money known, money to match, and what is none of the sales."""
        today = worked_until(self.stage.today)
        for payment in known:
            yield Move(payment.received_on, payment.amount, payment.reference, f"ENC{payment.pk}")
        for rank, row in enumerate(owed):
            assert row.remaining is not None
            # The first says two cents less than it owes; the last does not say for what it pays.
            amount = row.remaining - (Decimal("0.02") if rank == 0 else ZERO)
            said = "" if rank == len(owed) - 1 else f"Facture {row.invoice.number}"
            yield Move(today, amount, said, f"VIR{row.pk}", row.invoice.customer_name)
        yield Move(today, Decimal(4500), "Subvention 2e versement", "SUBV", "Conseil régional")
        yield Move(today, Decimal("318.40"), "VIR INST", "DIV", "M. et Mme Delaunay")
        yield Move(today, Decimal("-1284.15"), "Cotisations", "URSSAF", "Urssaf")
        yield Move(today, Decimal("-24.60"), "Frais de tenue de compte", "FRAIS")

    # ── Invoices deposited ───────────────────────────────────────────────────────────

    def _deposit(self, *, files: int) -> None:
        accountant = self.stage.team["accountant"]
        with self.stage.acting(accountant):
            for target, name in (
                (TransmissionTarget.PLATFORM, "Plateforme agréée"),
                (TransmissionTarget.CHORUS, ""),
            ):
                set_deposits(
                    target,
                    route=TransmissionRoute.MANUAL,
                    since=Month.of(self.stage.today).plus(-2).first_day,
                    name=name,
                    by=accountant,
                )
            deposit_invoices(on=self.stage.today, by=accountant, files=files)


def deposit_invoices(*, on: date, by: Membership, files: int) -> None:
    """Have the files of the latest invoices made and judged, and write what became of them."""
    latest = Invoice.objects.filter(
        status=InvoiceStatus.ISSUED, issued_on__gte=Month.of(on).plus(-2).first_day
    )
    latest = latest.exclude(customer__kind=CustomerKind.INDIVIDUAL).order_by("-chain_rank")
    for invoice, codes in zip(reversed(latest[:files]), _ANSWERS, strict=False):
        judge_invoice(invoice)
        found = Transmission.objects.get(invoice=invoice)
        for code in codes:
            reason = "CMD_ERR" if code == TransmissionStatus.DISPUTED else ""
            record_answer(found, code=code, on=on, today=on, reason=reason, by=by)


def _best_customer(counter: Counter) -> Customer | None:
    return Customer.objects.filter(activity=counter.activity).order_by("id").first()


def _alone(counter: Counter, customer: Customer | None) -> list[Invoice]:
    """Return the latest invoices of a customer that follow nothing."""
    rows = Invoice.objects.filter(
        activity=counter.activity,
        customer=customer,
        status=InvoiceStatus.ISSUED,
        kind=InvoiceKind.INVOICE,
        quote=None,
        corrects=None,
    )
    return list(rows.order_by("-id")[:3])


def _costs(counter: Counter) -> list[ExpenseLine]:
    """Return the latest purchases for customers that were agreed to."""
    rows = ExpenseLine.objects.filter(
        sheet__activity=counter.activity, sheet__status__in=("approved", "refunded")
    ).exclude(expense_type__nature=CostNature.OVERHEAD)
    return list(rows.order_by("-id")[:2])
