"""From which status a document may go to which: an action asks `check_move(MOVES, …)`."""

from invoicing.enums import (
    ExpenseSheetStatus,
    InternalOrderStatus,
    InvoiceStatus,
    QuoteStatus,
    RecurrenceStatus,
)

QUOTE_MOVES = {
    QuoteStatus.DRAFT: {QuoteStatus.SENT, QuoteStatus.WITHDRAWN},
    # Back to draft: what the client has not answered yet may still be corrected.
    QuoteStatus.SENT: {
        QuoteStatus.DRAFT,
        QuoteStatus.ACCEPTED,
        QuoteStatus.REFUSED,
        QuoteStatus.EXPIRED,
        QuoteStatus.WITHDRAWN,
    },
    # A client who comes back late: the quote is corrected, then sent again.
    QuoteStatus.EXPIRED: {QuoteStatus.DRAFT, QuoteStatus.WITHDRAWN},
    QuoteStatus.ACCEPTED: frozenset(),
    QuoteStatus.REFUSED: frozenset(),
    QuoteStatus.WITHDRAWN: frozenset(),
}

INVOICE_MOVES = {
    # Straight to issued: under the ceiling of the activity, or by who may validate.
    InvoiceStatus.DRAFT: {InvoiceStatus.SUBMITTED, InvoiceStatus.ISSUED},
    # Back to draft: refused with a reason, or taken back by its author.
    InvoiceStatus.SUBMITTED: {InvoiceStatus.DRAFT, InvoiceStatus.ISSUED},
    # Corrected by a credit note, never by a move.
    InvoiceStatus.ISSUED: frozenset(),
}

EXPENSE_SHEET_MOVES = {
    ExpenseSheetStatus.DRAFT: {ExpenseSheetStatus.SUBMITTED},
    ExpenseSheetStatus.SUBMITTED: {ExpenseSheetStatus.DRAFT, ExpenseSheetStatus.APPROVED},
    ExpenseSheetStatus.APPROVED: {ExpenseSheetStatus.REFUNDED, ExpenseSheetStatus.WAIVED},
    ExpenseSheetStatus.REFUNDED: frozenset(),
    ExpenseSheetStatus.WAIVED: frozenset(),
}

INTERNAL_ORDER_MOVES = {
    InternalOrderStatus.DRAFT: {InternalOrderStatus.PROPOSED},
    # Back to draft: taken back by its author, while nobody has answered.
    InternalOrderStatus.PROPOSED: {
        InternalOrderStatus.DRAFT,
        InternalOrderStatus.ACCEPTED,
        InternalOrderStatus.REFUSED,
    },
    # Corrected, then proposed again.
    InternalOrderStatus.REFUSED: {InternalOrderStatus.DRAFT},
    # By an opposite entry: the number stays.
    InternalOrderStatus.ACCEPTED: {InternalOrderStatus.CANCELLED},
    InternalOrderStatus.CANCELLED: frozenset(),
}

RECURRENCE_MOVES = {
    RecurrenceStatus.ACTIVE: {RecurrenceStatus.PAUSED, RecurrenceStatus.ENDED},
    RecurrenceStatus.PAUSED: {RecurrenceStatus.ACTIVE, RecurrenceStatus.ENDED},
    # By itself, for a reason: taken up once that is mended.
    RecurrenceStatus.STOPPED: {
        RecurrenceStatus.ACTIVE,
        RecurrenceStatus.PAUSED,
        RecurrenceStatus.ENDED,
    },
    RecurrenceStatus.ENDED: frozenset(),
}
