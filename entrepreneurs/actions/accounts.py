"""Bank accounts of the cooperative, that its activities print on their documents."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounting.enums import AccountUse
from accounting.models import Account
from accounting.rules import fits
from cae.core import audit
from cae.core.models import Membership
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.identifiers import clean_bic, clean_iban, masked
from entrepreneurs.models import BankAccount


@transaction.atomic
def add_account(
    *, name: str, iban: str, bic: str = "", ledger_account: str = "", by: Membership
) -> BankAccount:
    """Add an account of the cooperative that activities may print.

    :param ledger_account: the number the books have it under, 512 or under; empty for that of
        each activity.
    :raises ActionRefused: `name_missing`, `invalid_iban`, `invalid_bic`, `account_known`,
        `unknown_account`, `wrong_class`.
    """
    name = " ".join(name.split())[:60]
    if not name:
        raise ActionRefused(
            "Donnez un nom à ce compte, comme «\u00a0Crédit coopératif, chantiers\u00a0».",
            code="name_missing",
        )
    iban, bic = clean_iban(iban), clean_bic(bic)
    known = BankAccount.objects.filter(iban=iban, closed_on=None).first()
    if known is not None:
        raise ActionRefused(
            f"Ce compte est déjà dans la liste, sous le nom «\u00a0{known.name}\u00a0». "
            "Choisissez-le sur la carte de l’enseigne.",
            code="account_known",
        )
    account = BankAccount.objects.create(
        name=name, iban=iban, bic=bic, ledger_account=_in_books(ledger_account), created_by=by
    )
    audit.record("bank_account.added", account, by=by, after={"name": name, "iban": masked(iban)})
    return account


@transaction.atomic
def book_account(account: BankAccount, *, ledger_account: str, by: Membership) -> BankAccount:
    """Say where the books keep a bank account; the money already received stays where it is.

    :raises ActionRefused: `account_closed`, `unknown_account`, `wrong_class`.
    """
    account = BankAccount.objects.select_for_update().get(pk=account.pk)
    if account.closed_on is not None:
        raise ActionRefused(
            f"Ce compte est fermé depuis le {french_date(account.closed_on)}\u00a0: il ne reçoit "
            "plus rien. Choisissez-en un autre.",
            code="account_closed",
        )
    found = _in_books(ledger_account)
    if account.ledger_account_id != (found and found.pk):
        before, account.ledger_account = account.ledger_account, found
        account.save(update_fields=["ledger_account"])
        audit.record(
            "bank_account.booked",
            account,
            by=by,
            before={"account": before.number if before else ""},
            after={"account": found.number if found else ""},
        )
    return account


def _in_books(number: str) -> Account | None:
    """Return the account of the chart for a bank, none where nothing is said."""
    number = "".join(number.split())
    if not number:
        return None
    found = Account.objects.filter(number=number).first()
    if found is None:
        raise ActionRefused(
            f"Le compte {number} n’existe pas dans le plan comptable. Ouvrez-le d’abord.",
            code="unknown_account",
        )
    if not fits(AccountUse.BANK, number):
        raise ActionRefused(
            f"Le compte {number} n’est pas celui d’une banque\u00a0: il commence par 512. "
            "Choisissez-en un autre.",
            code="wrong_class",
        )
    return found


@transaction.atomic
def close_account(account: BankAccount, *, on: date, by: Membership) -> BankAccount:
    """Close an account that no activity prints any more; it never opens again.

    :raises ActionRefused: `account_closed`, `account_printed`.
    """
    account = BankAccount.objects.select_for_update().get(pk=account.pk)
    if account.closed_on is not None:
        raise ActionRefused(
            f"Ce compte est fermé depuis le {french_date(account.closed_on)}. Ajoutez celui qui "
            "le remplace.",
            code="account_closed",
        )
    printing = list(account.activities.values_list("name", flat=True)[:3])
    if printing:
        raise ActionRefused(
            f"Ce compte est imprimé par {', '.join(printing)}\u00a0: leurs clients y versent "
            "encore. Choisissez-en un autre sur la carte de ces enseignes, puis fermez-le.",
            code="account_printed",
        )
    account.closed_on = on
    account.save(update_fields=["closed_on"])
    audit.record("bank_account.closed", account, by=by, after={"on": on})
    return account
