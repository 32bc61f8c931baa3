"""The file of transfers a bank reads: pain.001.001.09."""

from __future__ import annotations

import re

from accounting.documents.transfers import CreditTransfers
from payroll.models import TransferBatch

#: Letters every bank takes (EPC 217-08); accents are taken off before.
_REFUSED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def transfers_xml(batch: TransferBatch) -> bytes:
    """Return the file of a batch, the same to the byte each time."""
    document = CreditTransfers(
        batch.number,
        made_at=batch.made_at,
        debtor=_plain(batch.debtor_name)[:70],
        iban=batch.debtor_iban,
        bic=batch.debtor_bic,
        clean=True,
    )
    return document.of(
        {
            "name": _plain(transfer.holder)[:70],
            "IBAN": transfer.iban,
            "amount": int(transfer.amount.scaleb(2)),
            "execution_date": batch.pay_on,
            "description": _plain(transfer.reference),
            "endtoend_id": f"{batch.number}-{transfer.payslip_id}",
        }
        for transfer in batch.transfers.order_by("id")
    )


def transfers_name(batch: TransferBatch) -> str:
    return f"virements-{batch.run.month:%Y-%m}-{batch.number}.xml"


def _plain(text: str) -> str:
    from text_unidecode import unidecode

    return _REFUSED.sub(" ", unidecode(text)).strip()
