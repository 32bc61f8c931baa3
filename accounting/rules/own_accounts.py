"""Where documents are posted: an activity's own accounts, the cooperative's, the usual ones."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from accounting.enums import AccountUse

#: The numbers that each use may have: every question to the ledger asks by their beginning.
#: 4117 holds what customers keep of works, 709 takes off turnover.
FITTING = {
    AccountUse.CUSTOMERS: r"^411([0-689][0-9]*)?$",
    AccountUse.SERVICES: r"^70[1-8][0-9]*$",
    AccountUse.GOODS: r"^70[1-8][0-9]*$",
    AccountUse.EXPENSES: r"^425[0-9]*$",
    AccountUse.BANK: r"^512[0-9]*$",
    AccountUse.INTERNAL: r"^6042[0-9]*$",
}
#: What a fitting number begins with, as a sentence says it.
BEGINNINGS = {
    AccountUse.CUSTOMERS: "411, sauf 4117 qui tient les retenues de garantie",
    AccountUse.SERVICES: "70, sauf 709 qui tient les remises",
    AccountUse.GOODS: "70, sauf 709 qui tient les remises",
    AccountUse.EXPENSES: "425",
    AccountUse.BANK: "512",
    AccountUse.INTERNAL: "6042",
}
PARTY_PREFIX = re.compile(r"[A-Z0-9]{0,8}")
#: Of a third-party account, what is said of the name: the rest tells two of them apart.
_LETTERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """Where the documents of an activity are posted from now on.

    `party_prefix` begins the third-party accounts given to its customers; none is without.
    """

    customers: str = "411"
    services: str = "706"
    goods: str = "707"
    expenses: str = "425"
    bank: str = "512"
    internal: str = "6042"
    party_prefix: str = ""


def cascade(*layers: Mapping[str, str]) -> Accounts:
    """Return the accounts of the first layer that says each, the usual one where none does."""
    said: dict[str, str] = {}
    for layer in reversed(layers):
        said |= {name: value for name, value in layer.items() if value}
    return Accounts(**said)


def fits(use: AccountUse | str, number: str) -> bool:
    """Tell whether an account may serve this use."""
    return re.match(FITTING[AccountUse(use)], number) is not None


def third_party_account(prefix: str, name: str, *, taken: frozenset[str] | set[str]) -> str:
    """Return the account of the books for a customer: the prefix, their name, a rank if needed.

    :param name: in capitals, with neither accents nor signs.
    """
    wanted = f"{prefix}{name[:_LETTERS]}"
    rank = 1
    while (account := wanted if rank == 1 else f"{wanted}{rank}") in taken:
        rank += 1
    return account
