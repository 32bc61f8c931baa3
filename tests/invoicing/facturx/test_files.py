"""Each kind of document, each case of VAT, each customer: the judge of production accepts it."""

from __future__ import annotations

import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from lxml import etree

from invoicing.documents.facturx.cii import invoice_xml
from invoicing.documents.facturx.verdicts import Verdict, verdict_on_pdf, verdict_on_xml
from invoicing.documents.pdfs import facturx
from invoicing.enums import VatCategory
from tests.invoicing.facturx.samples import (
    BELGIAN,
    INDIVIDUAL,
    PUBLIC,
    VALID,
    first_shape,
    frozen,
    second_shape,
    sold,
)

JUNE_3 = date(2026, 6, 3)
ROOT = Path(__file__).resolve().parents[3]
VECTORS = json.loads((ROOT / "tests/data/invoicing/vat_vectors.json").read_text())["vectors"]
#: Those whose page is looked at too: the others differ in their data alone.
ON_PAPER = (
    "an invoice", "a deposit", "a final invoice", "a final invoice wholly prepaid",
    "a credit note", "a corrective invoice", "training", "goods to the EU", "several rates",
    "all discounts together", "something given back", "a rounding", "prices typed with VAT",
    "a retention", "120 lines", "a public body", "an individual", "a service at home",
    "a stream that ends as a line does", "long texts", "emoji", "control characters",
    "signs of XML", "other alphabets",
    "a work site, over a month, for a service of a public body",
)  # fmt: skip
UDT = "{urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100}"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"


def made(snapshot: dict) -> bytes:
    return facturx(snapshot, made_on=JUNE_3, identifier=snapshot["number"])


def faults_of(verdict: Verdict) -> list[tuple[str, str]]:
    return [(fault.code, fault.message) for fault in verdict.faults]


@pytest.mark.parametrize("name", VALID)
def test_every_document_is_valid(name):
    assert faults_of(verdict_on_xml(invoice_xml(VALID[name]()))) == []


@pytest.mark.parametrize("name", ON_PAPER)
def test_the_page_says_the_same(name):
    assert faults_of(verdict_on_pdf(made(VALID[name]()))) == []


@pytest.mark.parametrize("name", ["an invoice", "a credit note", "training", "goods to the EU"])
def test_what_was_frozen_in_the_first_shape_is_still_read(name):
    assert faults_of(verdict_on_pdf(made(first_shape(VALID[name]())))) == []


@pytest.mark.parametrize("name", ["an invoice", "a public body"])
def test_what_was_frozen_in_the_second_shape_is_still_read(name):
    assert faults_of(verdict_on_xml(invoice_xml(second_shape(VALID[name]())))) == []


def test_it_says_who_ordered_where_it_was_done_and_how_long_it_lasted():
    name = "a work site, over a month, for a service of a public body"
    root = etree.fromstring(invoice_xml(VALID[name]()))

    place = root.find(f".//{RAM}ShipToTradeParty")
    said = {
        term: root.findtext(f".//{RAM}{path}")
        for term, path in (
            ("BT-10", "BuyerReference"),
            ("BT-13", f"BuyerOrderReferencedDocument/{RAM}IssuerAssignedID"),
            ("BT-72", f"OccurrenceDateTime/{UDT}DateTimeString"),
            ("BT-73", f"BillingSpecifiedPeriod/{RAM}StartDateTime/{UDT}DateTimeString"),
            ("BT-74", f"BillingSpecifiedPeriod/{RAM}EndDateTime/{UDT}DateTimeString"),
        )
    }

    assert said == {
        "BT-10": "VOIRIE",
        "BT-13": "ENGAGEMENT-2026-0042",
        "BT-72": "20260531",
        "BT-73": "20260501",
        "BT-74": "20260531",
    }
    assert place.findtext(f"{RAM}Name") == "Mairie de Rennes"
    assert place.findtext(f"{RAM}PostalTradeAddress/{RAM}CityName") == "Laillé"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["id"])
def test_the_worked_documents_are_valid_with_their_own_totals(vector):
    snapshot = _from(vector)

    xml = invoice_xml(snapshot)

    assert faults_of(verdict_on_xml(xml)) == []
    expected = vector["expect"]
    root = etree.fromstring(xml)
    said = [
        root.findtext(f".//{RAM}{name}")
        for name in ("TaxBasisTotalAmount", "GrandTotalAmount", "DuePayableAmount")
    ]
    assert said == [expected["total_ht"], expected["total_ttc"], expected["amount_due"]]
    assert sorted(row["tax"] for row in snapshot["vat_rows"]) == sorted(
        row["tax"] for row in expected["vat"]
    )


