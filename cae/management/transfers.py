"""The transfers of each night: batches, their files, what they paid and what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from accounting.documents.transfers import faults_of
from accounting.enums import BatchState, TransferState
from accounting.models import Transfer, TransferBatch, TransferFile
from cae.core.money import ZERO
from cae.management.counting import differs, one_by_one, posted_to, sums_by
from invoicing.actions.transfers import debt_of
from invoicing.enums import ExpenseSheetStatus
from invoicing.models import ExpenseSheet

_BANK = "512"


def wrong_batches() -> Iterator[str]:
    """A batch is its transfers and its file; executed, its entries; each debt is where it says."""
    held = sums_by("batch_id", "amount", Transfer.objects.exclude(batch=None))
    for batch in TransferBatch.objects.exclude(number=None).order_by("id"):
        if held.get(batch.pk, ZERO) != batch.total:
            found = held.get(batch.pk, ZERO)
            yield differs(f"lot {batch.number}", "ses virements", found, batch.total)
        yield from _wrong_file(batch)
    yield from _wrong_refunds()


def _wrong_file(batch: TransferBatch) -> Iterator[str]:
    file = TransferFile.objects.filter(batch=batch).first()
    if file is None:
        yield f"lot {batch.number} : son fichier manque"
        return
    content = file.content.encode()
    if sha256(content).hexdigest() != file.sha256:
        yield f"lot {batch.number} : son fichier est modifié"
    for fault in faults_of(content, count=batch.transfer_count, total=batch.total):
        yield f"lot {batch.number} : {fault}"


def _wrong_refunds() -> Iterator[str]:
    live = {
        transfer.debt: transfer
        for transfer in one_by_one(Transfer.objects.exclude(state=TransferState.CANCELLED))
    }
    posted = posted_to("sheet:", _BANK, ends="refunded")
    for sheet in one_by_one(ExpenseSheet.objects.exclude(number=None).order_by("id")):
        transfer = live.pop(debt_of(sheet), None)
        is_owed = sheet.status == ExpenseSheetStatus.APPROVED
        if transfer is None:
            if is_owed:
                yield f"note {sheet} : approuvée, son virement n’attend nulle part"
        elif transfer.amount != sheet.gross:
            yield differs(f"note {sheet}", "son virement", transfer.amount, sheet.gross)
        elif (transfer.state == TransferState.PAID) == is_owed:
            yield f"note {sheet} : son virement est {transfer.get_state_display().lower()}"
        elif transfer.state == TransferState.PAID and posted.get(sheet.pk) != -transfer.amount:
            found = -posted.get(sheet.pk, ZERO)
            yield differs(f"note {sheet}", "la banque au grand livre", found, transfer.amount)
    executed = TransferBatch.objects.filter(state=BatchState.EXECUTED)
    ids = set(executed.values_list("pk", flat=True))
    for transfer in one_by_one(Transfer.objects.exclude(batch=None).order_by("id")):
        if (transfer.state == TransferState.PAID) != (transfer.batch_id in ids):
            yield f"virement {transfer} : son lot ne dit pas la même chose"
