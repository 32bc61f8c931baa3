"""What the XML inside a Factur-X says, read again from its bytes."""

from __future__ import annotations

import io
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from invoicing.documents.facturx.cii import FILE_NAME

_RSM = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


@dataclass(frozen=True, slots=True)
class Said:
    """The number and the totals of a document, in EUR, as its XML gives them."""

    number: str
    net: Decimal
    vat: Decimal
    gross: Decimal
    due: Decimal


def said_by(content: bytes) -> Said:
    """Return what the XML of a file says.

    :raises ValueError: this is no PDF that carries an invoice.
    """
    try:
        root = etree.fromstring(xml_of(content))
    except etree.XMLSyntaxError as error:
        raise ValueError("no invoice is carried by this file") from error
    return Said(
        number=root.findtext(f"{_RSM}ExchangedDocument/{_RAM}ID") or "",
        net=_total(root, "TaxBasisTotalAmount"),
        vat=_total(root, "TaxTotalAmount"),
        gross=_total(root, "GrandTotalAmount"),
        due=_total(root, "DuePayableAmount"),
    )


def xml_of(content: bytes) -> bytes:
    """Return the XML that a Factur-X carries.

    :raises ValueError: this is no PDF that carries an invoice.
    """
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            return pdf.attachments[FILE_NAME].obj.EF.F.read_bytes()
    except (pikepdf.PdfError, KeyError) as error:
        raise ValueError("no invoice is carried by this file") from error


def _total(root: etree._Element, name: str) -> Decimal:
    sums = f".//{_RAM}SpecifiedTradeSettlementHeaderMonetarySummation/{_RAM}{name}"
    return Decimal(root.findtext(sums) or 0)