def _from(vector: dict) -> dict:
    """A worked document, as we sell it: what is charged beside the lines is a line of ours."""
    document, expected = vector["doc"], vector["expect"]
    lines = [
        sold(
            line["name"],
            line["qty"],
            _price(line),
            vat=_choice(line),
            discount=_less(effects),
        )
        for line, effects in zip(document["lines"], expected["line_adjustments"], strict=True)
    ]
    signs = [Decimal(effect) for effect in expected["document_adjustments"]]
    allowances = document.get("allowances", [])
    lines += [
        sold("Frais", "1", str(effect), vat=_choice(charge))
        for charge, effect in zip(
            document.get("charges", []), signs[len(allowances) :], strict=True
        )
    ]
    less = [
        (VatCategory(one["vat_category"]), Decimal(one["vat_rate"]) / 100, -effect)
        for one, effect in zip(allowances, signs, strict=False)
    ]
    is_credit = document.get("type") in ("381", 381)
    return frozen(
        *lines,
        kind="credit_note" if is_credit else "invoice",
        allowances=less,
        prepaid=document.get("prepaid", "0"),
        rounding=document.get("rounding", "0"),
    )


def _price(line: dict) -> str:
    price = Decimal(line["unit_price"]) / Decimal(line.get("base_qty", "1"))
    return f"{price.normalize():f}"


def _less(effects: list[str]) -> str:
    return str(-sum(map(Decimal, effects), Decimal(0)))


def _choice(line: dict) -> str:
    if line["vat_category"] == "S":
        return line["vat_rate"]
    return {
        "E": "training",
        "AE": "reverse-charge-building",
        "K": "intra-eu",
        "G": "export",
    }[line["vat_category"]]


def test_a_document_made_again_has_the_same_bytes():
    assert made(VALID["all discounts together"]()) == made(VALID["all discounts together"]())


def test_the_attachment_keeps_the_day_of_the_document():
    with pikepdf.open(io.BytesIO(made(frozen()))) as document:
        params = document.attachments["factur-x.xml"].obj.EF.F.Params
        assert (str(params.CreationDate), str(params.ModDate)) == ("D:20260603000000Z",) * 2


def test_the_number_is_on_each_page_of_a_long_document():
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(made(VALID["120 lines"]())))

    assert len(reader.pages) > 2
    assert all("FA-2026-0001" in page.extract_text() for page in reader.pages)


def test_what_the_page_cannot_draw_the_machine_still_reads():
    xml = invoice_xml(VALID["emoji"]()).decode()

    assert "Logo 🎨 et affiche 🐝" in xml
    assert "Fête 🎉" in xml


@pytest.mark.parametrize(
    ("snapshot", "treatment"),
    [
        (frozen(), "B2B"),
        (frozen(customer=INDIVIDUAL), "B2C"),
        (frozen(customer=VALID["an association without SIREN"]()["customer"]), "B2C"),
        (frozen(sold(vat="reverse-charge-eu"), customer=BELGIAN), "B2BINT"),
        (frozen(customer={**INDIVIDUAL, "country": "BE"}), "B2CINT"),
        (frozen(customer=PUBLIC), "OUTOFSCOPE"),
        (frozen(sold(vat="training")), "OUTOFSCOPE"),
        (frozen(sold(), sold(vat="training")), "B2B"),
        (VALID["services outside the EU"](), "B2BINT"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_document_says_which_part_of_the_reform_it_belongs_to(snapshot, treatment):
    assert _notes(snapshot)["BAR"] == [treatment]


@pytest.mark.parametrize("name", VALID)
def test_the_notes_the_law_asks_are_there_once(name):
    notes = _notes(VALID[name]())

    assert [len(notes[code]) for code in ("REG", "ABL", "PMT", "PMD", "AAB", "BAR")] == [1] * 6


@pytest.mark.parametrize(
    ("snapshot", "code"),
    [
        (frozen(), "72"),
        (frozen(vat_basis="accrual"), "5"),
        (frozen(sold(nature="goods")), "29"),
        (frozen(sold(nature="goods"), sold()), "72"),
        (frozen(sold(nature="goods"), kind="deposit"), "72"),
        (frozen(sold(nature="goods"), vat_basis="accrual"), "5"),
    ],
)
def test_it_says_when_its_vat_is_due(snapshot, code):
    root = etree.fromstring(invoice_xml(snapshot))

    assert {node.text for node in root.iter(f"{RAM}DueDateTypeCode")} == {code}


def test_who_has_no_electronic_address_bears_that_of_the_seller():
    root = etree.fromstring(invoice_xml(VALID["an individual without e-mail"]()))

    addresses = [
        (node[0].get("schemeID"), node[0].text)
        for node in root.iter(f"{RAM}URIUniversalCommunication")
    ]
    assert addresses == [("0225", "732829320_FOURNIER")] * 2


def _notes(snapshot: dict) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    root = etree.fromstring(invoice_xml(snapshot))
    for note in root.iter(f"{RAM}IncludedNote"):
        code = note.findtext(f"{RAM}SubjectCode")
        if code:
            found.setdefault(code, []).append(note.findtext(f"{RAM}Content"))
    return found
