import pytest

from cae.core.workflow import ActionRefused, check_move
from invoicing.enums import ExpenseSheetStatus, InvoiceStatus, QuoteStatus
from invoicing.rules.moves import EXPENSE_SHEET_MOVES, INVOICE_MOVES, QUOTE_MOVES

TABLES = [
    (QuoteStatus, QUOTE_MOVES),
    (InvoiceStatus, INVOICE_MOVES),
    (ExpenseSheetStatus, EXPENSE_SHEET_MOVES),
]


@pytest.mark.parametrize(("statuses", "moves"), TABLES)
def test_every_status_has_its_line_and_leads_to_known_ones(statuses, moves):
    assert set(moves) == set(statuses)
    assert set().union(*moves.values()) <= set(statuses)


@pytest.mark.parametrize(("statuses", "moves"), TABLES)
def test_no_move_stays_in_place(statuses, moves):
    for status in statuses:
        with pytest.raises(ActionRefused):
            check_move(moves, status, status)


@pytest.mark.parametrize(
    ("moves", "ends"),
    [
        (QUOTE_MOVES, {QuoteStatus.ACCEPTED, QuoteStatus.REFUSED, QuoteStatus.WITHDRAWN}),
        (INVOICE_MOVES, {InvoiceStatus.ISSUED}),
        (EXPENSE_SHEET_MOVES, {ExpenseSheetStatus.REFUNDED, ExpenseSheetStatus.WAIVED}),
    ],
)
def test_nothing_leaves_an_end(moves, ends):
    assert {status for status, next_ones in moves.items() if not next_ones} == ends


def test_an_issued_invoice_says_why_it_cannot_be_submitted_again():
    with pytest.raises(ActionRefused, match="émise"):
        check_move(INVOICE_MOVES, "issued", InvoiceStatus.SUBMITTED)
