"""Taking cheques and cash to the bank: a deposit is filled, then closed for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from accounting import actions as ledger
from accounting.queries import accounts_of
from cae.core import audit, outbox
from cae.core.models import Membership
from cae.core.money import ZERO
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused
from entrepreneurs.models import BankAccount
from invoicing import posting
from invoicing.actions.banking import booked_on
from invoicing.actions.locking import locked
from invoicing.actions.payments import check_day
from invoicing.enums import PaymentMeans
from invoicing.models import BankDeposit, DepositedItem, Payment
from invoicing.models.deposits import DEPOSITED
from invoicing.queries import held_in, waiting_for_deposit
from invoicing.rules.numbers import DEPOSIT_PREFIX, document_number


@transaction.atomic
def fill_deposit(
    means: PaymentMeans | str, payments: Iterable[Payment], *, by: Membership
) -> BankDeposit:
    """Put payments in the open deposit of their means; open one where there is none.

    :raises ActionRefused: `not_deposited`, `nothing_chosen`, `not_waiting`.
    """
    if means not in DEPOSITED:
        raise ActionRefused(
            "On ne remet en banque que des chèques ou des espèces. Choisissez l’un ou l’autre.",
            code="not_deposited",
        )
    wanted = [payment.pk for payment in payments]
    if not wanted:
        raise ActionRefused(
            "Cochez au moins un règlement à mettre dans la remise.", code="nothing_chosen"
        )
    deposit, is_new = BankDeposit.objects.select_for_update().get_or_create(
        means=means, closed_at=None, defaults={"opened_by": by}
    )
    # In the order of their ids, as the database holds them one by one.
    held = set(
        Payment.objects.select_for_update(no_key=True)
        .filter(pk__in=wanted)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    waiting = set(waiting_for_deposit(means).filter(pk__in=held).values_list("pk", flat=True))
    if waiting != set(wanted):
        raise ActionRefused(
            "Un de ces règlements est déjà dans une remise, a été contre-passé, ou n’est pas de "
            "ce moyen. Rechargez la page et choisissez à nouveau.",
            code="not_waiting",
        )
    DepositedItem.objects.bulk_create(
        DepositedItem(deposit=deposit, payment_id=pk) for pk in sorted(waiting)
    )
    if is_new:
        audit.record("deposit.opened", deposit, by=by, after={"means": deposit.get_means_display()})
    return deposit


@transaction.atomic
def take_out(deposit: BankDeposit, payment: Payment, *, by: Membership) -> BankDeposit:
    """Take a payment out of an open deposit: it waits for another.

    :raises ActionRefused: `deposit_closed`, `not_in_deposit`.
    """
    deposit = _open(deposit)
    removed, _ = DepositedItem.objects.filter(deposit=deposit, payment=payment).delete()
    if not removed:
        raise ActionRefused(
            "Ce règlement n’est plus dans cette remise. Rechargez la page.", code="not_in_deposit"
        )
    return deposit


@transaction.atomic
def close_deposit(
    deposit: BankDeposit, *, on: date, bank_account: BankAccount | None = None, by: Membership
) -> BankDeposit:
    """Number and lock a deposit the bank has received, and take its money to the bank.

    :param bank_account: the one it was taken to; that of the settings when None.
    :raises ActionRefused: `deposit_closed`, `empty_deposit`, `before_receipt`,
        `received_later`, `account_closed`; `closed_period`, from the ledger.
    """
    check_day(on)
    deposit = _open(deposit)
    payments = held_in(deposit)
    _check_closable(payments, on=on)
    cooperative = deposit.tenant
    deposit.total = sum((payment.amount for payment in payments), ZERO)
    deposit.item_count = len(payments)
    deposit.banked_on = on
    deposit.holder = cooperative.name
    deposit.iban = (bank_account or cooperative).iban
    deposit.account = booked_on(bank_account, on=on, usual=accounts_of(None).bank)
    deposit.closed_by = by
    deposit.closed_at = timezone.now()
    rank = next_number(f"{DEPOSIT_PREFIX}-{on.year}", year=on.year)
    deposit.number = document_number(DEPOSIT_PREFIX, year=on.year, rank=rank)
    deposit.save()
    ledger.post(posting.deposit_entry(deposit, _amounts(payments)), by=by)
    audit.record(
        "deposit.closed",
        deposit,
        by=by,
        after={"number": deposit.number, "total": deposit.total},
    )
    outbox.enqueue(
        "invoicing.tasks.produce_deposit_slip",
        key=f"deposit-slip:{deposit.pk}",
        deposit_id=deposit.pk,
    )
    return deposit


def _open(deposit: BankDeposit) -> BankDeposit:
    deposit = locked(deposit)
    if not deposit.is_open:
        raise ActionRefused(
            f"La remise {deposit.number} est fermée\u00a0: elle est à la banque. Un chèque revenu "
            "impayé se contre-passe.",
            code="deposit_closed",
        )
    return deposit


def _check_closable(payments: Sequence[Payment], *, on: date) -> None:
    if not payments:
        raise ActionRefused(
            "Cette remise est vide. Ajoutez-y au moins un règlement.", code="empty_deposit"
        )
    latest = max(payment.received_on for payment in payments)
    if on < latest:
        raise ActionRefused(
            f"Un de ces règlements a été reçu le {french_date(latest)}\u00a0: la remise ne peut "
            "pas dater d’avant.",
            code="before_receipt",
        )


def _amounts(payments: Iterable[Payment]) -> list[tuple[str, str, Decimal]]:
    """Return what each activity takes to the bank: analytic code, waiting account, EUR."""
    amounts: dict[tuple[str, str], Decimal] = {}
    for payment in payments:
        key = (payment.activity.analytic.code, payment.account)
        amounts[key] = amounts.get(key, ZERO) + payment.amount
    return [(*key, amount) for key, amount in sorted(amounts.items())]
