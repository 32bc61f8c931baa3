"""Money received from customers: on one invoice, on several, or before any.

Locks the invoices' settlements first, the earliest first, then the payments, then the chain.
What an advance means for VAT is known when it meets an invoice: only then are its rate and its
nature known, so only then does the VAT of services fall due (docs/payments.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from accounting.queries import accounts_of
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import ZERO, euros
from cae.core.periods import french_date
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.banking import Origin, account_of
from invoicing.actions.certificates import follow_money
from invoicing.actions.chaining import next_link
from invoicing.actions.levies import levy_with
from invoicing.actions.party_accounts import name_in_books
from invoicing.actions.rate_shares import checked_shares, keep_shares
from invoicing.enums import InvoiceKind, InvoiceStatus, PaymentMeans
from invoicing.models import Allocation, Customer, Invoice, Payment, Settlement
from invoicing.queries import (
    accounts_now,
    already_cashed,
    cashed_with,
    open_settlements,
    parts_still_due,
    shares_taken_back,
    vat_waits,
    written_off,
)
from invoicing.rules.allocation import oldest_first
from invoicing.rules.numbers import fingerprint
from invoicing.rules.receipts import Cashed, Received, newly_cashed
from invoicing.rules.retentions import still_held
from invoicing.rules.totals import Vat

CHAIN = "chaîne des encaissements"

NO_ORIGIN = Origin()


@transaction.atomic
def record_payment(
    invoice: Invoice,
    *,
    amount: Decimal,
    received_on: date,
    means: PaymentMeans | str,
    reference: str = "",
    origin: Origin = NO_ORIGIN,
    keeps_surplus: bool = False,
    shares: Mapping[Vat, Decimal] | None = None,
    by: Membership,
) -> Payment:
    """Write money received on an invoice, whole or part, and what it makes due.

    VAT that waited for this money falls due, and the contribution is taken where the rule says
    at cash-in: pro rata, the last receipt takes what remains.

    :param keeps_surplus: what goes beyond the invoice stays as a credit of the customer.
    :param shares: EUR with VAT of each rate it settles, where it is not pro rata.
    :raises ActionRefused: `not_issued`, `bad_amount`, `already_paid`, `too_much`,
        `paid_before_issue`, `received_later`, `waits_for_deposit`, `account_closed`,
        those of `checked_shares`; `closed_period`, from the ledger.
    """
    with as_cooperative():
        (settlement,) = locked_settlements([invoice])
        _check_amount(amount)
        if settlement.remaining <= 0:
            raise ActionRefused("Cette facture est déjà soldée.", code="already_paid")
        if amount > settlement.remaining and not keeps_surplus:
            raise ActionRefused(
                f"Il ne reste que {euros(settlement.remaining)} à régler sur cette facture. "
                "Enregistrez au plus ce montant, ou gardez le surplus en crédit du client.",
                code="too_much",
            )
        return _received(
            settlement.invoice.customer,
            amount=amount,
            parts=[(settlement, min(amount, settlement.remaining))],
            shares={settlement.invoice_id: shares} if shares else {},
            received_on=received_on,
            means=means,
            reference=reference,
            origin=origin,
            by=by,
        )


@transaction.atomic
def receive_payment(
    customer: Customer,
    *,
    amount: Decimal,
    received_on: date,
    means: PaymentMeans | str,
    reference: str = "",
    origin: Origin = NO_ORIGIN,
    parts: Mapping[int, Decimal] | None = None,
    shares: Mapping[int, Mapping[Vat, Decimal]] | None = None,
    by: Membership,
) -> Payment:
    """Write money that settles several invoices of a customer, or none yet.

    :param parts: EUR for each invoice, by id; None settles the oldest first, empty is an
        advance. What settles nothing stays as a credit of the customer (4191).
    :param shares: EUR with VAT of each rate, for the invoices where it is not pro rata, by id.
    :raises ActionRefused: `not_issued`, `bad_amount`, `too_much`, `parts_too_large`,
        `other_customer`, `paid_before_issue`, `received_later`, `waits_for_deposit`,
        `account_closed`, those of `checked_shares`; `closed_period`.
    """
    _check_amount(amount)
    with as_cooperative():
        return _received(
            customer,
            amount=amount,
            parts=chosen_parts(customer, amount=amount, parts=parts),
            shares=shares or {},
            received_on=received_on,
            means=means,
            reference=reference,
            origin=origin,
            by=by,
        )


def chosen_parts(
    customer: Customer,
    *,
    amount: Decimal,
    parts: Mapping[int, Decimal] | None,
    with_retentions: bool = True,
) -> list[tuple[Settlement, Decimal]]:
    """Lock the invoices that `amount` settles, and return what each gets.

    :param with_retentions: what is left, nothing said, pays what is kept of works too.

    :raises ActionRefused: `not_issued`, `other_customer`, `bad_amount`, `too_much`,
        `parts_too_large`.
    """
    if parts is None:
        due = list(open_settlements(customer).select_for_update(of=("self",)))
        return _oldest_first(amount, due, with_retentions=with_retentions)
    invoices = Invoice.objects.filter(pk__in=parts)
    if len(invoices) != len(parts) or any(i.customer_id != customer.pk for i in invoices):
        raise ActionRefused(
            f"Une de ces factures n’est pas à {customer.name}. Choisissez parmi les siennes.",
            code="other_customer",
        )
    chosen = []
    for settlement in locked_settlements(invoices):
        share = parts[settlement.invoice_id]
        _check_amount(share)
        if share > settlement.remaining:
            raise ActionRefused(
                f"Il ne reste que {euros(max(settlement.remaining, ZERO))} à régler sur "
                f"{settlement.invoice.number}. Réduisez sa part.",
                code="too_much",
            )
        chosen.append((settlement, share))
    if sum((share for _, share in chosen), ZERO) > amount:
        raise ActionRefused(
            f"Les parts dépassent les {euros(amount)} à imputer. Réduisez-en une.",
            code="parts_too_large",
        )
    return chosen


def _oldest_first(
    amount: Decimal, due: Sequence[Settlement], *, with_retentions: bool
) -> list[tuple[Settlement, Decimal]]:
    """Share an amount: all that may be asked for first, then what is kept of works."""
    asked = oldest_first(amount, [settlement.claimable for settlement in due])
    left = amount - sum(asked, ZERO) if with_retentions else ZERO
    kept = oldest_first(left, [settlement.held for settlement in due])
    shares = [one + other for one, other in zip(asked, kept, strict=True)]
    return [(s, share) for s, share in zip(due, shares, strict=True) if share]


def locked_settlements(invoices: Iterable[Invoice]) -> list[Settlement]:
    """Return what issued invoices are owed, held until the transaction ends, oldest first.

    :raises ActionRefused: `not_issued`.
    """
    wanted = list(invoices)
    found = list(
        Settlement.objects.select_for_update(of=("self",))
        .select_related("invoice")
        .filter(invoice__in=wanted)
        .order_by("due_on", "invoice_id")
    )
    if len(found) != len(wanted) or any(
        s.invoice.status != InvoiceStatus.ISSUED or s.invoice.kind == InvoiceKind.CREDIT_NOTE
        for s in found
    ):
        raise ActionRefused(
            "On n’encaisse que sur une facture émise. Émettez-la d’abord.", code="not_issued"
        )
    return found


def settle(
    payment: Payment,
    settlement: Settlement,
    *,
    amount: Decimal,
    shares: Mapping[Vat, Decimal] | None = None,
    on: date | None = None,
    by: Membership,
) -> Allocation:
    """Settle an invoice with part of a payment, and post both what it pays and what falls due.

    :param amount: EUR; negative takes back what the payment had settled.
    :param shares: what it settles of each VAT rate, where somebody says it; pro rata otherwise.
    :param on: the day a credit of the customer meets the invoice; None at the very receipt.
    """
    invoice = settlement.invoice
    if payment.is_gap:
        cashed, waived = Cashed(ZERO, ZERO), _waived(payment, invoice, takes_back=amount < 0)
    else:
        if amount < 0:
            shares = shares_taken_back(payment.pk, invoice, amount)
        elif shares:
            shares = checked_shares(settlement, amount, shares)
        cashed, waived = _cashed(settlement, Received(amount, shares or {})), ZERO
    allocation = Allocation.objects.create(
        activity=payment.activity,
        payment=payment,
        invoice=invoice,
        amount=amount,
        net=cashed.net,
        vat_due=cashed.vat_due,
        vat_waived=waived,
        dated_on=on,
    )
    keep_shares(allocation, shares or {})
    remaining = settlement.remaining
    assert remaining is not None
    held = still_held(remaining, settlement.retained) - still_held(
        remaining - amount, settlement.retained
    )
    settlement.paid += amount
    settlement.remaining = remaining - amount
    analytic = invoice.activity.analytic
    entry = posting.settlement_entry(
        allocation,
        payment,
        invoice,
        customers=accounts_now(invoice).customers,
        vat_due=cashed.vat_due if vat_waits(invoice) else ZERO,
        held=held,
        analytic=analytic.code,
    )
    ledger.post(entry, by=by)
    levy_with(entry, analytic, moment=ContributionBasis.CASHED, basis=cashed.net, of=invoice, by=by)
    if not payment.is_gap:
        follow_money(invoice, key=f"allocation-{allocation.pk}")
        audit.record("invoice.paid", invoice, by=by, after={"amount": amount, "on": entry.date})
    return allocation


def _cashed(settlement: Settlement, received: Received) -> Cashed:
    """Return what money on an invoice means, all that came so far together."""
    invoice = settlement.invoice
    unpaid, _ = written_off(invoice)
    paid = settlement.paid - unpaid + received.amount
    return newly_cashed(already_cashed(invoice), cashed_with(invoice, paid, more=received))


def _waived(payment: Payment, invoice: Invoice, *, takes_back: bool) -> Decimal:
    """Return the VAT of services that waited for the last of an invoice, which never comes.

    VAT on receipts is due on what is received and on nothing else (CGI art. 269, 2 c). That of
    goods was due at delivery: it stays due, and the loss is with VAT.
    """
    if takes_back:
        given_up = payment.allocations.filter(invoice=invoice)
        return -given_up.aggregate(vat=Sum("vat_waived", default=ZERO))["vat"]
    if not vat_waits(invoice):
        return ZERO
    waiting = sum((part.tax for part in parts_still_due(invoice) if part.waits), ZERO)
    return waiting - already_cashed(invoice).vat_due - written_off(invoice)[1]


def chained(payment: Payment) -> Payment:
    """Give the payment its rank, its instant and its fingerprint, then write it.

    The counter is held until commit: ranks and instants go up together.

    Source: CGI art. 286, I, 3° bis.
    """
    payment.chain_rank, previous = next_link(Payment, chain=CHAIN)
    payment.recorded_at = timezone.now()
    payment.fingerprint = fingerprint(payment.facts, previous=previous)
    payment.save()
    return payment


def check_day(day: date) -> None:
    """Refuse a day still to come.

    :raises ActionRefused: `received_later`.
    """
    if day > timezone.localdate():
        raise ActionRefused(
            f"Le {french_date(day)} n’est pas encore venu. Vérifiez la date.",
            code="received_later",
        )


def _received(
    customer: Customer,
    *,
    amount: Decimal,
    parts: list[tuple[Settlement, Decimal]],
    shares: Mapping[int, Mapping[Vat, Decimal]],
    received_on: date,
    means: PaymentMeans | str,
    reference: str,
    origin: Origin,
    by: Membership,
) -> Payment:
    check_day(received_on)
    if set(shares) - {settlement.invoice_id for settlement, _ in parts}:
        raise ActionRefused(
            "Des parts par taux sont dites d’une facture que ce règlement ne solde pas. "
            "Retirez-les.",
            code="shares_of_nothing",
        )
    for settlement, _ in parts:
        _check_issued_before(settlement.invoice, received_on)
    accounts = accounts_of(customer.activity.analytic)
    name_in_books(customer, accounts.party_prefix, by=by)
    payment = chained(
        Payment(
            activity=customer.activity,
            customer=customer,
            customer_name=customer.name,
            amount=amount,
            account=account_of(
                PaymentMeans(means), origin.bank_account, on=received_on, usual=accounts.bank
            ),
            received_on=received_on,
            means=means,
            reference=reference.strip()[:80],
            issuer=_other_than(customer, origin.issuer),
            issuer_bank=" ".join(origin.issuer_bank.split())[:60],
            bank_account=origin.bank_account,
            recorded_by=by,
        )
    )
    for settlement, share in parts:
        said = shares.get(settlement.invoice_id)
        settle(payment, settlement, amount=share, shares=said, by=by)
    surplus = amount - sum((share for _, share in parts), ZERO)
    if surplus:
        ledger.post(
            posting.credit_entry(payment, amount=surplus, analytic=customer.activity.analytic.code),
            by=by,
        )
    _trace(payment, parts=parts, surplus=surplus, by=by)
    return payment


def _other_than(customer: Customer, issuer: str) -> str:
    issuer = " ".join(issuer.split())[:120]
    return "" if issuer.casefold() == customer.name.casefold() else issuer


def _trace(
    payment: Payment,
    *,
    parts: list[tuple[Settlement, Decimal]],
    surplus: Decimal,
    by: Membership,
) -> None:
    after: dict[str, Any] = {
        "amount": payment.amount,
        "invoice": ", ".join(str(settlement.invoice.number) for settlement, _ in parts),
        "received_on": payment.received_on,
    }
    if surplus:
        after["credit"] = surplus
    audit.record("payment.recorded", payment, by=by, after=after)
    outbox.enqueue(
        "invoicing.tasks.mail_payment_received",
        key=f"payment-mail:{payment.pk}",
        payment_id=payment.pk,
    )


def _check_amount(amount: Decimal) -> None:
    if amount <= 0:
        raise ActionRefused("Écrivez le montant reçu, plus grand que zéro.", code="bad_amount")


def _check_issued_before(invoice: Invoice, received_on: date) -> None:
    assert invoice.issued_on is not None
    if received_on < invoice.issued_on:
        raise ActionRefused(
            f"La facture {invoice.number} date du {french_date(invoice.issued_on)}\u00a0: un "
            "règlement ne peut pas venir avant. Vérifiez la date, ou enregistrez une avance du "
            "client puis imputez-la.",
            code="paid_before_issue",
        )
