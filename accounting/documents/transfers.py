"""The file of transfers a bank reads, pain.001.001.09, and what we check of it ourselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import sepaxml
from django.utils.timezone import localtime
from lxml import etree

from accounting.models import Transfer, TransferBatch
from accounting.rules.transfers import (
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_WORDING,
    has_right_key,
    sepa_text,
)
from cae.core.money import ZERO

SCHEMA = "pain.001.001.09"
_SPACE = {"p": f"urn:iso:std:iso:20022:tech:xsd:{SCHEMA}"}


def transfers_xml(batch: TransferBatch, transfers: Iterable[Transfer]) -> bytes:
    """Return the file of a batch that closes, the same to the byte each time it is made.

    :param transfers: with their payees, in the order of the file.
    """
    assert batch.number and batch.closed_at
    # The library's own transliteration writes « ndeg » for « n° »: ours comes first.
    return CreditTransfers(
        batch.number,
        made_at=batch.closed_at,
        debtor=sepa_text(batch.holder, LONGEST_NAME),
        iban=batch.iban,
        bic=batch.bic,
        clean=False,
    ).of(_payment(batch, transfer) for transfer in transfers)


def transfers_name(batch: TransferBatch) -> str:
    return f"virements-{batch.number}.xml"


def end_to_end_id(batch: TransferBatch, transfer: Transfer) -> str:
    """Return what names a transfer from bank to bank, up to the statement of the payee."""
    name = f"{batch.number}-{transfer.pk}"
    assert len(name) <= LONGEST_ID
    return name


def faults_of(content: bytes, *, count: int, total: Decimal) -> list[str]:
    """Return what is wrong with a file, in French; the schema accepts sums and keys that are not.

    :param count: how many transfers it must ask for, of `total` EUR in all.
    """
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError as error:
        return [f"le fichier est illisible ({error.msg})"]
    if not _schema().validate(root):
        return [f"le schéma {SCHEMA} le refuse ({_schema().error_log[0].message})"]
    return list(_faults(root, count=count, total=total))


def _faults(root: etree._Element, *, count: int, total: Decimal) -> Iterator[str]:
    amounts = [Decimal(text) for text in _texts(root, "//p:InstdAmt")]
    if sum(amounts, ZERO) != total:
        yield "le total de ses virements n’est pas celui du lot"
    if len(amounts) != count:
        yield "le nombre de ses virements n’est pas celui du lot"
    if any(Decimal(text) != total for text in _texts(root, "//p:CtrlSum")):
        yield "sa somme de contrôle est fausse"
    if any(text != str(count) for text in _texts(root, "//p:NbOfTxs")):
        yield "son nombre d’opérations est faux"
    if not all(has_right_key(text) for text in _texts(root, "//p:IBAN")):
        yield "un IBAN a une clé fausse"
    ids = _texts(root, "//p:EndToEndId")
    if len(set(ids)) != len(ids):
        yield "deux virements portent la même référence"
    if _texts(root, "//p:AdrLine"):
        yield "une adresse n’est pas structurée"
    says = _texts(root, "//p:Nm | //p:Ustrd | //p:PstlAdr/* | //p:EndToEndId | //p:MsgId")
    if any(sepa_text(text, len(text)) != text for text in says):
        yield "un texte a des lettres que les banques refusent"


def _texts(root: etree._Element, path: str) -> list[str]:
    found: Sequence[etree._Element] = root.xpath(path, namespaces=_SPACE)
    return [node.text or "" for node in found]


def _payment(batch: TransferBatch, transfer: Transfer) -> dict[str, object]:
    payment: dict[str, object] = {
        "name": sepa_text(transfer.holder, LONGEST_NAME),
        "IBAN": transfer.iban,
        "amount": transfer.cents,
        "execution_date": batch.execute_on,
        "description": sepa_text(transfer.wording, LONGEST_WORDING),
        "endtoend_id": end_to_end_id(batch, transfer),
    }
    if transfer.bic:
        payment["BIC"] = transfer.bic
    if transfer.address:
        payment["address"] = {
            name: sepa_text(text, LONGEST_NAME) for name, text in transfer.address.items()
        }
    return payment


class CreditTransfers(sepaxml.SepaTransfer):
    """A file of transfers; the library draws identifiers at random and reads the clock, not it.

    :param clean: whether the library still changes letters that a bank refuses.
    """

    def __init__(
        self, number: str, *, made_at: datetime, debtor: str, iban: str, bic: str, clean: bool
    ) -> None:
        self.number, self.made_at = number, made_at
        config = {"name": debtor, "IBAN": iban, "batch": True, "currency": "EUR"}
        if bic:
            config["BIC"] = bic
        super().__init__(config, SCHEMA, clean=clean)

    def of(self, payments: Iterable[dict[str, object]]) -> bytes:
        """Return the file of these payments, the same to the byte each time."""
        for payment in payments:
            self.add_payment(payment)
        return self.export(validate=False)

    def _finalize_batch(self) -> None:
        super()._finalize_batch()
        made_at = localtime(self.made_at).strftime("%Y-%m-%dT%H:%M:%S")
        own = {"MsgId": self.number, "PmtInfId": self.number, "CreDtTm": made_at}
        for tag, text in own.items():
            for node in self._xml.iter(tag):
                node.text = text


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


@cache
def _schema() -> etree.XMLSchema:
    folder = Path(sepaxml.__file__).parent / "schemas"
    return etree.XMLSchema(etree.parse(folder / f"{SCHEMA}.xsd", _parser()))
