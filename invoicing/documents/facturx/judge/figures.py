"""What the schematrons let through: amounts to the cent, and the keys of identifiers.

They tolerate a whole euro of VAT, and see neither a line that is not quantity times price nor a
wrong allowance (INVOICING, mutation test). A ledger does.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from invoicing.documents.facturx.judge.faults import Faults

NAMESPACES = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
_ZERO = Decimal(0)
_Group = tuple[str, Decimal]


def text(node: Any, path: str) -> str:
    return node.findtext(path, namespaces=NAMESPACES) or ""


def amount(node: Any, path: str) -> Decimal:
    """Return a number of the XML, zero where it is absent."""
    said = text(node, path)
    return Decimal(said) if said else _ZERO


def check_amounts(root: Any, faults: Faults) -> None:
    """Work every total out again, from quantities and prices, and compare to the cent.

    Source: EN 16931-1, BR-CO-10 to BR-CO-17.
    """
    with localcontext(prec=80):
        groups: dict[_Group, Decimal] = {}
        lines = _ZERO
        for line in root.iterfind(".//ram:IncludedSupplyChainTradeLineItem", NAMESPACES):
            net = _check_line(line, faults)
            lines += net
            settlement = "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax"
            group = _group(line.find(settlement, NAMESPACES))
            groups[group] = groups.get(group, _ZERO) + net
        settlement = root.find(".//ram:ApplicableHeaderTradeSettlement", NAMESPACES)
        adjusted = _ZERO
        for effect, node in _adjustments(settlement, "the document", faults):
            group = _group(node.find("ram:CategoryTradeTax", NAMESPACES))
            groups[group] = groups.get(group, _ZERO) + effect
            adjusted += effect
        tax = _check_vat(settlement, groups, faults)
        _check_totals(settlement, lines=lines, adjusted=adjusted, tax=tax, faults=faults)


def _check_line(line: Any, faults: Faults) -> Decimal:
    rank = text(line, "ram:AssociatedDocumentLineDocument/ram:LineID")
    price = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice"
    per = amount(line, f"{price}/ram:BasisQuantity") or Decimal(1)
    quantity = amount(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity")
    settlement = line.find("ram:SpecifiedLineTradeSettlement", NAMESPACES)
    less = sum((effect for effect, _ in _adjustments(settlement, f"line {rank}", faults)), _ZERO)
    expected = _cents(quantity * amount(line, f"{price}/ram:ChargeAmount") / per) + less
    total = "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"
    net = amount(settlement, total)
    if net != expected:
        faults.append(("CENT-LINE", f"line {rank}: net {net}, expected {expected}"))
    return net


def _adjustments(node: Any, where: str, faults: Faults) -> Iterator[tuple[Decimal, Any]]:
    for one in node.iterfind("ram:SpecifiedTradeAllowanceCharge", NAMESPACES):
        said = amount(one, "ram:ActualAmount")
        if text(one, "ram:CalculationPercent"):
            basis = amount(one, "ram:BasisAmount")
            expected = _cents(basis * amount(one, "ram:CalculationPercent") / 100)
            if said != expected:
                faults.append(("CENT-ALLOWANCE", f"{where}: {said}, expected {expected}"))
        is_charge = text(one, "ram:ChargeIndicator/udt:Indicator") == "true"
        yield (said if is_charge else -said), one


def _check_vat(settlement: Any, groups: dict[_Group, Decimal], faults: Faults) -> Decimal:
    total, seen = _ZERO, set()
    for row in settlement.iterfind("ram:ApplicableTradeTax", NAMESPACES):
        group = _group(row)
        seen.add(group)
        basis, tax = amount(row, "ram:BasisAmount"), amount(row, "ram:CalculatedAmount")
        name = f"{group[0]} {group[1]:f} %"
        if basis != groups.get(group):
            faults.append(("CENT-VAT-BASIS", f"{name}: basis {basis}, lines {groups.get(group)}"))
        expected = _cents(basis * group[1] / 100)
        if tax != expected:
            faults.append(("CENT-VAT", f"{name}: tax {tax}, expected {expected}"))
        total += tax
    if seen != set(groups):
        faults.append(("CENT-VAT-ROWS", "the VAT rows are not those of the lines"))
    return total


def _check_totals(
    settlement: Any, *, lines: Decimal, adjusted: Decimal, tax: Decimal, faults: Faults
) -> None:
    sums = settlement.find("ram:SpecifiedTradeSettlementHeaderMonetarySummation", NAMESPACES)
    said = {name: amount(sums, f"ram:{name}") for name in _TOTALS}
    net = lines + adjusted
    gross = net + tax
    expected = {
        "LineTotalAmount": lines,
        "TaxBasisTotalAmount": net,
        "TaxTotalAmount": tax,
        "GrandTotalAmount": gross,
        "DuePayableAmount": gross - said["TotalPrepaidAmount"] + said["RoundingAmount"],
    }
    if said["ChargeTotalAmount"] - said["AllowanceTotalAmount"] != adjusted:
        faults.append(("CENT-TOTAL", f"allowances and charges: expected {adjusted}"))
    for name, wanted in expected.items():
        if said[name] != wanted:
            faults.append(("CENT-TOTAL", f"{name} is {said[name]}, expected {wanted}"))


_TOTALS = (
    "LineTotalAmount", "AllowanceTotalAmount", "ChargeTotalAmount", "TaxBasisTotalAmount",
    "TaxTotalAmount", "GrandTotalAmount", "TotalPrepaidAmount", "RoundingAmount",
    "DuePayableAmount",
)  # fmt: skip


def check_identifiers(root: Any, faults: Faults) -> None:
    """Check the keys of SIREN, SIRET, French VAT numbers and IBAN."""
    from stdnum import iban
    from stdnum.fr import siren, siret, tva

    agreement = ".//ram:ApplicableHeaderTradeAgreement/ram:"
    for who in ("SellerTradeParty", "BuyerTradeParty"):
        party = root.find(f"{agreement}{who}", NAMESPACES)
        own = text(party, "ram:SpecifiedLegalOrganization/ram:ID[@schemeID='0002']")
        place = text(party, "ram:GlobalID[@schemeID='0009']")
        vat = text(party, "ram:SpecifiedTaxRegistration/ram:ID[@schemeID='VA']")
        if own and not siren.is_valid(own):
            faults.append(("KEY-SIREN", f"{who}: {own}"))
        if place and not siret.is_valid(place):
            faults.append(("KEY-SIRET", f"{who}: {place}"))
        if vat.startswith("FR") and not (tva.is_valid(vat[2:]) and vat.endswith(own)):
            faults.append(("KEY-VAT", f"{who}: {vat}"))
    for account in root.iterfind(".//ram:PayeePartyCreditorFinancialAccount", NAMESPACES):
        if not iban.is_valid(text(account, "ram:IBANID")):
            faults.append(("KEY-IBAN", text(account, "ram:IBANID")))


def _group(tax: Any) -> _Group:
    return text(tax, "ram:CategoryCode"), amount(tax, "ram:RateApplicablePercent").normalize()


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)
