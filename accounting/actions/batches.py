"""Batches of transfers: filled, closed with their file, then what the bank did of them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone
from django.utils.timezone import localtime

from accounting import queries, rules
from accounting.actions.checks import check_now
from accounting.actions.entries import post_all
from accounting.actions.transfers import (
    PAYEE,
    by_kind,
    check_payees,
    check_unchanged,
    payees_of,
    settle,
)
from accounting.documents.transfers import faults_of, transfers_name, transfers_xml
from accounting.enums import BatchState, TransferState
from accounting.models import Transfer, TransferBatch, TransferFile
from accounting.rules.transfers import FURTHEST_DAYS, LONGEST_NAME
from cae.core import audit
from cae.core.models import Membership
from cae.core.numbering import next_number
from cae.core.periods import french_date
from cae.core.workflow import ActionRefused

PREFIX = "SEPA"


@transaction.atomic
def fill_batch(chosen: Collection[int], *, by: Membership) -> TransferBatch:
    """Put waiting transfers in the open batch, with their payees of today; open one if none is.

    :raises ActionRefused: `nothing_chosen`, `not_waiting`, `no_iban`, `bad_iban`, `bad_holder`.
    """
    if not chosen:
        raise ActionRefused("Cochez au moins un virement à préparer.", code="nothing_chosen")
    batch, is_new = TransferBatch.objects.select_for_update().get_or_create(
        state=BatchState.OPEN, defaults={"opened_by": by}
    )
    waiting = list(
        Transfer.objects.select_for_update()
        .filter(pk__in=set(chosen), state=TransferState.WAITING)
        .order_by("pk")
    )
    if len(waiting) != len(set(chosen)):
        raise ActionRefused(
            "Un de ces virements est déjà dans un lot, ou n’est plus à faire. Rechargez la page "
            "et choisissez à nouveau.",
            code="not_waiting",
        )
    payees = payees_of(waiting)
    check_payees(waiting, payees)
    for transfer in waiting:
        _say(transfer, payees[transfer.debt])
        transfer.batch, transfer.state = batch, TransferState.PENDING
        transfer.save(update_fields=["batch", "state", *PAYEE])
    if is_new:
        audit.record("batch.opened", batch, by=by)
    audit.record("batch.filled", batch, by=by, after={"transfers": _named(waiting)})
    return batch


@transaction.atomic
def take_out_of_batch(batch: TransferBatch, transfer_pk: int, *, by: Membership) -> TransferBatch:
    """Take a transfer out of an open batch: it waits for another.

    :raises ActionRefused: `batch_closed`, `not_in_batch`.
    """
    batch = _held(batch)
    _check_open(batch)
    transfer = Transfer.objects.select_for_update().filter(batch=batch, pk=transfer_pk).first()
    if transfer is None:
        raise ActionRefused(
            "Ce virement n’est plus dans ce lot. Rechargez la page.", code="not_in_batch"
        )
    _free(transfer)
    audit.record("batch.taken_out", batch, by=by, before={"transfer": str(transfer)})
    return batch


@transaction.atomic
def close_batch(
    batch: TransferBatch,
    *,
    account: rules.DebitAccount,
    execute_on: date,
    on: date,
    by: Membership,
) -> TransferBatch:
    """Number and lock a batch, and make the file its bank executes on `execute_on`.

    :raises ActionRefused: `batch_closed`, `empty_batch`, `bad_day`, `bad_debit_account`,
        `payee_changed`, `wrong_file`.
    """
    batch = _held(batch)
    _check_open(batch)
    _check_asked(account, execute_on, on=on)
    transfers = queries.transfers_of(batch)
    if not transfers:
        raise ActionRefused("Ce lot est vide. Ajoutez-y au moins un virement.", code="empty_batch")
    check_unchanged(transfers)
    batch.holder, batch.iban, batch.bic = account.holder, account.iban, account.bic
    batch.account = account.account
    batch.execute_on = execute_on
    batch.transfer_count, batch.total = len(transfers), queries.total_of(transfers)
    batch.closed_by, batch.closed_at = by, timezone.now()
    rank = next_number(PREFIX, year=on.year)
    batch.number = f"{PREFIX}-{on.year}-{rank:04d}"
    _keep_file(batch, transfers)
    batch.state = BatchState.CLOSED
    batch.save()
    audit.record(
        "batch.closed",
        batch,
        by=by,
        after={"number": batch.number, "total": batch.total, "count": batch.transfer_count},
    )
    return batch


@transaction.atomic
def take_file(batch: TransferBatch, *, by: Membership) -> tuple[str, bytes]:
    """Return the name and the bytes of the file of a batch, and keep who took it.

    :raises ActionRefused: `not_closed`, `cancelled`.
    """
    batch = _held(batch)
    _check_at_the_bank(batch)
    file = TransferFile.objects.get(batch=batch)
    content = file.content.encode()
    assert sha256(content).hexdigest() == file.sha256, "a file of transfers was altered"
    if batch.is_closed and batch.taken_at is None:
        batch.taken_at = timezone.now()
        batch.save(update_fields=["taken_at"])
    audit.record("batch.downloaded", batch, by=by)
    return transfers_name(batch), content


@transaction.atomic
def execute_batch(
    batch: TransferBatch, *, executed_on: date, on: date, by: Membership
) -> TransferBatch:
    """Write that the bank executed a batch: each debt is paid, each activity bears its own.

    :raises ActionRefused: `not_closed`, `already_executed`, `cancelled`, `bad_executed_on`;
        `closed_period`, from the ledger.
    """
    batch = _held(batch)
    _check_at_the_bank(batch)
    if batch.state == BatchState.EXECUTED:
        assert batch.executed_on
        raise ActionRefused(
            f"Le lot {batch.number} est déjà noté exécuté par la banque le "
            f"{french_date(batch.executed_on)}\u00a0: il n’y a plus rien à faire.",
            code="already_executed",
        )
    assert batch.closed_at
    closed_on = localtime(batch.closed_at).date()
    if not closed_on <= executed_on <= on:
        raise ActionRefused(
            f"La banque a exécuté ce lot entre le {french_date(closed_on)}, jour où il a été "
            f"fermé, et le {french_date(on)}. Recopiez le jour du relevé.",
            code="bad_executed_on",
        )
    batch.state, batch.executed_on = BatchState.EXECUTED, executed_on
    batch.executed_by, batch.executed_at = by, timezone.now()
    batch.save(update_fields=["state", "executed_on", "executed_by", "executed_at"])
    transfers = list(
        Transfer.objects.filter(batch=batch).order_by("id").prefetch_related("account", "analytic")
    )
    Transfer.objects.filter(batch=batch).update(state=TransferState.PAID)
    check_now("accounting.TransferBatch:whole")
    for kind, debts in by_kind(transfers).items():
        settle(kind, debts, on=executed_on, by=by)
    post_all([_entry(batch, transfer, on=executed_on) for transfer in transfers], by=by)
    audit.record("batch.executed", batch, by=by, after={"on": executed_on, "total": batch.total})
    return batch


@transaction.atomic
def cancel_batch(batch: TransferBatch, *, reason: str, by: Membership) -> TransferBatch:
    """Cancel a batch the bank does not execute: it is kept, and its debts wait again.

    :raises ActionRefused: `reason_missing`, `already_executed`, `cancelled`.
    """
    why = " ".join(reason.split())[:200]
    if not why:
        raise ActionRefused(
            "Dites pourquoi ce lot est annulé\u00a0: la raison est gardée avec lui.",
            code="reason_missing",
        )
    batch = _held(batch)
    if batch.state == BatchState.CANCELLED:
        raise _cancelled(batch)
    if batch.state == BatchState.EXECUTED:
        assert batch.executed_on
        raise ActionRefused(
            f"La banque a exécuté ce lot le {french_date(batch.executed_on)}\u00a0: l’argent est "
            "parti. Un virement revenu se contre-passe en comptabilité.",
            code="already_executed",
        )
    transfers = list(Transfer.objects.select_for_update().filter(batch=batch).order_by("id"))
    was_open = batch.is_open
    if was_open:
        for transfer in transfers:
            _free(transfer)
    batch.state, batch.cancelled_for = BatchState.CANCELLED, why
    batch.cancelled_by, batch.cancelled_at = by, timezone.now()
    batch.save(update_fields=["state", "cancelled_for", "cancelled_by", "cancelled_at"])
    if not was_open:
        Transfer.objects.filter(batch=batch).update(state=TransferState.CANCELLED)
        Transfer.objects.bulk_create(_again(transfer) for transfer in transfers)
    check_now("accounting.TransferBatch:whole")
    audit.record("batch.cancelled", batch, by=by, after={"reason": why})
    return batch


_OWED = (
    "kind", "debt", "payee", "piece", "amount", "wording", "owed_since", "account_id",
    "analytic_id", "posting_key", "label",
)  # fmt: skip


def _named(transfers: Sequence[Transfer]) -> str:
    return ", ".join(str(transfer) for transfer in transfers)


def _held(batch: TransferBatch) -> TransferBatch:
    return TransferBatch.objects.select_for_update().get(pk=batch.pk)


def _check_open(batch: TransferBatch) -> None:
    if batch.state == BatchState.CANCELLED:
        raise _cancelled(batch)
    if not batch.is_open:
        raise ActionRefused(
            f"Le lot {batch.number} est fermé\u00a0: son fichier est fait, il ne change plus. "
            "Annulez-le pour le refaire.",
            code="batch_closed",
        )


def _check_at_the_bank(batch: TransferBatch) -> None:
    if batch.is_open:
        raise ActionRefused(
            "Ce lot est encore ouvert\u00a0: fermez-le, son fichier sera fait pour la banque.",
            code="not_closed",
        )
    if batch.state == BatchState.CANCELLED:
        raise _cancelled(batch)


def _cancelled(batch: TransferBatch) -> ActionRefused:
    return ActionRefused(
        f"Ce lot a été annulé\u00a0: {batch.cancelled_for}. Ses virements attendent un autre lot.",
        code="cancelled",
    )


def _check_asked(account: rules.DebitAccount, execute_on: date, *, on: date) -> None:
    if not on <= execute_on <= on + timedelta(days=FURTHEST_DAYS):
        raise ActionRefused(
            f"Le jour d’exécution est entre aujourd’hui et le "
            f"{french_date(on + timedelta(days=FURTHEST_DAYS))}. Choisissez-en un autre.",
            code="bad_day",
        )
    if not rules.has_right_key(account.iban) or not rules.sepa_text(account.holder, LONGEST_NAME):
        raise ActionRefused(
            "L’IBAN du compte à débiter manque, ou sa clé est fausse. Choisissez un autre compte, "
            "ou saisissez celui de la coopérative dans les réglages.",
            code="bad_debit_account",
        )


def _say(transfer: Transfer, payee: rules.Payee) -> None:
    for name, said in asdict(payee).items():
        setattr(transfer, name, said)


def _free(transfer: Transfer) -> None:
    _say(transfer, rules.Payee(holder="", iban=""))
    transfer.iban = None
    transfer.batch, transfer.state = None, TransferState.WAITING
    transfer.save(update_fields=["batch", "state", *PAYEE])


def _again(transfer: Transfer) -> Transfer:
    return Transfer(**{name: getattr(transfer, name) for name in _OWED})


def _keep_file(batch: TransferBatch, transfers: Sequence[Transfer]) -> None:
    content = transfers_xml(batch, transfers)
    faults = faults_of(content, count=batch.transfer_count, total=batch.total)
    if faults:
        raise ActionRefused(
            f"Aucun fichier n’est fait, la banque le refuserait\u00a0: {', '.join(faults)}. "
            "Retirez le virement en cause, ou prévenez l’assistance.",
            code="wrong_file",
        )
    TransferFile.objects.create(
        batch=batch, content=content.decode(), sha256=sha256(content).hexdigest()
    )


def _entry(batch: TransferBatch, transfer: Transfer, *, on: date) -> rules.DraftEntry:
    return rules.transfer_entry(
        posting_key=transfer.posting_key,
        piece=transfer.piece,
        label=transfer.label,
        party=transfer.payee,
        amount=transfer.amount,
        account=transfer.account.number,
        analytic=transfer.analytic.code,
        bank=batch.account,
        on=on,
    )
