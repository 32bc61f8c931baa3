"""What a month owes to the State and to the funds, and the lines that pay it."""

from collections.abc import Mapping
from decimal import Decimal

from accounting.enums import Due
from accounting.rules.entries import DraftLine, credit, debit
from cae.core.money import ZERO, split

BANK = "512"
#: What is left of the VAT of a month once its accounts are cleared.
_VAT_TO_PAY = "44551"

#: The accounts whose balance is owed. VAT is what was collected less what was deducted.
ACCOUNTS: dict[Due, tuple[str, ...]] = {
    Due.URSSAF: ("431",),
    Due.PENSION: ("4373",),
    Due.HEALTH: ("4372",),
    Due.OTHER: ("4378",),
    Due.WITHHOLDING: ("4421",),
    Due.VAT: (_VAT_TO_PAY, "44562", "44566", "44567", "44571"),
}


def payment_lines(
    due: Due, owed: Mapping[str, Mapping[str, Decimal]], amount: Decimal, *, bank: str = BANK
) -> list[DraftLine]:
    """Return the lines that pay `amount` of what is owed, each activity its own part.

    The whole is paid to the cent of each; a part of it is shared by largest remainder as what
    each owes. The VAT accounts of a month are cleared whole: what is not paid of it stays on
    the account of the VAT to pay.

    :param owed: what each account of each analytic code owes in EUR, negative for a credit.
    """
    totals = {code: sum(accounts.values(), ZERO) for code, accounts in owed.items()}
    is_whole = amount == sum(totals.values(), ZERO)
    shares = list(totals.values()) if is_whole else split(amount, list(totals.values()))
    lines = []
    for (code, accounts), share in zip(owed.items(), shares, strict=True):
        cleared = dict(accounts) if due == Due.VAT else dict.fromkeys(ACCOUNTS[due], share)
        if due == Due.VAT:
            left = totals[code] - share
            cleared[_VAT_TO_PAY] = cleared.get(_VAT_TO_PAY, ZERO) - left
        lines += [debit(account, paid, analytic=code) for account, paid in cleared.items()]
        lines.append(credit(bank, share, analytic=code))
    return [line for line in lines if not line.is_nil]
