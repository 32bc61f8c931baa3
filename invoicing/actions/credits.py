"""What a customer paid beyond what was due: used on an invoice, given back; mistakes reversed.

One person at a time for a customer: the row of the customer is held first, then all that is
not settled, then the payments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting import actions as ledger
from accounting.actions.checks import check_now
from accounting.queries import accounts_of
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.payments import (
    chained,
    check_day,
    chosen_parts,
    locked_settlements,
    settle,
)
from invoicing.enums import PaymentMeans
from invoicing.models import Allocation, Customer, Payment, Settlement
from invoicing.queries import (
    deposit_of,
    money_on,
    overpaid_settlements,
    returned_from,
    settled_by,
    sources_of,
    unused_payments,
)

Money = Sequence[tuple[Payment, Decimal]]


@transaction.atomic
def use_credit(
    customer: Customer, *, parts: Mapping[int, Decimal] | None = None, on: date, by: Membership
) -> Decimal:
    """Settle invoices of a customer with what they have paid too much; return how much.

    The oldest money goes first. VAT falls due `on` this day: the rate is known at last.

    :param parts: EUR for each invoice, by id; None settles the oldest first.
    :raises ActionRefused: `no_credit`, `nothing_due`, `credit_too_small`, `received_later`,
        those of `chosen_parts`; `closed_period`, from the ledger.
    """
    check_day(on)
    with as_cooperative():
        money = _credit_of(customer, on=on, by=by)
        available = sum((left for _, left in money), ZERO)
        if parts is not None and sum(parts.values(), ZERO) > available:
            raise _credit_too_small(customer, available)
        chosen = chosen_parts(customer, amount=available, parts=parts, with_retentions=False)
        if not chosen:
            raise ActionRefused(
                f"{customer.name} ne doit rien\u00a0: son crédit servira à la prochaine facture, "
                "ou peut être rendu.",
                code="nothing_due",
            )
        for settlement, share in chosen:
            taken, money = _drawn(money, share)
            for payment, amount in taken:
                settle(payment, settlement, amount=amount, on=on, by=by)
                audit.record(
                    "payment.allocated",
                    payment,
                    by=by,
                    after={"amount": amount, "invoice": settlement.invoice.number},
                )
    return sum((share for _, share in chosen), ZERO)


@transaction.atomic
def give_back(
    customer: Customer,
    *,
    amount: Decimal,
    given_on: date,
    means: PaymentMeans | str,
    reason: str,
    reference: str = "",
    by: Membership,
) -> Payment:
    """Give a customer back what they paid too much, or what a credit note leaves them.

    :raises ActionRefused: `bad_amount`, `reason_missing`, `no_credit`, `credit_too_small`,
        `received_later`; `closed_period`, from the ledger.
    """
    check_day(given_on)
    reason = _said(reason, "Dites pourquoi cet argent est rendu\u00a0: le journal le garde.")
    if amount <= 0:
        raise ActionRefused("Écrivez le montant rendu, plus grand que zéro.", code="bad_amount")
    with as_cooperative():
        money = _credit_of(customer, on=given_on, by=by)
        available = sum((left for _, left in money), ZERO)
        if amount > available:
            raise _credit_too_small(customer, available)
        refund = chained(
            Payment(
                activity=customer.activity,
                customer=customer,
                customer_name=customer.name,
                amount=-amount,
                account=accounts_of(customer.activity.analytic).bank,
                received_on=given_on,
                means=means,
                reference=reference.strip()[:80],
                reason=reason,
                recorded_by=by,
            )
        )
        _draw(money, refund, by=by)
    audit.record(
        "payment.given_back", refund, by=by, after={"amount": amount, "given_on": given_on}
    )
    return refund


@transaction.atomic
def draw_credit(
    customer: Customer, written: Callable[[Decimal], Payment], *, on: date, by: Membership
) -> Payment:
    """Take all the credit of a customer away, with the negative payment that `written` returns.

    :param written: given the credit in EUR; it may refuse.
    :raises ActionRefused: `no_credit`; `closed_period`, from the ledger.
    """
    with as_cooperative():
        money = _credit_of(customer, on=on, by=by)
        drawn = chained(written(sum((left for _, left in money), ZERO)))
        _draw(money, drawn, by=by)
    return drawn


@transaction.atomic
def reverse_payment(payment: Payment, *, on: date, reason: str, by: Membership) -> Payment:
    """Cancel a payment written by mistake, by its opposite: both stay in the journal.

    The invoices it settled are due again, and the VAT it made due is due no more.

    :raises ActionRefused: `reason_missing`, `is_a_reversal`, `already_reversed`,
        `reversed_before`, `already_given_back`, `in_open_deposit`, `received_later`;
        `closed_period`, from the ledger.
    """
    check_day(on)
    reason = _said(reason, "Dites quelle est l’erreur\u00a0: le journal la garde.")
    with as_cooperative():
        _hold(payment.customer)
        settled = settled_by(payment)
        settlements = locked_settlements([invoice for invoice, _ in settled])
        _check_reversible(payment, on=on)
        amounts = {invoice.pk: amount for invoice, amount in settled}
        for settlement in settlements:
            settle(payment, settlement, amount=-amounts[settlement.invoice_id], on=on, by=by)
        opposite = chained(_opposite(payment, on=on, reason=reason, by=by))
        if payment.amount > 0:
            _return(payment, opposite, payment.amount, on=on)
        else:
            for source, share in sources_of(payment):
                _return(source, payment, -share, on=on)
            _return(opposite, payment, opposite.amount, on=on)
        _post(opposite, by=by)
    audit.record("payment.reversed", payment, by=by, after={"on": on, "reason": reason})
    return opposite


def _opposite(payment: Payment, *, on: date, reason: str, by: Membership) -> Payment:
    return Payment(
        activity=payment.activity,
        customer=payment.customer,
        customer_name=payment.customer.name,
        amount=-payment.amount,
        account=_left(payment),
        received_on=on,
        means=payment.means,
        reference=payment.reference,
        issuer=payment.issuer,
        issuer_bank=payment.issuer_bank,
        bank_account=payment.bank_account,
        reverses=payment,
        reason=reason,
        recorded_by=by,
    )


def _left(payment: Payment) -> str:
    """Return the account a payment leaves: a cheque that the bank took comes back from there."""
    deposit = deposit_of(payment)
    return deposit.account if deposit else payment.account


def _check_reversible(payment: Payment, *, on: date) -> None:
    if payment.reverses_id:
        raise ActionRefused(
            "Cette ligne contre-passe déjà un encaissement. Si c’était une erreur, enregistrez "
            "l’encaissement à nouveau.",
            code="is_a_reversal",
        )
    if Payment.objects.filter(reverses=payment).exists():
        raise ActionRefused(
            "Cet encaissement a déjà été contre-passé. Enregistrez le bon s’il manque.",
            code="already_reversed",
        )
    if on < payment.received_on:
        raise ActionRefused(
            "Une contre-passation ne date pas d’avant ce qu’elle annule. "
            "Choisissez une date plus tardive.",
            code="reversed_before",
        )
    if returned_from(payment):
        raise ActionRefused(
            "Une partie de cet argent a été rendue au client. Contre-passez d’abord le "
            "remboursement.",
            code="already_given_back",
        )
    deposit = deposit_of(payment)
    if deposit is not None and deposit.is_open:
        raise ActionRefused(
            "Ce règlement est dans une remise encore ouverte. Retirez-le d’abord de la remise.",
            code="in_open_deposit",
        )


def _hold(customer: Customer) -> None:
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


def _credit_of(customer: Customer, *, on: date, by: Membership) -> Money:
    """Hold the account of a customer, and return the money that settles nothing yet.

    :raises ActionRefused: `no_credit`.
    """
    _hold(customer)
    # All at once and in order, before anything is posted: nobody waits for us the other way.
    list(
        Settlement.objects.select_for_update()
        .filter(invoice__in=customer.invoices.values("pk"))
        .exclude(remaining=0)
        .order_by("due_on", "invoice_id")
    )
    for settlement in overpaid_settlements(customer):
        _free(settlement, on=on, by=by)
    money = unused_payments(customer)
    if not money:
        raise ActionRefused(
            f"{customer.name} n’a pas de crédit\u00a0: rien n’a été payé de trop.",
            code="no_credit",
        )
    return money


def _free(settlement: Settlement, *, on: date, by: Membership) -> None:
    """Turn what credit notes leave paid too much on an invoice into a credit of the customer."""
    taken, _ = _drawn(money_on(settlement.invoice)[::-1], -settlement.remaining)
    for payment, amount in taken:
        settle(payment, settlement, amount=-amount, on=on, by=by)


def _drawn(money: Money, amount: Decimal) -> tuple[Money, Money]:
    """Take an amount from money, in its order; return what was taken, and what is left."""
    taken, left = [], []
    for payment, available in money:
        share = min(available, amount)
        amount -= share
        if share:
            taken.append((payment, share))
        if available > share:
            left.append((payment, available - share))
    assert not amount, "there was not enough"
    return taken, left


def _draw(money: Money, refund: Payment, *, by: Membership) -> None:
    taken, _ = _drawn(money, -refund.amount)
    for payment, share in taken:
        _return(payment, refund, share, on=refund.received_on)
    _post(refund, by=by)


def _return(payment: Payment, refund: Payment, amount: Decimal, *, on: date) -> None:
    Allocation.objects.create(
        activity=payment.activity, payment=payment, refund=refund, amount=amount, dated_on=on
    )


def _post(payment: Payment, *, by: Membership) -> None:
    check_now("invoicing.Payment:gives_back_received")
    if payment.is_gap:
        check_now("invoicing.Payment:settles_whole")
    entry = posting.credit_entry(
        payment, amount=payment.amount, analytic=payment.activity.analytic.code
    )
    ledger.post(entry, by=by)


def _said(reason: str, sentence: str) -> str:
    reason = " ".join(reason.split())[:160]
    if not reason:
        raise ActionRefused(sentence, code="reason_missing")
    return reason


def _credit_too_small(customer: Customer, available: Decimal) -> ActionRefused:
    return ActionRefused(
        f"{customer.name} n’a que {euros(available)} de crédit. Réduisez le montant.",
        code="credit_too_small",
    )
