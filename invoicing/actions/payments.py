"""Money received from customers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting.enums import ContributionBasis
from cae.core import audit
from cae.core.models import Membership
from cae.core.money import ZERO, euros
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.tenancy import as_cooperative
from cae.core.workflow import ActionRefused
from invoicing import posting
from invoicing.actions.locking import locked
from invoicing.enums import InvoiceKind, InvoiceStatus, PaymentMeans
from invoicing.models import Allocation, Invoice, Payment, Settlement
from invoicing.queries import already_cashed, parts_still_due, settlement_of, vat_waits
from invoicing.rules.numbers import fingerprint
from invoicing.rules.receipts import cashed_so_far, newly_cashed

CHAIN = "chaîne des encaissements"


@transaction.atomic
def record_payment(
    invoice: Invoice,
    *,
    amount: Decimal,
    received_on: date,
    means: PaymentMeans | str,
    reference: str = "",
    by: Membership,
) -> Payment:
    """Write money received on an invoice, whole or part, and what it makes due.

    VAT that waited for this money falls due, and the contribution is taken where the rule says
    at cash-in: pro rata, the last receipt takes what remains.

    :raises ActionRefused: `not_issued`, `bad_amount`, `already_paid`, `too_much`,
        `paid_before_issue`; `period_closed`, from the ledger.
    """
    invoice = locked(invoice)
    _check(invoice, amount=amount, received_on=received_on)
    with as_cooperative():
        settlement = settlement_of(invoice, lock=True)
        assert settlement is not None
        _check_remaining(settlement, amount=amount)
        payment = _chained(
            Payment(
                activity=invoice.activity,
                customer=invoice.customer,
                amount=amount,
                received_on=received_on,
                means=means,
                reference=reference.strip()[:80],
                recorded_by=by,
                recorded_at=timezone.now(),
            ),
            invoice=invoice,
        )
        payment.save()
        _allocate(payment, settlement, by=by)
    audit.record(
        "payment.recorded",
        payment,
        by=by,
        after={"amount": amount, "invoice": invoice.number, "received_on": received_on},
    )
    audit.record(
        "invoice.paid", invoice, by=by, after={"amount": amount, "received_on": received_on}
    )
    return payment


def _check(invoice: Invoice, *, amount: Decimal, received_on: date) -> None:
    if invoice.status != InvoiceStatus.ISSUED or invoice.kind == InvoiceKind.CREDIT_NOTE:
        raise ActionRefused(
            "On n’encaisse que sur une facture émise. Émettez-la d’abord.", code="not_issued"
        )
    if amount <= 0:
        raise ActionRefused("Écrivez le montant reçu, plus grand que zéro.", code="bad_amount")
    assert invoice.issued_on is not None
    if received_on < invoice.issued_on:
        raise ActionRefused(
            f"Cette facture date du {french_date(invoice.issued_on)}\u00a0: un règlement ne peut "
            "pas venir avant. Vérifiez la date.",
            code="paid_before_issue",
        )


def _check_remaining(settlement: Settlement, *, amount: Decimal) -> None:
    if settlement.remaining <= 0:
        raise ActionRefused("Cette facture est déjà soldée.", code="already_paid")
    if amount > settlement.remaining:
        raise ActionRefused(
            f"Il ne reste que {euros(settlement.remaining)} à régler sur cette facture. "
            "Enregistrez au plus ce montant.",
            code="too_much",
        )


def _chained(payment: Payment, *, invoice: Invoice) -> Payment:
    """Give the payment its rank and its fingerprint (CGI art. 286, I, 3° bis)."""
    payment.chain_rank = next_number(CHAIN, year=0)
    previous = (
        Payment.objects.filter(chain_rank=payment.chain_rank - 1)
        .values_list("fingerprint", flat=True)
        .first()
    )
    assert (previous is None) == (payment.chain_rank == 1), "the chain of payments is broken"
    payment.fingerprint = fingerprint(payment.facts, previous=previous or "")
    return payment


def _allocate(payment: Payment, settlement: Settlement, *, by: Membership) -> None:
    """Settle the invoice with the payment, and post both what it pays and what falls due."""
    invoice = settlement.invoice
    cashed = newly_cashed(
        already_cashed(invoice),
        cashed_so_far(settlement.paid + payment.amount, parts_still_due(invoice)),
    )
    Allocation.objects.create(
        activity=payment.activity,
        payment=payment,
        invoice=invoice,
        amount=payment.amount,
        net=cashed.net,
        vat_due=cashed.vat_due,
    )
    analytic = invoice.activity.analytic
    entry = posting.receipt_entry(
        payment,
        invoice,
        amount=payment.amount,
        net=cashed.net,
        vat_due=cashed.vat_due if vat_waits(invoice) else ZERO,
        analytic=analytic.code,
    )
    ledger.post(entry, by=by)
    ledger.levy_contribution(
        analytic,
        moment=ContributionBasis.CASHED,
        basis=cashed.net,
        on=payment.received_on,
        piece=invoice.number or "",
        posting_key=f"{entry.posting_key}:contribution",
        by=by,
    )
