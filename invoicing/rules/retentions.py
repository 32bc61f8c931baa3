"""The retention of works (retenue de garantie): how much is kept, of what, until when.

Source: law 71-584 of 16 July 1971: 5 % of each payment at most, one year from the acceptance of
the works, never where a bank guarantees the same amount.
"""

from datetime import date
from decimal import Decimal

from cae.core.money import ZERO, to_cents

#: Art. 1: « une retenue égale au plus à 5 p. 100 de leur montant ».
MOST = Decimal("0.05")

_CENT = Decimal("0.01")


def retained(worth: Decimal, *, rate: Decimal) -> Decimal:
    """Return what is kept of works, in EUR to the cent, never above the limit of the law.

    >>> retained(Decimal("1200.00"), rate=Decimal("0.05"))
    Decimal('60.00')
    >>> retained(Decimal("0.10"), rate=Decimal("0.05"))  # a cent would be 10 %
    Decimal('0.00')

    :param worth: EUR with VAT of the works billed, before deposits are taken off.
    """
    kept = to_cents(worth * rate)
    return kept if kept <= worth * MOST else kept - _CENT


def still_held(remaining: Decimal, kept: Decimal) -> Decimal:
    """Return what is unpaid of a retention: money pays what may be asked for first.

    :param remaining: EUR still owed on the whole invoice, negative where it is paid too much.
    """
    return max(min(kept, remaining), ZERO)


def given_up(
    kept: Decimal, *, worth: Decimal, remains: Decimal, rate: Decimal, is_all: bool
) -> Decimal:
    """Return the part of a retention that a credit note takes off with the works it cancels.

    :param worth: EUR with VAT of the works left once it is issued; `remains` what the invoice
        still asks for then, deposits off.
    :param is_all: nothing is left of the invoice.
    """
    if is_all:
        return kept
    return kept - min(kept, retained(max(worth, ZERO), rate=rate), remains)


def ends_on(accepted_on: date) -> date:
    """Return the day a retention may be kept no longer: one year after the works were accepted.

    >>> ends_on(date(2026, 6, 3))
    datetime.date(2027, 6, 3)
    >>> ends_on(date(2028, 2, 29))
    datetime.date(2029, 2, 28)
    """
    if (accepted_on.month, accepted_on.day) == (2, 29):
        return date(accepted_on.year + 1, 2, 28)
    return accepted_on.replace(year=accepted_on.year + 1)
