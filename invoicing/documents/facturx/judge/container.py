"""The PDF that carries the XML: archivable, with its one attachment, saying the same to people."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

from invoicing.documents.facturx.judge.faults import Faults, one_line
from invoicing.documents.facturx.judge.figures import NAMESPACES, amount, text

NAME = "factur-x.xml"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PDFAID = "{http://www.aiim.org/pdfa/ns/id/}"
_FX = "{urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#}"
_SAID = {
    "DocumentType": "INVOICE",
    "DocumentFileName": NAME,
    "Version": "1.0",
    "ConformanceLevel": "EN 16931",
}
#: A rule of PDF/A-1 that the checker applies to PDF/A-3 by mistake: metadata may be compressed.
_MISTAKEN = "PDFA3A-METADATA-FILTER-001"
_RELATIONS = ("/Data", "/Alternative", "/Source")
_TYPES = ("/text/xml", "/application/xml")


@dataclass(frozen=True)
class Opened:
    """What was found in a PDF: the XML, None without one, and the text of each page."""

    xml: bytes | None
    pages: list[str]


def opened(content: bytes, faults: Faults) -> Opened | None:
    """Check the container; return what it holds, None where it cannot be opened."""
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(content))
    except pikepdf.PdfError as error:
        faults.append(("PDF", one_line(error)))
        return None
    with pdf:
        _check_metadata(pdf, faults)
        _check_archivable(content, faults)
        xml = _attachment(pdf, faults)
    return Opened(xml, _text_of(content))


def _check_archivable(content: bytes, faults: Faults) -> None:
    import page

    report = page.validate_pdf_bytes(content, profile="3a")
    if not report.rules.total:
        faults.append(("PDFA", "no rule was applied, which proves nothing"))
    for failure in report.failures:
        if failure.rule_id != _MISTAKEN:
            faults.append(("PDFA", one_line(f"{failure.rule_id}: {failure.message}")))


def _check_metadata(pdf: Any, faults: Faults) -> None:
    written = pdf.Root.Metadata.read_bytes()
    body = re.sub(rb"<\?xpacket.*?\?>", b"", written, flags=re.S).strip()
    root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    count = len(root.findall(f".//{_RDF}RDF"))
    if count != 1:
        faults.append(("XMP-RDF", f"{count} rdf:RDF elements, exactly one expected"))
    if (_property(root, _PDFAID, "part"), _property(root, _PDFAID, "conformance")) != ("3", "A"):
        faults.append(("XMP-PDFA", "the metadata do not say PDF/A-3a"))
    for name, expected in _SAID.items():
        said = _property(root, _FX, name)
        if said != expected:
            faults.append(("XMP-FX", f"fx:{name} is {said!r}, expected {expected!r}"))


def _property(root: Any, namespace: str, name: str) -> str | None:
    for node in root.iter(f"{namespace}{name}"):
        return node.text
    for node in root.iter(f"{_RDF}Description"):
        if (value := node.get(f"{namespace}{name}")) is not None:
            return value
    return None


def _attachment(pdf: Any, faults: Faults) -> bytes | None:
    names = list(pdf.attachments)
    if names != [NAME]:
        faults.append(("ATTACHMENT", f"attachments are {names}, expected {NAME} alone"))
        if NAME not in names:
            return None
    spec = pdf.attachments[NAME].obj
    if (relation := str(spec.get("/AFRelationship"))) not in _RELATIONS:
        faults.append(("ATTACHMENT-RELATION", f"AFRelationship is {relation}"))
    stream = spec.EF.F
    if (kind := str(stream.get("/Subtype"))) not in _TYPES:
        faults.append(("ATTACHMENT-TYPE", f"its type is {kind}"))
    listed = {one.objgen for one in pdf.Root.get("/AF", [])}
    if spec.objgen not in listed:
        faults.append(("ATTACHMENT-CATALOG", "it is not in the /AF array of the catalogue"))
    return bytes(stream.read_bytes())


def _text_of(content: bytes) -> list[str]:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return [_bare(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def check_page(root: Any, found: Opened, faults: Faults) -> None:
    """Compare what a person reads with what a machine does; the number is on every page."""
    number = text(root, "rsm:ExchangedDocument/ram:ID")
    if not found.pages or not all(_bare(number) in page for page in found.pages):
        faults.append(("PAGE-NUMBER", f"{number} is not on every page"))
    whole = "".join(found.pages)
    seller = ".//ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID"
    if text(root, seller) not in whole:
        faults.append(("PAGE-SIREN", f"{text(root, seller)} is not on the page"))
    sums = root.find(".//ram:SpecifiedTradeSettlementHeaderMonetarySummation", NAMESPACES)
    for name in ("TaxBasisTotalAmount", "GrandTotalAmount", "DuePayableAmount"):
        value = amount(sums, f"ram:{name}")
        if not re.search(rf"(?<!\d){_printed(value)}(?!\d)", whole):
            faults.append(("PAGE-AMOUNT", f"{name} {value} is not on the page"))


def _printed(value: Decimal) -> str:
    return f"{abs(value):.2f}".replace(".", ",")


def _bare(said: str) -> str:
    return re.sub(r"\s+", "", said)
