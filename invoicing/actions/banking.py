"""Who paid, from where, and to which bank account of the cooperative."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from cae.core.periods import numeric_date
from cae.core.workflow import ActionRefused
from entrepreneurs.models import BankAccount
from invoicing.enums import PaymentMeans

#: What is not in the bank yet the day it is received.
_WAITS_ON = {PaymentMeans.CHEQUE: "5112", PaymentMeans.CASH: "530"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who paid when it is not the customer, from which bank, to which account of ours."""

    issuer: str = ""
    issuer_bank: str = ""
    bank_account: BankAccount | None = None


def account_of(means: PaymentMeans, account: BankAccount | None, *, on: date, usual: str) -> str:
    """Return where money goes in: that of the bank account, else `usual`.

    :raises ActionRefused: `waits_for_deposit`, `account_closed`.
    """
    if means not in _WAITS_ON:
        return booked_on(account, on=on, usual=usual)
    if account is not None:
        raise ActionRefused(
            "Un chèque ou des espèces attendent leur remise en banque\u00a0: le compte se choisit "
            "quand la remise se ferme. Laissez-le vide.",
            code="waits_for_deposit",
        )
    return _WAITS_ON[means]


def booked_on(account: BankAccount | None, *, on: date, usual: str) -> str:
    """Return where the books keep a bank account, held as it is until the transaction ends.

    :param on: the day the money came in: on an account closed since, it did.
    :raises ActionRefused: `account_closed`.
    """
    if account is None:
        return usual
    account = BankAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    if account.closed_on is not None and on > account.closed_on:
        raise ActionRefused(
            f"Le compte «\u00a0{account.name}\u00a0» est fermé depuis le "
            f"{numeric_date(account.closed_on)}\u00a0: rien n’a pu y entrer ensuite. "
            "Choisissez celui du relevé.",
            code="account_closed",
        )
    return account.ledger_account.number if account.ledger_account else usual
