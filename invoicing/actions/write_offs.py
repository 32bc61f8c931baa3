"""A few cents that nobody will ask for, or give back: settled without money, chained with it.

What is lost of an invoice goes to 658, what is kept of a credit to 758. Neither is a receipt: no
turnover is cashed, no VAT falls due, and closings count them apart (docs/payments.md).
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction

from accounting.actions.checks import check_now
from cae.core import audit
from cae.core.models import Cooperative, Membership
from cae.core.money import ZERO, euros
from cae.core.tenancy import as_cooperative, current_tenant_id
from cae.core.workflow import ActionRefused
from invoicing.actions.credits import draw_credit, reverse_payment
from invoicing.actions.payments import chained, check_day, locked_settlements, settle
from invoicing.enums import PaymentMeans
from invoicing.models import Customer, Invoice, Payment
from invoicing.models.payments import KEPT, LOST
from invoicing.queries import gaps_on, written_off


@transaction.atomic
def write_off_invoice(invoice: Invoice, *, on: date, by: Membership) -> Payment:
    """Settle the little that is left of an invoice: the activity loses it.

    :raises ActionRefused: `not_issued`, `already_paid`, `retention_runs`, `gap_too_large`,
        `written_off_before`, `received_later`; `closed_period`, from the ledger.
    """
    check_day(on)
    with as_cooperative():
        (settlement,) = locked_settlements([invoice])
        left = settlement.remaining
        assert left is not None and settlement.invoice.issued_on is not None
        if left <= 0:
            raise ActionRefused(
                "Cette facture est déjà soldée\u00a0: il n’y a rien à abandonner.",
                code="already_paid",
            )
        if settlement.held:
            raise ActionRefused(
                f"Une retenue de garantie de {euros(settlement.held)} court encore sur cette "
                "facture. Attendez qu’elle soit libérée.",
                code="retention_runs",
            )
        if on < settlement.invoice.issued_on:
            raise ActionRefused(
                "Un écart ne se solde pas avant la facture. Choisissez une date plus tardive.",
                code="written_off_before",
            )
        _check_little(left + written_off(invoice)[0])
        customer = settlement.invoice.customer
        gap = chained(_gap(customer, left, account=LOST, on=on, by=by))
        settle(gap, settlement, amount=left, by=by)
        check_now("invoicing.Payment:settles_whole")
    audit.record(
        "payment.written_off", gap, by=by, after={"amount": left, "invoice": invoice.number}
    )
    return gap


@transaction.atomic
def write_off_credit(customer: Customer, *, on: date, by: Membership) -> Payment:
    """Keep the little that a customer paid too much: the activity gains it.

    :raises ActionRefused: `no_credit`, `gap_too_large`, `received_later`; `closed_period`.
    """
    check_day(on)
    with as_cooperative():
        credit = draw_credit(
            customer,
            lambda amount: _gap(customer, -_check_little(amount), account=KEPT, on=on, by=by),
            on=on,
            by=by,
        )
    audit.record("payment.written_off", credit, by=by, after={"amount": credit.amount})
    return credit


def take_back_gaps(invoice: Invoice, *, on: date, by: Membership) -> None:
    """Cancel what was settled without money, before a credit note says what is owed instead.

    Otherwise the credit note would leave the customer a credit for money that never came.
    """
    for gap in gaps_on(invoice):
        reverse_payment(gap, on=max(on, gap.received_on), reason="Avoir sur la facture", by=by)


def _check_little(amount: Decimal) -> Decimal:
    most = Cooperative.objects.get(pk=current_tenant_id()).write_off_ceiling
    if not most:
        raise ActionRefused(
            "La coopérative ne solde aucune petite différence. Leur plafond est dans ses "
            "réglages, «\u00a0Encaissements\u00a0».",
            code="gap_too_large",
        )
    if amount > most:
        raise ActionRefused(
            f"{euros(amount)}, c’est plus que les {euros(most)} qu’on solde sans argent. "
            "Relancez le client ou faites un avoir\u00a0; un crédit se rend.",
            code="gap_too_large",
        )
    return amount


def _gap(customer: Customer, amount: Decimal, *, account: str, on: date, by: Membership) -> Payment:
    return Payment(
        activity=customer.activity,
        customer=customer,
        customer_name=customer.name,
        amount=amount,
        account=account,
        received_on=on,
        means=PaymentMeans.GAP,
        reason="Petite différence" if amount < ZERO else "",
        recorded_by=by,
    )
