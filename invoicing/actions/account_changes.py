"""An issued document moved from one account to another, while its month is open."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounting import actions as ledger
from accounting.enums import AccountUse
from accounting.models import Account
from accounting.rules import BEGINNINGS, fits
from cae.core import audit
from cae.core.models import Membership
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceStatus
from invoicing.models import AccountChange, Invoice
from invoicing.queries import closed_for, posted_accounts, settlement_of
from invoicing.queries.posted_accounts import PostedOn


@transaction.atomic
def change_accounts(
    invoice: Invoice, *, accounts: Mapping[str, str], reason: str, by: Membership
) -> list[AccountChange]:
    """Move an issued invoice or credit note to other accounts; what comes after it goes there.

    The entry it has stays: another, of the same day, takes it off one account and puts it on the
    other. The document, its totals and its chain do not change.

    :param accounts: the number for each use, by its name; the others stay where they are.
    :raises ActionRefused: `not_issued`, `reason_missing`, `month_closed`, `nothing_posted`,
        `account_stays`, `unknown_account`, `wrong_class`, `same_accounts`.
    """
    invoice = locked(invoice)
    reason = " ".join(reason.split())[:400]
    if invoice.status != InvoiceStatus.ISSUED:
        raise ActionRefused(
            "Un brouillon n’est pas encore écrit en comptabilité. Émettez-le d’abord.",
            code="not_issued",
        )
    if not reason:
        raise ActionRefused(
            "Dites pourquoi\u00a0: le motif se lit à côté de l’écriture.", code="reason_missing"
        )
    if closed := closed_for(invoice):
        raise ActionRefused(closed, code="month_closed")
    with as_cooperative():
        settlement_of(invoice, lock=True)
        posted = {each.use: each for each in posted_accounts(invoice)}
        wanted = {use: "".join(number.split()) for use, number in _named(accounts).items()}
        moves = {use: number for use, number in wanted.items() if number}
        for use, number in moves.items():
            _check(use, number, posted.get(use))
        changes = [
            _moved(invoice, posted[use], number, reason=reason, by=by)
            for use, number in moves.items()
            if posted[use].account != number
        ]
    if not changes:
        raise ActionRefused(
            "C’est déjà sur ces comptes. Choisissez-en un autre, ou revenez à la facture.",
            code="same_accounts",
        )
    audit.record(
        "invoice.accounts_changed",
        invoice,
        by=by,
        before={change.use: change.before for change in changes},
        after={change.use: change.after for change in changes} | {"reason": reason},
    )
    return changes


def _named(accounts: Mapping[str, str]) -> dict[AccountUse, str]:
    return {use: accounts.get(use.value, "") for use in AccountUse}


def _check(use: AccountUse, number: str, posted: PostedOn | None) -> None:
    if posted is None:
        raise ActionRefused(
            f"Rien de ce document n’est en «\u00a0{use.label.lower()}\u00a0». Laissez ce compte "
            "vide.",
            code="nothing_posted",
        )
    if posted.stays and number != posted.account:
        raise ActionRefused(posted.stays, code="account_stays")
    if not Account.objects.filter(number=number).exists():
        raise ActionRefused(
            f"Le compte {number} n’existe pas dans le plan comptable. Ouvrez-le d’abord, ou "
            "choisissez-en un autre.",
            code="unknown_account",
        )
    if not fits(use, number):
        raise ActionRefused(
            f"Le compte {number} ne va pas pour «\u00a0{use.label}\u00a0»\u00a0: il commence par "
            f"{BEGINNINGS[use]}. Choisissez-en un autre.",
            code="wrong_class",
        )


def _moved(
    invoice: Invoice, posted: PostedOn, account: str, *, reason: str, by: Membership
) -> AccountChange:
    rank = 1 + AccountChange.objects.filter(invoice=invoice, use=posted.use).count()
    draft = posting.moved_entry(
        invoice,
        posted.amount,
        use=posted.use,
        rank=rank,
        off=posted.account,
        onto=account,
        analytic=invoice.activity.analytic.code,
    )
    return AccountChange.objects.create(
        activity_id=invoice.activity_id,
        invoice=invoice,
        use=posted.use,
        rank=rank,
        before=posted.account,
        after=account,
        amount=posted.amount,
        reason=reason,
        entry=ledger.post(draft, by=by),
        changed_by=by,
    )
