"""People with money on their activity, and months of pay, through the real actions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import count

from accounting.actions import open_ledger, post
from accounting.rules import DraftEntry, DraftLine, contribution_lines
from cae.core.models import Cooperative
from cae.core.periods import Month
from entrepreneurs import actions as people
from entrepreneurs.models import Activity, Entrepreneur
from payroll import actions
from payroll.models import PayrollRun
from tests.entrepreneurs.makers import IBAN, NIR, make_activity, make_cesa, make_person

NOVEMBER = Month(2026, 11)
ON = date(2026, 11, 23)
_written = count(1)


def open_books(cooperative: Cooperative) -> None:
    """Give the current cooperative its ledger, an account to pay from and a mutuelle."""
    open_ledger(label=cooperative.name)
    cooperative.iban = "FR7630006000011234567890189"
    cooperative.health_premium = Decimal("40.00")
    cooperative.save()


def make_payee(
    first_name: str = "Camille",
    last_name: str = "Fournier",
    *,
    cash: str = "4000",
    activity: str = "Studio Brume",
    fixed_part: str = "150",
    starts_on: date = date(2025, 3, 1),
    iban_on: date = date(2025, 3, 1),
) -> Entrepreneur:
    """Somebody under CESA, whose activity has `cash` EUR available."""
    person = make_person(first_name, last_name)
    people.set_nir(person, NIR, by=None)
    people.change_iban(person, iban=IBAN, holder=person.full_name, on=iban_on, by=None)
    make_cesa(person, starts_on=starts_on, fixed_part=Decimal(fixed_part))
    trade = make_activity(person, name=activity)
    if Decimal(cash):
        receive(trade, cash)
    person.refresh_from_db()
    return person


def activity_of(person: Entrepreneur) -> Activity:
    return Activity.objects.get(members__entrepreneur=person)


def receive(activity: Activity, net: str, *, on: date = date(2026, 1, 5)) -> None:
    """A customer pays `net` EUR, without VAT nor contribution: all of it is available."""
    amount, code = Decimal(net), activity.analytic.code
    _post(
        "BQ",
        on,
        code,
        DraftLine(account="512", debit=amount, analytic=code),
        DraftLine(account="411", credit=amount, analytic=code, net=amount),
    )
    _post(
        "VT",
        on,
        code,
        DraftLine(account="411", debit=amount, analytic=code),
        DraftLine(account="706", credit=amount, analytic=code),
    )


def spend(activity: Activity, amount: str, *, on: date = date(2026, 11, 6)) -> None:
    """The bank pays a cost."""
    code = activity.analytic.code
    _post(
        "OD",
        on,
        code,
        DraftLine(account="606", debit=Decimal(amount), analytic=code),
        DraftLine(account="512", credit=Decimal(amount), analytic=code),
    )


def provision(activity: Activity, amount: str, *, on: date = date(2026, 11, 6)) -> None:
    """Leave is put in provision."""
    code = activity.analytic.code
    _post(
        "OD",
        on,
        code,
        DraftLine(account="6412", debit=Decimal(amount), analytic=code),
        DraftLine(account="4282", credit=Decimal(amount), analytic=code),
    )


def contribute(activity: Activity, amount: str, *, on: date = date(2026, 11, 6)) -> None:
    """The cooperative takes its contribution."""
    code = activity.analytic.code
    lines = contribution_lines(Decimal(amount), analytic=code, cooperative="CAE")
    _post("IN", on, code, *lines)


def make_run(month: Month = NOVEMBER, *, on: date = ON, computed: bool = True) -> PayrollRun:
    run = actions.open_run(month, on=on, by=None)
    return actions.compute_run(run, on=on, by=None) if computed else run


def paid_month(month: Month, *, on: date | None = None) -> PayrollRun:
    """A whole month: everybody who may be is validated and paid."""
    day = on or month.last_day.replace(day=23)
    run = make_run(month, on=day)
    actions.validate_payslips(
        run,
        list(run.payslips.values_list("pk", flat=True)),
        on=day,
        by=None,
        with_documents=False,
    )
    actions.pay_run(run, on=day, by=None)
    run.refresh_from_db()
    return run


def _post(journal: str, on: date, code: str, *lines: DraftLine) -> None:
    post(
        DraftEntry(
            journal=journal,
            date=on,
            piece="P",
            label="Pièce",
            posting_key=f"test:pay:{next(_written)}",
            lines=lines,
            analytic=code,
        ),
        by=None,
    )
