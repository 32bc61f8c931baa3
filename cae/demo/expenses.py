"""Expenses of each month: tickets photographed, journeys, approved and given back."""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

from accounting import actions as ledger
from accounting.models import TransferBatch
from accounting.queries import waiting_transfers
from cae.core.documents import keep_upload
from cae.core.enums import DocumentKind
from cae.core.models import StoredDocument
from cae.core.money import to_cents
from cae.core.periods import Month, months_between
from cae.demo.agenda import is_worked, worked_from, worked_until
from cae.demo.cast import Company, Journey, Shop, Spending
from cae.demo.people import People
from cae.demo.stage import Stage
from cae.demo.tickets import Ticket, picture_of
from invoicing import actions
from invoicing.actions.transfers import close_batch
from invoicing.models import ExpenseLine, ExpenseSheet, ExpenseType

#: Tickets of a month: enough to read, few enough to be made at once.
_MOST = 2
_ENTERS, _APPROVES, _REFUNDS = time(18, 20), time(11, 15), time(14, 10)


class Expenses:
    """The expenses of everybody in a cooperative."""

    def __init__(self, stage: Stage, people: People, company: Company) -> None:
        self.stage = stage
        self.people = people
        self.company = company

    def write_expenses(self, first: Month, *, but: frozenset[str] = frozenset()) -> None:
        """Write a sheet a month for each activity; in the demo's own, `but` these people.

        It is entered before mid-month, so that pay counts it.
        """
        for shop in self.company.shops:
            key = shop.partners[0][0]
            dice = self.stage.chance(f"expenses of {shop.name}")
            for month in self._months(shop, first):
                day = worked_from(month.first_day + timedelta(days=dice.randint(7, 13)))
                act = partial(self._month, shop, key, month, dice)
                if month < self.stage.calendar.month or key not in but:
                    self.stage.agenda.write(day, act, at=_ENTERS)

    def _months(self, shop: Shop, first: Month) -> list[Month]:
        calendar = self.stage.calendar
        opened = Month.of(calendar.day(*shop.opened)).next()
        last = Month.of(calendar.day(*shop.closed)) if shop.closed else calendar.month
        return months_between(max(first, opened), last)

    def _month(self, shop: Shop, key: str, month: Month, dice: Random) -> None:
        sheet = None
        drawn = [s for s in shop.spendings if dice.randint(1, 100) <= s.often]
        for spending in dice.sample(drawn, k=min(len(drawn), _MOST)):
            sheet = self.spend(shop, key, spending, self._recent(dice), dice).sheet
        if shop.journey and month.number != 8:
            sheet = self.drive(shop, key, shop.journey, self._recent(dice)).sheet
        if sheet is not None:
            self.submit(sheet, key)
            tomorrow = worked_from(self.stage.today + timedelta(days=1))
            self.stage.agenda.write(tomorrow, partial(self.approve, sheet), at=_APPROVES)

    def _recent(self, dice: Random) -> date:
        """Return a worked day of this month, up to today."""
        today = self.stage.today
        days = [today - timedelta(days=n) for n in range(today.day)]
        return dice.choice([day for day in days if is_worked(day)] or [today])

    # ── Acts ─────────────────────────────────────────────────────────────────────────

    def spend(
        self,
        shop: Shop,
        key: str,
        spending: Spending,
        day: date,
        dice: Random,
        *,
        amount: Decimal | None = None,
        has_voucher: bool = True,
    ) -> ExpenseLine:
        """Enter an expense, with the picture of its ticket."""
        cents = dice.randint(0, 99) if spending.low < spending.high else 0
        paid = amount or Decimal(dice.randint(spending.low, spending.high)) + Decimal(cents) / 100
        rate = Decimal(spending.vat).scaleb(-2)
        vat = to_cents(paid - paid / (1 + rate))
        ticket = Ticket(shop=spending.label, day=day, paid=paid, vat=vat, vat_percent=spending.vat)
        with self.stage.acting(self.people.places[key]) as person:
            return actions.add_expense(
                self.people.records[key],
                self.people.activities[shop.name],
                expense_type=ExpenseType.objects.get(code=spending.code),
                spent_on=day,
                label=spending.label,
                paid=paid,
                paid_vat=vat,
                voucher=self._photographed(ticket, key, dice) if has_voucher else None,
                on=self.stage.today,
                by=person,
            )

    def _photographed(self, ticket: Ticket, key: str, dice: Random) -> StoredDocument:
        return keep_upload(
            picture_of(ticket, dice),
            kind=DocumentKind.VOUCHER,
            name=f"ticket-{ticket.day:%m-%d}.jpg",
            entrepreneur_id=self.people.records[key].pk,
            by=self.people.places[key],
        )

    def drive(self, shop: Shop, key: str, journey: Journey, day: date) -> ExpenseLine:
        with self.stage.acting(self.people.places[key]) as person:
            return actions.add_mileage(
                self.people.records[key],
                self.people.activities[shop.name],
                expense_type=ExpenseType.objects.get(code="mileage"),
                spent_on=day,
                label=journey.reason,
                distance=Decimal(journey.distance),
                vehicle=journey.vehicle,
                power=journey.power,
                origin=journey.origin,
                destination=journey.destination,
                on=self.stage.today,
                by=person,
            )

    def submit(self, sheet: ExpenseSheet, key: str) -> None:
        with self.stage.acting(self.people.places[key]) as person:
            actions.submit_sheet(sheet, by=person)

    def approve(self, sheet: ExpenseSheet) -> None:
        today = self.stage.today
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            actions.approve_sheet(sheet, on=today, by=accountant)
        month = Month.of(today)
        refunded = worked_until(month.last_day)
        if month < self.stage.calendar.month.previous():
            self.stage.agenda.write(refunded, partial(self._refund, sheet), at=_REFUNDS)
        elif month < self.stage.calendar.month:
            self.stage.agenda.write(refunded, self._pay_together, at=_REFUNDS)
        else:
            self.stage.agenda.write(today, self._prepare, at=_REFUNDS)

    def _refund(self, sheet: ExpenseSheet) -> None:
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            actions.refund_sheet(sheet, on=self.stage.today, by=accountant)

    def _pay_together(self) -> None:
        """Pay what waits in one batch, that the bank executes the same day."""
        today = self.stage.today
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            waiting = [transfer.pk for transfer in waiting_transfers()]
            if not waiting:
                return
            batch = ledger.fill_batch(waiting, by=accountant)
            close_batch(batch, bank_account=None, execute_on=today, on=today, by=accountant)
            ledger.take_file(batch, by=accountant)
            ledger.execute_batch(batch, executed_on=today, on=today, by=accountant)

    def _prepare(self) -> None:
        """Open the batch of this month with the first who wait; the others are left to tick."""
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            first = waiting_transfers().first()
            if first is not None and not TransferBatch.objects.filter(state="open").exists():
                ledger.fill_batch([first.pk], by=accountant)
