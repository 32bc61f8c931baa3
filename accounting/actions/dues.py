"""Paying what is owed for everybody: Urssaf, the other funds, the tax withheld, VAT."""

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting import queries, rules
from accounting.actions.entries import post
from accounting.enums import Due
from accounting.models import Account, Entry, EntryLine
from accounting.queries.lines import accounts_under, balances_by
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros, to_cents
from cae.core.periods import Month, french_date, french_month, of_french_month
from cae.core.workflow import ActionRefused


@transaction.atomic
def pay_due(
    due: Due,
    month: Month,
    *,
    amount: Decimal,
    paid_on: date,
    on: date,
    by: Membership | None,
) -> Entry:
    """Write that the bank paid one of those owed for a month, each activity its own part.

    Done again, the same payment (same day, same amount) gives back its entry. At most what is
    owed at the end of the month, earlier months included, may be paid.

    :raises ActionRefused: `bad_amount`, `bad_day`, `nothing_due`, `over_payment`,
        `already_paid`, `closed_period`.
    """
    _check_typed(month, amount, paid_on=paid_on, on=on)
    # Two accountants take turns: the second one sees what the first one paid.
    list(
        Account.objects.select_for_update(no_key=True)
        .filter(number__in=rules.DUE_ACCOUNTS[due])
        .order_by("pk")
    )
    key = f"{queries.payment_key(due, month)}{paid_on}"
    known = Entry.objects.filter(posting_key=key).first()
    if known is not None:
        return _same(known, amount, due)
    owed = queries.month_due(due, month)
    _check_owed(owed, amount)
    entry = post(
        rules.DraftEntry(
            journal="BQ",
            date=paid_on,
            piece=f"{due.value} {month}".upper(),
            label=f"{due.label}, {french_month(month)}",
            posting_key=key,
            lines=rules.payment_lines(
                due, owed.by_analytic, amount, bank=queries.accounts_of(None).bank
            ),
        ),
        by=by,
    )
    audit.record(
        "due.paid",
        entry,
        by=by,
        before={"owed": owed.left},
        after={"to": due.label, "month": str(month), "amount": amount, "paid_on": paid_on},
    )
    return entry


def _check_typed(month: Month, amount: Decimal, *, paid_on: date, on: date) -> None:
    if amount <= 0 or amount != to_cents(amount):
        raise ActionRefused(
            "Un versement est un montant positif, au centime. Corrigez-le.", code="bad_amount"
        )
    if not month.first_day <= paid_on <= on:
        raise ActionRefused(
            f"Ce versement se date entre le {french_date(month.first_day)} et le"
            f" {french_date(on)}\u00a0: le jour où la banque a payé.",
            code="bad_day",
        )


def _check_owed(owed: queries.MonthDue, amount: Decimal) -> None:
    what = f"{owed.due.label}, à la fin {of_french_month(owed.month)}"
    if not owed.left:
        raise ActionRefused(f"Rien n’est dû\u00a0: {what}.", code="nothing_due")
    if amount > owed.left:
        raise ActionRefused(
            f"Vous payez {euros(amount)} et il est dû {euros(owed.left)} ({what}). Corrigez le"
            " montant, ou vérifiez d’abord que la paie et les factures du mois sont validées.",
            code="over_payment",
        )


def _same(known: Entry, amount: Decimal, due: Due) -> Entry:
    """Return a payment already written that day, where it is the same."""
    banks = EntryLine.objects.filter(entry=known, account__in=accounts_under(rules.BANK))
    paid = sum((ZERO - balance for _, balance in balances_by(banks, "entry_id")), ZERO)
    if paid != amount:
        raise ActionRefused(
            f"Un versement de {euros(paid)} est déjà enregistré le {french_date(known.date)}"
            f" ({due.label}). Datez celui-ci d’un autre jour.",
            code="already_paid",
        )
    return known
