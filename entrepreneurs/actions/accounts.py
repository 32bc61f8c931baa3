"""Bank accounts of the cooperative, that its activities print on their documents."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from cae.core import audit
from cae.core.models import Membership
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.identifiers import clean_bic, clean_iban, masked
from entrepreneurs.models import BankAccount


@transaction.atomic
def add_account(*, name: str, iban: str, bic: str = "", by: Membership) -> BankAccount:
    """Add an account of the cooperative that activities may print.

    :raises ActionRefused: `name_missing`, `invalid_iban`, `invalid_bic`, `account_known`.
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
    account = BankAccount.objects.create(name=name, iban=iban, bic=bic, created_by=by)
    audit.record("bank_account.added", account, by=by, after={"name": name, "iban": masked(iban)})
    return account


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
