"""What of the books a membership may open; what may not be seen does not exist (404).

The right is asked by the view. Row-level security answers the rest: another cooperative's rows
are not there, nor, for an entrepreneur, a neighbour's.
"""

from __future__ import annotations

from django.http import Http404

from accounting.models import Account, AnalyticAccount, Entry
from cae.core.enums import Right
from cae.core.models import Membership
from cae.core.permissions import has_right


def may_choose_accounts(membership: Membership) -> bool:
    """Tell who says where documents are posted: who sets the cooperative, or keeps its books."""
    return has_right(membership, Right.CONFIGURE) or has_right(membership, Right.CLOSE_PERIOD)


def fetch_entry(pk: int) -> Entry:
    entry = (
        Entry.objects.filter(pk=pk)
        .select_related("posted_by__user")
        .prefetch_related("journal", "analytic", "reverses__journal")
        .first()
    )
    if entry is None:
        raise Http404
    return entry


def fetch_account(number: str) -> Account:
    account = Account.objects.filter(number=number).first()
    if account is None:
        raise Http404
    return account


def fetch_analytic(pk: int) -> AnalyticAccount:
    analytic = AnalyticAccount.objects.filter(pk=pk).first()
    if analytic is None:
        raise Http404
    return analytic
