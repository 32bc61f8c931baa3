"""The XML of an invoice: CII D22B, profile EN 16931, with what the French rules add.

Made of the snapshot alone, in the order of the schema: the same document has the same bytes for
ever. Each term is named by its number in EN 16931-1 (BT-, BG-).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from cae.core.enums import VatBasis
from cae.core.money import euros, percent, to_cents
from cae.core.pdf import writable
from cae.core.periods import french_date
from invoicing.documents.facturx.shapes import addresses_of, completed, treatment_of
from invoicing.enums import CustomerKind, Nature, VatCategory

PROFILE = "urn:cen.eu:en16931:2017"
FILE_NAME = "factur-x.xml"

_NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
}
#: A code of packages is written behind an X (UN/ECE recommendation 21 in 20).
_UNITS = {"BX": "XBX"}
_CREDITS = ("381", "503")
_DEPOSITS = ("386", "503")

Element = Any  # lxml's own is not typed
Snapshot = dict[str, Any]


def invoice_xml(snapshot: Snapshot) -> bytes:
    """Return the XML of an issued document, in UTF-8."""
    document = completed(snapshot)
    root = etree.Element(_tag("rsm:CrossIndustryInvoice"), nsmap=_NAMESPACES)
    _context(root, document)
    _document(root, document)
    trade = _in(root, "rsm:SupplyChainTradeTransaction")
    for rank, line in enumerate(document["lines"], start=1):
        _line(trade, line, rank=rank)
    _agreement(trade, document)
    _delivery(trade, document)
    _settlement(trade, document)
    etree.indent(root, space=" ")
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


# ── What it is ───────────────────────────────────────────────────────────────────────


def _context(root: Element, document: Snapshot) -> None:
    context = _in(root, "rsm:ExchangedDocumentContext")
    process = _in(context, "ram:BusinessProcessSpecifiedDocumentContextParameter")
    _say(process, "ram:ID", document["process"])  # BT-23
    _say(_in(context, "ram:GuidelineSpecifiedDocumentContextParameter"), "ram:ID", PROFILE)


def _document(root: Element, document: Snapshot) -> None:
    head = _in(root, "rsm:ExchangedDocument")
    _say(head, "ram:ID", document["number"])
    _say(head, "ram:TypeCode", document["type_code"])
    _day(head, "ram:IssueDateTime", document["dated_on"])
    for code, content in _notes(document):
        note = _in(head, "ram:IncludedNote")
        _say(note, "ram:Content", content)
        _say(note, "ram:SubjectCode", code)


def _notes(document: Snapshot) -> Iterable[tuple[str, str]]:
    """Return the notes (BG-1), each of its subject code.

    REG, ABL, PMT, PMD and AAB once each, whatever the document: BR-FR-05 asks for the last three
    of everybody, BR-FR-06 refuses them twice.
    """
    seller = document["seller"]
    yield "AAI", document["subject"]
    for mention in document["mentions"]:
        yield "AAI", mention
    if document["notes"].strip():
        yield "AAI", document["notes"]
    yield "REG", f"{seller['legal_form']}, capital {euros(Decimal(seller['capital']))}"
    place = f"RCS {seller['registry_town']}" if seller["registry_town"] else "SIREN"
    yield "ABL", f"{place} {seller['siren']}"
    yield from _terms(document)
    yield "BAR", treatment_of(document)


def _terms(document: Snapshot) -> Iterable[tuple[str, str]]:
    """Source: C. com. L441-9, L441-10 and D441-5, which bind professionals only."""
    if document["type_code"] in _CREDITS:
        none = "Sans objet pour un avoir."
        yield from (("PMT", none), ("PMD", none), ("AAB", none))
        return
    if document["customer"]["kind"] == CustomerKind.INDIVIDUAL:
        none = "Sans objet pour un client particulier."
        yield from (("PMT", none), ("PMD", none))
    else:
        fee, rate = (
            euros(Decimal(document["recovery_fee"])),
            percent(Decimal(document["penalty_rate"])),
        )
        yield "PMT", f"Indemnité forfaitaire pour frais de recouvrement en cas de retard : {fee}."
        yield "PMD", f"Pénalités de retard au taux annuel de {rate}, exigibles sans rappel."
    yield "AAB", "Pas d’escompte pour paiement anticipé."


# ── What is sold ─────────────────────────────────────────────────────────────────────


def _line(trade: Element, line: Snapshot, *, rank: int) -> None:
    item = _in(trade, "ram:IncludedSupplyChainTradeLineItem")
    about = _in(item, "ram:AssociatedDocumentLineDocument")
    _say(about, "ram:LineID", str(rank))
    if note := _line_note(line):
        _say(_in(about, "ram:IncludedNote"), "ram:Content", note)  # BT-127
    product = _in(item, "ram:SpecifiedTradeProduct")
    _say(product, "ram:Name", line["label"])
    _say(product, "ram:Description", line["description"])
    price = _in(_in(item, "ram:SpecifiedLineTradeAgreement"), "ram:NetPriceProductTradePrice")
    _say(price, "ram:ChargeAmount", line["unit_price"])
    quantity = _in(item, "ram:SpecifiedLineTradeDelivery")
    _say(quantity, "ram:BilledQuantity", line["quantity"], unitCode=_unit(line["unit"]))
    settlement = _in(item, "ram:SpecifiedLineTradeSettlement")
    _tax(settlement, category=line["vat_category"], rate=line["vat_rate"])
    discount = Decimal(line["discount"])
    if discount:
        whole = to_cents(Decimal(line["quantity"]) * Decimal(line["unit_price"]))
        _allowance(settlement, discount, basis=whole, rate=line["discount_rate"])
    total = _in(settlement, "ram:SpecifiedTradeSettlementLineMonetarySummation")
    _amount(total, "ram:LineTotalAmount", line["net"])


def _line_note(line: Snapshot) -> str:
    """Return the title it stands under, and who did what a service at home asks to name."""
    said = [line["section"]]
    if line["worker_name"]:
        number = f" ({line['worker_number']})" if line["worker_number"] else ""
        said.append(f"Intervention de {line['worker_name']}{number}")
    if line["done_on"]:
        said.append(f"le {french_date(date.fromisoformat(line['done_on']))}")
    if line["minutes"]:
        hours, minutes = divmod(line["minutes"], 60)
        said.append(f"durée {hours} h {minutes:02}")
    return ", ".join(part for part in said if part)


# ── Who sells, who buys ──────────────────────────────────────────────────────────────


def _agreement(trade: Element, document: Snapshot) -> None:
    agreement = _in(trade, "ram:ApplicableHeaderTradeAgreement")
    _say(agreement, "ram:BuyerReference", document["buyer_reference"])  # BT-10
    ours, theirs = addresses_of(document)
    document = _without_vat_numbers(document) if _is_out_of_scope(document) else document
    _seller(_in(agreement, "ram:SellerTradeParty"), document, address=ours)
    _buyer(_in(agreement, "ram:BuyerTradeParty"), document["customer"], address=theirs)
    for name, number in (
        ("ram:BuyerOrderReferencedDocument", document["order_reference"]),  # BT-13
        ("ram:ContractReferencedDocument", document["quote_number"]),  # BT-12
    ):
        if number:
            _say(_in(agreement, name), "ram:IssuerAssignedID", number)


def _is_out_of_scope(document: Snapshot) -> bool:
    return any(row["category"] == VatCategory.OUT_OF_SCOPE for row in document["vat_rows"])


def _without_vat_numbers(document: Snapshot) -> Snapshot:
    """BR-O-02 refuses them where there is no VAT at all; the page keeps that of the seller."""
    parties = {name: {**document[name], "vat_number": ""} for name in ("seller", "customer")}
    return {**document, **parties}


def _seller(party: Element, document: Snapshot, *, address: tuple[str, str]) -> None:
    seller, brand = document["seller"], document["brand"]
    _say(party, "ram:GlobalID", seller["siret"], schemeID="0009")  # BT-29
    _say(party, "ram:Name", seller["name"])
    _say(party, "ram:Description", seller["legal_form"])  # BT-33
    legal = _in(party, "ram:SpecifiedLegalOrganization")
    _say(legal, "ram:ID", seller["siren"], schemeID="0002")  # BT-30
    _say(legal, "ram:TradingBusinessName", brand["name"])  # BT-28
    _contact(party, brand["person"], phone=brand["phone"], email=brand["email"])
    _postal(party, seller)
    _electronic(party, address)
    _registered(party, seller["vat_number"])


def _buyer(party: Element, customer: dict[str, str], *, address: tuple[str, str]) -> None:
    _say(party, "ram:GlobalID", customer["siret"], schemeID="0009")  # BT-46
    _say(party, "ram:Name", customer["name"])
    if customer["siren"]:
        legal = _in(party, "ram:SpecifiedLegalOrganization")
        _say(legal, "ram:ID", customer["siren"], schemeID="0002")  # BT-47
    _contact(party, customer["contact"], phone="", email=customer["email"])
    _postal(party, customer)
    _electronic(party, address)
    _registered(party, customer["vat_number"])


def _contact(party: Element, person: str, *, phone: str, email: str) -> None:
    if not (person or phone or email):
        return
    contact = _in(party, "ram:DefinedTradeContact")
    _say(contact, "ram:PersonName", person)  # BT-41, BT-56
    if phone:
        _say(_in(contact, "ram:TelephoneUniversalCommunication"), "ram:CompleteNumber", phone)
    if email:
        _say(_in(contact, "ram:EmailURIUniversalCommunication"), "ram:URIID", email)


def _postal(party: Element, address: dict[str, str]) -> None:
    place = _in(party, "ram:PostalTradeAddress")
    _say(place, "ram:PostcodeCode", address["postcode"])
    _say(place, "ram:LineOne", address["street"])
    _say(place, "ram:LineTwo", address.get("complement", ""))
    _say(place, "ram:CityName", address["town"])
    _say(place, "ram:CountryID", address["country"])


def _electronic(party: Element, address: tuple[str, str]) -> None:
    scheme, value = address
    _say(_in(party, "ram:URIUniversalCommunication"), "ram:URIID", value, schemeID=scheme)


def _registered(party: Element, vat_number: str) -> None:
    if vat_number:
        _say(_in(party, "ram:SpecifiedTaxRegistration"), "ram:ID", vat_number, schemeID="VA")


def _delivery(trade: Element, document: Snapshot) -> None:
    delivery = _in(trade, "ram:ApplicableHeaderTradeDelivery")
    place = document["delivery"]
    if place:
        party = _in(delivery, "ram:ShipToTradeParty")  # BG-13, BG-15
        _say(party, "ram:Name", document["customer"]["name"])  # BT-70
        _postal(party, place)
    elif any(row["category"] == VatCategory.INTRA_EU for row in document["vat_rows"]):
        _postal(_in(delivery, "ram:ShipToTradeParty"), document["customer"])  # BR-IC-12
    if document["supplied_on"]:
        event = _in(delivery, "ram:ActualDeliverySupplyChainEvent")
        _day(event, "ram:OccurrenceDateTime", document["supplied_on"])  # BT-72


# ── What is owed ─────────────────────────────────────────────────────────────────────


def _settlement(trade: Element, document: Snapshot) -> None:
    settlement = _in(trade, "ram:ApplicableHeaderTradeSettlement")
    is_credit = document["type_code"] in _CREDITS
    _say(settlement, "ram:PaymentReference", document["number"])  # BT-83
    _say(settlement, "ram:InvoiceCurrencyCode", "EUR")
    if document["seller"]["iban"] and not is_credit:
        _transfer(settlement, document["seller"])
    due_code = _tax_due_code(document)
    for row in document["vat_rows"]:
        _tax(settlement, category=row["category"], rate=row["rate"], row=row, due_code=due_code)
    if document["supplied_from"]:
        period = _in(settlement, "ram:BillingSpecifiedPeriod")  # BG-14
        _day(period, "ram:StartDateTime", document["supplied_from"])  # BT-73
        _day(period, "ram:EndDateTime", document["supplied_on"])  # BT-74
    for row in document["vat_rows"]:
        if Decimal(row["discount"]):
            _row_allowance(settlement, row, rate=document["discount_rate"])
    terms = _in(settlement, "ram:SpecifiedTradePaymentTerms")
    _say(terms, "ram:Description", _retention(document))  # BT-20
    _day(terms, "ram:DueDateDateTime", document["due_on"] or document["dated_on"])  # BT-9
    _totals(settlement, document)
    for earlier in (document["corrects"], *document["deposits"]):
        if earlier:
            _preceding(settlement, earlier)


def _transfer(settlement: Element, seller: dict[str, str]) -> None:
    means = _in(settlement, "ram:SpecifiedTradeSettlementPaymentMeans")
    _say(means, "ram:TypeCode", "30")  # a transfer, UNTDID 4461
    account = _in(means, "ram:PayeePartyCreditorFinancialAccount")
    _say(account, "ram:IBANID", seller["iban"].replace(" ", ""))
    _say(account, "ram:AccountName", seller["name"])
    if seller["bic"]:
        bank = _in(means, "ram:PayeeSpecifiedCreditorFinancialInstitution")
        _say(bank, "ram:BICID", seller["bic"].replace(" ", ""))


def _tax_due_code(document: Snapshot) -> str:
    """Return BT-8: 5 on the invoice, 72 on receipts, 29 on delivery where goods alone are sold.

    Source: CGI art. 269, 2: what a deposit on goods is paid makes its VAT due too.
    """
    if document["vat_basis"] == VatBasis.ACCRUAL:
        return "5"
    goods_alone = {line["nature"] for line in document["lines"]} == {Nature.GOODS}
    return "29" if goods_alone and document["type_code"] not in _DEPOSITS else "72"


def _tax(
    parent: Element,
    *,
    category: str,
    rate: str,
    row: Snapshot | None = None,
    due_code: str = "",
    name: str = "ram:ApplicableTradeTax",
) -> None:
    tax = _in(parent, name)
    if row:
        _amount(tax, "ram:CalculatedAmount", row["tax"])
    _say(tax, "ram:TypeCode", "VAT")
    if row:
        is_exempt = category not in (VatCategory.STANDARD, VatCategory.ZERO_RATED)
        _say(tax, "ram:ExemptionReason", row["mention"] if is_exempt else "")  # BT-120
        _amount(tax, "ram:BasisAmount", row["basis"])
    _say(tax, "ram:CategoryCode", category)
    if row:
        _say(tax, "ram:ExemptionReasonCode", row["vatex"] if is_exempt else "")  # BT-121
    _say(tax, "ram:DueDateTypeCode", due_code)
    if category != VatCategory.OUT_OF_SCOPE:  # BR-O-05: it has no rate, not even zero
        _say(tax, "ram:RateApplicablePercent", _percent(rate))


def _row_allowance(settlement: Element, row: Snapshot, *, rate: str) -> None:
    discount = Decimal(row["discount"])
    before = Decimal(row["basis"]) + discount
    allowance = _allowance(settlement, discount, basis=before, rate=rate)
    _tax(allowance, category=row["category"], rate=row["rate"], name="ram:CategoryTradeTax")


def _allowance(parent: Element, amount: Decimal, *, basis: Decimal, rate: str) -> Element:
    """Write a discount; its rate only where it gives this very amount, to the cent."""
    allowance = _in(parent, "ram:SpecifiedTradeAllowanceCharge")
    _say(_in(allowance, "ram:ChargeIndicator"), "udt:Indicator", "false")
    if rate and to_cents(basis * Decimal(rate)) == amount:
        _say(allowance, "ram:CalculationPercent", _percent(rate))
        _amount(allowance, "ram:BasisAmount", basis)
    _amount(allowance, "ram:ActualAmount", amount)
    _say(allowance, "ram:ReasonCode", "95")  # a discount, UNTDID 5189
    _say(allowance, "ram:Reason", "Remise")
    return allowance


def _retention(document: Snapshot) -> str:
    retention = document["retention"]
    if not retention:
        return ""
    amount, due_on = Decimal(retention["amount"]), date.fromisoformat(retention["due_on"])
    now = Decimal(document["due"]) - amount
    until = f"le {french_date(due_on)}, un an après la réception des travaux"
    if not retention["accepted_on"]:
        until = f"un an après la réception des travaux (échéance provisoire {french_date(due_on)})"
    return (
        f"{euros(now)} à l’échéance\u00a0; retenue de garantie de "
        f"{percent(Decimal(retention['rate']))}, {euros(amount)}, à régler {until} "
        "(loi 71-584)."
    )


def _totals(settlement: Element, document: Snapshot) -> None:
    totals = _in(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation")
    _amount(totals, "ram:LineTotalAmount", document["line_total"])
    _amount(totals, "ram:AllowanceTotalAmount", document["discount"], is_optional=True)
    _amount(totals, "ram:TaxBasisTotalAmount", document["net"])
    _amount(totals, "ram:TaxTotalAmount", document["vat"], currencyID="EUR")
    _amount(totals, "ram:RoundingAmount", document["rounding"], is_optional=True)
    _amount(totals, "ram:GrandTotalAmount", document["gross"])
    _amount(totals, "ram:TotalPrepaidAmount", document["prepaid"], is_optional=True)
    _amount(totals, "ram:DuePayableAmount", document["due"])


def _preceding(settlement: Element, earlier: dict[str, str]) -> None:
    reference = _in(settlement, "ram:InvoiceReferencedDocument")  # BG-3
    _say(reference, "ram:IssuerAssignedID", earlier["number"])
    dated = _in(reference, "ram:FormattedIssueDateTime")
    _say(dated, "qdt:DateTimeString", _compact(earlier["dated_on"]), format="102")


# ── Signs on paper ───────────────────────────────────────────────────────────────────


def _tag(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"


def _in(parent: Element, name: str) -> Element:
    return etree.SubElement(parent, _tag(name))


def _say(parent: Element, name: str, text: str, **attributes: str) -> None:
    """Add an element that says something; nothing where there is nothing to say."""
    clean = writable(text).strip()
    if clean:
        etree.SubElement(parent, _tag(name), attributes).text = clean


def _amount(
    parent: Element,
    name: str,
    amount: str | Decimal,
    *,
    is_optional: bool = False,
    **attributes: str,
) -> None:
    value = Decimal(amount)
    if value or not is_optional:
        _say(parent, name, f"{to_cents(value):.2f}", **attributes)


def _unit(code: str) -> str:
    return _UNITS.get(code, code)


def _percent(rate: str) -> str:
    return f"{(Decimal(rate) * 100).normalize():f}"


def _day(parent: Element, name: str, day: str) -> None:
    _say(_in(parent, name), "udt:DateTimeString", _compact(day), format="102")


def _compact(day: str) -> str:
    return day.replace("-", "")
