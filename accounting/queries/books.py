"""The books as an accountant reads them: one account line by line, one journal, one entry.

A page of many lines asks for the lines of that page only.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from accounting.models import Account, AnalyticAccount, Entry, EntryLine, Journal
from accounting.queries.periods import fiscal_year
from cae.core.money import ZERO
from cae.core.periods import Month
from cae.core.search import Sought, matching

# One account.


def lines_of_account(
    account: Account,
    start: date,
    end: date,
    *,
    analytic: AnalyticAccount | None = None,
) -> QuerySet[EntryLine]:
    """Return the lines of exactly this account over a period, in time order.

    As in the trial balance: without the internal journals for the whole cooperative, with them
    for one activity.
    """
    return (
        _lines(account, analytic)
        .filter(date__range=(start, end))
        .order_by("date", "entry_id", "rank")
    )


def opening_of_account(
    account: Account, start: date, *, analytic: AnalyticAccount | None = None
) -> Decimal:
    """Return the balance of exactly this account on the eve of a day: debit less credit.

    That of an account of result begins again with each fiscal year.
    """
    lines = _lines(account, analytic).filter(date__lt=start)
    if account.is_of_result:
        lines = lines.filter(date__gte=fiscal_year(start)[0])
    return _moved(lines).balance


@dataclass(frozen=True, slots=True)
class Moved:
    """What lines add up to."""

    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        return self.debit - self.credit


def moved_by(lines: QuerySet[EntryLine]) -> Moved:
    """Return the debits and the credits of some lines."""
    return _moved(lines)


def _lines(account: Account, analytic: AnalyticAccount | None) -> QuerySet[EntryLine]:
    lines = EntryLine.objects.filter(account=account)
    if analytic is None:
        return lines.exclude(journal__in=_internal())
    return lines.filter(analytic=analytic)


def _internal() -> list[int]:
    return list(Journal.objects.filter(internal=True).values_list("pk", flat=True))


def _moved(lines: QuerySet[EntryLine]) -> Moved:
    return Moved(
        **lines.aggregate(
            debit=Coalesce(Sum("debit"), Value(ZERO)), credit=Coalesce(Sum("credit"), Value(ZERO))
        )
    )


# Journals.


def entries_of(month: Month, *, journal: Journal | None = None) -> QuerySet[Entry]:
    """Return the entries of a month by journal, in the order of their numbers."""
    entries = Entry.objects.filter(date__range=(month.first_day, month.last_day))
    if journal is not None:
        entries = entries.filter(journal=journal)
    return entries.prefetch_related("journal").order_by("journal__code", "number")


def totals_of(entries: Iterable[Entry]) -> dict[int, Decimal]:
    """Return what each entry debits, that is also what it credits, by its id."""
    ids = [entry.pk for entry in entries]
    return dict(
        EntryLine.objects.filter(entry__in=ids)
        .order_by()
        .values_list("entry_id")
        .annotate(total=Sum("debit"))
    )


def entries_by_journal(month: Month) -> dict[int, int]:
    """Return how many entries a month has in each journal, by the journal's id."""
    return dict(entries_of(month).order_by().values_list("journal_id").annotate(Count("id")))


def lines_of_entry(entry: Entry) -> list[EntryLine]:
    """Return the lines of an entry in their order, with their accounts."""
    return list(
        EntryLine.objects.filter(entry=entry)
        .prefetch_related("account", "analytic")
        .order_by("rank")
    )


def own_lines_of_entry(pk: int, analytics: Iterable[int]) -> list[EntryLine]:
    """Return the lines of an entry on these analytic accounts: its heading may be another's."""
    return list(
        EntryLine.objects.filter(entry=pk, analytic__in=list(analytics))
        .prefetch_related("account", "journal")
        .order_by("rank")
    )


def posting_key_of(pk: int) -> str:
    """Return what wrote an entry; nothing where its heading is not for this reader."""
    return Entry.objects.filter(pk=pk).values_list("posting_key", flat=True).first() or ""


def reversal_of(entry: Entry) -> Entry | None:
    """Return the entry that cancelled this one."""
    return Entry.objects.filter(reverses=entry).prefetch_related("journal").first()


#: A transfer of salaries has a line by person: rows read to find so many entries.
_ROWS_FOR_ONE = 20


def found_lines(wanted: Sought, *, analytics: Iterable[int] | None, most: int) -> list[EntryLine]:
    """Return entries by piece or amount, the latest first; one's own by label and party too.

    Each is told by the first of its lines that was found, whatever the account; of these
    analytic accounts only, where given.
    """
    lines = EntryLine.objects.order_by("-date", "-entry_id", "rank")
    # Folding the labels of a whole cooperative takes seconds at 20,000 invoices.
    columns: tuple[str, ...] = ("piece__lower",)
    if analytics is not None:
        lines = lines.filter(analytic__in=list(analytics))
        columns = ("piece__folded", "label__folded", "party__folded")
    first: dict[int, EntryLine] = {}
    for line in matching(lines, wanted, *columns, amounts=("debit", "credit"))[
        : most * _ROWS_FOR_ONE
    ]:
        first.setdefault(line.entry_id, line)
    return list(first.values())[:most]
