"""What waits to be paid by transfer, and where a debt is on its way."""

from collections.abc import Collection, Iterable
from decimal import Decimal

from django.db.models import QuerySet

from accounting.enums import TransferState
from accounting.models import Transfer, TransferBatch
from cae.core.money import ZERO
from cae.core.tenancy import as_cooperative


def waiting_transfers() -> QuerySet[Transfer]:
    """Return what waits for a batch, the oldest debt first."""
    return Transfer.objects.filter(state=TransferState.WAITING).order_by("owed_since", "id")


def transfers_of(batch: TransferBatch) -> list[Transfer]:
    """Return what a batch holds, or held when it was cancelled, in the order of its file."""
    return list(Transfer.objects.filter(batch=batch).order_by("id"))


def total_of(transfers: Iterable[Transfer]) -> Decimal:
    """Return the sum of transfers, in EUR."""
    return sum((transfer.amount for transfer in transfers), ZERO)


def batch_of(debt: str) -> TransferBatch | None:
    """Return the live batch that pays a debt: open, at the bank or executed.

    Asked for the person who is owed, who reads of it only what their own page says: whoever
    calls has already checked that the debt is theirs.
    """
    with as_cooperative():
        return debts_in_batches([debt]).get(debt)


def debts_in_batches(debts: Collection[str]) -> dict[str, TransferBatch]:
    """Return the live batch of each of these debts that is in one."""
    found = Transfer.objects.filter(debt__in=debts, batch__isnull=False).exclude(
        state=TransferState.CANCELLED
    )
    return {
        transfer.debt: transfer.batch
        for transfer in found.prefetch_related("batch")
        if transfer.batch
    }
