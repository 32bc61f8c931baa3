"""The books themselves: opened with their chart and journals, closed month by month."""

from datetime import date

from django.db import transaction

from accounting import chart, queries
from accounting.enums import AnalyticKind, JournalKind
from accounting.models import Account, AnalyticAccount, ClosedPeriod, Journal
from cae.core import audit
from cae.core.models import Membership
from cae.core.periods import Month, french_date, of_french_month
from cae.core.workflow import ActionRefused


@transaction.atomic
def open_ledger(*, label: str) -> AnalyticAccount:
    """Give the current cooperative its chart, its journals and its own analytic account.

    Can be called again: what is there stays.
    """
    Account.objects.bulk_create(
        (
            Account(number=number, label=name, needs_analytic=chart.needs_analytic(number))
            for number, name in chart.ACCOUNTS.items()
        ),
        ignore_conflicts=True,
    )
    Journal.objects.bulk_create(
        (
            Journal(code=code, label=name, kind=kind, internal=kind == JournalKind.INTERNAL)
            for code, (name, kind) in chart.JOURNALS.items()
        ),
        ignore_conflicts=True,
    )
    own, _ = AnalyticAccount.objects.get_or_create(
        kind=AnalyticKind.COOPERATIVE,
        defaults={"code": chart.COOPERATIVE_ANALYTIC, "label": label},
    )
    return own


def open_analytic(code: str, *, label: str) -> AnalyticAccount:
    """Open the analytic account of an activity.

    :raises ActionRefused: `code_taken`.
    """
    if AnalyticAccount.objects.filter(code=code).exists():
        raise ActionRefused(
            f"Le code analytique {code} existe déjà. Choisissez-en un autre.", code="code_taken"
        )
    return AnalyticAccount.objects.create(code=code, label=label)


@transaction.atomic
def close_period(month: Month, *, on: date, by: Membership | None) -> ClosedPeriod:
    """Close a month that is over, and all before it: nothing is posted there any more.

    :raises ActionRefused: `month_not_over`, `already_closed`.
    """
    if on <= month.last_day:
        raise ActionRefused(
            f"Le mois {of_french_month(month)} n’est pas terminé."
            f" Vous pourrez le clôturer après le {french_date(month.last_day)}.",
            code="month_not_over",
        )
    last = queries.last_closed_month()
    if last is not None and month <= last:
        raise ActionRefused(
            f"Le mois {of_french_month(month)} est déjà clôturé.", code="already_closed"
        )
    closed = ClosedPeriod.objects.create(month=month.first_day, closed_by=by)
    audit.record("period.closed", closed, by=by, after={"month": str(month)})
    return closed
