"""What a cooperative pays each month for everybody, and the months it closes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from functools import partial

from django.db.models import Sum

from accounting.actions import close_period, post
from accounting.models import Account, AnalyticAccount, EntryLine
from accounting.rules import DraftEntry, DraftLine, credit, debit
from cae.core.money import ZERO
from cae.core.periods import Month, french_month, months_between, of_french_month
from cae.demo.agenda import worked_from
from cae.demo.stage import Stage

_MORNING = time(10, 45)
_BANK, _VAT_DUE, _VAT_DEDUCTIBLE = "512", "44571", "44566"
_FUNDS = {
    "431": "Urssaf",
    "4373": "Retraite complémentaire",
    "4372": "Complémentaire santé",
    "4421": "Prélèvement à la source",
}


class Dues:
    """Social contributions, tax and VAT of a month, paid the month after; then it is closed."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def write_dues(self, first: Month) -> None:
        agenda = self.stage.agenda
        for month in months_between(first, self.stage.calendar.month.previous()):
            after = month.next().first_day
            pay_funds = partial(self._pay_funds, month)
            agenda.write(worked_from(after.replace(day=15)), pay_funds, at=_MORNING)
            pay_vat = partial(self._pay_vat, month)
            agenda.write(worked_from(after.replace(day=19)), pay_vat, at=_MORNING)
            closed = worked_from(month.plus(2).first_day.replace(day=20))
            agenda.write(closed, partial(self._close, month), at=_MORNING)

    def _pay_funds(self, month: Month) -> None:
        owed = self._owed(month)
        for account, name in _FUNDS.items():
            self._post(
                f"dues:{account}:{month}",
                f"{name}, {french_month(month)}",
                [
                    line
                    for code, balances in owed.items()
                    for line in (
                        debit(account, balances.get(account, ZERO), analytic=code),
                        credit(_BANK, balances.get(account, ZERO), analytic=code),
                    )
                ],
            )

    def _pay_vat(self, month: Month) -> None:
        lines = []
        for code, balances in self._owed(month).items():
            due = balances.get(_VAT_DUE, ZERO)
            deducted = -balances.get(_VAT_DEDUCTIBLE, ZERO)
            lines += [
                debit(_VAT_DUE, due, analytic=code),
                credit(_VAT_DEDUCTIBLE, deducted, analytic=code),
                credit(_BANK, due - deducted, analytic=code),
            ]
        self._post(f"dues:vat:{month}", f"TVA {of_french_month(month)}", lines)

    def _owed(self, month: Month) -> dict[str, dict[str, Decimal]]:
        """Return what each analytic account owed at the end of a month, by account."""
        accounts = dict(Account.objects.values_list("pk", "number"))
        analytics = dict(AnalyticAccount.objects.order_by("code").values_list("pk", "code"))
        wanted = {*_FUNDS, _VAT_DUE, _VAT_DEDUCTIBLE}
        rows = (
            EntryLine.objects.filter(
                account__in=[pk for pk, number in accounts.items() if number in wanted],
                date__lte=month.last_day,
            )
            .values_list("analytic_id", "account_id")
            .annotate(Sum("credit"), Sum("debit"))
            .order_by()
        )
        owed: dict[str, dict[str, Decimal]] = {code: {} for code in analytics.values()}
        for analytic, account, credits, debits in rows:
            owed[analytics[analytic]][accounts[account]] = credits - debits
        return owed

    def _post(self, key: str, label: str, lines: Iterable[DraftLine]) -> None:
        written = [line for line in lines if not line.is_nil]
        if written:
            with self.stage.acting(self.stage.team["accountant"]) as accountant:
                draft = DraftEntry(
                    journal="BQ",
                    date=self.stage.today,
                    piece=key.split(":")[1][:40],
                    label=label,
                    posting_key=key,
                    lines=written,
                )
                post(draft, by=accountant)

    def _close(self, month: Month) -> None:
        with self.stage.acting(self.stage.team["accountant"]) as accountant:
            close_period(month, on=self.stage.today, by=accountant)
