"""What one activity of the cooperative does for another: an entry that moves both."""

from decimal import Decimal

from accounting.rules.entries import DraftLine, credit, debit

#: Of the cost and of the income: over the cooperative, which sold itself nothing, it is nil.
EXCHANGE_ACCOUNT = "6042"
#: A part of 181. Not 186 and 187: those hold costs and income, which would then not begin again
#: with each fiscal year nor be in the result of the activity.
EXCHANGE_LINK = "1812"


def exchange_lines(
    amount: Decimal,
    *,
    buyer: str,
    seller: str,
    bought: str = "",
    sold: str = "",
    account: str = EXCHANGE_ACCOUNT,
) -> list[DraftLine]:
    """Return the four lines that move `amount` EUR from an activity to another.

    :param buyer: analytic code of who pays; `seller` of who is paid.
    :param bought: what the lines of the buyer say; `sold` those of the seller.
    :param account: of both sides, under 6042.
    """
    return [
        debit(account, amount, analytic=buyer, label=bought),
        credit(EXCHANGE_LINK, amount, analytic=buyer, label=bought),
        debit(EXCHANGE_LINK, amount, analytic=seller, label=sold),
        credit(account, amount, analytic=seller, label=sold),
    ]
