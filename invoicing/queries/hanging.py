"""What an activity would leave behind if it closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accounting.queries import available
from entrepreneurs.models import Activity
from invoicing.enums import ExpenseSheetStatus, InvoiceStatus, QuoteStatus, RecurrenceStatus
from invoicing.models import ExpenseSheet, Invoice, Quote, Recurrence
from invoicing.queries.payments import owed

_UNPAID_SHEETS = (
    ExpenseSheetStatus.DRAFT,
    ExpenseSheetStatus.SUBMITTED,
    ExpenseSheetStatus.APPROVED,
)


@dataclass(frozen=True, slots=True)
class Hanging:
    """How many of each are still open, and the EUR that go with them where they may be seen."""

    unpaid: int
    drafts: int
    quotes: int
    recurrences: int
    sheets: int
    owed: Decimal | None
    balance: Decimal | None

    @property
    def is_nothing(self) -> bool:
        """Whether it may close with nothing left to do, as far as the reader may know."""
        counts = (self.unpaid, self.drafts, self.quotes, self.recurrences, self.sheets)
        return not any(counts) and not self.balance


def hanging_of(activity: Activity, *, on: date, money: bool) -> Hanging:
    """Return what of an activity is not finished.

    :param money: whether the reader sees amounts.
    """
    due = owed((activity.pk,), on=on)
    invoices = Invoice.objects.filter(activity=activity).exclude(status=InvoiceStatus.ISSUED)
    quotes = Quote.objects.filter(
        activity=activity, status__in=[QuoteStatus.DRAFT, QuoteStatus.SENT]
    )
    recurrences = Recurrence.objects.filter(activity=activity)
    sheets = ExpenseSheet.objects.filter(activity=activity, status__in=_UNPAID_SHEETS)
    return Hanging(
        unpaid=due.count,
        drafts=invoices.count(),
        quotes=quotes.count(),
        recurrences=recurrences.exclude(status=RecurrenceStatus.ENDED).count(),
        sheets=sheets.count(),
        owed=due.total if money else None,
        balance=available(activity.analytic_id, on).total if money else None,
    )
