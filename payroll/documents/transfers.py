"""The file of transfers a bank reads: pain.001.001.09."""

from __future__ import annotations

import re

from django.utils.timezone import localtime
from sepaxml import SepaTransfer

from payroll.models import TransferBatch

SCHEMA = "pain.001.001.09"

#: Letters every bank takes (EPC 217-08); accents are taken off before.
_REFUSED = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def transfers_xml(batch: TransferBatch) -> bytes:
    """Return the file of a batch, the same to the byte each time."""
    document = _Batch(batch)
    for transfer in batch.transfers.order_by("id"):
        document.add_payment(
            {
                "name": _plain(transfer.holder)[:70],
                "IBAN": transfer.iban,
                "amount": int(transfer.amount.scaleb(2)),
                "execution_date": batch.pay_on,
                "description": _plain(transfer.reference),
                "endtoend_id": f"{batch.number}-{transfer.payslip_id}",
            }
        )
    return document.export(validate=False)


def transfers_name(batch: TransferBatch) -> str:
    return f"virements-{batch.run.month:%Y-%m}-{batch.number}.xml"


class _Batch(SepaTransfer):
    """The library draws identifiers at random and reads the clock: a batch has its own."""

    def __init__(self, batch: TransferBatch) -> None:
        self.batch = batch
        config = {
            "name": _plain(batch.debtor_name)[:70],
            "IBAN": batch.debtor_iban,
            "batch": True,
            "currency": "EUR",
        }
        if batch.debtor_bic:
            config["BIC"] = batch.debtor_bic
        super().__init__(config, SCHEMA)

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        made_at = localtime(self.batch.made_at).strftime("%Y-%m-%dT%H:%M:%S")
        own = {"MsgId": self.batch.number, "PmtInfId": self.batch.number, "CreDtTm": made_at}
        for tag, text in own.items():
            for node in self._xml.iter(tag):
                node.text = text


def _plain(text: str) -> str:
    from text_unidecode import unidecode

    return _REFUSED.sub(" ", unidecode(text)).strip()
