"""What each document writes in the ledger. Every line is on the activity's analytic account.

Sales are on 706 and 707, or on the accounts the activity has instead; an invoice keeps those it
was posted on, or was moved to, and what comes after it goes there too. Their VAT waits on 44574
until it is cashed, unless it is due at once on 44571: goods, and cooperatives that opted for it
(CGI art. 269, 2 c).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from accounting.enums import AccountUse
from accounting.rules import (
    INTERNAL_JOURNAL,
    Accounts,
    DraftEntry,
    DraftLine,
    credit,
    debit,
    exchange_lines,
    transfer_entry,
)
from cae.core.money import ZERO, split
from invoicing.enums import InvoiceKind, Nature
from invoicing.models import (
    Allocation,
    BankDeposit,
    ExpenseLine,
    ExpenseSheet,
    InternalOrder,
    Invoice,
    Payment,
    Retention,
)
from invoicing.queries.posted_accounts import written_on
from invoicing.rules.receipts import SalesPart

VAT_WAITING = "44574"
VAT_DUE = "44571"
VAT_DEDUCTIBLE = "44566"
DEPOSITS = "4191"
RETAINED = "4117"
ROUNDED_UP, ROUNDED_DOWN = "758", "658"

SALES_JOURNAL, BANK_JOURNAL, EXPENSES_JOURNAL, MISC_JOURNAL = "VT", "BQ", "ND", "OD"


def invoice_entry(
    invoice: Invoice,
    parts: Iterable[SalesPart],
    *,
    accounts: Accounts,
    deposits: Iterable[SalesPart] = (),
    held: Decimal = ZERO,
    analytic: str,
    vat_waits: bool,
    cashed: Decimal | None = None,
) -> DraftEntry:
    """Return the entry of an issued invoice; a credit note's has the sides exchanged.

    A deposit is no turnover yet: it stays on 4191 until the invoice that deducts it.

    :param accounts: where its customer and what it sells are.
    :param deposits: the parts of the deposits it takes off: their VAT was billed with them.
    :param held: what of it the customer keeps until works are a year old; for a credit note,
        what leaves what they kept.
    :param vat_waits: the VAT of services is due when it is cashed.
    :param cashed: what a credit note that comes after money changes of the turnover that was
        cashed, in EUR: negative takes it back.
    """
    assert invoice.number and invoice.issued_on
    sign = -1 if invoice.kind == InvoiceKind.CREDIT_NOTE else 1
    amounts: dict[str, Decimal] = {}
    for part in parts:
        product = DEPOSITS if part.is_deposit else _product(accounts, part.nature)
        tax = VAT_WAITING if vat_waits and part.waits else VAT_DUE
        amounts[product] = amounts.get(product, ZERO) + part.net
        amounts[tax] = amounts.get(tax, ZERO) + part.tax
    for part in deposits:
        tax = VAT_WAITING if vat_waits and part.nature == Nature.SERVICES else VAT_DUE
        amounts[DEPOSITS] = amounts.get(DEPOSITS, ZERO) - part.net
        amounts[tax] = amounts.get(tax, ZERO) - part.tax
    rounded = ROUNDED_UP if invoice.rounding > 0 else ROUNDED_DOWN
    amounts[rounded] = invoice.rounding
    whose = _party(invoice)
    return DraftEntry(
        journal=SALES_JOURNAL,
        date=invoice.issued_on,
        piece=invoice.number,
        label=_label(f"{invoice.number} {invoice.customer_name}"),
        posting_key=f"invoice:{invoice.pk}:issued",
        analytic=analytic,
        lines=[
            debit(
                accounts.customers,
                sign * (invoice.due - held),
                analytic=analytic,
                due_on=invoice.due_on if sign > 0 else None,
                net=cashed or None,
                **whose,
            ),
            debit(
                RETAINED,
                sign * held,
                analytic=analytic,
                due_on=invoice.retention_due_on,
                net=(cashed or None) if invoice.due == held else None,
                **whose,
            ),
            *(
                credit(account, sign * amount, analytic=analytic)
                for account, amount in sorted(amounts.items(), key=_products_first)
            ),
        ],
    )


def replaced_entry(
    corrective: Invoice,
    invoice: Invoice,
    parts: Iterable[SalesPart],
    *,
    accounts: Accounts,
    deposits: Iterable[SalesPart] = (),
    held: Decimal = ZERO,
    analytic: str,
    vat_waits: bool,
) -> DraftEntry:
    """Return the opposite of the entry of an invoice, the day another one takes its place."""
    assert corrective.number and corrective.issued_on
    posted = invoice_entry(
        invoice,
        parts,
        accounts=accounts,
        deposits=deposits,
        held=held,
        analytic=analytic,
        vat_waits=vat_waits,
    )
    return replace(
        posted,
        date=corrective.issued_on,
        piece=corrective.number,
        label=_label(f"{invoice.number} remplacée par {corrective.number}"),
        posting_key=f"invoice:{corrective.pk}:replaces",
        lines=[
            replace(line, debit=line.credit, credit=line.debit, due_on=None)
            for line in posted.lines
        ],
    )


def deposits_freed_entry(
    credit_note: Invoice, deposits: Iterable[SalesPart], *, analytic: str
) -> DraftEntry:
    """Return the entry that takes out of turnover the deposits of an invoice that is cancelled."""
    assert credit_note.number and credit_note.issued_on
    deposits, accounts = list(deposits), written_on(credit_note)
    return DraftEntry(
        journal=SALES_JOURNAL,
        date=credit_note.issued_on,
        piece=credit_note.number,
        label=_label(f"Acomptes repris {credit_note.number} {credit_note.customer_name}"),
        posting_key=f"invoice:{credit_note.pk}:deposits",
        analytic=analytic,
        lines=[
            *(
                debit(_product(accounts, part.nature), part.net, analytic=analytic)
                for part in deposits
            ),
            *(credit(DEPOSITS, part.net, analytic=analytic) for part in deposits),
        ],
    )


def moved_entry(
    invoice: Invoice,
    amount: Decimal,
    *,
    use: AccountUse,
    rank: int,
    off: str,
    onto: str,
    analytic: str,
) -> DraftEntry:
    """Return the entry that moves an issued invoice from one account to another, on its own day.

    :param amount: the debit less the credit it has on the account it leaves.
    :param rank: 1 for the first time this is moved.
    """
    assert invoice.number and invoice.issued_on
    whose = _party(invoice) if use == AccountUse.CUSTOMERS else {}
    due_on = invoice.due_on if use == AccountUse.CUSTOMERS else None
    return DraftEntry(
        journal=MISC_JOURNAL,
        date=invoice.issued_on,
        piece=invoice.number,
        label=_label(f"{invoice.number} du {off} au {onto}"),
        posting_key=f"invoice:{invoice.pk}:{use.value}:{rank}",
        analytic=analytic,
        lines=[
            credit(off, amount, analytic=analytic, **whose),
            debit(onto, amount, analytic=analytic, due_on=due_on, **whose),
        ],
    )


def _party(invoice: Invoice) -> dict[str, str]:
    """Return who owes, as the lines of an entry name them."""
    return {
        "party": invoice.customer_name[:120],
        "party_account": invoice.customer.party_account,
    }


def _product(accounts: Accounts, nature: Nature) -> str:
    return {Nature.SERVICES: accounts.services, Nature.GOODS: accounts.goods}[nature]


def _products_first(side: tuple[str, Decimal]) -> bool:
    return side[0].startswith("44")


def settlement_entry(
    allocation: Allocation,
    payment: Payment,
    invoice: Invoice,
    *,
    customers: str,
    vat_due: Decimal,
    held: Decimal = ZERO,
    analytic: str,
) -> DraftEntry:
    """Return the entry of what settles one invoice, and of the VAT it makes due.

    At its receipt the money comes from where it went in; later on it was a credit of the
    customer, which meets an invoice, or leaves one when the amount is negative.

    :param customers: the account the invoice is on.
    :param held: the part of the amount that settles what the customer kept, of the same sign.
    """
    assert invoice.number
    whose = _party(invoice)
    amount = allocation.amount
    at_receipt = allocation.dated_on is None
    source = payment.account if at_receipt else DEPOSITS
    key = f"payment:{payment.pk}:{invoice.pk}"
    net = allocation.net if amount > 0 else -allocation.net
    nets: Sequence[Decimal | None] = split(net, [abs(amount - held), abs(held)])
    waived = allocation.vat_waived
    if payment.is_gap:
        nets = (None, None)
    # A loss is without the VAT that nobody owes any more; cancelled, it comes back with it.
    at_once, later = (waived, ZERO) if at_receipt else (ZERO, waived)
    words = "Écart" if payment.is_gap else "Règlement" if at_receipt else "Imputation"
    return DraftEntry(
        journal=BANK_JOURNAL if at_receipt and not payment.is_gap else MISC_JOURNAL,
        date=allocation.dated_on or payment.received_on,
        piece=invoice.number,
        label=_label(f"{words} {invoice.number} {invoice.customer_name}"),
        posting_key=key if at_receipt else f"{key}:{allocation.pk}",
        analytic=analytic,
        lines=[
            debit(source, amount - at_once, analytic=analytic, **({} if at_receipt else whose)),
            credit(payment.account, later, analytic=analytic),
            debit(VAT_WAITING, waived, analytic=analytic),
            credit(customers, amount - held, analytic=analytic, net=nets[0], **whose),
            credit(RETAINED, held, analytic=analytic, net=nets[1], **whose),
            *_vat_falling_due(vat_due, analytic=analytic),
        ],
    )


def release_entry(
    retention: Retention, amount: Decimal, *, customers: str, analytic: str
) -> DraftEntry:
    """Return the entry of a retention that is released: it is owed as the rest of its invoice.

    :param customers: the account its invoice is on.
    """
    assert retention.released_on
    whose = _party(retention.invoice)
    return DraftEntry(
        journal=MISC_JOURNAL,
        date=retention.released_on,
        piece=retention.number,
        label=_label(f"Retenue libérée {retention.number} {retention.customer_name}"),
        posting_key=f"retention:{retention.pk}:released",
        analytic=analytic,
        lines=[
            debit(customers, amount, analytic=analytic, due_on=retention.released_on, **whose),
            credit(RETAINED, amount, analytic=analytic, **whose),
        ],
    )


def credit_entry(payment: Payment, *, amount: Decimal, analytic: str) -> DraftEntry:
    """Return the entry of money that settles no invoice, received or given back (negative)."""
    party = payment.customer_name[:120]
    words = {"Encaissement": "Avance", "Remboursement": "Remboursement"}
    return DraftEntry(
        journal=MISC_JOURNAL if payment.is_gap else BANK_JOURNAL,
        date=payment.received_on,
        piece=f"ENC-{payment.chain_rank}",
        label=_label(f"{words.get(payment.kind, payment.kind)} {party}"),
        posting_key=f"payment:{payment.pk}:credit",
        analytic=analytic,
        lines=[
            debit(payment.account, amount, analytic=analytic),
            credit(
                DEPOSITS,
                amount,
                analytic=analytic,
                party=party,
                party_account=payment.customer.party_account,
            ),
        ],
    )


def deposit_entry(deposit: BankDeposit, amounts: Iterable[tuple[str, str, Decimal]]) -> DraftEntry:
    """Return the entry of a deposit the bank has: what waited goes to the bank.

    :param amounts: analytic code of each activity, account where its money waited, EUR.
    """
    assert deposit.number and deposit.banked_on
    lines = []
    for analytic, account, amount in amounts:
        lines += [
            debit(deposit.account, amount, analytic=analytic),
            credit(account, amount, analytic=analytic),
        ]
    return DraftEntry(
        journal=BANK_JOURNAL,
        date=deposit.banked_on,
        piece=deposit.number,
        label=_label(f"Remise {deposit.number}, {deposit.get_means_display().lower()}"),
        posting_key=f"deposit:{deposit.pk}:closed",
        lines=lines,
    )


def vat_given_back_entry(credit_note: Invoice, *, vat_due: Decimal, analytic: str) -> DraftEntry:
    """Return the entry of a credit note that comes after money: VAT that is due no more."""
    assert credit_note.number and credit_note.issued_on
    return DraftEntry(
        journal=SALES_JOURNAL,
        date=credit_note.issued_on,
        piece=credit_note.number,
        label=_label(f"TVA {credit_note.number} {credit_note.customer_name}"),
        posting_key=f"invoice:{credit_note.pk}:vat",
        analytic=analytic,
        lines=_vat_falling_due(vat_due, analytic=analytic),
    )


def _vat_falling_due(amount: Decimal, *, analytic: str) -> list[DraftLine]:
    return [
        debit(VAT_WAITING, amount, analytic=analytic),
        credit(VAT_DUE, amount, analytic=analytic),
    ]


def sheet_key(sheet: ExpenseSheet) -> str:
    """Return what names the entry of an approved expense sheet."""
    return f"sheet:{sheet.pk}:approved"


def sheet_entry(
    sheet: ExpenseSheet,
    lines: Iterable[ExpenseLine],
    *,
    owed_on: str,
    analytic: str,
    on: date,
) -> DraftEntry:
    """Return the entry of an approved expense sheet: the person is owed its total on `owed_on`."""
    assert sheet.number
    costs: dict[str, Decimal] = {}
    for line in lines:
        account = line.expense_type.account
        costs[account] = costs.get(account, ZERO) + line.net
    return DraftEntry(
        journal=EXPENSES_JOURNAL,
        date=on,
        piece=sheet.number,
        label=_label(f"{sheet.number} {sheet.person_name}"),
        posting_key=sheet_key(sheet),
        analytic=analytic,
        lines=[
            *(debit(account, net, analytic=analytic) for account, net in sorted(costs.items())),
            debit(VAT_DEDUCTIBLE, sheet.vat, analytic=analytic),
            credit(owed_on, sheet.gross, analytic=analytic, party=sheet.person_name[:120]),
        ],
    )


def refund_key(sheet: ExpenseSheet) -> str:
    """Return what names the entry that gives a sheet back, by hand or in a batch: once."""
    return f"sheet:{sheet.pk}:refunded"


def refund_label(sheet: ExpenseSheet) -> str:
    """Return what that entry says."""
    return _label(f"Remboursement {sheet.number} {sheet.person_name}")


def refund_entry(
    sheet: ExpenseSheet, *, owed_on: str, bank: str, analytic: str, on: date
) -> DraftEntry:
    """Return the entry of the transfer that gives an approved sheet back.

    :param owed_on: the account its approval was posted on.
    """
    assert sheet.number
    return transfer_entry(
        posting_key=refund_key(sheet),
        piece=sheet.number,
        label=refund_label(sheet),
        party=sheet.person_name,
        amount=sheet.gross,
        account=owed_on,
        analytic=analytic,
        bank=bank,
        on=on,
    )


def internal_order_key(order: InternalOrder) -> str:
    """Return what names the entry of an accepted internal order."""
    return f"internal_order:{order.pk}:accepted"


def internal_order_entry(
    order: InternalOrder, *, seller: str, buyer: str, account: str
) -> DraftEntry:
    """Return the one entry that moves both sides of an accepted internal order.

    It is in the internal journal: no turnover, no VAT, nothing in the general ledger.

    :param seller: analytic code of who is paid, `buyer` of who pays.
    :param account: of both sides: over the cooperative, which sold itself nothing, it is nil.
    """
    assert order.number and order.accepted_on
    return DraftEntry(
        journal=INTERNAL_JOURNAL,
        date=order.accepted_on,
        piece=order.number,
        label=_label(f"{order.number} {order.seller_name} pour {order.buyer_name}"),
        posting_key=internal_order_key(order),
        analytic=seller,
        lines=exchange_lines(
            order.total,
            buyer=buyer,
            seller=seller,
            account=account,
            bought=_label(f"{order.number} {order.seller_name}\u00a0: {order.subject}"),
            sold=_label(f"{order.number} {order.buyer_name}\u00a0: {order.subject}"),
        ),
    )


def _label(text: str) -> str:
    return text[:160]
