"""A year of a cooperative, from its opening to the demo's day, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from unittest.mock import patch

from django.db import connection, transaction
from django.db.models import F

from cae.core import outbox
from cae.core.models import Cooperative
from cae.core.periods import Month, french_month
from cae.core.tenancy import tenant
from cae.demo.assemblies import Assemblies
from cae.demo.cast import Company
from cae.demo.companies import ATELIERS, BOCAGE
from cae.demo.desk import Desk
from cae.demo.dues import Dues
from cae.demo.expenses import Expenses
from cae.demo.gardens import Gardens
from cae.demo.payroll import Payroll
from cae.demo.people import People
from cae.demo.present import EXPENSES_TOLD, UNDECIDED, Present
from cae.demo.projects import Projects
from cae.demo.recurrences import Recurrences
from cae.demo.sales import Sales
from cae.demo.stage import Stage, Tell
from cae.platform.accounts import seed_administrator
from invoicing import actions
from invoicing.enums import InvoiceStatus, MailState
from invoicing.models import DocumentMail, Invoice
from payroll import rates

COMPANIES = (ATELIERS, BOCAGE)
#: Months told before the demo's, and months of sales before them: money to pay the first with.
MONTHS, WARM_UP = 11, 2
SMALL_MONTHS, SMALL_WARM_UP = 2, 1
FILES, DEPOSITS = 12, 6


def last_known_day(day: date) -> date:
    """Return `day`, or the last one before it whose legal rates of pay are known."""
    names = ("smic", "ceiling", "reduction")
    while any(rates.find(name, on=day.replace(day=1)) is None for name in names):
        day = day.replace(day=1) - timedelta(days=1)
    return day


def seed(*, on: date, is_small: bool, tell: Tell, only: str | None = None) -> list[Cooperative]:
    """Make the cooperatives that are not there yet, or `only` the one of this slug.

    One transaction each: a seed that is interrupted leaves nothing behind.
    """
    seed_administrator()
    made = []
    for company in COMPANIES:
        if only not in (None, company.identity.slug):
            continue
        if Cooperative.objects.filter(slug=company.identity.slug).exists():
            tell(f"{company.identity.name} est déjà là.")
            continue
        with transaction.atomic(), outbox.muted(), _without_savepoints():
            made.append(_live(company.small() if is_small else company, on, is_small, tell))
        _make_latest_files(made[-1])
    return made


def _make_latest_files(cooperative: Cooperative) -> None:
    """Have a worker make the files one looks at first; the others are made when asked for."""
    with tenant(cooperative), transaction.atomic():
        latest = Invoice.objects.filter(status=InvoiceStatus.ISSUED).order_by("-chain_rank")
        for invoice in latest[:FILES]:
            actions.ask_for_invoice_pdf(invoice)


def _live(company: Company, on: date, is_small: bool, tell: Tell) -> Cooperative:
    stage = Stage.raise_for(company, today=on, tell=tell)
    with tenant(stage.cooperative):
        first = Month.of(on).plus(-(SMALL_MONTHS if is_small else MONTHS))
        warm_up = SMALL_WARM_UP if is_small else WARM_UP
        selling_from = first.plus(-warm_up)
        _write(
            stage, company, first, selling_from=selling_from, deposits=0 if is_small else DEPOSITS
        )
        _play(stage, first)
        # The past sends no mail: those of the story left when it says so.
        DocumentMail.objects.filter(state=MailState.QUEUED).update(
            state=MailState.SENT, sent_at=F("at"), message_id="demonstration"
        )
    return stage.cooperative


def _write(
    stage: Stage, company: Company, first: Month, *, selling_from: Month, deposits: int
) -> None:
    """Write down all that will happen."""
    people = People(stage, company)
    people.bring_the_team()
    people.write_paths()
    Assemblies(stage, company).write_life()
    sales, expenses = Sales(stage, people, company), Expenses(stage, people, company)
    sales.write_sales(selling_from)
    Projects(stage, sales).write_projects(selling_from)
    Recurrences(stage, sales).write_recurrences()
    Gardens(stage, sales).write_gardens(selling_from)
    Desk(stage, sales).write_desk(files=deposits)
    expenses.write_expenses(first, but=EXPENSES_TOLD)
    payroll = Payroll(stage, people, company)
    payroll.write_runs(first, undecided=UNDECIDED)
    Dues(stage).write_dues(selling_from)
    Present(stage, people, sales, expenses, payroll).write_present()


def _play(stage: Stage, first: Month) -> None:
    told = None
    for day in stage.agenda.live_until(stage.calendar.today):
        month = Month.of(day)
        if month != told and month >= first:
            stage.tell(f"{stage.cooperative.name}, {french_month(month)}")
            told = month


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Spare each action its way back: whatever is refused here undoes the whole story."""
    with patch.object(connection.features, "uses_savepoints", False):
        yield
