"""The contribution of the cooperative, taken with the entry that makes it due."""

from __future__ import annotations

from decimal import Decimal

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from accounting.models import AnalyticAccount
from accounting.rules import DraftEntry
from cae.core.models import Membership
from invoicing.models import Invoice


def levy_with(
    entry: DraftEntry,
    analytic: AnalyticAccount,
    *,
    moment: ContributionBasis,
    basis: Decimal,
    of: Invoice,
    by: Membership,
) -> None:
    """Take the contribution of what an entry writes: its day, its piece, a key beside its own.

    :param of: the issued invoice it is taken on, or given back on; its own rate if it has one.
    :param basis: EUR without VAT, negative to give it back; nothing is taken where the rule of
        the activity looks at another moment.
    """
    ledger.levy_contribution(
        analytic,
        moment=moment,
        basis=basis,
        on=entry.date,
        piece=entry.piece,
        posting_key=f"{entry.posting_key}:contribution",
        own=None if of.own_rate is None else ledger.OwnRate(f"invoice:{of.pk}", of.own_rate),
        by=by,
    )
