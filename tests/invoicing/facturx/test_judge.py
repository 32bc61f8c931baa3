"""What is broken is refused, each for its own rule; and the judge never approves by default."""

from __future__ import annotations

import io
import os
import re
import resource
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date

import pikepdf
import pytest

from invoicing.documents.facturx import verdicts
from invoicing.documents.facturx.cii import invoice_xml
from invoicing.documents.facturx.judge.__main__ import refuse_threads
from invoicing.documents.facturx.judge.rules import _refused
from invoicing.documents.facturx.verdicts import JudgeFailed, verdict_on_pdf, verdict_on_xml
from invoicing.documents.pdfs import facturx
from invoicing.rules.einvoicing import objections
from invoicing.rules.faults import plain_fault, plain_faults
from tests.invoicing.facturx.samples import REFUSED, SELLER, VALID, frozen, sold

JUNE_3 = date(2026, 6, 3)


def codes(found: verdicts.Verdict) -> set[str]:
    return {fault.code for fault in found.faults}


def said(found: verdicts.Verdict) -> str:
    return " ".join(f"{fault.code} {fault.message}" for fault in found.faults)


def swap(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    def change(xml: str) -> str:
        assert old in xml, old
        return xml.replace(old, new, count)

    return change


def without(pattern: str) -> Callable[[str], str]:
    def change(xml: str) -> str:
        shorter, count = re.subn(pattern, "", xml, count=1, flags=re.S)
        assert count == 1, pattern
        return shorter

    return change


def one_cent_more(xml: str) -> str:
    """VAT, total and due a cent higher: every sum still holds, one product does not."""
    return (
        xml.replace("<ram:CalculatedAmount>200.00", "<ram:CalculatedAmount>200.01")
        .replace('currencyID="EUR">200.00', 'currencyID="EUR">200.01')
        .replace("1200.00<", "1200.01<")
    )


#: What is broken in the XML of an ordinary invoice, and what of the answer names it.
BROKEN_XML = {
    "a wrong total": (swap("GrandTotalAmount>1200", "GrandTotalAmount>1300"), "CENT-TOTAL"),
    "VAT one cent off": (one_cent_more, "CENT-VAT"),
    "a line that is no product": (swap("ChargeAmount>1000<", "ChargeAmount>999<"), "CENT-LINE"),
    "no recovery fee": (
        without(r"<ram:IncludedNote>\s*<ram:Content>[^<]*</ram:Content>\s*<ram:SubjectCode>PMT.*?"
                r"</ram:IncludedNote>"),
        "BR-FR-05",
    ),
    "penalties twice": (swap(">PMT<", ">PMD<"), "BR-FR-06"),
    "an element nobody knows": (swap("<ram:TypeCode>380", "<ram:X/><ram:TypeCode>380"), "XSD"),
    "a currency that is not one": (swap("CurrencyCode>EUR", "CurrencyCode>EUX"), "EN16931"),
    "a wrong SIREN": (swap("404833048", "404833049", 99), "KEY-SIREN"),
    "a wrong SIRET": (swap("40483304800022", "40483304800023"), "KEY-SIRET"),
    "a wrong VAT number": (swap("FR83404833048", "FR84404833048"), "KEY-VAT"),
    "a wrong IBAN": (swap("FR7630006000011234567890189", "FR7630006000011234567890188"),
                     "KEY-IBAN"),
    "a rate of 19 %": (swap("Percent>20<", "Percent>19<", 9), "BR-FR-16"),
    "a number with a space": (swap("FA-2026-0001", "FA 2026 0001"), "BR-FR-02"),
    "no electronic address": (
        without(r"<ram:URIUniversalCommunication>.*?</ram:URIUniversalCommunication>"),
        "BR-FR-13",
    ),
    "an unknown process": (swap(">S1<", ">X1<"), "BR-FR-08"),
    "a due date in the past": (swap("20260703", "20260501"), "BR-FR-CO-07"),
    "another profile": (swap("urn:cen.eu:en16931:2017", "urn:factur-x.eu:1p0:minimum"), "PROFILE"),
    "an entity": (swap("<rsm:Cross", "<!DOCTYPE x [<!ENTITY a 'b'>]><rsm:Cross"), "XML-DTD"),
    "half of it": (lambda xml: xml[: len(xml) // 2], "XML-SYNTAX"),
    "not XML": (lambda xml: "bonjour", "XML-SYNTAX"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN_XML)
def test_a_broken_document_is_refused_for_its_own_rule(name):
    change, rule = BROKEN_XML[name]

    found = verdict_on_xml(change(invoice_xml(frozen()).decode()).encode())

    assert rule in said(found)


@pytest.mark.parametrize("name", REFUSED)
def test_what_the_judge_would_refuse_is_told_before(name):
    code, snapshot = REFUSED[name]

    assert code in [each.code for each in objections(snapshot())]
    assert not verdicts.verdict_on_xml(invoice_xml(snapshot())).is_valid


@pytest.mark.parametrize("name", VALID)
def test_nothing_is_told_of_what_it_accepts(name):
    assert objections(VALID[name]()) == []


def test_a_credit_note_of_nothing_is_refused():
    found = verdict_on_xml(invoice_xml(frozen(kind="credit_note", corrects=None)))

    assert "BR-FR-CO-05" in said(found)


def test_a_wrong_discount_is_refused():
    xml = invoice_xml(frozen(sold(discount_rate="0.1"))).decode()

    found = verdict_on_xml(swap("CalculationPercent>10<", "CalculationPercent>12<")(xml).encode())

    assert codes(found) == {"CENT-ALLOWANCE"}


def rewritten(change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(made())) as document:
        change(document)
        document.save(out)
    return out.getvalue()


def made() -> bytes:
    return facturx(frozen(), made_on=JUNE_3, identifier="one")


def _xmp(old: bytes, new: bytes) -> Callable[[pikepdf.Pdf], None]:
    def change(document: pikepdf.Pdf) -> None:
        written = document.Root.Metadata.read_bytes()
        assert old in written
        document.Root.Metadata.write(written.replace(old, new))

    return change


def _relation(document: pikepdf.Pdf) -> None:
    document.attachments["factur-x.xml"].obj.AFRelationship = pikepdf.Name.Unspecified


def _kind(document: pikepdf.Pdf) -> None:
    document.attachments["factur-x.xml"].obj.EF.F.Subtype = pikepdf.Name("/image/png")


def _no_attachment(document: pikepdf.Pdf) -> None:
    del document.attachments["factur-x.xml"]


def _no_intent(document: pikepdf.Pdf) -> None:
    del document.Root.OutputIntents


def _no_catalogue(document: pikepdf.Pdf) -> None:
    del document.Root.AF


def _another_xml(document: pikepdf.Pdf) -> None:
    stream = document.attachments["factur-x.xml"].obj.EF.F
    stream.write(invoice_xml(frozen(sold(price="999"))))


_SECOND = b"</rdf:RDF><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'></rdf:RDF>"
BROKEN_PDF = {
    "no relation": (_relation, "ATTACHMENT-RELATION"),
    "an image for a type": (_kind, "ATTACHMENT-TYPE"),
    "nothing attached": (_no_attachment, "ATTACHMENT"),
    "not in the catalogue": (_no_catalogue, "ATTACHMENT-CATALOG"),
    "a second rdf:RDF": (_xmp(b"</rdf:RDF>", _SECOND), "XMP-RDF"),
    "another level": (_xmp(b"Level>EN 16931", b"Level>BASIC"), "XMP-FX"),
    "not said PDF/A-3": (_xmp(b'part="3"', b'part="2"'), "XMP-PDFA"),
    "no colours": (_no_intent, "PDFA"),
    "another page": (_another_xml, "PAGE-AMOUNT"),
}


@pytest.mark.parametrize("name", BROKEN_PDF)
def test_a_broken_container_is_refused_for_its_own_rule(name):
    change, code = BROKEN_PDF[name]

    assert code in codes(verdict_on_pdf(rewritten(change)))


@pytest.mark.parametrize(
    "content", [b"", b"bonjour", made()[:2000], b"%PDF-1.7\n"], ids=["empty", "text", "cut", "head"]
)
def test_what_is_no_pdf_is_refused(content):
    assert codes(verdict_on_pdf(content)) == {"PDF"}


# ── The judge itself ─────────────────────────────────────────────────────────────────


def test_where_no_rule_fired_nothing_is_proved():
    empty = '<svrl:schematron-output xmlns:svrl="http://purl.oclc.org/dsdl/svrl"/>'

    assert [code for code, _ in _refused("BR-FR", empty)] == ["SCHEMATRON"]
    assert [code for code, _ in _refused("BR-FR", None)] == ["SCHEMATRON"]


def test_it_does_not_start_beside_a_thread():
    over = threading.Event()
    thread = threading.Thread(target=over.wait, name="of the site")
    thread.start()
    try:
        with pytest.raises(RuntimeError, match="of the site"):
            refuse_threads()
    finally:
        over.set()
        thread.join()


def test_the_product_never_loads_saxon():
    """It would kill a server of threads: only the program apart may."""
    source = "import django, sys; django.setup();"
    source += "import cae.urls, cae.celery, invoicing.actions, invoicing.tasks;"
    source += "sys.exit('saxonche' in sys.modules or 'facturx' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", source], env=os.environ, check=False)

    assert done.returncode == 0


def test_one_that_stopped_is_started_again():
    verdict_on_xml(b"<a/>")
    program = verdicts._judge()._running()
    program.kill()
    program.wait()

    assert verdict_on_pdf(made()).is_valid
    assert verdicts._judge()._running().pid != program.pid


def test_one_that_cannot_start_approves_nothing(monkeypatch):
    monkeypatch.setattr(verdicts, "_judges", {})
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(JudgeFailed):
        verdict_on_pdf(made())


def test_it_has_the_memory_that_a_worker_does_not(tmp_path):
    """Saxon reserves more addresses than `warm_up` leaves: the program lifts the limit."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_AS, (1_500_000_000, {_hard()}));"
    ask = (
        "import django; django.setup();"
        "from invoicing.documents.facturx.verdicts import verdict_on_xml;"
        "print(verdict_on_xml(b'<a/>').faults[0].code)"
    )

    done = subprocess.run(
        [sys.executable, "-c", limit + ask], env=os.environ, capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    assert done.stdout.strip() == "PROFILE"


def _hard() -> int:
    return resource.getrlimit(resource.RLIMIT_AS)[1]


def test_each_fault_is_told_in_french():
    found = verdict_on_xml(invoice_xml(frozen(seller={**SELLER, "vat_number": ""})))

    assert plain_faults([(fault.code, fault.message) for fault in found.faults])[0] == (
        "Il manque le numéro de TVA de la coopérative\u00a0: complétez ses réglages."
    )
    assert plain_fault("CENT-VAT", "").endswith("au centime.")
    assert plain_fault("XSD", "line 4: Element").startswith("Les données")
    assert plain_fault("BR-FR", "BR-FR-01_BT-1 BR-FR-01/BT-1 : Trop long.") == "Trop long."
