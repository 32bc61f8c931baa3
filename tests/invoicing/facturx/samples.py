"""Frozen documents of every kind, as plain values: no database, no action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from cae.core.money import to_cents
from invoicing.enums import InvoiceKind, Unit, VatCategory
from invoicing.rules.totals import (
    Adjustment,
    Document,
    DocumentAdjustment,
    Line,
    Vat,
    discount_per_vat,
    document_totals,
)
from invoicing.rules.vat import OFFERED

D = Decimal
Snapshot = dict[str, Any]
TYPE_CODES = {"deposit": "386", "credit_note": "381", "corrective": "384"}
CASES = {case.code: case for case in OFFERED}

SELLER = {
    "name": "Ateliers du Bocage",
    "legal_form": "SCOP SARL à capital variable",
    "capital": "42000.00",
    "street": "3 rue du Moulin",
    "postcode": "35000",
    "town": "Rennes",
    "country": "FR",
    "siren": "732829320",
    "siret": "73282932000074",
    "registry_town": "Rennes",
    "naf": "7022Z",
    "vat_number": "FR44732829320",
    "email": "contact@ateliers.example",
    "phone": "02 99 00 00 00",
    "iban": "FR7630006000011234567890189",
    "bic": "AGRIFRPP",
    "endpoint": "732829320",
}
BRAND = {
    "name": "Studio Brume",
    "trade": "Direction artistique",
    "person": "Camille Fournier",
    "email": "camille@studio-brume.example",
    "phone": "06 12 34 56 78",
    "endpoint": "732829320_FOURNIER",
}
COMPANY = {
    "kind": "company",
    "name": "Éditions Maison Ébène",
    "contact": "Marianne Lescop",
    "street": "14 rue des Carmes",
    "complement": "Bâtiment B",
    "postcode": "35000",
    "town": "Rennes",
    "country": "FR",
    "siren": "404833048",
    "siret": "40483304800022",
    "vat_number": "FR83404833048",
    "email": "compta@maison-ebene.example",
    "endpoint": "404833048",
    "endpoint_scheme": "0225",
}
_NOBODY = {"siren": "", "siret": "", "vat_number": "", "endpoint": "", "endpoint_scheme": ""}
PUBLIC = {**COMPANY, "kind": "public", "name": "Mairie de Rennes", "contact": "SERVICE-42"}
INDIVIDUAL = {**COMPANY, **_NOBODY, "kind": "individual", "name": "Louise Le Goff", "contact": ""}
UNREACHED = {**INDIVIDUAL, "email": ""}
ASSOCIATION = {**COMPANY, **_NOBODY, "name": "Les Amis du quartier"}
BELGIAN = {
    **COMPANY,
    **_NOBODY,
    "kind": "foreign",
    "name": "Librairie Peeters SRL",
    "street": "Rue Haute 12",
    "postcode": "1000",
    "town": "Bruxelles",
    "country": "BE",
    "vat_number": "BE0897223571",
}
AMERICAN = {**BELGIAN, "name": "Brooklyn Books Inc.", "country": "US", "vat_number": ""}

WORK_SITE = {
    "street": "2 place de l’Église",
    "complement": "",
    "postcode": "35890",
    "town": "Laillé",
    "country": "FR",
}

SWISS = {**AMERICAN, "name": "Éditions du Léman", "country": "CH", "vat_number": "CHE123456788TVA"}

#: Documents that would be refused, and the objection that says it before.
REFUSED: dict[str, tuple[str, Callable[[], Snapshot]]] = {
    "a reverse charge outside the EU, without a number": (
        "vat_outside_union",
        lambda: frozen(sold(vat="reverse-charge-eu"), customer=AMERICAN),
    ),
    "a reverse charge in the EU, without a number": (
        "vat_number_missing",
        lambda: frozen(sold(vat="reverse-charge-eu"), customer={**BELGIAN, "vat_number": ""}),
    ),
    "a building subcontract for nobody known": (
        "vat_number_missing",
        lambda: frozen(sold(vat="reverse-charge-building"), customer=ASSOCIATION),
    ),
    "goods to the EU, without a number": (
        "vat_number_missing",
        lambda: frozen(
            sold(vat="intra-eu", nature="goods"), customer={**BELGIAN, "vat_number": ""}
        ),
    ),
    "what is out of scope beside what is not": (
        "vat_mixed",
        lambda: frozen(sold(vat="outside-eu"), sold(vat="export"), customer=AMERICAN),
    ),
    "a seller without VAT number": (
        "seller_incomplete",
        lambda: frozen(seller={**SELLER, "vat_number": ""}),
    ),
    "a service of another century": ("bad_dates", lambda: frozen(supplied_on="0026-05-31")),
}


def sold(
    label: str = "Direction artistique",
    quantity: str = "1",
    price: str = "1000",
    *,
    vat: str = "20",
    nature: str = "services",
    unit: str = "C62",
    discount: str = "",
    discount_rate: str = "",
    **rest: Any,
) -> Snapshot:
    """One line as it is frozen; `vat` is the code of a choice of `OFFERED`, or a rate."""
    case = CASES.get(vat)
    rate = case.rate if case else D(vat) / 100
    whole = to_cents(D(quantity) * D(price))
    less = to_cents(whole * D(discount_rate)) if discount_rate else D(discount or 0)
    return {
        "label": label,
        "description": "",
        "section": "",
        "nature": nature,
        "quantity": quantity,
        "unit": unit,
        "unit_label": Unit(unit).label,
        "unit_price": price,
        "typed_price": price,
        "vat_category": case.category.value if case else "S",
        "vat_rate": f"{rate.normalize():f}",
        "vatex": case.vatex if case else "",
        "mention": case.mention if case else "",
        "discount": str(to_cents(less)),
        "discount_rate": discount_rate,
        "net": str(whole - less),
        "worker_name": "",
        "worker_number": "",
        "done_on": "",
        "minutes": None,
        **rest,
    }


def frozen(
    *lines: Snapshot,
    kind: str = "invoice",
    customer: Snapshot = COMPANY,
    discount: str = "",
    discount_rate: str = "",
    allowances: Sequence[tuple[VatCategory, Decimal, Decimal]] = (),
    prepaid: str = "0",
    rounding: str = "0",
    vat_basis: str = "cash",
    **rest: Any,
) -> Snapshot:
    """A document as it is frozen at issue: shape 3, its totals worked out by the rules.

    `discount` is split per VAT, `allowances` are those of one VAT each.
    """
    lines = lines or (sold(),)
    discounts = _discounts(lines, discount=discount, discount_rate=discount_rate)
    for category, rate, amount in allowances:
        vat = Vat(category, rate)
        discounts[vat] = discounts.get(vat, to_cents(D(0))) + amount
    totals = document_totals(_document(lines, discounts))
    due = totals.gross - D(prepaid) + D(rounding)
    is_credit = kind == InvoiceKind.CREDIT_NOTE
    number = "AV-2026-0001" if is_credit else "FA-2026-0001"
    return {
        "shape": 3,
        "kind": kind,
        "type_code": TYPE_CODES.get(kind, "380"),
        "process": _letter(lines) + ("4" if D(prepaid) else "1"),
        "title": "Avoir" if is_credit else "Facture",
        "number": number,
        "dated_on": "2026-06-03",
        "due_on": "2026-06-03" if is_credit else "2026-07-03",
        "supplied_from": "",
        "supplied_on": "2026-05-31",
        "order_reference": "BC-77",
        "buyer_reference": "",
        "delivery": None,
        "quote_number": "DE-2026-0007",
        "corrects": {"number": "FA-2026-0009", "dated_on": "2026-05-02"}
        if kind in ("credit_note", "corrective")
        else None,
        "deposits": [],
        "subject": "Album jeunesse",
        "seller": SELLER,
        "brand": BRAND,
        "customer": customer,
        "lines": list(lines),
        "vat_rows": [
            {
                "category": row.vat.category.value,
                "rate": f"{row.vat.rate.normalize():f}",
                "basis": str(row.basis),
                "tax": str(row.tax),
                "discount": str(discounts.get(row.vat, to_cents(D(0)))),
                "vatex": _said_of(row.vat, lines, "vatex"),
                "mention": _said_of(row.vat, lines, "mention"),
            }
            for row in totals.vat
        ],
        "line_total": str(totals.line_total),
        "discount": str(totals.allowance_total),
        "discount_rate": discount_rate,
        "net": str(totals.net),
        "vat": str(totals.tax),
        "gross": str(totals.gross),
        "prepaid": str(to_cents(D(prepaid))),
        "rounding": str(to_cents(D(rounding))),
        "due": str(to_cents(due)),
        "retention": None,
        "entry": "net",
        "vat_basis": vat_basis,
        "nature": "Prestation de services",
        "mentions": ["Prestation de services"],
        "notes": "",
        "penalty_rate": "0.1215",
        "recovery_fee": "40.00",
        "terms": ["Pas d’escompte pour paiement anticipé."],
        **rest,
    }


def _document(lines: Sequence[Snapshot], discounts: dict[Vat, Decimal]) -> Document:
    return Document(
        lines=[
            Line(
                quantity=D(line["quantity"]),
                unit_price=D(line["unit_price"]),
                vat=_vat(line),
                adjustments=[Adjustment(amount=D(line["discount"]))],
            )
            for line in lines
        ],
        adjustments=[
            DocumentAdjustment(amount=amount, vat=vat) for vat, amount in discounts.items()
        ],
    )


def _discounts(
    lines: Sequence[Snapshot], *, discount: str, discount_rate: str
) -> dict[Vat, Decimal]:
    nets: dict[Vat, Decimal] = {}
    for line in lines:
        nets[_vat(line)] = nets.get(_vat(line), D(0)) + D(line["net"])
    total = sum(nets.values(), D(0))
    amount = to_cents(total * D(discount_rate)) if discount_rate else D(discount or 0)
    if not amount:
        return {}
    found = discount_per_vat(amount, nets=nets)
    return {one.vat: one.amount for one in found if one.amount is not None}


def _letter(lines: Sequence[Snapshot]) -> str:
    natures = {line["nature"] for line in lines}
    return "M" if len(natures) > 1 else {"services": "S", "goods": "B"}[natures.pop()]


def _vat(line: Snapshot) -> Vat:
    return Vat(VatCategory(line["vat_category"]), D(line["vat_rate"]))


def _said_of(vat: Vat, lines: Sequence[Snapshot], name: str) -> str:
    return next((line[name] for line in lines if _vat(line) == vat and line[name]), "")


_LONG = "Lorem ipsum dolor sit amet, consectetur adipiscing elit. " * 30
_DEPOSIT = {"number": "FA-2026-0003", "dated_on": "2026-04-01", "net": "300.00", "gross": "360.00"}

#: Documents that must all be valid, each made when it is asked for.
VALID: dict[str, Callable[[], Snapshot]] = {
    "an invoice": frozen,
    "goods": lambda: frozen(sold(nature="goods", unit="KGM", quantity="12.5", price="3.2")),
    "goods and services": lambda: frozen(sold(), sold(nature="goods", vat="5-5")),
    "a deposit": lambda: frozen(sold(price="300"), kind="deposit"),
    "a deposit on goods": lambda: frozen(sold(price="300", nature="goods"), kind="deposit"),
    "a progress invoice": lambda: frozen(sold(price="333.33"), kind="progress"),
    "a final invoice": lambda: frozen(kind="final", prepaid="360", deposits=[_DEPOSIT]),
    "a final invoice wholly prepaid": lambda: frozen(
        kind="final",
        prepaid="1200",
        deposits=[_DEPOSIT, {**_DEPOSIT, "number": "FA-2026-0005", "gross": "840.00"}],
    ),
    "a credit note": lambda: frozen(kind="credit_note"),
    "a credit note of a deposit": lambda: frozen(kind="credit_note", type_code="503"),
    "a credit note to an individual": lambda: frozen(kind="credit_note", customer=INDIVIDUAL),
    "a corrective invoice": lambda: frozen(kind="corrective"),
    **{
        f"VAT {rate} %": lambda rate=rate: frozen(sold(price="123.45", vat=rate))
        for rate in ("20", "10", "5.5", "2.1", "8.5", "0.9", "13", "1.05", "1.75")
    },
    "training": lambda: frozen(sold(vat="training")),
    "training to an individual": lambda: frozen(sold(vat="training"), customer=INDIVIDUAL),
    "building subcontract": lambda: frozen(sold(vat="reverse-charge-building")),
    "services to the EU": lambda: frozen(sold(vat="reverse-charge-eu"), customer=BELGIAN),
    "goods to the EU": lambda: frozen(sold(vat="intra-eu", nature="goods"), customer=BELGIAN),
    "export": lambda: frozen(sold(vat="export", nature="goods"), customer=AMERICAN),
    "services outside the EU": lambda: frozen(sold(vat="outside-eu"), customer=AMERICAN),
    "services outside the EU, less a discount": lambda: frozen(
        sold(vat="outside-eu"), customer=SWISS, discount_rate="0.1"
    ),
    "several rates": lambda: frozen(
        sold(price="99.99"), sold(vat="10", price="33.33"), sold(vat="training", price="7")
    ),
    "on debits": lambda: frozen(vat_basis="accrual"),
    "a discount on a line": lambda: frozen(sold(discount="50"), sold(discount_rate="0.075")),
    "a discount on the whole": lambda: frozen(
        sold(price="99.99"), sold(vat="10", price="33.33"), discount="10.01"
    ),
    "a rate of discount on the whole": lambda: frozen(
        sold(price="99.99"), sold(vat="10", price="33.33"), discount_rate="0.05"
    ),
    "all discounts together": lambda: frozen(
        sold(price="99.99", discount_rate="0.1"),
        sold(vat="5-5", price="33.33", discount="3.33"),
        discount_rate="0.0333",
    ),
    "something given back": lambda: frozen(sold(quantity="3"), sold(quantity="-1")),
    "a rounding": lambda: frozen(sold(price="0.825"), rounding="-0.01"),
    "prices typed with VAT": lambda: frozen(
        sold(price="20.833333", typed_price="25"), entry="gross"
    ),
    "a retention": lambda: frozen(
        retention={
            "amount": "60.00",
            "rate": "0.05",
            "due_on": "2027-06-03",
            "accepted_on": "2026-06-03",
        }
    ),
    # Compressed, one of its streams ends with a carriage return.
    "a stream that ends as a line does": lambda: frozen(sold(price="48")),
    "six decimals": lambda: frozen(sold(quantity="0.3333", price="0.123457")),
    "120 lines": lambda: frozen(*(sold(f"Prestation {n}", price=f"{n}.37") for n in range(1, 121))),
    "a public body": lambda: frozen(customer=PUBLIC),
    "an individual": lambda: frozen(customer=INDIVIDUAL),
    "an individual without e-mail": lambda: frozen(customer=UNREACHED),
    "an association without SIREN": lambda: frozen(customer=ASSOCIATION),
    "a company abroad": lambda: frozen(sold(vat="reverse-charge-eu"), customer=BELGIAN),
    "an address with a suffix": lambda: frozen(
        customer={**COMPANY, "endpoint": "404833048_ACHATS"}
    ),
    "a service at home": lambda: frozen(
        sold(
            unit="HUR",
            worker_name="Nadia Bensaïd",
            worker_number="NOVA-12",
            done_on="2026-05-12",
            minutes=150,
        ),
        customer=INDIVIDUAL,
    ),
    "long texts": lambda: frozen(
        sold(_LONG[:160], description=_LONG, section="Première partie"), notes=_LONG
    ),
    "emoji": lambda: frozen(
        sold("Logo 🎨 et affiche 🐝", description="Livré 👩‍🎨 vite ✅"), subject="Fête 🎉"
    ),
    "control characters": lambda: frozen(
        sold("Dessin\x1b d’enseigne\x00", description="a\x0bb\ufffe"), subject="En\x07seigne"
    ),
    "signs of XML": lambda: frozen(sold("A & B <c> \"d\" 'e'"), notes="]]> <!-- & -->"),
    "other alphabets": lambda: frozen(sold("Перевод, 翻訳, ترجمة, μετάφραση")),
    "every unit": lambda: frozen(*(sold(unit.label, unit=unit.value) for unit in Unit)),
    "a work site, over a month, for a service of a public body": lambda: frozen(
        customer={**PUBLIC, "contact": "Marianne Lescop"},
        order_reference="ENGAGEMENT-2026-0042",
        buyer_reference="VOIRIE",
        supplied_from="2026-05-01",
        delivery=WORK_SITE,
    ),
    "goods to the EU, delivered elsewhere": lambda: frozen(
        sold(vat="intra-eu", nature="goods"),
        customer=BELGIAN,
        delivery={**WORK_SITE, "postcode": "9000", "town": "Gand", "country": "BE"},
    ),
    "no bank account": lambda: frozen(seller={**SELLER, "iban": "", "bic": ""}),
    "no registry": lambda: frozen(seller={**SELLER, "registry_town": ""}),
}


def second_shape(snapshot: Snapshot) -> Snapshot:
    """The same document as it was frozen before shape 3; a public body named its service."""
    newer = {"supplied_from", "buyer_reference", "delivery"}
    return {name: said for name, said in snapshot.items() if name not in newer} | {"shape": 2}


def first_shape(snapshot: Snapshot) -> Snapshot:
    """The same document as it was frozen before shape 2; it had no discount, no deposit."""
    newer = {
        "type_code", "process", "deposits", "line_total", "discount", "discount_rate", "prepaid",
        "rounding", "due", "retention", "entry", "supplied_from", "buyer_reference", "delivery",
    }  # fmt: skip
    kept = {name: value for name, value in snapshot.items() if name not in newer}
    line = ("label", "description", "nature", "quantity", "unit", "unit_label", "unit_price",
            "vat_category", "vat_rate", "vatex", "net")  # fmt: skip
    return kept | {
        "shape": 1,
        "seller": {n: v for n, v in kept["seller"].items() if n != "endpoint"},
        "brand": {n: v for n, v in kept["brand"].items() if n != "endpoint"},
        "customer": {
            name: value
            for name, value in kept["customer"].items()
            if name not in ("email", "endpoint", "endpoint_scheme")
        },
        "lines": [{name: one[name] for name in line} for one in kept["lines"]],
        "vat_rows": [
            {name: row[name] for name in ("category", "rate", "basis", "tax")}
            for row in kept["vat_rows"]
        ],
    }
