"""Identifiers with a right key, of nobody: drawn from dice, never looked up."""

from __future__ import annotations

from random import Random

from schwifty import IBAN
from stdnum import luhn
from stdnum.fr import nir

from cae.demo.cast import Person
from invoicing.enums import CustomerKind

#: Banks of the people: code of the bank, code of a branch.
_BANKS = (("42559", "10000"), ("13606", "00010"), ("15589", "35101"), ("20041", "01013"))


def siret(dice: Random, kind: CustomerKind) -> str:
    """Return a SIRET; that of a public body starts by 2."""
    first = "2" if kind == CustomerKind.PUBLIC else dice.choice("45789")
    siren = _with_key(first + _digits(dice, 7))
    return _with_key(siren + f"{dice.randint(1, 4):04}")


def iban(dice: Random) -> str:
    bank, branch = dice.choice(_BANKS)
    made = IBAN.generate("FR", bank_code=bank, branch_code=branch, account_code=_digits(dice, 11))
    return str(made)


def nir_of(person: Person, dice: Random) -> str:
    """Return a social security number that fits the person, in a town that does not exist."""
    sex = 2 if person.is_woman else 1
    start = f"{sex}{person.born:%y%m}35{dice.randint(970, 989)}{dice.randint(1, 400):03}"
    return start + nir.calc_check_digits(start)


def _digits(dice: Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def _with_key(digits: str) -> str:
    return digits + luhn.calc_check_digit(digits)
