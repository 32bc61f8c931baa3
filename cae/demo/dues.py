"""What a cooperative pays each month for everybody, banks, and the months it closes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from functools import partial

from accounting.actions import close_period, pay_due
from accounting.enums import Due
from accounting.queries import month_dues
from cae.core.periods import Month, months_between
from cae.demo.agenda import worked_from
from cae.demo.stage import Stage
from invoicing.actions import close_deposit, fill_deposit
from invoicing.enums import PaymentMeans
from invoicing.queries import waiting_for_deposit

_MORNING = time(10, 45)
_FUNDS = tuple(due for due in Due if due != Due.VAT)


class Dues:
    """Social contributions, tax and VAT of a month, paid the month after; then it is closed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def write_dues(self, first: Month) -> None:
        agenda = self.stage.agenda
        for month in months_between(first, self.stage.calendar.month.previous()):
            after = month.next().first_day
            pay_funds = partial(self._pay, _FUNDS, month)
            agenda.write(worked_from(after.replace(day=15)), pay_funds, at=_MORNING)
            pay_vat = partial(self._pay, (Due.VAT,), month)
            agenda.write(worked_from(after.replace(day=19)), pay_vat, at=_MORNING)
            agenda.write(worked_from(after.replace(day=5)), self._bank_cheques, at=_MORNING)
            closed = worked_from(month.plus(2).first_day.replace(day=20))
            agenda.write(closed, partial(self._close, month), at=_MORNING)

    def _pay(self, dues: Iterable[Due], month: Month) -> None:
        """Pay the whole of what each of them is owed; those owed nothing are left out."""
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            owed = {each.due: each.left for each in month_dues(month)}
            for due in dues:
                if owed[due]:
                    pay_due(
                        due,
                        month,
                        amount=owed[due],
                        paid_on=self.stage.today,
                        on=self.stage.today,
                        by=accountant,
                    )

    def _bank_cheques(self) -> None:
        """Take to the bank the cheques that wait."""
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            waiting = list(waiting_for_deposit(PaymentMeans.CHEQUE))
            if waiting:
                deposit = fill_deposit(PaymentMeans.CHEQUE, waiting, by=accountant)
                close_deposit(deposit, on=self.stage.today, by=accountant)

    def _close(self, month: Month) -> None:
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            close_period(month, on=self.stage.today, by=accountant)
